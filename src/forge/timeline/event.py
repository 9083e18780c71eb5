"""One event of a log: its envelope, which is one line, and the typed data inside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from forge.text import jsonl

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
    """One line of a log. `evidence` holds `{kind, path, sha256, bytes, truncated}`.

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
        """Return the event as a line with its LF, keys in the order of the format."""
        return jsonl.encode({key: getattr(self, key) for key in KEYS})

    @classmethod
    def decode(cls, line: bytes) -> Event:
        """Read a line. Raises ValueError if it is not an event."""
        if line.startswith(_OWN_PREFIX):
            try:
                return _LINE.decode(line)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                pass  # a lone surrogate is valid all the same; errors get their text below
        return _decoded(line)

    def as_data(self) -> dict[str, object]:
        return {key: getattr(self, key) for key in KEYS}


_OWN_PREFIX = b'{"v":1,"seq":'  # the start of every line that this forge writes
_LINE = msgspec.json.Decoder(Event)


def decode_all(lines: list[bytes], raw: bytes) -> list[Event] | None:
    """Return the events of `raw`, or None if a line is not written the way this forge writes it.

    `lines` are the lines of `raw`. This is the fast path: one call for the whole log.
    """
    if not all(line.startswith(_OWN_PREFIX) for line in lines):
        return None
    try:
        events = _LINE.decode_lines(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return events if len(events) == len(lines) else None


def _decoded(line: bytes) -> Event:
    """Read a line as any JSON. Raises ValueError with the reason."""
    try:
        fields = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(fields, dict) or any(key not in fields for key in KEYS):
        raise ValueError("not an object with the twelve keys of an event")
    return msgspec.convert(fields, Event)


def link(line: bytes) -> str:
    """Return the `prev` of the event after a line: 32 hex digits of its SHA-256, without the LF."""
    return hashlib.sha256(line.rstrip(b"\n")).hexdigest()[:32]


class Data(Struct, frozen=True, gc=False):
    """The typed data of one event type. A subclass names its type and declares its fields."""

    type: ClassVar[str] = ""

    def as_data(self) -> dict[str, object]:
        """Return the fields as the event's `data`."""
        return asdict(self)


D = TypeVar("D", bound=Data)


class EventFamily(Generic[D]):
    """The event types that one kind of log may hold, each with the class of its data."""

    def __init__(self, classes: Iterable[type[D]]) -> None:
        """Raises ValueError if a class names no type, or two classes name the same one."""
        self.classes: dict[str, type[D]] = {}
        for cls in classes:
            if not cls.type or cls.type in self.classes:
                raise ValueError(f"{cls.__name__} needs an event type of its own: {cls.type!r}")
            self.classes[cls.type] = cls

    def typed(self, event: Event) -> D | None:
        """Return an event's typed data, or None if its type is unknown or its fields do not fit.

        Unknown fields are ignored: a newer forge may add some.
        """
        cls = self.classes.get(event.type)
        try:
            return None if cls is None else msgspec.convert(event.data, cls)
        except (msgspec.ValidationError, RecursionError):
            return None
