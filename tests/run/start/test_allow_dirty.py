"""A run with uncommitted files: they are captured first, and stay as they are, staged or not."""

from __future__ import annotations

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

TRUTH = 'must_haves:\n  truths:\n    - statement: "It is there"\n      verify: "test -s a.txt"\n'


def dirty(sandbox: Sandbox) -> list[str]:
    """Leave staged, unstaged, untracked and half staged files, and one that is to be deleted."""
    for name in ("staged", "unstaged", "both", "gone"):
        sandbox.write(f"{name}.txt", "1\n")
    sandbox.commit("Files")
    sandbox.write("staged.txt", "2\n")
    sandbox.write("both.txt", "2\n")
    sandbox.git("add", "staged.txt", "both.txt")
    sandbox.write("both.txt", "3\n")
    sandbox.write("unstaged.txt", "2\n")
    sandbox.write("new folder/untracked.txt", "1\n")
    (sandbox.root / "gone.txt").unlink()
    return sandbox.status()


def one_edit(sandbox: Sandbox, code: str, **more: str) -> Case:
    case = Case(
        sandbox,
        [Task("Task 1: Write a", "a.txt", auto("test -s a.txt"))],
        {1: code},
        files=("a.txt",),
        **more,
    )
    case.set_up()
    return case


def test_uncommitted_files_stay_as_they_are(sandbox: Sandbox) -> None:
    one_edit(sandbox, writes("a.txt", "x\n"), must_haves=TRUTH)
    before = dirty(sandbox)
    index = sandbox.git("ls-files", "-s", "staged.txt", "both.txt", "unstaged.txt", "gone.txt")
    result = sandbox.call("execute", "01-01", "--approve", "--allow-dirty")
    run = result.data["run"]
    assert (result.code, result.data["status"], result.data["verdict"]) == (
        1,
        "completed",
        "unproven",
    ), result.err
    assert sandbox.status() == before
    assert (
        sandbox.git("ls-files", "-s", "staged.txt", "both.txt", "unstaged.txt", "gone.txt") == index
    )
    commits = sandbox.call("runs").data["runs"][0]["commits"]
    assert sandbox.git("show", "--format=", "--name-only", commits[-1]).split() == ["a.txt"]
    third = sandbox.events(run)[2]
    assert third["type"] == "dirty_captured" and "both.txt" in third["data"]["paths"]
    kept = sandbox.git("rev-parse", f"refs/forge/checkpoints/{run}/1").strip()
    assert kept == third["data"]["commit"]
    assert (
        sandbox.git("show", f"{kept}:both.txt") == "3\n"
        and sandbox.git("show", f"{kept}^2:both.txt") == "2\n"
    )
    assert sandbox.git("show", f"{kept}:new folder/untracked.txt") == "1\n"
    assert "gone.txt" not in sandbox.git("ls-tree", "--name-only", kept)
    skipped = next(
        event["data"] for event in sandbox.events(run) if event["type"] == "test_skipped"
    )
    assert "it would prove a different tree" in skipped["reason"]


def test_a_step_that_touches_one_pauses_and_never_commits_it(sandbox: Sandbox) -> None:
    case = one_edit(
        sandbox,
        f"{writes('a.txt', 'x')}; {writes('unstaged.txt', 'by the runner')};"
        " os.remove('staged.txt')",
    )
    dirty(sandbox)
    result = sandbox.call("execute", "01-01", "--approve", "--allow-dirty")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "dirty_path", result.err
    text = result.data["waiting_for"]["text"]
    assert "unstaged.txt" in text and "staged.txt" in text and "both.txt" not in text
    commit = text.partition("git show ")[2].partition(":")[0]
    sandbox.write("staged.txt", sandbox.git("show", f"{commit}:staged.txt"))
    before = sandbox.status()
    result = sandbox.call("resume")
    assert result.data["status"] == "completed", result.err
    assert sandbox.status() == [line for line in before if not line.endswith(" a.txt")]
    assert (sandbox.root / "unstaged.txt").read_text() == "by the runner", (
        "kept as the user left it"
    )
    assert sandbox.git("log", "--format=%H", "-1", "--", "unstaged.txt").strip() != sandbox.head()
    assert case.sandbox.git("show", "HEAD:unstaged.txt") == "1\n"


def test_a_retry_puts_none_of_them_back(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, "p = pathlib.Path('b.txt'); p.write_text('half'); sys.exit(1)")
    before = dirty(sandbox)
    assert sandbox.call("execute", "01-01", "--approve", "--allow-dirty").code == 1
    sandbox.write("unstaged.txt", "worked on while the run was paused\n")
    case.set_work({1: writes("a.txt", "x\n")})
    result = sandbox.call("retry")
    assert result.data["status"] == "completed", result.err
    assert sandbox.status() == before and not (sandbox.root / "b.txt").exists()
    assert (sandbox.root / "unstaged.txt").read_text() == "worked on while the run was paused\n"


def test_a_runner_that_commits_them_is_reported(sandbox: Sandbox) -> None:
    commit = "os.system('git add -A && git commit -qm Everything')"
    one_edit(sandbox, f"{writes('a.txt', 'x')}; {commit}", settings="")
    dirty(sandbox)
    result = sandbox.call("execute", "01-01", "--approve", "--allow-dirty")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "dirty_path"
    assert "new folder/untracked.txt" in result.data["waiting_for"]["text"]


def test_the_plan_itself_has_to_be_committed(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, writes("a.txt", "x\n"))
    sandbox.write(case.path, (sandbox.root / case.path).read_text() + "\nmore\n")
    result = sandbox.call("execute", "01-01", "--approve", "--allow-dirty")
    assert (
        result.code == 2
        and case.path in result.json["error"]["message"]
        and sandbox.call("runs").data["runs"] == []
    )
