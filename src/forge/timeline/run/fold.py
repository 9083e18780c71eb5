"""Folds events into a run's state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forge.timeline.event import Event, typed
from forge.timeline.run import events as _known  # noqa: F401  (registers every event type)
from forge.timeline.run.state import RunState, StepState


def blank(run: str, steps: Iterable[Mapping[str, object]]) -> RunState:
    """Return the state of a run of which nothing has happened; `steps` are those of `run.yaml`."""
    states = [
        StepState(
            str(step.get("id")), number, str(step.get("name", "")), str(step.get("stage", ""))
        )
        for number, step in enumerate(steps, 1)
    ]
    return RunState(run, states)


def advance(state: RunState, event: Event) -> None:
    """Apply one event. A type that this forge does not know only counts."""
    data = typed(event)
    if data is not None:
        data.apply(state, event)
    state.last_seq, state.last_type = event.seq, event.type


def fold(run: str, steps: Iterable[Mapping[str, object]], events: Iterable[Event]) -> RunState:
    """Return the state that events lead to."""
    state = blank(run, steps)
    for event in events:
        advance(state, event)
    return state
