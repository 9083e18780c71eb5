"""What a run carries over from a stopped one, and at which step it begins with --from."""

from __future__ import annotations

from typing import Any

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

PATH = ".planning/phases/01-first/01-01-PLAN.md"
OPTION = '  <decision>Which?</decision>\n  <options>\n    <option id="a">A</option>\n  </options>'


def stopped_at_the_last(sandbox: Sandbox) -> tuple[Case, str]:
    """Execute two edits, a test and a decision; the last edit fails, and the run is stopped."""
    tasks = [
        Task("Task 1: Write a", "a.txt", auto("test -s a.txt")),
        Task("Task 2: Write b", "b.txt", auto("test -s b.txt")),
        Task("Task 3: Test a", "", auto("echo ran >> ../counter; grep -q x a.txt")),
        Task("Task 4: Decide", kind="checkpoint:decision", extra=OPTION),
        Task("Task 5: Write c", "c.txt", auto("test -s c.txt")),
    ]
    work = {1: writes("a.txt", "x\n"), 2: writes("b.txt", "x\n")}
    case = Case(sandbox, tasks, work, files=("a.txt", "b.txt", "c.txt"))
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.call("approve", run, "--option", "a")
    assert sandbox.call("resume", run).code == 1
    assert sandbox.call("stop", run).code == 0
    case.set_work({**work, 5: writes("c.txt", "x\n")})
    return case, run


def change(sandbox: Sandbox, old: str, new: str) -> None:
    sandbox.write(PATH, (sandbox.root / PATH).read_text().replace(old, new))
    sandbox.commit("Another plan")


def skipped(sandbox: Sandbox, run: str) -> dict[str, dict[str, Any]]:
    return {
        event["step"]: event["data"]
        for event in sandbox.events(run)
        if event["type"] == "step_skipped"
    }


def times_tested(sandbox: Sandbox) -> int:
    return len((sandbox.root.parent / "counter").read_text().splitlines())


def test_completed_steps_are_carried_with_their_commits(sandbox: Sandbox) -> None:
    _, before = stopped_at_the_last(sandbox)
    subjects = sandbox.subjects()
    result = sandbox.call("execute", "01-01", "--approve")
    run = result.data["run"]
    assert result.data["status"] == "completed", result.err
    passed = skipped(sandbox, run)
    assert list(passed) == ["01-01/1", "01-01/2", "01-01/3", "01-01/4"]
    assert {data["carried"] for data in passed.values()} == {before}
    assert passed["01-01/1"]["reason"] == f"carried from run {before}"
    (commit,) = passed["01-01/1"]["commits"]
    assert sandbox.git("log", "-1", "--format=%s", commit).strip() == "Task 1: Write a"
    assert [
        subject
        for subject in sandbox.subjects()[len(subjects) :]
        if not subject.startswith("forge(")
    ] == ["Task 5: Write c"]
    card = (sandbox.root / ".planning/runs" / run / "run.yaml").read_text()
    assert f"prior_run: {before}" in card
    final = sandbox.events(run)[-1]["data"]
    assert (final["completed_steps"], final["total_steps"]) == (5, 5)
    summary = (sandbox.root / PATH.replace("PLAN", "SUMMARY")).read_text()
    assert summary.count(f"carried from run {before}") == 4 and commit[:10] in summary
    assert times_tested(sandbox) == 1, "the same tree: what the test showed is believed"
    assert [event["type"] for event in sandbox.events(run)[:3]] == [
        "mission_started",
        "approval_resolved",
        "step_skipped",
    ]


def test_a_changed_step_is_done_again_and_so_are_the_tests_after_it(sandbox: Sandbox) -> None:
    case, before = stopped_at_the_last(sandbox)
    change(sandbox, "test -s a.txt", "grep -q y a.txt")
    case.set_work({1: writes("a.txt", "xy\n"), 5: writes("c.txt", "x\n")})
    result = sandbox.call("execute", "01-01")
    assert result.code == 4 and result.data["run"] is None, "the changed plan is approved by nobody"
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert list(skipped(sandbox, run)) == ["01-01/2", "01-01/4"], (
        "the decision holds, the test is run again"
    )
    assert times_tested(sandbox) == 2 and sandbox.status() == []
    assert sandbox.call("stop").code == 2, "it has completed"
    result = sandbox.call("execute", "01-01", "--approve")
    assert skipped(sandbox, result.data["run"]) == {}, "a completed run is not carried from"
    assert before < run < result.data["run"]


def test_a_step_that_moved_is_carried_and_one_whose_commit_is_gone_is_not(sandbox: Sandbox) -> None:
    _, before = stopped_at_the_last(sandbox)
    new = (
        '<task type="auto">\n  <name>Read what is there</name>\n '
        " <read_first>a.txt</read_first>\n</task>\n"
    )
    change(sandbox, "<tasks>\n", f"<tasks>\n\n{new}")
    sandbox.git("switch", "-q", "-c", "other")
    sandbox.write("README.md", "another tree\n")
    sandbox.commit("Another tree")
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    passed = skipped(sandbox, run)
    assert {step: data["carried"] for step, data in passed.items()} == dict.fromkeys(
        ["01-01/2", "01-01/3", "01-01/5"], before
    )
    assert times_tested(sandbox) == 2, "another tree: the test is run again"


def test_without_the_commits_nothing_is_carried(sandbox: Sandbox) -> None:
    case, _ = stopped_at_the_last(sandbox)
    records = {
        path.relative_to(sandbox.root).as_posix(): path.read_bytes()
        for path in (sandbox.root / ".planning/runs").rglob("*")
        if path.is_file()
    }
    sandbox.git(
        "switch", "-q", "-c", "older", sandbox.git("log", "--format=%H", "--grep=^Plan$").strip()
    )
    for path, data in records.items():
        sandbox.write(path, data)
    sandbox.commit("The records, and not the work")
    case.set_work({1: writes("a.txt", "x\n"), 2: writes("b.txt", "x\n"), 5: writes("c.txt", "x\n")})
    result = sandbox.call("execute", "01-01", "--approve")
    assert list(skipped(sandbox, result.data["run"])) == ["01-01/4"], (
        "the work is done again, the user is not asked again"
    )
    assert result.data["status"] == "completed" and (sandbox.root / "a.txt").exists()


def test_from_begins_at_a_step_whatever_was_done(sandbox: Sandbox) -> None:
    case, before = stopped_at_the_last(sandbox)
    assert (
        sandbox.call("execute", "01-01", "--approve", "--from", "9").json["error"]["kind"]
        == "unknown_name"
    )
    case.set_work({2: writes("b.txt", "again\n"), 5: writes("c.txt", "x\n")})
    result = sandbox.call("execute", "01-01", "--approve", "--from", "01-01/2")
    run = result.data["run"]
    assert (
        result.data["waiting_for"]["kind"] == "decision"
        and (sandbox.root / "b.txt").read_text() == "again\n"
    )
    assert {step: data["carried"] for step, data in skipped(sandbox, run).items()} == {
        "01-01/1": before
    }
    assert sandbox.events(run)[0]["data"]["options"]["from"] == "01-01/2"
    sandbox.call("approve", run, "--option", "a")
    assert sandbox.call("resume", run).data["status"] == "completed"
    result = sandbox.call("execute", "01-01", "--approve", "--from", "5")
    passed = skipped(sandbox, result.data["run"])
    assert {data["carried"] for data in passed.values()} == {
        None
    } and "begins at 01-01/5" in passed["01-01/1"]["reason"]


def test_a_chain_of_stopped_runs_names_the_one_that_did_it(sandbox: Sandbox) -> None:
    case, first = stopped_at_the_last(sandbox)
    case.set_work({})
    second = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.call("stop", second)
    case.set_work({5: writes("c.txt", "x\n")})
    third = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert {data["carried"] for data in skipped(sandbox, third).values()} == {first}
    assert sandbox.events(third)[0]["data"]["prior_run"] == second


def test_a_step_whose_commands_were_left_out_is_done_again(sandbox: Sandbox) -> None:
    tasks = [
        Task("Task 1: Write a", "a.txt", auto("test -s a.txt")),
        Task("Task 2: Ask", kind="checkpoint:human-verify"),
    ]
    Case(sandbox, tasks, {1: writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    run = sandbox.call("execute", "01-01", "--approve", "--no-checks", "no toolchain").data["run"]
    sandbox.call("stop", run)
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert skipped(sandbox, run) == {} and "test_completed" in sandbox.types(run)


def test_a_rollback_takes_back_what_the_run_did_and_names_what_it_carried(sandbox: Sandbox) -> None:
    _, before = stopped_at_the_last(sandbox)
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    result = sandbox.call("rollback", run, "--to", "2")
    assert (
        result.json["error"]["kind"] == "nothing_to_take_back"
        and before in result.json["error"]["message"]
    )
    result = sandbox.forge("rollback")
    assert (
        result.code == 0
        and f"01-01/1, 01-01/2, 01-01/3, 01-01/4: carried over from the run {before}, not rolled"
        " back"
        in result.out
    )
    assert "back to before 5" in result.out and f"forge rollback {before}" in result.out
    assert [(sandbox.root / name).exists() for name in ("a.txt", "b.txt", "c.txt")] == [
        True,
        True,
        False,
    ]
    newest = sandbox.call("runs").data["runs"][-1]["run"]
    assert sandbox.call("replay", newest).data["problems"] == []
    (started,) = [
        event["data"] for event in sandbox.events(newest) if event["type"] == "rollback_started"
    ]
    assert started["left"] == [
        {"step": f"01-01/{number}", "run": before} for number in (1, 2, 3, 4)
    ]
    assert sandbox.call("rollback", before).code == 0 and sandbox.status() == []
    assert [(sandbox.root / name).exists() for name in ("a.txt", "b.txt", "c.txt")] == [
        False,
        False,
        False,
    ]
    assert sandbox.call("undo").code == 0 and sandbox.call("undo").code == 0
    assert [(sandbox.root / name).exists() for name in ("a.txt", "b.txt", "c.txt")] == [
        True,
        True,
        True,
    ]


def test_within_an_open_run_carried_steps_stay_done(sandbox: Sandbox) -> None:
    case, before = stopped_at_the_last(sandbox)
    case.set_work({5: "open('c.txt', 'w'); sys.exit(1)"})
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    result = sandbox.call("rollback", "--to", "1")
    assert result.code == 2 and result.json["error"]["next"][-1] == f"forge rollback {before}"
    tested = times_tested(sandbox)
    result = sandbox.call("rollback")
    assert (result.code, result.data["step"], result.data["status"]) == (0, "01-01/5", "paused"), (
        result.out
    )
    assert not (sandbox.root / "c.txt").exists() and sandbox.status() == []
    assert sandbox.call("rollback").json["error"]["kind"] == "nothing_to_take_back"
    case.set_work({5: writes("c.txt", "x\n")})
    assert sandbox.call("resume").data["status"] == "completed" and times_tested(sandbox) == tested
    assert sandbox.types(run).count("runner_started") == 2
