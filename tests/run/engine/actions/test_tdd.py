"""TDD steps: the tests fail before the work and pass after it, both on record."""

from __future__ import annotations

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

PATH = ".planning/phases/01-first/01-01-PLAN.md"


def tdd(sandbox: Sandbox, verify: str, settings: str = "") -> Case:
    work = {1: writes("a.txt", "x\n")}
    case = Case(
        sandbox,
        [Task("Task 1: Write a", "a.txt", verify)],
        work,
        files=("a.txt",),
        settings=settings,
    )
    case.set_up()
    sandbox.write(
        PATH, case.plan_text().replace('<task type="auto">', '<task type="auto" tdd="true">')
    )
    sandbox.commit("Tests first")
    return case


def results_of(sandbox: Sandbox, run: str) -> list[tuple[str, bool]]:
    completed = [
        event["data"] for event in sandbox.events(run) if event["type"] == "test_completed"
    ]
    return [(data["phase"], data["success"]) for data in completed]


def test_the_test_fails_before_the_work_and_passes_after_it(sandbox: Sandbox) -> None:
    tdd(sandbox, auto("echo litter > litter.txt; test -s a.txt") + auto("grep -q . README.md"))
    result = sandbox.call("execute", "01-01", "--approve")
    run = result.data["run"]
    assert result.data["waiting_for"]["kind"] == "command", (
        "after the work, changes of a check are asked about as always"
    )
    assert results_of(sandbox, run)[:2] == [("before", False), ("before", True)]
    types = sandbox.types(run)
    assert (
        types.index("test_completed")
        < types.index("checkpoint_restored")
        < types.index("checkpoint_created")
    )
    sandbox.call("reject", run)
    assert sandbox.call("resume", run).data["status"] == "completed" and sandbox.status() == []
    assert results_of(sandbox, run)[2:] == [("", True), ("", True)]
    assert (
        "failed before the work, 2 passed"
        in (sandbox.root / PATH.replace("PLAN", "SUMMARY")).read_text()
    )


def test_a_test_that_passes_before_the_work_is_asked_about(sandbox: Sandbox) -> None:
    tdd(sandbox, auto("test -s README.md"))
    result = sandbox.call("execute", "01-01", "--approve")
    assert (
        result.code == 4 and "its tests pass before its work" in result.data["waiting_for"]["text"]
    )
    run = result.data["run"]
    assert "runner_started" not in sandbox.types(run) and not (sandbox.root / "a.txt").exists()
    sandbox.call("approve", run)
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert results_of(sandbox, run) == [("before", True), ("", True)]


def test_a_no_fails_the_step_and_a_repair_does_not_test_again_first(sandbox: Sandbox) -> None:
    case = tdd(sandbox, auto("grep -q y a.txt"), settings="repair:\n  attempts: 1\n")
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 1
    assert results_of(sandbox, result.data["run"]) == [("before", False), ("", False), ("", False)]
    sandbox.call("stop")
    sandbox.write(
        case.path,
        (sandbox.root / case.path).read_text().replace("grep -q y a.txt", "test -s README.md"),
    )
    sandbox.commit("Another test")
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.call("reject", run)
    assert sandbox.call("resume", run).data["failure"]["kind"] == "denied"


def test_a_feature_is_tested_by_the_verification_of_its_plan(sandbox: Sandbox) -> None:
    case = tdd(sandbox, "")
    feature = (
        "<feature>\n<name>Write a</name>\n<files>a.txt</files>\n<behavior>It is"
        " there</behavior>\n</feature>\n"
    )
    head = case.plan_text().partition("<tasks>")[0]
    sandbox.write(PATH, f"{head}{feature}\n<verification>\n- `test -s a.txt`\n</verification>\n")
    sandbox.commit("A feature")
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["status"] == "completed", result.err
    assert results_of(sandbox, result.data["run"]) == [("before", False), ("", True)]
