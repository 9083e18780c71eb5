"""Operations that approve a plan, answer a run, and control it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from forge.errors import ForgeError, NoOpenRun, NotApproved, SettingsError, UsageError
from forge.front.operations.shared import run_controls
from forge.run.approvals.prompter import Answer
from forge.text.printable import Text, plain_text
from forge.timeline.run.state import Question
from tests.conftest import Sandbox
from tests.front.calling import Front, enter
from tests.front.unattended import Unattended
from tests.run.plans import Case, Task, auto, writes

HUMAN = "<human>Look at it.</human>"


class User(Unattended):
    """A caller with a user who gives prepared answers."""

    present = True

    def __init__(self, *answers: Answer) -> None:
        super().__init__()
        self.answers = [*answers]
        self.approved_texts: list[str] = []

    def prompter(self) -> Any:
        return self

    def ask(
        self, question: Question, canceled: Callable[[], bool], patch: str = ""
    ) -> Answer | None:
        return self.answers.pop(0) if self.answers else None

    def approve(self, text: Text) -> bool:
        self.approved_texts.append(plain_text(text))
        return True


@pytest.fixture
def planned(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Front:
    """A plan of two edits; the first one asks the user to look at its work."""
    tasks = [Task("Write it", "a.txt", HUMAN), Task("Write more", "b.txt", auto("test -s b.txt"))]
    work = {1: writes("a.txt", "a"), 2: writes("b.txt", "b")}
    Case(sandbox, tasks, work, files=("a.txt", "b.txt")).set_up()
    return enter(sandbox, monkeypatch)


@pytest.fixture
def waiting(planned: Front) -> Front:
    """The plan, executed until it waits for the user."""
    reply = planned.perform("execute", name="01-01", approve=True)
    assert reply.code == 4, reply.as_text()
    return planned


def status(front: Front) -> str:
    return str(front.data("runs")["runs"][-1]["status"])


def test_a_plan_that_is_not_approved_is_not_executed(planned: Front) -> None:
    with pytest.raises(NotApproved) as refused:
        planned.perform("execute", name="01-01")
    assert refused.value.next_commands[0].startswith("forge approve ")
    assert planned.data("runs")["runs"] == []


def test_approve_shows_the_plan_and_records_the_approval(planned: Front) -> None:
    shown = planned.perform("approve", name="01-01", only_print=True)
    assert shown.as_data()["approved"] is False and shown.findings is not None
    with pytest.raises(NotApproved):
        planned.perform("execute", name="01-01")
    approved = planned.perform("approve", name="01-01")
    assert approved.as_text() == f"{shown.as_text()}\napproved; now: forge execute 01-01"
    assert approved.as_data()["subject"] == shown.as_data()["subject"]
    assert planned.perform("execute", name="01-01").code == 4


def test_reject_withdraws_an_approval(planned: Front) -> None:
    text = planned.text("reject", name="01-01")
    assert text == "01-01 was not approved as it is now"
    planned.perform("approve", name="01-01")
    reply = planned.perform("reject", name="01-01")
    assert reply.as_text() == "the approval of 01-01 is withdrawn"
    assert reply.as_data()["approved"] is False
    with pytest.raises(NotApproved):
        planned.perform("execute", name="01-01")


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_without_a_run_an_answer_needs_a_plan(planned: Front, verb: str) -> None:
    with pytest.raises(NoOpenRun, match="no run waits for an answer"):
        planned.perform(verb)


@pytest.mark.parametrize("verb", ["pause", "stop", "resume", "retry", "undo", "rollback"])
def test_a_control_needs_a_run(planned: Front, verb: str) -> None:
    with pytest.raises(ForgeError) as refused:
        planned.perform(verb)
    assert refused.value.exit_code == 2 and refused.value.hint


def test_a_user_at_the_front_is_asked_at_once(planned: Front) -> None:
    planned.caller = user = User(Answer(True))
    reply = planned.perform("execute", name="01-01")
    assert "01-01" in user.approved_texts[0]
    assert user.answers == [] and status(planned) == "completed"
    assert reply.as_data()["status"] == "completed"


def test_approve_without_a_name_answers_the_open_run(waiting: Front) -> None:
    reply = waiting.perform("approve", note="it is fine")
    assert reply.code == 0 and reply.as_data()["waiting_for"] is None
    waiting.perform("resume")
    assert status(waiting) == "completed"
    resolved = [
        event
        for event in waiting.data("timeline")["events"]
        if event["type"] == "approval_resolved"
    ]
    assert "it is fine" in str(resolved[-1]["data"])


def test_approve_of_a_plan_with_an_open_run_approves_the_plan(waiting: Front) -> None:
    assert waiting.data("approve", name="01-01")["approved"] is True
    assert waiting.data("next")["why"].endswith("it waits for you (human_verify)")


def test_reject_makes_the_step_fail_with_the_reason(waiting: Front) -> None:
    run = waiting.data("runs")["runs"][0]["run"]
    reply = waiting.perform("reject", name=run, note="too short")
    assert reply.code == 0
    assert waiting.perform("resume").code == 1
    assert "too short" in waiting.text("timeline")


def test_an_option_that_there_is_not_is_refused(waiting: Front) -> None:
    with pytest.raises(UsageError, match="has no option `left` here"):
        waiting.perform("approve", option="left")


def test_status_and_next_name_what_the_run_waits_for(waiting: Front) -> None:
    assert "waits for you: human_verify" in waiting.text("status")
    why = waiting.data("next")["why"]
    assert why.startswith("the run ") and why.endswith("it waits for you (human_verify)")
    (reasons,) = [
        entry["reasons"]
        for entry in waiting.data("ready", explain=True)["waiting"]
        if entry["id"] == "01-01"
    ]
    assert reasons[0].startswith("its run ") and reasons[0].endswith(" is paused")


def test_pause_of_a_paused_run_only_records(waiting: Front) -> None:
    assert waiting.perform("pause").code == 0 and status(waiting) == "paused"


def test_resume_without_an_answer_still_waits(waiting: Front) -> None:
    assert waiting.perform("resume").code == 4


def test_retry_does_the_step_again(waiting: Front) -> None:
    assert waiting.perform("retry").code == 4
    retried = [
        event for event in waiting.data("timeline")["events"] if event["type"] == "step_retried"
    ]
    assert [event["data"]["attempt"] for event in retried] == [2]


def test_skip_leaves_out_the_step(planned: Front) -> None:
    work = planned.folder.with_name("worker") / "work.txt"
    work.write_text("1 sys.exit(3)\n2 " + writes("b.txt", "b") + "\n")
    assert planned.perform("execute", name="01-01", approve=True).code == 1
    planned.perform("skip", reason="done by hand")
    skipped = [
        event for event in planned.data("timeline")["events"] if event["type"] == "step_skipped"
    ]
    assert [event["data"]["reason"] for event in skipped] == ["done by hand"]


def test_stop_ends_the_run_with_its_reason(waiting: Front) -> None:
    reply = waiting.perform("stop")
    assert reply.code == 0 and reply.as_data()["status"] == "stopped"
    assert "stopped by the user" in waiting.text("timeline")


def test_a_waived_and_an_attested_truth_are_proofs(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    must_haves = "must_haves:\n  truths: [It reads well, It is short]\n"
    Case(sandbox, [Task("Write it")], must_haves=must_haves).set_up()
    front = enter(sandbox, monkeypatch)
    attested = front.perform(
        "attest", name="01-01", must_have="truth:1", evidence=("README.md",), note="I read it"
    )
    waived = front.perform("waive", name="01-01", must_have="truth:2", reason="later")
    assert "truth:1" in attested.as_text() and "truth:2" in waived.as_text()
    verdicts = front.data("verify", name="01-01")["plans"][0]["must_haves"]
    assert [verdict["verdict"] for verdict in verdicts] == ["pass", "waived"]


def test_settings_that_cannot_be_read_refuse_a_run_but_not_its_end(waiting: Front) -> None:
    (waiting.folder / ".planning/forge.yaml").write_text("version: [\n")
    with pytest.raises(SettingsError):
        waiting.perform("resume")
    assert waiting.perform("stop").as_data()["status"] == "stopped"
    assert any(note.startswith("warning: ") for note in waiting.caller.notes)


def test_warnings_of_settings_are_shown(planned: Front) -> None:
    path = planned.folder / ".planning/forge.yaml"
    path.write_text(path.read_text() + "unknown_key: 1\n")
    planned.perform("execute", name="01-01", dry_run=True)
    assert any("unknown_key" in note for note in planned.caller.notes)


def test_an_ignore_rule_over_the_records_is_noted(planned: Front) -> None:
    (planned.folder / ".gitignore").write_text(".planning/runs/\n")
    planned.perform("execute", name="01-01", dry_run=True)
    assert any("an ignore rule covers .planning/runs/" in note for note in planned.caller.notes)


@pytest.mark.parametrize(
    ("kind", "control", "refused"),
    [
        ("execute", "retry", False),
        ("rollback", "retry", True),
        ("undo", "skip", True),
        ("rollback", "", False),
        ("undo", "", False),
    ],
)
def test_only_an_execution_has_steps_to_retry_or_to_skip(
    planned: Front, monkeypatch: pytest.MonkeyPatch, kind: str, control: str, refused: bool
) -> None:
    record = SimpleNamespace(card=SimpleNamespace(kind=kind, run="20260101T000000Z-x"), live=True)
    monkeypatch.setattr(run_controls, "one_run", lambda *args, **options: record)
    monkeypatch.setattr(run_controls, "tracked_copy_warning", lambda *args: "the copy is older")
    if refused:
        with pytest.raises(UsageError) as raised:
            run_controls.open_run(planned.call(), None, control)
        assert raised.value.next_commands == ["forge resume 20260101T000000Z-x"]
        assert raised.value.message == f"this run is a {kind}, which has no step to {control}"
    else:
        assert run_controls.open_run(planned.call(), None, control) is record
    assert planned.caller.notes == ["note: the copy is older"]
