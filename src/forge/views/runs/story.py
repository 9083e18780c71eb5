"""A run told for somebody who reviews it: what was asked, what was done in each step, by whom, and
what backs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct, field

from forge.records.record import RunRecord
from forge.timeline.event import Event
from forge.timeline.run.state import StepState

_KINDS = {
    "runner_finished": "runner",
    "test_completed": "check",
    "test_skipped": "check",
    "approval_resolved": "answer",
    "diff_proposed": "diff",
    "diff_applied": "commit",
    "checkpoint_created": "checkpoint",
    "checkpoint_restored": "restored",
    "failure_detected": "failure",
    "repair_attempted": "repair",
    "step_skipped": "skipped",
    "step_retried": "retry",
    "truth_proven": "truth",
    "truth_failed": "truth",
    "truth_attested": "truth",
    "truth_waived": "truth",
    "execution_paused": "pause",
    "execution_resumed": "resumed",
    "execution_stopped": "stopped",
    "run_interrupted": "interrupted",
    "run_recovered": "recovered",
    "run_adopted": "adopted",
}
_TIMED = ("runner", "check")  # kinds of which the event says how long they took


class Deed(Struct, frozen=True):
    """One thing that happened: its event, its kind in a word, one line about it, and whether it
    went well (None: neither).
    """

    event: Event
    kind: str
    text: str
    good: bool | None = None

    @property
    def evidence(self) -> list[dict[str, object]]:
        """The files that back it."""
        return self.event.evidence

    @property
    def ended_at(self) -> float:
        """When it was over, in seconds since the epoch."""
        return seconds(self.event.ts)

    @property
    def began_at(self) -> float:
        """When it began; the same moment for what takes no time."""
        took = self.event.data.get("duration_ms") if self.kind in _TIMED else 0
        return self.ended_at - (took if isinstance(took, int | float) else 0) / 1000

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
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
    """A step, or what comes behind the last one (`step` is None then), with what happened in it."""

    step: StepState | None
    deeds: list[Deed] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The step's number and name."""
        return f"{self.step.number}. {self.step.name}" if self.step else "The run as a whole"

    @property
    def outcome(self) -> str:
        """How the step stands."""
        if self.step is None:
            return ""
        return (
            f"skipped: {self.step.skip_reason}"
            if self.step.status == "skipped"
            else self.step.status
        )

    @property
    def checks(self) -> str:
        """How many of the last attempt's checks came out how."""
        outcomes = [str(outcome) for outcome in self.step.work.checks.values()] if self.step else []
        return ", ".join(f"{outcomes.count(each)} {each}" for each in dict.fromkeys(outcomes))


class Story(Struct, frozen=True):
    """A run: its record, its chapters in order, and the moments at which it began and was last
    heard of.
    """

    record: RunRecord
    chapters: list[Chapter]

    @property
    def people(self) -> list[str]:
        """Who acted in it, in the order in which they came."""
        return list(dict.fromkeys(event.actor for event in self.record.reading.events))

    @property
    def span(self) -> tuple[float, float]:
        """First and last moment, in seconds since the epoch."""
        events = self.record.reading.events
        return (seconds(events[0].ts), seconds(events[-1].ts)) if events else (0.0, 0.0)

    @property
    def took(self) -> float:
        """Seconds from the first event to the last, waiting included."""
        return self.span[1] - self.span[0]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        card, state = self.record.card, self.record.state
        return {
            **self.record.as_data(),
            "kind": card.kind,
            "goal": card.goal,
            "plan_path": card.plan_path,
            "branch": card.branch,
            "base_commit": card.base_commit,
            "prior_run": card.prior_run,
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


def tell(record: RunRecord) -> Story:
    """Return the story of a run, from its events alone."""
    chapters = {step.id: Chapter(step) for step in record.state.steps}
    closing = Chapter(None)
    for event in record.reading.events:
        kind = _KINDS.get(event.type)
        if kind is None:
            continue
        text, good = _told(event)
        chapters.get(event.step or "", closing).deeds.append(
            Deed(event, kind, " ".join(text.split()), good)
        )
    return Story(record, [*chapters.values(), *([closing] if closing.deeds else [])])


def _told(event: Event) -> tuple[str, bool | None]:
    """Return a line about an event, and whether it went well."""
    data = event.data
    match _KINDS[event.type]:
        case "runner":
            status = data.get("exit_code")
            return f"{data.get('runner')} ended ({data.get('ended')}), status {status}", status == 0
        case "check" if event.type == "test_skipped":
            return f"{data.get('command')}: not run, {data.get('reason')}", None
        case "check":
            good = None if data.get("inconclusive") else bool(data.get("success"))
            return f"{data.get('command')}: {_outcome(event)}", good
        case "diff":
            return f"{data.get('summary')}, risk {data.get('risk_level')}", None
        case "checkpoint":
            return str(data.get("checkpoint_id")), None
        case "commit":
            return (
                f"committed {str(data['commit'])[:10]}" if data.get("commit") else "nothing changed"
            ), None
        case "truth":
            word = event.type.removeprefix("truth_")
            name = data.get("name") or f"truth:{data.get('truth')}"
            return f"{name} {word}: {data.get('statement')}", word != "failed"
        case "answer":
            return "; ".join(_answer(event)), data.get("decision") == "approved"
        case "failure" | "pause" as kind:
            return (
                (
                    f"{data.get('kind') or data.get('reason')}:"
                    f" {data.get('error') or data.get('text')}"
                ),
                (False if kind == "failure" else None),
            )
        case _:
            return ", ".join(_facts(data)), None


def _outcome(event: Event) -> str:
    data = event.data
    if data.get("inconclusive"):
        return f"proves nothing, {data['inconclusive']}"
    if data.get("success"):
        return "passed"
    return (
        f"failed with status {data.get('exit_code')}"
        if data.get("ended") == "exit"
        else f"failed ({data.get('ended')})"
    )


def _answer(event: Event) -> Iterator[str]:
    data = event.data
    yield f"{data.get('kind') or data.get('approval_id')} {data.get('decision')} by {event.actor}"
    if data.get("option"):
        yield f"option {data['option']}"
    if data.get("reason"):
        yield str(data["reason"])


def _facts(data: dict[str, object]) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, str | int) and value not in ("", None):
            yield f"{key.replace('_', ' ')} {str(value)[:200]}"


def seconds(ts: str) -> float:
    """Return an event's time in seconds since the epoch; 0 for one that is no time."""
    try:
        return datetime.fromisoformat(ts).timestamp()
    except ValueError:
        return 0.0


def duration(took: float) -> str:
    """Return a number of seconds as people say it: `0.4 s`, `3 min 12 s`, `2 h 5 min`."""
    if took < 60:
        return f"{took:.1f} s"
    minutes, rest = divmod(round(took), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
