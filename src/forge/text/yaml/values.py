"""Parsed YAML values with their positions, the error for text that does not parse, and duplicate
keys.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from msgspec import Struct, field

from forge.text.source import Span


class YamlProblem(Exception):
    """Text that is not valid YAML: what is wrong, and where (an offset into the parsed text).

    `start` is the start of the token that could not be read, otherwise the same as `offset`.
    `final` says that no single line is wrong, so that repairing one would not help. `opened` is
    the start of the brackets around it.
    """

    def __init__(
        self,
        message: str,
        offset: int,
        start: int | None = None,
        *,
        final: bool = False,
        opened: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.start = offset if start is None else start
        self.final = final
        self.opened = opened


class Value(Struct, frozen=True):
    """One YAML value. `data` is a str, int, float, bool, None, list of values or dict of values;
    `raw` is a scalar's text as it was written.
    """

    data: object
    raw: str
    span: Span
    keys: Mapping[str, Span]

    def get(self, key: str) -> Value | None:
        """Return the value of a key, None if this is not a mapping with that key."""
        return self.data.get(key) if isinstance(self.data, dict) else None

    def items(self) -> Iterator[tuple[str, Value]]:
        """Yield the keys and values of a mapping, in file order."""
        if isinstance(self.data, dict):
            yield from self.data.items()

    def elements(self) -> list[Value]:
        """Return the elements of a list, a scalar as a list of one, null as an empty list."""
        if isinstance(self.data, list):
            return self.data
        return [] if self.data is None else [self]

    def texts(self) -> list[str]:
        """Return the scalars of a list (or the scalar itself) as they were written."""
        return [
            element.raw for element in self.elements() if not isinstance(element.data, (dict, list))
        ]

    def plain(self) -> object:
        """Return the value as plain Python data."""
        if isinstance(self.data, dict):
            return {key: value.plain() for key, value in self.data.items()}
        if isinstance(self.data, list):
            return [value.plain() for value in self.data]
        return self.data


class Repeated(Struct, frozen=True):
    """A duplicate key of a mapping: its name, its place, and the place of the first one."""

    key: str
    span: Span
    first: Span


class Repeats(Struct):
    """Allows duplicate keys in a mapping, and collects them.

    Two lists are joined, two mappings merged key by key. Of two scalars the first one counts,
    unless their key is one of `listed`: then they become a list.
    """

    listed: Container[str] = ()
    found: list[Repeated] = field(default_factory=list)

    def join(self, key: str, first: Value, second: Value) -> Value:
        """Merge two values of a duplicate key."""
        if first.data is None or second.data is None:
            return second if first.data is None else first
        if isinstance(first.data, dict) and isinstance(second.data, dict):
            data = dict(first.data)
            for name, value in second.data.items():
                data[name] = self.join(name, data[name], value) if name in data else value
            return Value(data, "", first.span, {**second.keys, **first.keys})
        if isinstance(first.data, list) or isinstance(second.data, list):
            return Value([*first.elements(), *second.elements()], "", first.span, {})
        return Value([first, second], "", first.span, {}) if key in self.listed else first
