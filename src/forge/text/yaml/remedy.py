"""One way to repair a text that does not parse."""

from __future__ import annotations

from msgspec import Struct

from forge.text.edit import Edit
from forge.text.source import Span


class Remedy(Struct, frozen=True):
    """What is wrong (`kind`, `message`, `span`), the edits that would repair it, and whether they
    cannot change the meaning (`safe`).
    """

    kind: str
    span: Span
    message: str
    edits: tuple[Edit, ...]
    safe: bool = False
