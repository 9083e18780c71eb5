"""Folds events into a run's state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forge.timeline.event import Event
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.state import RunState, StepState


def blank(run: str, steps: Iterable[Mapping[str, object]]) -> RunState:
    """Return the state of a run before its first event; `steps` are those of `run.yaml`."""
    states = [
        StepState(
            str(step.get("id")), number, str(step.get("name", "")), str(step.get("stage", ""))
        )
        for number, step in enumerate(steps, 1)
    ]
    return RunState(run, states)


def advance(state: RunState, event: Event) -> None:
    """Apply one event. An event of an unknown type only counts."""
    data = RUN_EVENTS.typed(event)
    if data is not None:
        data.apply(state, event)
    state.last_seq, state.last_type = event.seq, event.type


def fold(run: str, steps: Iterable[Mapping[str, object]], events: Iterable[Event]) -> RunState:
    """Return the state after the events."""
    state = blank(run, steps)
    for event in events:
        advance(state, event)
    return state
