"""One event of a timeline: the envelope that is a line of the log, and the typed data inside."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, ClassVar, TypeVar

from forge.text import jsonl, shape

if TYPE_CHECKING:
    from forge.timeline.state import RunState

GENESIS = "0" * 32
VERSION = 1
KEYS = ("v", "seq", "ts", "type", "run", "step", "attempt", "actor", "execution", "data", "evidence", "prev")


@dataclass(frozen=True)
class Event:
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
        try:
            found = json.loads(line)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        if not isinstance(found, dict) or any(key not in found for key in KEYS):
            raise ValueError("not an object with the twelve keys of an event")
        if wrong := shape.misfit(cls, found):
            raise ValueError(f"`{wrong}` is of the wrong type")
        return cls(**{key: found[key] for key in KEYS})

    def as_data(self) -> dict[str, object]:
        """Return the event as JSON shows it."""
        return {key: getattr(self, key) for key in KEYS}


def link(line: bytes) -> str:
    """Return what the event behind a line carries as `prev`: 32 hex digits of the line's SHA-256, LF left out."""
    return hashlib.sha256(line.rstrip(b"\n")).hexdigest()[:32]


@dataclass(frozen=True)
class Data:
    """The typed data of one event type. Subclasses name the type, the fields, and what the event does to a run's state."""

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
    if cls is None:
        return None
    names = {field.name: field.name.rstrip("_") for field in fields(cls)}
    known = {name: event.data[key] for name, key in names.items() if key in event.data}
    try:
        return cls(**known) if shape.misfit(cls, known) is None else None
    except TypeError:  # a field without a default is not there
        return None
