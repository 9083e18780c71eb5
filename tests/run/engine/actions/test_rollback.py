"""Rollbacks and their undo: the commits of a run are reverted and restored, and no work of the user
is lost.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import CommandResult, Sandbox
from tests.run.engine.test_crashes import two_steps
from tests.run.plans import Case, Task, auto, writes

SUMMARY = ".planning/phases/01-first/01-01-SUMMARY.md"


def tree(sandbox: Sandbox) -> dict[str, tuple[int, bytes]]:
    """Return path, mode and bytes of every file but the records of runs, ignored ones included."""
    entries = {}
    for folder, names, files in os.walk(os.fsencode(sandbox.root)):
        names[:] = [
            name
            for name in names
            if name != b".git" and not (name == b"runs" and folder.endswith(b"/.planning"))
        ]
        links = [name for name in names if os.path.islink(os.path.join(folder, name))]
        for name in (*files, *links):
            place = os.path.join(folder, name)
            data = (
                os.readlink(place)
                if os.path.islink(place)
                else Path(os.fsdecode(place)).read_bytes()
            )
            entries[os.fsdecode(os.path.relpath(place, os.fsencode(sandbox.root)))] = (
                os.lstat(place).st_mode,
                data,
            )
    return entries


def executed(
    sandbox: Sandbox, case: Case | None = None
) -> tuple[dict[str, tuple[int, bytes]], str]:
    """Execute a plan to its end; return the tree before it, and the run."""
    (case or two_steps(sandbox)).set_up()
    before = tree(sandbox)
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["status"] == "completed", result.err
    return before, result.data["run"]


def refused(sandbox: Sandbox, result: CommandResult, kind: str, *named: str) -> None:
    error = result.json["error"]
    assert (result.code, error["kind"]) == (2, kind), result.out
    assert all(path in error["message"] for path in named) and error["hint"], error


def unchanged(sandbox: Sandbox, *words: str) -> CommandResult:
    """Call a command that has to be refused before anything is written."""

    def seen() -> tuple[object, ...]:
        return (
            tree(sandbox),
            sandbox.head(),
            sandbox.status(),
            sandbox.git("for-each-ref"),
            sandbox.git("ls-files", "-s"),
        )

    before = seen()
    result = sandbox.call(*words)
    assert seen() == before and not list((sandbox.root / ".git/forge/runs").glob("*"))
    return result


def plan_in(sandbox: Sandbox) -> dict[str, object]:
    (plan,) = sandbox.call("status").data["plans"]
    return dict(plan)


def test_an_ended_run_without_a_rollback_does_not_block_an_undo(sandbox: Sandbox) -> None:
    tasks = [
        Task("Look", kind="checkpoint:human-verify"),
        Task("Write", "a.txt", auto("test -f a.txt")),
    ]
    Case(sandbox, tasks, {2: writes("a.txt", "x")}, files=("a.txt",)).set_up()
    sandbox.call("execute", "01-01", "--approve")
    sandbox.forge("approve")
    assert sandbox.call("resume").data["status"] == "completed"
    assert sandbox.call("rollback").code == 0 and not (sandbox.root / "a.txt").exists()
    sandbox.call("execute", "01-01", "--approve")
    assert sandbox.call("rollback").code == 0, "nothing but that the step is asked about again"
    sandbox.call("stop")
    assert sandbox.call("undo").code == 0 and (sandbox.root / "a.txt").exists()


def test_a_rollback_and_its_undo(sandbox: Sandbox) -> None:
    before, run = executed(sandbox)
    after = tree(sandbox)
    assert SUMMARY in after and plan_in(sandbox)["verdict"] == "proven"
    branch = sandbox.git("log", "--format=%H").split()

    back = sandbox.call("rollback", run)
    assert (
        back.code == 0
        and back.data["status"] == "completed"
        and back.data["next"][0] == "forge undo"
    )
    assert (
        tree(sandbox) == before
        and sandbox.status() == []
        and sandbox.git("fsck", "--strict", "--no-dangling") == ""
    )
    assert sandbox.git("log", "--format=%H").split()[2:] == branch  # the branch only grew
    assert (plan_in(sandbox)["verdict"], plan_in(sandbox)["claimed"]) == (None, False)
    assert [row["kind"] for row in sandbox.call("runs").data["runs"]] == ["execute", "rollback"]
    timeline = sandbox.call("timeline", back.data["run"]).data
    assert timeline["valid"] and timeline["status"] == "completed"
    assert [event["type"] for event in timeline["events"]] == [
        "mission_started",
        "rollback_started",
        "checkpoint_restored",
        "final",
    ]
    card = (sandbox.root / ".planning/runs" / back.data["run"] / "run.yaml").read_text()
    assert f"prior_run: {run}" in card and "kind: rollback" in card
    made = timeline["events"][2]["data"]["made"]
    assert (
        sandbox.git("show", "-s", "--format=%(trailers:key=Forge-Rollback,valueonly)", made).strip()
        == run
    )
    assert sandbox.subjects()[-2:] == [
        "forge(01-01): back to before 1 — Task 1: Write a",
        "forge(01-01): record — completed",
    ]
    assert not list((sandbox.root / ".git/forge/runs").iterdir())

    refused(sandbox, unchanged(sandbox, "rollback", run), "nothing_to_take_back", run)
    again = sandbox.call("undo")
    assert again.code == 0 and tree(sandbox) == after and sandbox.status() == []
    assert plan_in(sandbox)["verdict"] == "proven" and sandbox.call("verify", "01-01").code == 0
    refused(sandbox, unchanged(sandbox, "undo"), "nothing_to_take_back")
    assert sandbox.call("rollback").code == 0 and tree(sandbox) == before  # and back once more
    assert sandbox.call("validate").code == 0
    assert (
        sandbox.call("execute", "01-01", "--approve").code == 0
        and (sandbox.root / "b.txt").read_text() == "two"
    )


@pytest.mark.parametrize("step", ["2", "01-01/2"])
def test_a_rollback_to_a_step(sandbox: Sandbox, step: str) -> None:
    before, run = executed(sandbox)
    assert sandbox.call("rollback", "--to", step).code == 0
    entries = tree(sandbox)
    assert entries.pop("a.txt")[1] == b"one\n" and entries == before
    assert plan_in(sandbox)["verdict"] is None
    assert sandbox.call("rollback", run).code == 0 and tree(sandbox) == before
    assert sandbox.call("undo").code == 0 and (sandbox.root / "a.txt").read_text() == "one\n"
    assert sandbox.call("undo").code == 0 and (sandbox.root / "a.txt").read_text() == "one\nmore\n"
    assert plan_in(sandbox)["verdict"] == "proven"
    refused(sandbox, unchanged(sandbox, "rollback", "--to", "9"), "unknown_name", "01-01/3")


def test_later_changes_refuse_a_rollback_and_are_named(sandbox: Sandbox) -> None:
    executed(sandbox)
    sandbox.write("a.txt", "mine\n")
    refused(sandbox, unchanged(sandbox, "rollback"), "changed_since", "a.txt", "uncommitted")
    sandbox.git("add", "a.txt")
    sandbox.write("a.txt", "one\nmore\n")
    refused(sandbox, unchanged(sandbox, "rollback"), "changed_since", "a.txt", "staged")
    sandbox.git("reset", "-q")
    sandbox.git("rm", "-q", "--cached", "b.txt")
    refused(sandbox, unchanged(sandbox, "rollback"), "changed_since", "b.txt")
    sandbox.git("add", "b.txt")
    sandbox.write("a.txt", "mine\n")
    sandbox.commit("Mine")
    refused(sandbox, unchanged(sandbox, "rollback"), "changed_since", "a.txt", "Mine")
    assert sandbox.call("rollback", "--to", "3").code == 0  # nothing of that step's is mine
    assert (sandbox.root / "a.txt").read_text() == "mine\n" and not (
        sandbox.root / SUMMARY
    ).exists()


def test_other_paths_are_left_alone(sandbox: Sandbox) -> None:
    sandbox.write("kept.txt", "kept\n")
    sandbox.write("staged.txt", "staged\n")
    sandbox.commit("Files")
    before, _ = executed(sandbox)
    sandbox.write("late.txt", "late\n")
    sandbox.commit("Mine")
    sandbox.write("kept.txt", "mine\n")
    sandbox.write("staged.txt", "mine, staged\n")
    sandbox.git("add", "staged.txt")
    sandbox.write("new.txt", "new\n")
    status = sandbox.status()
    assert sandbox.call("rollback").code == 0
    assert sandbox.status() == status == [" M kept.txt", "M  staged.txt", "?? new.txt"]
    entries = tree(sandbox)
    mine = {
        "late.txt": b"late\n",
        "kept.txt": b"mine\n",
        "staged.txt": b"mine, staged\n",
        "new.txt": b"new\n",
    }
    assert {path: entries[path][1] for path in mine} == mine
    assert {path: entry for path, entry in entries.items() if path not in mine} == {
        path: entry for path, entry in before.items() if path not in mine
    }
    safety = sandbox.git("for-each-ref", "--format=%(refname)", "refs/forge/safety").split()
    assert sandbox.git("show", f"{safety[-1]}:new.txt") == "new\n"
    assert sandbox.call("undo").code == 0 and sandbox.status() == status


def deleting(sandbox: Sandbox) -> Case:
    """A step that deletes a tracked file and has it ignored from then on."""
    sandbox.write("local.conf", "tracked\n")
    sandbox.commit("A file")
    work = {1: "os.unlink('local.conf'); open('.gitignore', 'a').write('local.conf\\nsub\\n')"}
    front = "files_deleted: [local.conf]\n"
    return Case(
        sandbox,
        [Task("Drop it", ".gitignore, local.conf", auto("test ! -e local.conf"))],
        work,
        front,
        files=(".gitignore", "local.conf"),
        settings="scope:\n  protect: []\n",
    )


def test_an_undo_removes_what_the_rollback_wrote_even_if_it_is_ignored_again(
    sandbox: Sandbox,
) -> None:
    finish(sandbox, deleting(sandbox).set_up().call("execute", "01-01", "--approve"))
    after = tree(sandbox)
    assert sandbox.call("rollback").code == 0 and (sandbox.root / "local.conf").exists()
    assert sandbox.call("undo").code == 0
    assert tree(sandbox) == after


def finish(sandbox: Sandbox, result: CommandResult) -> None:
    while result.data["waiting_for"]:
        sandbox.call("approve")
        result = sandbox.call("resume")
    assert result.data["status"] == "completed", result.out


def test_an_ignored_file_in_the_way_is_named(sandbox: Sandbox) -> None:
    deleting(sandbox).set_up()
    before = tree(sandbox)
    finish(sandbox, sandbox.call("execute", "01-01", "--approve"))
    sandbox.write("local.conf", "mine, and ignored\n")
    refused(sandbox, unchanged(sandbox, "rollback"), "in_the_way", "local.conf")
    (sandbox.root / "local.conf").unlink()
    assert sandbox.call("rollback").code == 0 and tree(sandbox) == before and sandbox.status() == []


def test_an_ignored_link_in_place_of_a_former_folder_blocks(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.write("sub/file.txt", "tracked\n")
    sandbox.commit("A folder")
    case = deleting(sandbox)
    case.work[1] = case.work[1].replace("local.conf')", "sub/file.txt'); os.rmdir('sub')", 1)
    case.front = "files_deleted: [sub/file.txt]\n"
    case.files = (".gitignore", "sub/file.txt")
    case.tasks[0].files, case.tasks[0].verify = ".gitignore, sub/file.txt", ""
    case.set_up()
    finish(sandbox, sandbox.call("execute", "01-01", "--approve"))
    outside = tmp_path / "outside"
    outside.mkdir()
    (sandbox.root / "sub").symlink_to(outside)
    refused(sandbox, unchanged(sandbox, "rollback"), "in_the_way", "sub")
    assert list(outside.iterdir()) == [] and (sandbox.root / "sub").is_symlink()


def test_a_file_that_is_ignored_again_stays(sandbox: Sandbox) -> None:
    """A step that removes an ignore rule commits a file of the user; the rollback untracks it and
    leaves it in place.
    """
    sandbox.write(".gitignore", ".env\n")
    sandbox.commit("Ignore")
    sandbox.write(".env", "TOKEN=mine\n")
    case = Case(
        sandbox,
        [Task("List it", ".gitignore, .env", auto("true"))],
        {1: writes(".gitignore", "*.log\n")},
        files=(".gitignore", ".env"),
    )
    case.set_up()
    before = tree(sandbox)
    finish(sandbox, sandbox.call("execute", "01-01", "--approve"))
    assert ".env" in sandbox.git("ls-files").split()
    assert sandbox.call("rollback").code == 0
    assert (
        tree(sandbox) == before
        and sandbox.status() == []
        and ".env" not in sandbox.git("ls-files").split()
    )


def test_a_summary_of_the_user_stays(sandbox: Sandbox) -> None:
    two_steps(sandbox).set_up()
    sandbox.write(SUMMARY, "# Mine\n")
    sandbox.commit("A summary")
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert sandbox.call("rollback").code == 0
    assert (sandbox.root / SUMMARY).read_text() == "# Mine\n"
    assert (sandbox.root / ".planning/runs" / run / "summary.md").exists()


def test_a_merged_run_is_rolled_back_on_the_branch_that_has_it(sandbox: Sandbox) -> None:
    two_steps(sandbox).set_up()
    before = tree(sandbox)
    sandbox.git("switch", "-q", "-c", "work")
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.git("switch", "-q", "main")
    sandbox.write("late.txt", "late\n")
    sandbox.commit("Mine")
    sandbox.git("merge", "-q", "--no-ff", "-m", "Merge", "work")
    assert sandbox.call("rollback", run).code == 0
    (sandbox.root / "late.txt").unlink()
    assert tree(sandbox) == before


def failing(sandbox: Sandbox) -> Case:
    case = two_steps(sandbox)
    case.work[2] = "open('b.txt', 'w').write('half'); open('a.txt', 'a').write('half'); sys.exit(1)"
    return case


def test_within_an_open_run(sandbox: Sandbox) -> None:
    case = failing(sandbox)
    case.set_up()
    before = tree(sandbox)
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    paused = tree(sandbox)
    back = sandbox.call("rollback", "--to", "1")
    assert (back.code, back.data["status"], back.data["step"], back.data["run"]) == (
        0,
        "paused",
        "01-01/1",
        run,
    )
    assert back.data["next"][0] == f"forge resume {run}" and "forge undo" in back.data["next"]
    assert tree(sandbox) == before and sandbox.status() == []
    undone = sandbox.call("undo")
    assert (undone.code, undone.data["step"], undone.data["failure"]["kind"]) == (
        0,
        "01-01/2",
        "runner",
    )
    assert tree(sandbox) == paused  # the half that the runner left as well
    refused(sandbox, sandbox.call("undo"), "nothing_to_take_back")
    assert sandbox.call("rollback", "--to", "2").code == 0
    assert (sandbox.root / "a.txt").read_text() == "one\n" and not (sandbox.root / "b.txt").exists()
    case.set_work(two_steps(sandbox).work)
    done = sandbox.call("resume")
    assert done.code == 0 and (sandbox.root / "a.txt").read_text() == "one\nmore\n"
    attempts = {
        (event["step"], event["attempt"])
        for event in sandbox.events(run)
        if event["type"] == "step_completed"
    }
    assert attempts == {("01-01/1", 1), ("01-01/2", 2), ("01-01/3", 1)}
    assert sandbox.call("timeline", run).data["valid"] and sandbox.call("rollback", run).code == 0
    assert tree(sandbox) == before


def test_within_an_open_run_a_change_of_the_user_refuses(sandbox: Sandbox) -> None:
    case = two_steps(sandbox)
    case.tasks[1].verify = auto("grep -q three b.txt")
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.write("a.txt", "mine\n")
    sandbox.write("notes.txt", "mine\n")
    events = sandbox.types(run)
    refused(sandbox, sandbox.call("rollback", "--to", "1"), "changed_since", "a.txt")
    assert sandbox.types(run) == events and (sandbox.root / "a.txt").read_text() == "mine\n"
    sandbox.git("checkout", "-q", "a.txt")
    assert sandbox.call("rollback", "--to", "1").code == 0 and sandbox.status() == ["?? notes.txt"]
    refused(sandbox, sandbox.call("rollback", "--to", "2"), "nothing_to_take_back", "01-01/2")


def test_while_a_run_is_open_no_other_is_rolled_back(sandbox: Sandbox) -> None:
    case = two_steps(sandbox)
    _, first = executed(sandbox, case)
    case.set_work({1: "sys.exit(1)"})
    second = sandbox.call("execute", "01-01", "--approve").data["run"]
    refused(sandbox, sandbox.call("rollback", first), "run_open", second)
    assert sandbox.call("stop").code == 0
    refused(sandbox, sandbox.call("rollback", second), "nothing_to_take_back", second)
    assert sandbox.call("rollback", first).code == 0
    refused(sandbox, sandbox.call("rollback", "nothing"), "no_open_run", "nothing")
