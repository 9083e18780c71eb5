"""The live log: what is appended, folded and observed, and how others' changes are undone."""

from __future__ import annotations

import pytest

from forge import atomic
from forge.errors import DamagedLog, StorageFailed, UsageError
from forge.records.store import live_folder, live_folders_here
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.live_log import LiveLog, create_live, read_live
from forge.timeline.run import events as ev
from tests.conftest import Sandbox
from tests.run.in_process import Observed, context_of, enter, opened, small_case


def test_an_appended_event_is_numbered_folded_and_stored(run: OpenRun) -> None:
    before = run.state.last_seq
    event = run.log.append(ev.ExecutionPaused("requested", "as asked"))
    assert event.seq == before + 1 == run.state.last_seq
    assert (run.state.status, run.state.pause) == ("paused", "requested")
    run.log.close()
    log, events, state = read_live(run.repository, run.card)
    log.close()
    assert events[-1] == event and state == run.state


def test_the_events_of_a_step_name_it_and_its_attempt(run: OpenRun) -> None:
    step = run.current
    started = run.log.append(ev.StepStarted(1, step.name, step.stage), step=step)
    assert (started.step, started.attempt) == ("01-01/1", 1)
    outside = run.log.append(ev.ExecutionPaused("requested", ""))
    assert (outside.step, outside.attempt) == (None, None)


def test_secrets_do_not_reach_the_log(run: OpenRun) -> None:
    secret = "ghp_" + "a1B2" * 9
    run.log.append(ev.FailureDetected("check", f"token {secret}"), step=run.current)
    assert secret not in (run.folder / "timeline.jsonl").read_text()


def test_observers_see_each_event(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    small_case(sandbox).set_up()
    observed = Observed()
    with opened(context_of(enter(sandbox, monkeypatch), notify=observed)) as run:
        run.log.append(ev.ExecutionPaused("requested", ""))
    assert observed.types == ["execution_paused"]


def test_the_first_events_are_at_hand(run: OpenRun) -> None:
    assert [event.type for event in run.log.first_events] == [
        "mission_started",
        "approval_resolved",
    ]


def test_nothing_follows_the_last_event(run: OpenRun) -> None:
    run.log.append(ev.Final("stopped", 0, 1, None))
    with pytest.raises(UsageError, match="has ended"):
        run.log.append(ev.ExecutionPaused("requested", ""))
    assert run.state.last_type == "final"


def test_a_changed_log_is_restored_and_reported_once(run: OpenRun) -> None:
    timeline = run.folder / "timeline.jsonl"
    original = timeline.read_bytes()
    assert not run.log.was_tampered_with()
    timeline.write_bytes(b"nothing\n")
    assert run.log.was_tampered_with()
    assert timeline.read_bytes() == original
    assert not run.log.was_tampered_with()


@pytest.mark.parametrize("remove", [True, False])
def test_a_changed_card_is_restored_and_reported(run: OpenRun, remove: bool) -> None:
    card = run.folder / "run.yaml"
    if remove:
        card.unlink()
    else:
        card.write_text("run: another\n")
    assert run.log.was_tampered_with()
    assert card.read_bytes() == run.card.encode()


def test_a_missing_note_of_the_work_tree_is_restored_silently(run: OpenRun) -> None:
    (run.folder / "work-tree").unlink()
    assert not run.log.was_tampered_with()
    assert (run.folder / "work-tree").read_text() == "."


def test_remove_takes_the_live_folder_away(run: OpenRun) -> None:
    run.log.remove()
    assert not run.folder.exists()
    assert list(live_folders_here(run.repository)) == []


def test_a_log_without_its_first_event_is_damaged(run: OpenRun) -> None:
    run.log.close()
    (run.folder / "timeline.jsonl").write_bytes(b"")
    with pytest.raises(DamagedLog, match="mission_started"):
        read_live(run.repository, run.card)


def test_a_run_that_cannot_be_written_leaves_nothing(
    run: OpenRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: object, **options: object) -> None:
        raise StorageFailed("the disk is full", "make room")

    run.log.remove()
    monkeypatch.setattr(atomic, "write", full)
    with pytest.raises(StorageFailed):
        create_live(run.repository, run.card, [], "Ada", "ex-1")
    assert not live_folder(run.repository, run.card.run).exists()
    assert not (run.repository.scratch / run.card.run).exists()


def test_the_files_of_an_adopted_run_are_kept(run: OpenRun) -> None:
    run.log.close()
    files = {
        "run.yaml": run.card.encode(),
        "timeline.jsonl": (run.folder / "timeline.jsonl").read_bytes(),
        "evidence/one.txt": b"output",
    }
    run.log.remove()
    first = [(ev.RunAdopted("here", "there"), None)]
    create_live(run.repository, run.card, first, "Ada", "ex-2", files)
    log = LiveLog(run.repository, run.card, actor="Ada", execution="ex-2")
    assert [event.type for event in log.first_events][-1] == "run_adopted"
    assert log.first_events[-1].prev and log.first_events[-1].seq == 3
    assert (log.folder / "evidence/one.txt").read_bytes() == b"output"
    log.close()
