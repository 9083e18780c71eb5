"""One event of a timeline: the envelope that is a line of the log, and the typed data inside."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, ClassVar, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from forge.text import jsonl

if TYPE_CHECKING:
    from forge.timeline.run.state import RunState

GENESIS = "0" * 32
VERSION = 1
KEYS = (
    "v",
    "seq",
    "ts",
    "type",
    "run",
    "step",
    "attempt",
    "actor",
    "execution",
    "data",
    "evidence",
    "prev",
)


class Event(Struct, frozen=True, gc=False):
    """A line of a timeline. `evidence` holds `{kind, path, sha256, bytes, truncated}`.

    `step` and `attempt` are None outside a step.
    """

    seq: int
    ts: str
    type: str
    run: str
    step: str | None
    attempt: int | None
    actor: str
    execution: str
    data: dict[str, object]
    evidence: list[dict[str, object]]
    prev: str
    v: int = VERSION

    def encode(self) -> bytes:
        """Return the event as a line, keys in the order of the format, with its LF."""
        return jsonl.encode({key: getattr(self, key) for key in KEYS})

    @classmethod
    def decode(cls, line: bytes) -> Event:
        """Read a line. Raises ValueError where it is no event."""
        if line.startswith(_OWN):
            try:
                return _LINE.decode(line)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                # what the fast reader refuses may be sound all the same (a lone surrogate), or is
                # named below
                pass
        return _decoded(line)

    def as_data(self) -> dict[str, object]:
        """Return the event as JSON shows it."""
        return {key: getattr(self, key) for key in KEYS}


_OWN = b'{"v":1,"seq":'  # how this forge begins a line
_LINE = msgspec.json.Decoder(Event)


def decode_all(lines: list[bytes], raw: bytes) -> list[Event] | None:
    """Read the lines of `raw`, all at once; None where one of them is not as this forge writes
    it.
    """
    if not all(line.startswith(_OWN) for line in lines):
        return None
    try:
        events = _LINE.decode_lines(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return events if len(events) == len(lines) else None


def _decoded(line: bytes) -> Event:
    """Read a line as JSON of any spelling. Raises ValueError, which names what is wrong."""
    try:
        found = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(found, dict) or any(key not in found for key in KEYS):
        raise ValueError("not an object with the twelve keys of an event")
    return msgspec.convert(found, Event)


def link(line: bytes) -> str:
    """Return what the event behind a line carries as `prev`: 32 hex digits of the line's SHA-256,
    LF left out.
    """
    return hashlib.sha256(line.rstrip(b"\n")).hexdigest()[:32]


class Data(Struct, frozen=True, gc=False):
    """The typed data of one event type. Subclasses name the type, the fields, and what the event
    does to a run's state.
    """

    type: ClassVar[str] = ""

    def as_data(self) -> dict[str, object]:
        """Return the fields as the event's `data`."""
        return asdict(self)

    def apply(self, state: RunState, event: Event) -> None:
        """Change a run's state as the event says. An event that only informs changes nothing."""


D = TypeVar("D", bound="Data")

REGISTRY: dict[str, type[Data]] = {}


def register(cls: type[D]) -> type[D]:
    """Make an event type known to the fold."""
    REGISTRY[cls.type] = cls
    return cls


def typed(event: Event) -> Data | None:
    """Return an event's typed data; None for a type, or fields, that this forge does not know."""
    cls = REGISTRY.get(event.type)
    try:
        return None if cls is None else msgspec.convert(event.data, cls)
    except (msgspec.ValidationError, RecursionError):
        return None
