"""The chain: each line an event of this run, seq without gap or repeat, each bound to the line
before by its hash.
"""

from __future__ import annotations

from collections.abc import Sequence

from forge.check.replay.problems import Account
from forge.timeline.event import GENESIS, REGISTRY, VERSION, Event, link, typed


def read_lines(lines: Sequence[bytes], run: str, account: Account) -> list[Event]:
    """Return the events that can be read, and name every line that is none or does not follow from
    the line before.

    Unlike `timeline.log.read` it goes on behind a problem, so that each one is named and none
    twice.
    """
    events: list[Event] = []
    previous, expected = GENESIS, 1
    for line in lines:
        event = _decoded(line, expected, account)
        if event is not None:
            _judge(event, run, previous, expected, account)
            events.append(event)
        previous, expected = link(line), (event.seq if event is not None else expected) + 1
    return events


def _decoded(line: bytes, expected: int, account: Account) -> Event | None:
    try:
        return Event.decode(line)
    except (ValueError, TypeError) as error:
        account.wrong(expected, f"the line is no event: {error}")
        return None


def _judge(event: Event, run: str, previous: str, expected: int, account: Account) -> None:
    if event.v > VERSION:
        account.unknown(event.seq, f"it was written by a newer forge (version {event.v})")
    if event.seq > expected:
        account.wrong(event.seq, f"a gap: seq {event.seq} stands where {expected} belongs")
    elif event.seq < expected:
        account.wrong(event.seq, f"a repeat: seq {event.seq} stands where {expected} belongs")
    if event.prev != previous:
        account.wrong(
            event.seq, "the line before it was changed, taken out or put in: `prev` is not its hash"
        )
    if event.run != run:
        account.wrong(event.seq, f"it is of another run, {event.run}")
    if event.type in REGISTRY and event.v <= VERSION and typed(event) is None:
        account.wrong(event.seq, f"its data is not that of {event.type}")
