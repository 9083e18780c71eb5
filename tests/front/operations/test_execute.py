"""Execution of several plans, in work trees, and what is noted on the way."""

from __future__ import annotations

import pytest

from forge.errors import NotApproved, UnknownName, UsageError
from tests.conftest import Sandbox
from tests.front.calling import Front, enter
from tests.run.plans import Case, Task, auto, writes


@pytest.fixture
def phase(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Front:
    """A phase of two plans of one step each; the worker writes `a.txt`."""
    for number in ("02", "01"):
        Case(
            sandbox,
            [Task("Write it", "a.txt", auto("test -s a.txt"))],
            {1: writes("a.txt", "x")},
            files=("a.txt",),
            must_haves="must_haves:\n  artifacts:\n    - path: a.txt\n",
            path=f".planning/phases/01-first/01-{number}-PLAN.md",
        ).set_up()
    second = sandbox.root / ".planning/phases/01-first/01-02-PLAN.md"
    text = second.read_text().replace("plan: 01", "plan: 02")
    second.write_text(
        text.replace("depends_on: []", "depends_on: [01-01]").replace("wave: 1", "wave: 2")
    )
    sandbox.commit("The second plan")
    return enter(sandbox, monkeypatch)


def work(front: Front, text: str) -> None:
    (front.folder.with_name("worker") / "work.txt").write_text(f"1 {text}\n")


def plans(front: Front) -> list[tuple[str, str]]:
    return [(run["plan"], run["verdict"]) for run in front.data("runs")["runs"]]


def test_a_dry_run_of_a_phase_shows_its_plans_in_order(phase: Front) -> None:
    reply = phase.perform("execute", name="1", dry_run=True)
    shown = reply.as_data()["dry_run"]
    assert isinstance(shown, list)
    assert [planned["plan"] for planned in shown] == ["01-01", "01-02"]
    assert plans(phase) == []


def test_a_phase_stops_at_the_first_plan_that_fails(phase: Front) -> None:
    work(phase, "sys.exit(3)")
    reply = phase.perform("execute", name="1", approve=True)
    assert reply.code == 1 and reply.as_data()["failure"] is not None
    assert len(plans(phase)) == 1 and not phase.command.partial
    assert phase.command.counters == {"runs": 1}


def test_a_phase_that_is_done_in_part(phase: Front) -> None:
    """The second plan changes nothing, so that it waits for the user."""
    reply = phase.perform("execute", name="1", approve=True)
    assert phase.command.counters == {"runs": 2}
    assert plans(phase)[0] == ("01-01", "proven")
    assert phase.command.partial is (reply.code != 0)
    assert reply.as_data()["plan"] == "01-02"


def test_without_a_name_the_next_plan_is_executed(phase: Front) -> None:
    phase.perform("approve", name="01-01")
    assert phase.perform("execute").as_data()["plan"] == "01-01"


def test_a_step_to_begin_at_has_to_be_there(phase: Front) -> None:
    with pytest.raises(UsageError):
        phase.perform("execute", name="01-01", approve=True, from_step="9")


def test_an_unknown_name_lists_what_there_is(phase: Front) -> None:
    with pytest.raises(UnknownName) as unknown:
        phase.perform("execute", name="payments")
    assert unknown.value.hint


def test_a_work_tree_of_its_own_is_for_one_plan(phase: Front) -> None:
    with pytest.raises(UsageError):
        phase.perform("execute", name="1", approve=True, worktree=True)


def test_ignored_files_are_noted_for_a_work_tree(phase: Front) -> None:
    (phase.folder / ".gitignore").write_text("*.log\n__pycache__/\n")
    for number in range(12):
        (phase.folder / f"{number:02}.log").write_text("x")
    repository = phase.call().repository
    repository.git("add", ".gitignore")
    repository.git("commit", "-q", "-m", "Ignore logs")
    reply = phase.perform("execute", name="01-01", approve=True, worktree=True)
    (note,) = [note for note in phase.caller.notes if "ignored files" in note]
    assert note.startswith("note: ignored files are not in the run's work tree: 00.log, 01.log")
    assert note.endswith("09.log, … (12 in all)")
    assert reply.code == 0 and not (phase.folder / "a.txt").exists()


def test_skipped_checks_prove_nothing(phase: Front) -> None:
    reply = phase.perform("execute", name="01-01", approve=True, no_checks="no toolchain")
    events = phase.data("timeline")["events"]
    skipped = [event for event in events if event["type"] == "test_skipped"]
    assert skipped and "no toolchain" in str(skipped[0]["data"])
    assert reply.as_data()["status"] in ("completed", "paused")


def test_a_subject_that_does_not_match_is_refused(phase: Front) -> None:
    subject = phase.data("approve", name="01-01", only_print=True)["subject"]
    with pytest.raises(NotApproved):
        phase.perform("execute", name="01-01", approved="0" * 64)
    assert phase.perform("execute", name="01-01", approved=subject).code == 0
