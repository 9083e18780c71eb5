"""The must-haves that a plan declares in its front matter; `check/must_haves` decides them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from forge.text.source import Span
from forge.text.yaml.parse import Value

Kind = Literal["truth", "artifact", "key_link", "prohibition"]

BLOCKS: dict[str, Kind] = {
    "truths": "truth",
    "artifacts": "artifact",
    "key_links": "key_link",
    "prohibitions": "prohibition",
}


class MustHave(Struct, frozen=True):
    """One declared must-have: its kind, its number from 1 within the kind, and its YAML value."""

    kind: Kind
    index: int
    value: Value

    @property
    def span(self) -> Span:
        """Its place in the document."""
        return self.value.span

    def raw(self, *keys: str) -> str | None:
        """Return the text of the first of `keys` that has one."""
        for key in keys:
            value = self.value.get(key)
            if value is not None and not isinstance(value.data, (dict, list, type(None))):
                return value.raw
        return None

    @property
    def statement(self) -> str:
        """The must-have in one line for people: a truth's statement, a path, `from -> to`."""
        if self.kind == "artifact":
            return (self.raw("path") or _flat(self.value)).strip()
        if self.kind == "key_link" and isinstance(self.value.data, dict):
            return f"{self.raw('from') or '?'} -> {self.raw('to') or '?'}"
        return " ".join((self.raw("statement", "truth") or _flat(self.value)).split())

    @property
    def command(self) -> str | None:
        """The command that proves a truth, or None."""
        return self.raw("verify") if self.kind == "truth" else None

    @property
    def name(self) -> str:
        """The name that `attest` and `waive` take: `truth:2`."""
        return f"{self.kind}:{self.index}"


def _flat(value: Value) -> str:
    if isinstance(value.data, dict):
        return "; ".join(f"{key}: {_flat(item)}" for key, item in value.items())
    if isinstance(value.data, list):
        return ", ".join(_flat(item) for item in value.data)
    return value.raw


def declared(front: Value) -> list[MustHave]:
    """Return every must-have of a plan's front matter, in file order within its kind.

    If `must_haves` is a list, its blocks are one-key mappings, and a string in it is a truth.
    """
    block = front.get("must_haves")
    if block is None:
        return []
    values: dict[Kind, list[Value]] = {}
    for key, value in _blocks(block):
        if kind := BLOCKS.get(key):
            values.setdefault(kind, []).extend(value.elements())
    return [
        MustHave(kind, index, value)
        for kind in BLOCKS.values()
        for index, value in enumerate(values.get(kind, []), 1)
    ]


def _blocks(block: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(block.data, dict):
        yield from block.items()
        return
    for element in block.elements():
        if isinstance(element.data, dict) and set(element.data) & set(BLOCKS):
            yield from element.items()
        else:
            yield "truths", Value([element], "", element.span, {})
