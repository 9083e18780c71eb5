"""The story of a run: chapters and deeds made of its events alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from forge.records.record import RunRecord
from forge.timeline.event import Data, Event
from forge.timeline.log import Reading
from forge.timeline.run import events as ev
from forge.timeline.run import fold
from forge.views.runs.story import Deed, duration_text, seconds, story_of
from tests.records.runs import STARTED, card, chain

STEPS = [{"id": f"01-01/{number}", "name": f"Step {number}", "stage": "edit"} for number in (1, 2)]


def record(*data: tuple[str | None, Data]) -> RunRecord:
    """A run with these events; each comes with the id of its step."""
    own = card(steps=STEPS)
    events = [
        replace(event, step=step)
        for event, (step, _) in zip(chain(own.run, [one for _, one in data]), data, strict=True)
    ]
    state = fold.fold(own.run, own.steps, events)
    return RunRecord(
        own, Reading(events, b"", b""), state, Path("/r/.planning/runs/x"), False, state.status
    )


FIRST, SECOND = "01-01/1", "01-01/2"
RUN = record(
    (None, STARTED),
    (FIRST, ev.StepStarted(1, "Step 1", "edit")),
    (FIRST, ev.RunnerFinished("agent", 0, 1500)),
    (FIRST, ev.TestCompleted(True, 0, 250, command="npm\ntest", check=1)),
    (FIRST, ev.TestCompleted(False, 1, 250, command="lint", check=2)),
    (FIRST, ev.StepCompleted(1)),
    (SECOND, ev.StepSkipped("no need")),
    (None, ev.TruthProven(1, "It works", "npm test", "t")),
    (None, ev.Final("completed", 1, 2, "proven")),
)


def test_deeds_are_in_the_chapter_of_their_step() -> None:
    first, second, closing = story_of(RUN).chapters
    assert [(deed.kind, deed.text, deed.good) for deed in first.deeds] == [
        ("runner", "agent ended (exit), status 0", True),
        ("check", "npm test: passed", True),
        ("check", "lint: failed with status 1", False),
    ]
    assert [deed.kind for deed in second.deeds] == ["skipped"]
    assert [deed.text for deed in closing.deeds] == ["truth:1 proven: It works"]


def test_a_chapter_sums_its_step_up() -> None:
    first, second, closing = story_of(RUN).chapters
    assert (first.title, first.outcome) == ("1. Step 1", "completed")
    assert first.checks == "1 passed, 1 failed"
    assert (second.outcome, second.checks) == ("skipped: no need", "")
    assert (closing.title, closing.outcome, closing.checks) == ("The run as a whole", "", "")


def test_a_run_without_closing_deeds_has_only_its_steps() -> None:
    assert [chapter.step is None for chapter in story_of(record((None, STARTED))).chapters] == [
        False,
        False,
    ]


def test_data_that_does_not_fit_its_type_is_left_out() -> None:
    run = record((FIRST, ev.RunnerFinished("agent", 0, 1)))
    (event,) = run.reading.events
    broken = replace(event, data={"runner": 5})
    unknown = replace(event, type="coffee_made")
    strange = replace(run, reading=Reading([broken, unknown], b"", b""))
    assert all(not chapter.deeds for chapter in story_of(strange).chapters)


def test_json_has_steps_and_closing_apart() -> None:
    data = story_of(RUN).as_data()
    assert data["people"] == ["Ada <ada@example.org>"]
    steps = data["steps"]
    assert isinstance(steps, list) and [step["id"] for step in steps] == [FIRST, SECOND]
    assert [deed["seq"] for deed in steps[0]["deeds"]] == [3, 4, 5]
    assert [deed["kind"] for deed in data["closing"]] == ["truth"]  # type: ignore[attr-defined]


def test_times_come_from_the_events() -> None:
    story = story_of(RUN)
    assert story.duration == 8.0
    runner = story.chapters[0].deeds[0]
    assert runner.ended_at - runner.began_at == pytest.approx(1.5)
    skipped = story.chapters[1].deeds[0]
    assert skipped.ended_at == skipped.began_at
    assert story_of(replace(RUN, reading=Reading([], b"", b""))).span == (0.0, 0.0)


def test_a_duration_that_is_not_a_number_counts_as_none() -> None:
    event: Event = RUN.reading.events[2]
    deed = Deed(replace(event, data={**event.data, "duration_ms": "long"}), "runner", "")
    assert deed.began_at == deed.ended_at


@pytest.mark.parametrize("ts", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_time_that_is_none_is_zero(ts: str) -> None:
    assert seconds(ts) == 0.0


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (59.9, "59.9 s"),
        (60, "1 min 0 s"),
        (192.4, "3 min 12 s"),
        (3599.6, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_duration_reads_well(duration: float, text: str) -> None:
    assert duration_text(duration) == text
