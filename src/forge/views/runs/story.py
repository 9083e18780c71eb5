"""The story of a run for a review: what happened in each step, who acted, and the evidence."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from forge.records.record import RunRecord
from forge.timeline.event import Event
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.state import StepState

_TIMED = ("runner", "check")  # kinds of events that hold a duration


class Deed(Struct, frozen=True):
    """One thing that happened: its event, its kind, a line about it, and whether it went well
    (None: does not apply).
    """

    event: Event
    kind: str
    text: str
    good: bool | None = None

    @property
    def evidence(self) -> list[dict[str, object]]:
        """The files of evidence that the event names."""
        return self.event.evidence

    @property
    def ended_at(self) -> float:
        """When it ended, in seconds since the epoch."""
        return seconds(self.event.ts)

    @property
    def began_at(self) -> float:
        """When it began, in seconds since the epoch; `ended_at` for an event without a duration."""
        duration_ms = self.event.data.get("duration_ms") if self.kind in _TIMED else 0
        return self.ended_at - (duration_ms if isinstance(duration_ms, int | float) else 0) / 1000

    def as_data(self) -> dict[str, object]:
        return {
            "seq": self.event.seq,
            "ts": self.event.ts,
            "kind": self.kind,
            "text": self.text,
            "good": self.good,
            "actor": self.event.actor,
            "evidence": self.evidence,
        }


class Chapter(Struct, frozen=True):
    """A step with what happened in it; `step` is None for what came after the last one."""

    step: StepState | None
    deeds: list[Deed] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.step.number}. {self.step.name}" if self.step else "The run as a whole"

    @property
    def outcome(self) -> str:
        """The step's status, with the reason if it was skipped."""
        if self.step is None:
            return ""
        return (
            f"skipped: {self.step.skip_reason}"
            if self.step.status == "skipped"
            else self.step.status
        )

    @property
    def checks(self) -> str:
        """The number of checks of the last attempt by outcome, as text."""
        outcomes = [str(outcome) for outcome in self.step.work.checks.values()] if self.step else []
        return ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))


class Story(Struct, frozen=True):
    """A run: its record and its chapters in order; `missing` are its commits that are not in this
    clone.
    """

    record: RunRecord
    chapters: list[Chapter]
    missing: list[str] = field(default_factory=list)

    @property
    def people(self) -> list[str]:
        """The actors, in the order of their first event."""
        return list(dict.fromkeys(event.actor for event in self.record.reading.events))

    @property
    def span(self) -> tuple[float, float]:
        """The times of the first and the last event, in seconds since the epoch."""
        events = self.record.reading.events
        return (seconds(events[0].ts), seconds(events[-1].ts)) if events else (0.0, 0.0)

    @property
    def duration(self) -> float:
        """Seconds from the first event to the last, including pauses."""
        return self.span[1] - self.span[0]

    def as_data(self) -> dict[str, object]:
        card, state = self.record.card, self.record.state
        return {
            **self.record.as_data(),
            "kind": card.kind,
            "goal": card.goal,
            "plan_path": card.plan_path,
            "branch": card.branch,
            "base_commit": card.base_commit,
            "prior_run": card.prior_run,
            "missing": self.missing,
            "runner": card.runner,
            "people": self.people,
            "counts": state.counts,
            "must_haves": state.verdicts,
            "steps": [_step_data(chapter) for chapter in self.chapters if chapter.step],
            "closing": [
                deed.as_data()
                for chapter in self.chapters
                if chapter.step is None
                for deed in chapter.deeds
            ],
        }


def _step_data(chapter: Chapter) -> dict[str, object]:
    step = chapter.step
    assert step is not None
    return {
        "id": step.id,
        "name": step.name,
        "stage": step.stage,
        "status": step.status,
        "attempt": step.attempt,
        "commits": step.commits,
        "checks": chapter.checks,
        "deeds": [deed.as_data() for deed in chapter.deeds],
    }


def story_of(record: RunRecord, missing: list[str] | None = None) -> Story:
    """Return the story of a run, from its events alone; `missing` are commits that are not here."""
    chapters = {step.id: Chapter(step) for step in record.state.steps}
    closing = Chapter(None)
    for event in record.reading.events:
        data = RUN_EVENTS.typed(event)
        if data is not None and data.review_kind:
            text = " ".join(data.line(event).split())
            chapter = chapters.get(event.step or "", closing)
            chapter.deeds.append(Deed(event, data.review_kind, text, data.good()))
    whole = [*chapters.values(), *([closing] if closing.deeds else [])]
    return Story(record, whole, missing or [])


def seconds(ts: str) -> float:
    """Return an event's time in seconds since the epoch; 0 if it is not a valid time."""
    try:
        return datetime.fromisoformat(ts).timestamp()
    except ValueError:
        return 0.0


def duration_text(duration: float) -> str:
    """Return a number of seconds as text: `0.4 s`, `3 min 12 s`, `2 h 5 min`."""
    if duration < 60:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
