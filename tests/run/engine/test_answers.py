"""An answer acts on exactly what was asked, whatever the user does while a run waits."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

MAKES = "test -s a.txt && mkdir -p cache && echo c > cache/one.bin && echo m > made.txt"


def waiting(sandbox: Sandbox, command: str = MAKES, **more: Any) -> str:
    """Start a run that waits for an answer about what its verify command changed."""
    task = Task("Write a", "a.txt", auto(command.replace("&", "&amp;").replace(">", "&gt;")))
    sandbox.write("notes.txt", "mine\n")
    Case(sandbox, [task], {1: writes("a.txt", "a")}, files=("a.txt", "docs/"), **more).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4, result.out
    assert result.data["waiting_for"]["kind"] == "command", result.err
    run: str = result.data["run"]
    return run


def committed(sandbox: Sandbox) -> set[str]:
    """Return the paths of all commits of the run but those of its records."""
    names = sandbox.git("log", "--format=", "--name-only", "HEAD", "--grep", "Forge-Run").split()
    return {name for name in names if not name.startswith(".planning/")}


def test_approve_commits_what_was_listed_and_asks_about_the_rest(sandbox: Sandbox) -> None:
    run = waiting(sandbox)
    sandbox.write("notes.txt", "mine, edited\n")
    sandbox.write(".env", "KEY=AKIAABCDEFGHIJKLMNOP\n")
    sandbox.write(".github/workflows/x.yml", "on: push\n")
    sandbox.write("docs/page.md", "harmless and in scope\n")
    assert sandbox.call("approve").code == 0
    result = sandbox.call("resume")
    assert result.data["waiting_for"]["kind"] == "scope"
    assert "looks like a secret" in result.data["waiting_for"]["text"]
    assert committed(sandbox) == {"a.txt", "cache/one.bin", "made.txt", "docs/page.md"}
    assert sandbox.call("reject").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt", "cache/one.bin", "made.txt", "docs/page.md"}
    assert (sandbox.root / "notes.txt").read_text() == "mine, edited\n"
    assert (sandbox.root / ".env").exists()
    assert sandbox.call("replay", run).code == 0


def test_reject_puts_back_what_was_listed_and_says_how_to_bring_it_back(sandbox: Sandbox) -> None:
    waiting(sandbox)
    sandbox.write("notes.txt", "mine, edited\n")
    sandbox.write("cache/mine.bin", "of the user\n")
    answered = sandbox.forge("reject")
    command = answered.out.partition("`git cherry-pick")[2].partition("`")[0]
    sandbox.call("resume")
    assert not (sandbox.root / "made.txt").exists()
    assert not (sandbox.root / "cache/one.bin").exists()
    assert (sandbox.root / "cache/mine.bin").read_text() == "of the user\n"
    assert (sandbox.root / "notes.txt").read_text() == "mine, edited\n"
    sandbox.git("cherry-pick", *shlex.split(command))
    assert (sandbox.root / "made.txt").read_text() == "m\n"


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_a_listed_file_that_changed_is_asked_about_anew(sandbox: Sandbox, answer: str) -> None:
    run = waiting(sandbox)
    sandbox.write("made.txt", "by the user\n")
    refused = sandbox.call(answer)
    assert refused.code == 4 and refused.json["error"]["kind"] == "changed_since_asked"
    assert "made.txt" in refused.json["error"]["message"]
    again = sandbox.call("resume").data["waiting_for"]
    assert again["kind"] == "command" and "made.txt" in again["text"].partition("asked anew")[2]
    assert (sandbox.root / "made.txt").read_text() == "by the user\n"
    assert sandbox.call("approve").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert sandbox.git("show", "HEAD:made.txt") == "by the user\n"
    assert sandbox.call("replay", run).code == 0


def test_a_file_that_changed_after_the_answer_is_asked_about_anew(sandbox: Sandbox) -> None:
    waiting(sandbox)
    assert sandbox.call("approve").code == 0
    sandbox.write("made.txt", "later\n")
    assert sandbox.call("resume").data["waiting_for"]["kind"] == "command"
    assert "made.txt" not in committed(sandbox)


def test_a_question_whose_files_are_gone_is_withdrawn(sandbox: Sandbox) -> None:
    run = waiting(sandbox)
    (sandbox.root / "made.txt").unlink()
    (sandbox.root / "cache/one.bin").unlink()
    assert sandbox.call("resume").data["status"] == "completed"
    withdrawn = [
        event["data"] for event in sandbox.events(run) if event["type"] == "approval_withdrawn"
    ]
    assert [data["gone"] for data in withdrawn] == [True]
    assert sandbox.call("replay", run).code == 0


@pytest.mark.parametrize(("option", "tracked"), [("ignore", set()), ("gitignore", {".gitignore"})])
def test_new_files_can_be_ignored_and_are_not_asked_about_again(
    sandbox: Sandbox, option: str, tracked: set[str]
) -> None:
    run = waiting(sandbox, verification=f"```bash\n{MAKES}\n```")
    text = sandbox.call("resume").data["waiting_for"]["text"]
    assert "cache/ (1 file)" in text
    assert sandbox.call("approve", "--option", option).code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt", *tracked}
    assert (sandbox.root / "cache/one.bin").exists() and sandbox.status() == []
    assert sandbox.call("replay", run).code == 0


def test_what_is_left_stays_and_is_not_asked_about_again(sandbox: Sandbox) -> None:
    waiting(sandbox, verification=f"```bash\n{MAKES}\n```")
    assert sandbox.call("approve", "--option", "leave").code == 2
    assert sandbox.call("reject", "--option", "leave").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt"} and (sandbox.root / "made.txt").exists()


def test_edits_before_a_command_are_not_blamed_on_it(sandbox: Sandbox) -> None:
    verify = "<human>Is it pretty?</human>" + auto("test -s a.txt")
    Case(
        sandbox, [Task("Write a", "a.txt", verify)], {1: writes("a.txt", "a")}, files=("a.txt",)
    ).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.write("stray.txt", "by hand\n")
    sandbox.call("approve")
    sandbox.call("resume")
    changed = [
        event["data"]["changed"]
        for event in sandbox.events(run)
        if event["type"] == "test_completed"
    ]
    assert not any(changed)
    assert "stray.txt" not in committed(sandbox)


def out_of_scope(sandbox: Sandbox, work: str = "") -> str:
    """Start a run whose first step also writes a file that the plan does not name."""
    sandbox.write("b.txt", "as it was\n")
    code = work or f"{writes('a.txt', 'a')}; {writes('b.txt', 'changed')}; {writes('c/d.txt', 'x')}"
    Case(sandbox, [Task("Write a", "a.txt", auto("test -s a.txt"))], {1: code}).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["waiting_for"]["kind"] == "scope", result.err
    run: str = result.data["run"]
    return run


def withdrawn(sandbox: Sandbox, run: str) -> list[dict[str, Any]]:
    return [event["data"] for event in sandbox.events(run) if event["type"] == "approval_withdrawn"]


def test_what_the_user_committed_meanwhile_is_not_asked_about_again(sandbox: Sandbox) -> None:
    run = waiting(sandbox)
    sandbox.git("add", "made.txt", "cache")
    sandbox.git("commit", "-qm", "I keep them")
    assert sandbox.call("resume").data["waiting_for"]["kind"] == "head_moved"
    assert [data["gone"] for data in withdrawn(sandbox, run)] == [True]
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt"} and sandbox.status() == []
    assert sandbox.call("replay", run).code == 0


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_the_rest_of_what_the_user_committed_a_part_of_is_asked_about(
    sandbox: Sandbox, answer: str
) -> None:
    run = waiting(sandbox)
    sandbox.git("add", "made.txt")
    sandbox.git("commit", "-qm", "I keep one")
    refused = sandbox.call(answer)
    assert refused.code == 4 and refused.json["error"]["kind"] == "changed_since_asked"
    sandbox.call("resume")
    again = sandbox.call("resume").data["waiting_for"]
    assert again["kind"] == "command" and "changed 1 path" in again["text"]
    assert sandbox.call(answer).code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt"} | ({"cache/one.bin"} if answer == "approve" else set())
    assert (sandbox.root / "made.txt").read_text() == "m\n" and sandbox.status() == []
    assert sandbox.call("replay", run).code == 0


def test_a_file_that_was_committed_and_edited_again_goes_back_to_what_was_committed(
    sandbox: Sandbox,
) -> None:
    waiting(sandbox)
    sandbox.git("add", "made.txt")
    sandbox.git("commit", "-qm", "I keep one")
    sandbox.write("made.txt", "more\n")
    for _ in range(2):
        again = sandbox.call("resume").data["waiting_for"]
    assert "changed 2 paths" in again["text"]
    assert sandbox.call("reject", "--option", "put-back").code == 0
    assert sandbox.call("resume").data["status"] == "completed"
    assert (sandbox.root / "made.txt").read_text() == "m\n" and sandbox.status() == []


def test_on_another_branch_no_answer_is_taken(sandbox: Sandbox) -> None:
    run = waiting(sandbox)
    sandbox.git("switch", "-qc", "aside")
    for words in (("approve",), ("reject",), ("resume",)):
        refused = sandbox.forge(*words)
        assert refused.code != 0 and "git switch main" in refused.err, refused.err
    assert withdrawn(sandbox, run) == [] and (sandbox.root / "made.txt").exists()
    sandbox.git("switch", "-q", "main")
    assert sandbox.call("approve").code == 0
    assert sandbox.call("resume").data["status"] == "completed"


def test_the_diff_of_a_step_can_be_put_back(sandbox: Sandbox) -> None:
    run = out_of_scope(sandbox)
    sandbox.git("add", "c/d.txt")
    sandbox.write("notes.txt", "of the user\n")
    assert sandbox.call("reject", "--option", "ignore").code == 2
    answered = sandbox.forge("reject", "--option", "put-back")
    command = answered.out.partition("`git cherry-pick")[2].partition("`")[0]
    assert sandbox.call("resume").data["failure"]["kind"] == "denied"
    assert sandbox.status() == ["?? notes.txt"]
    assert (sandbox.root / "b.txt").read_text() == "as it was\n"
    assert sandbox.call("replay", run).code == 0
    sandbox.git("cherry-pick", *shlex.split(command))
    assert (sandbox.root / "c/d.txt").read_text() == "x"


@pytest.mark.parametrize("options", [(), ("--option", "leave")])
def test_the_diff_of_a_step_stays_if_that_is_wanted(
    sandbox: Sandbox, options: tuple[str, ...]
) -> None:
    out_of_scope(sandbox)
    assert sandbox.call("reject", *options).code == 0
    assert sandbox.call("resume").data["failure"]["kind"] == "denied"
    assert (sandbox.root / "c/d.txt").read_text() == "x"
    assert len(sandbox.status()) == 3


def test_what_the_runner_committed_is_not_put_back_but_told_how(sandbox: Sandbox) -> None:
    commits = f"import subprocess; {writes('b.txt', 'changed')};"
    commits += " subprocess.run(['git', 'commit', '-qam', 'mine'], check=True)"
    run = out_of_scope(sandbox, f"{writes('a.txt', 'a')}; {commits}")
    waiting_for = sandbox.call("resume").data["waiting_for"]
    assert [option["id"] for option in waiting_for["options"]] == ["keep", "leave"]
    assert f"forge retry {run}" in waiting_for["text"]
    sandbox.call("reject")
    sandbox.call("resume")
    assert sandbox.call("retry", run).data["waiting_for"]["kind"] == "scope"
    assert sandbox.git("log", "--format=%s", "--", "b.txt").splitlines()[:2] == [
        "mine",
        "forge(01-01): back to before 1 — Write a",
    ]


def test_changes_that_were_found_can_be_put_back(sandbox: Sandbox) -> None:
    run = waiting(sandbox)
    sandbox.call("approve")
    sandbox.write("README.md", "edited\n")
    sandbox.write("new/one.txt", "x\n")
    waiting_for = sandbox.call("resume").data["waiting_for"]
    assert [option["id"] for option in waiting_for["options"]] == ["keep", "leave", "put-back"]
    sandbox.call("reject", "--option", "put-back")
    assert sandbox.call("resume").data["status"] == "completed"
    assert sandbox.status() == [] and not (sandbox.root / "new").exists()
    assert sandbox.call("replay", run).code == 0


def test_a_submodule_that_a_command_moved(sandbox: Sandbox, make_sandbox: Any) -> None:
    library = make_sandbox("library")
    library.write("x.txt", "one\n")
    first = library.commit()
    sandbox.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library.root))
    move = "git -C library -c user.name=x -c user.email=x@y.z commit -q --allow-empty -m moved"
    waiting(sandbox, f"test -s a.txt && {move}")
    waiting_for = sandbox.call("resume").data["waiting_for"]
    assert "put-back" not in [option["id"] for option in waiting_for["options"]]
    command = f"git -C library checkout {first}"
    assert command in waiting_for["text"]
    sandbox.git(*command.split()[1:], "-q")
    assert sandbox.call("resume").data["status"] == "completed"
    assert sandbox.status() == []


def test_nothing_is_committed_while_a_merge_is_in_progress(sandbox: Sandbox) -> None:
    sandbox.git("switch", "-qc", "side")
    sandbox.write("side.txt", "x\n")
    sandbox.commit()
    sandbox.git("switch", "-q", "main")
    run = waiting(sandbox)
    sandbox.call("approve")
    sandbox.git("merge", "-q", "--no-commit", "--no-ff", "side")
    for _ in range(2):
        result = sandbox.forge("resume")
        assert "a merge is in progress here" in result.out, result.err
    assert "made.txt" not in committed(sandbox)
    sandbox.git("merge", "--abort")
    assert sandbox.call("resume").data["status"] == "completed"
    assert committed(sandbox) == {"a.txt", "cache/one.bin", "made.txt"}
    assert sandbox.call("replay", run).code == 0


def test_a_retry_leaves_what_the_step_did_not_change(sandbox: Sandbox) -> None:
    """What a failed runner left is put back, inside the scope or not; files of the user stay."""
    task = Task("Write a", "a.txt", auto("test -s a.txt"))
    sandbox.write("notes.txt", "mine\n")
    fails = f"{writes('a.txt', 'half')}; {writes('junk.txt', 'x')}; sys.exit(1)"
    case = Case(sandbox, [task], {1: fails}, files=("a.txt",))
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    case.set_work({1: writes("a.txt", "whole")})
    sandbox.write("notes.txt", "mine, edited\n")
    sandbox.write("new.txt", "mine as well\n")
    waiting_for = sandbox.call("retry").data["waiting_for"]
    assert waiting_for["kind"] == "scope" and "notes.txt" in waiting_for["text"]
    assert (sandbox.root / "notes.txt").read_text() == "mine, edited\n"
    assert not (sandbox.root / "junk.txt").exists() and not (sandbox.root / "a.txt").exists()
    (restored,) = (
        event["data"]["reason"]
        for event in sandbox.events(run)
        if event["type"] == "checkpoint_restored"
    )
    assert "new.txt, notes.txt" in restored
    sandbox.call("reject", "--option", "leave")
    assert sandbox.call("resume").data["status"] == "completed"
    assert sandbox.status() == [" M notes.txt", "?? new.txt"]
    assert sandbox.call("replay", run).code == 0


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["notes.txt", "new.txt", "made.txt", "cache/one.bin", "cache/two", ".env"]),
        st.sampled_from(["x\n", "y\n", None]),
    ),
    max_size=4,
)


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(EDITS, st.sampled_from(["approve", "reject"]), EDITS)
def test_no_answer_touches_what_it_was_not_asked_about(
    make_sandbox: Callable[[str], Sandbox],
    before: list[tuple[str, str | None]],
    answer: str,
    after: list[tuple[str, str | None]],
) -> None:
    """Whatever the user edits before and after an answer keeps its bytes unless it was listed."""
    sandbox = make_sandbox(f"repo-{next(NUMBERS)}")
    run = waiting(sandbox)
    listed = {"cache/one.bin": "c\n", "made.txt": "m\n"}

    def edit(edits: list[tuple[str, str | None]]) -> None:
        for path, text in edits:
            place = sandbox.root / path
            if text is None:
                place.unlink(missing_ok=True)
            else:
                sandbox.write(path, text)

    edit(before)
    sandbox.call(answer)
    edit(after)
    tree = {path: read(sandbox, path) for path in {path for path, _ in EVERY} | set(listed)}
    sandbox.call("resume")
    unchanged = {path for path, text in listed.items() if tree[path] == text}
    for path, text in tree.items():
        if path not in unchanged:
            assert read(sandbox, path) == text, path
    assert committed(sandbox) <= {"a.txt", *unchanged}
    assert sandbox.call("replay", run).code == 0


NUMBERS = itertools.count()
EVERY = [("notes.txt", ""), ("new.txt", ""), ("cache/two", ""), (".env", "")]


def read(sandbox: Sandbox, path: str) -> str | None:
    place = sandbox.root / path
    return place.read_text() if place.exists() else None
