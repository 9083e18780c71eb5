"""Checks the hash chain: every line is an event of this run, `seq` has no gap and no repeat, and
`prev` is the hash of the previous line.
"""

from __future__ import annotations

from collections.abc import Sequence

from forge.check.replay.record import Report
from forge.timeline.event import GENESIS, VERSION, Event, link
from forge.timeline.run.events import RUN_EVENTS


def read_lines(lines: Sequence[bytes], run: str, report: Report) -> list[Event]:
    """Return the readable events; report each line that is not an event or breaks the chain.

    Unlike `timeline.log.read`, it continues after a problem, so that each problem is reported once.
    """
    events: list[Event] = []
    previous, expected = GENESIS, 1
    for line in lines:
        event = _decoded(line, expected, report)
        if event is not None:
            _check(event, run, previous, expected, report)
            events.append(event)
        previous, expected = link(line), (event.seq if event is not None else expected) + 1
    return events


def _decoded(line: bytes, expected: int, report: Report) -> Event | None:
    try:
        return Event.decode(line)
    except (ValueError, TypeError) as error:
        report.add_problem(expected, f"the line is not an event: {error}")
        return None


def _check(event: Event, run: str, previous: str, expected: int, report: Report) -> None:
    if event.v > VERSION:
        report.add_unchecked(event.seq, f"a newer forge (version {event.v}) wrote it")
    if event.seq > expected:
        report.add_problem(event.seq, f"a gap: seq {event.seq} instead of {expected}")
    elif event.seq < expected:
        report.add_problem(event.seq, f"a repeat: seq {event.seq} instead of {expected}")
    if event.prev != previous:
        report.add_problem(
            event.seq, "the previous line was changed, removed or inserted: `prev` is not its hash"
        )
    if event.run != run:
        report.add_problem(event.seq, f"it belongs to another run, {event.run}")
    is_known = event.type in RUN_EVENTS.classes
    if is_known and event.v <= VERSION and RUN_EVENTS.typed(event) is None:
        report.add_problem(event.seq, f"its data does not fit {event.type}")
