"""The user's hooks work under forge as under git, and what they did is told and on record."""

from __future__ import annotations

from typing import Any

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes


def one_edit(sandbox: Sandbox, work: str = writes("a.txt", "two\n")) -> Case:
    task = Task("Task 1: Write it", "a.txt", auto("grep -q two a.txt"))
    case = Case(sandbox, [task], {1: work}, files=("a.txt",))
    case.set_up()
    return case


def hook(sandbox: Sandbox, name: str, script: str) -> None:
    sandbox.write(f".git/hooks/{name}", f"#!/bin/bash\n{script}\n").chmod(0o755)


def executed(sandbox: Sandbox, *words: str) -> dict[str, Any]:
    """Run the plan and return the data of `diff_applied`."""
    sandbox.forge("execute", "01-01", "--approve", *words)
    run = sandbox.call("runs").data["runs"][0]["run"]
    return next(e["data"] for e in sandbox.events(run) if e["type"] == "diff_applied")


ALL_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-index-change")


def test_hooks_see_the_environment_of_a_plain_commit(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    out = sandbox.root.parent / "seen"
    for name in ALL_HOOKS:
        hook(sandbox, name, f"env | grep ^GIT_ | sort | sed 's/^/{name} /' >> {out}")
    sandbox.write("by-hand.txt", "x\n")
    sandbox.git("add", "by-hand.txt")
    out.unlink(missing_ok=True)
    sandbox.git("commit", "-q", "-m", "By hand")
    plain = set(out.read_text().splitlines())
    out.unlink()
    executed(sandbox)
    times = ("GIT_AUTHOR_DATE",)
    seen = {line for line in out.read_text().splitlines() if line.startswith(ALL_HOOKS[:4])}
    assert {line for line in seen if times[0] not in line} <= plain
    assert any("GIT_INDEX_FILE=.git/index" in line for line in seen)


def test_a_hook_that_names_files_by_a_pattern_refuses(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    hook(
        sandbox,
        "pre-commit",
        'files=$(git diff --cached --name-only -- "*.txt"); [ -z "$files" ] || ! grep two $files',
    )
    result = sandbox.forge("execute", "01-01", "--approve")
    assert result.code == 1 and "failed (commit)" in result.err
    assert sandbox.status() == ["?? a.txt"], "nothing is left staged"


def test_a_hook_that_stashes(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    sandbox.write("mine.txt", "x\n")
    sandbox.commit()
    hook(
        sandbox,
        "pre-commit",
        "git stash push -q --keep-index --include-untracked || exit 1\n"
        "grep -q two a.txt && ! grep -q mine mine.txt && [ ! -e u.txt ]; rc=$?\n"
        "git stash pop -q || exit 2\nexit $rc",
    )
    sandbox.write("mine.txt", "mine\n")
    sandbox.write("u.txt", "u\n")
    assert executed(sandbox, "--allow-dirty")["commit"] is not None
    assert sandbox.status() == [" M mine.txt", "?? u.txt"] and not sandbox.git("stash", "list")


def test_what_the_user_staged_stays_staged(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    sandbox.write("staged.txt", "x\n")
    sandbox.git("add", "staged.txt")
    hook(sandbox, "pre-commit", "git diff --cached --name-only > ../seen")
    executed(sandbox, "--allow-dirty")
    assert (sandbox.root.parent / "seen").read_text() == "a.txt\n"
    assert sandbox.status() == ["A  staged.txt"]


def test_a_post_commit_hook_that_commits(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    hook(
        sandbox,
        "post-commit",
        "[ -n $BUMPING ] && [ -e .git/bumped ] && exit; touch .git/bumped\n"
        "echo v2 >> VERSION; git add VERSION; git commit -qm bump",
    )
    applied = executed(sandbox)
    bump = sandbox.git("log", "-1", "--format=%H", "--", "VERSION").strip()
    assert applied["hook_commits"] == [bump]
    assert sandbox.git("rev-parse", f"{bump}^").strip() == applied["commit"]
    assert sandbox.status() == []
    assert sandbox.call("replay").code == 0
    assert sandbox.forge("rollback").code == 0
    assert not (sandbox.root / "a.txt").exists() and (sandbox.root / "VERSION").exists()


def test_a_post_commit_hook_that_amends(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    hook(
        sandbox,
        "post-commit",
        "[ -e .git/once ] && exit; touch .git/once\n"
        "echo g > generated; git add generated; git commit -q --amend --no-edit",
    )
    applied = executed(sandbox)
    assert applied["hook_changed"] == ["generated"]
    assert sandbox.git("cat-file", "-e", applied["commit"]) == ""
    assert sandbox.call("replay").code == 0 and sandbox.status() == []


def test_a_message_hook_that_drops_the_trailers(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    hook(sandbox, "prepare-commit-msg", 'echo "feat: nice" > "$1"')
    result = sandbox.forge("execute", "01-01", "--approve")
    assert "a hook replaced its message" in result.err
    assert "feat: nice" in sandbox.subjects()
    assert sandbox.call("replay").code == 0
    summary = (sandbox.root / ".planning/phases/01-first/01-01-SUMMARY.md").read_text()
    assert "## Changed by hooks" in summary
    assert sandbox.forge("rollback").code == 0
    assert not (sandbox.root / "a.txt").exists(), "the commit is found by its id"
    assert sandbox.forge("undo").code == 0
    assert (sandbox.root / "a.txt").exists()


def test_a_hook_that_adds_a_file_is_told(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    hook(sandbox, "pre-commit", "echo x > generated.txt; git add generated.txt")
    result = sandbox.forge("execute", "01-01", "--approve")
    told = "a hook added or rewrote generated.txt"
    assert told in result.err
    run = sandbox.call("runs").data["runs"][0]["run"]
    assert told in sandbox.forge("show", run).out
    summary = (sandbox.root / ".planning/phases/01-first/01-01-SUMMARY.md").read_text()
    assert told in summary


def test_files_of_the_user_that_a_hook_sweeps_in(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    sandbox.write("mine.txt", "mine\n")
    hook(sandbox, "pre-commit", "git add -A")
    applied = executed(sandbox, "--allow-dirty")
    assert applied["swept"] == ["mine.txt"]
    run = sandbox.call("runs").data["runs"][0]
    assert run["status"] == "paused"
    sandbox.forge("resume")
    assert sandbox.call("replay").code == 0
    rolled_back = sandbox.forge("rollback")
    assert "mine.txt" in rolled_back.err
    assert (sandbox.root / "mine.txt").read_text() == "mine\n"
    assert not (sandbox.root / "a.txt").exists()


def test_allow_dirty_says_what_it_looked_at(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    sandbox.write("mine.txt", "mine\n")
    result = sandbox.forge("execute", "01-01", "--approve", "--allow-dirty")
    assert "ignored ones were not" in result.err and "mine.txt" in result.err


GIT = "import subprocess; g = lambda *w: subprocess.run(['git', *w], check=True)"
COMMITS = f"{GIT}; {writes('a.txt', 'two')}; g('add', 'a.txt'); g('commit', '-qm', 'Mine')"


def test_a_runner_that_commits_on_a_branch_and_stays_there(sandbox: Sandbox) -> None:
    one_edit(sandbox, f"{GIT}; g('checkout', '-qb', 'feature'); {COMMITS}")
    result = sandbox.forge("execute", "01-01", "--approve")
    tip = sandbox.git("rev-parse", "--short=10", "feature").strip()
    assert result.code == 4 and tip in result.out
    sandbox.git("switch", "-q", "main")
    sandbox.git("merge", "-q", "--ff-only", "feature")
    assert sandbox.call("resume").data["status"] == "completed"


def test_a_runner_that_commits_on_a_branch_and_returns(sandbox: Sandbox) -> None:
    one_edit(
        sandbox, f"{GIT}; g('checkout', '-qb', 'feature'); {COMMITS}; g('checkout', '-q', 'main')"
    )
    result = sandbox.forge("execute", "01-01", "--approve")
    assert result.code == 4 and "git merge feature" in result.out
    sandbox.git("merge", "-q", "feature")
    assert sandbox.call("resume").data["status"] == "completed"


def test_a_branch_without_commits_of_its_own_does_not_pause(sandbox: Sandbox) -> None:
    one_edit(sandbox, f"{GIT}; g('branch', 'backup'); {writes('a.txt', 'two')}")
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "completed"
