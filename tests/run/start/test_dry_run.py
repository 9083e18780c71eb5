"""`execute --dry-run` shows what would happen and writes nothing; missions are executed phase by
phase.
"""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

DECISION = (
    '  <decision>Which?</decision>\n  <options>\n    <option id="a">A</option>\n    <option'
    ' id="b">B</option>\n  </options>'
)
SECOND = ".planning/phases/02-second/02-01-PLAN.md"


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Return every file below a folder with its size and time, except the log of commands and the
    caches of what was read.
    """
    stats = {
        path.relative_to(folder).as_posix(): path.lstat()
        for path in folder.rglob("*")
        if not path.is_dir()
    }
    return {
        path: (stat.st_size, stat.st_mtime_ns)
        for path, stat in stats.items()
        if "executions" not in path and "forge/cache/" not in path
    }


def test_a_dry_run_shows_each_step_and_writes_nothing(sandbox: Sandbox) -> None:
    tasks = [
        Task("Task 1: Read it", extra="  <read_first>README.md</read_first>"),
        Task(
            "Task 2: Write a",
            "a.txt",
            f"{auto('test -s a.txt')}\n<human-check>It reads well</human-check>",
        ),
        Task("Task 3: Decide", kind="checkpoint:decision", extra=DECISION),
        Task("Task 4: Test it", "", auto("set +e\ngrep -q x a.txt || true")),
    ]
    case = Case(
        sandbox, tasks, {2: writes("a.txt", "x\n")}, files=("a.txt",), verification="- `cat a.txt`"
    )
    case.set_up()
    before = listing(sandbox.root)
    result = sandbox.call("execute", "01-01", "--dry-run")
    assert result.code == 0
    (planned,) = result.data["dry_run"]
    assert planned["approval"]["approved"] is False and planned["refused"] == []
    assert (
        planned["approval"]["subject"]
        == sandbox.call("approve", "01-01", "--print").data["subject"]
    )
    read, write, decide, test = planned["steps"]
    assert [step["checkpoint"] for step in planned["steps"]] == [False, True, False, False]
    assert (
        write["done_by"] == "the runner"
        and write["may_write"] == ["a.txt"]
        and read["done_by"] is None
    )
    assert [check["runs"] for check in write["checks"]] == [True, False] and write["checks"][0][
        "text"
    ] == "test -s a.txt"
    assert (decide["asks"], decide["options"]) == ("decision", ["a", "b"])
    assert test["checks"][0]["asked"] == "it cannot fail"
    assert [check["text"] for check in planned["behind_the_last_step"]] == ["cat a.txt"]
    text = sandbox.forge("execute", "01-01", "--dry-run").out
    for line in (
        "NOT approved",
        "checkpoint commit",
        "done by the runner, to write: a.txt",
        "$ test -s a.txt",
        "decision (a, b)",
        "      $ set +e\n        grep -q x a.txt || true  (it cannot fail",
    ):
        assert line in text
    sandbox.write("README.md", "changed\n")
    refused = sandbox.call("execute", "01-01", "--dry-run", "--from", "9").data["dry_run"][0][
        "refused"
    ]
    assert {entry["kind"] for entry in refused} == {"dirty_tree", "unknown_name"}
    sandbox.git("checkout", "-q", "README.md")
    assert {path for path, stat in listing(sandbox.root).items() if before.get(path) != stat} <= {
        ".git/index",
        "README.md",
    }
    assert before.keys() == listing(sandbox.root).keys()


def test_it_shows_what_would_be_carried(sandbox: Sandbox) -> None:
    tasks = [Task("Task 1: Write a", "a.txt"), Task("Task 2: Ask", kind="checkpoint:human-verify")]
    Case(sandbox, tasks, {1: writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    (planned,) = sandbox.call("execute", "01-01", "--dry-run").data["dry_run"]
    assert [entry["kind"] for entry in planned["refused"]] == ["run_open"]
    sandbox.call("stop", run)
    before = listing(sandbox.root / ".git")
    (planned,) = sandbox.call("execute", "01-01", "--dry-run").data["dry_run"]
    assert (
        planned["steps"][0]["passed_over"] == f"carried from run {run}"
        and planned["steps"][1]["passed_over"] is None
    )
    assert listing(sandbox.root / ".git") == before


def mission(sandbox: Sandbox, code: str, status: str = "active") -> None:
    task = Task("Task 1: Write", "a.txt, b.txt")
    Case(sandbox, [task], {1: code}, files=("a.txt", "b.txt"), path=SECOND).set_up()
    Case(sandbox, [task], {1: code}, files=("a.txt", "b.txt")).set_up()
    text = f"id: greet\ntitle: Greet\nphases: [02-second, 01-first]\nstatus: {status}\n"
    sandbox.write(".planning/missions/greet.yaml", text)
    sandbox.commit("A mission")


def test_a_mission_is_executed_in_the_order_of_its_phases(sandbox: Sandbox) -> None:
    mission(sandbox, writes("a.txt", "x\n") + "; open('b.txt', 'a').write('x')")
    dry_runs = sandbox.call("execute", "greet", "--dry-run").data["dry_run"]
    assert [entry["plan"] for entry in dry_runs] == ["02-01", "01-01"]
    result = sandbox.call("execute", "greet", "--approve")
    assert result.code == 1 and result.data["plan"] == "01-01", (
        "completed, and neither declares must-haves"
    )
    assert [run["plan"] for run in sandbox.call("runs").data["runs"]] == ["02-01", "01-01"]
    assert sandbox.call("execute", "greet").data["status"] == "completed", "nothing is left"


def test_a_mission_stops_at_the_first_plan_that_needs_the_user(sandbox: Sandbox) -> None:
    mission(sandbox, "sys.exit(1)")
    assert sandbox.call("execute", "greet", "--approve").code == 1
    assert [run["status"] for run in sandbox.call("runs").data["runs"]] == ["paused"]
    sandbox.call("stop")
    sandbox.write(".planning/missions/greet.yaml", "id: greet\nphases: [09-none]\n")
    assert sandbox.call("execute", "greet").json["error"]["kind"] == "unknown_name"
    sandbox.write(
        ".planning/missions/greet.yaml", "id: greet\nphases: [01-first]\nstatus: paused\n"
    )
    assert "is paused" in sandbox.call("execute", "greet").json["error"]["message"]


def test_a_dry_run_grows_with_the_plan_and_no_faster(sandbox: Sandbox) -> None:
    sizes = []
    for count in (20, 200):
        steps = [Task(f"Task {n}: Write it", f"src/f{n}.txt", auto("true")) for n in range(count)]
        case = Case(sandbox, steps, files=tuple(f"src/f{n}.txt" for n in range(count)))
        case.set_up()
        printed = sandbox.forge("execute", "01-01", "--dry-run", "--json").out
        shown = sandbox.forge("execute", "01-01", "--dry-run").out
        sizes.append((len(printed), len(shown)))
    assert all(large <= 10.5 * small for small, large in zip(*sizes, strict=True))
