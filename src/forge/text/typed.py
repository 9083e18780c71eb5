"""Reads a parsed YAML document into a typed struct, with a place for everything that does not fit.

Each field is converted on its own: a field that does not fit is reported and keeps its default, and
the other fields are read. A list keeps its entries that fit: a limit or a dependency must not
vanish because of the entry beside it. A field's `Meta(description=...)` says what it has to be, for
messages; `Meta(extra={"lone": True})` reads a single scalar as a list of one.
"""

from __future__ import annotations

import contextlib
import difflib
import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct, ValidationError, convert
from msgspec.structs import FieldInfo, fields, replace

from forge.text.source import Span
from forge.text.yaml.parse import Value

T = TypeVar("T", bound=Struct)
_NONE = type(None)
_PLAIN = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
_HIDDEN = {code: code - 0xD800 + 0x100000 for code in range(0xD800, 0xE000)}
_SHOWN = {private: code for code, private in _HIDDEN.items()}


class Misfit(Struct, frozen=True):
    """A value of another type than its field has: the keys that lead to it, its place, and what it
    has to be.
    """

    route: tuple[str, ...]
    span: Span
    expected: str

    @property
    def message(self) -> str:
        """The mistake in one line."""
        return f"`{self.route[-1]}` is {self.expected}" if self.route else self.expected


class UnknownKey(Struct, frozen=True):
    """A key that the struct does not have: the keys that lead to it, its place, and the names that
    are allowed there.
    """

    route: tuple[str, ...]
    span: Span
    names: tuple[str, ...]

    @property
    def key(self) -> str:
        """The key itself."""
        return self.route[-1]

    @property
    def near(self) -> str | None:
        """The allowed name that was probably meant."""
        return next(iter(difflib.get_close_matches(self.key, self.names, 1)), None)


class Typed(Struct, Generic[T]):
    """A document as its struct has it. `value` is None if a required field is missing or does not
    fit.
    """

    value: T | None
    misfits: list[Misfit]
    unknown: list[UnknownKey]
    missing: list[str]


def read(cls: type[T], top: Value, base: T | None = None, *, exact: bool = False) -> Typed[T]:
    """Read a document's top mapping as `cls`, over the values of `base` or the field defaults.

    A mapping of names adds to that of `base`. Unless `exact`, values are read as people write
    them: a scalar in place of a text is taken as written (`08`), and null as if the key were
    absent.
    """
    reader = _Reader(exact)
    value = reader.struct(cls, top, base, ())
    return Typed(value, reader.misfits, reader.unknown, reader.missing)


class _Reader:
    def __init__(self, exact: bool) -> None:
        self.exact = exact
        self.misfits: list[Misfit] = []
        self.unknown: list[UnknownKey] = []
        self.missing: list[str] = []

    def struct(
        self, cls: type[T], value: Value, base: T | None, route: tuple[str, ...]
    ) -> T | None:
        names = tuple(field.encode_name for field in fields_of(cls))
        for key in value.data if isinstance(value.data, dict) else ():
            if key not in names:
                span = value.keys.get(key, value.span)
                self.unknown.append(UnknownKey((*route, key), span, names))
        values: dict[str, object] = {}
        for field in fields_of(cls):
            below = _below(value, field.encode_name)
            if below is None or (below.data is None and not self.exact):
                continue
            converted = self.field(field, below, base, (*route, field.encode_name))
            if converted is not NODEFAULT:
                values[field.name] = converted
        if base is not None:
            return replace(base, **values)
        absent = [field for field in fields_of(cls) if field.required and field.name not in values]
        self.missing += [
            ".".join((*route, field.encode_name))
            for field in absent
            if value.get(field.encode_name) is None
        ]
        return None if absent else cls(**values)

    def field(self, field: FieldInfo, value: Value, base: object, route: tuple[str, ...]) -> object:
        """Return a field's value; NODEFAULT for one that does not fit."""
        kind, _ = unwrapped(field.type)
        before = getattr(base, field.name, None)
        if isinstance(kind, type) and issubclass(kind, Struct):
            if not isinstance(value.data, dict):
                return self.misfit(field.type, value, route)
            if before is None and not field.required:
                before = _default(field)
            nested = self.struct(kind, value, before, route)
            return NODEFAULT if nested is None else nested
        if is_table(kind):
            if not isinstance(value.data, dict):
                return self.misfit(field.type, value, route)
            inherited = before if isinstance(before, Mapping) else {}
            return {**inherited, **dict(self.entries(get_args(kind)[1], value, route))}
        return self.plain(field.type, value, route)

    def entries(
        self, kind: Any, value: Value, route: tuple[str, ...]
    ) -> Iterator[tuple[str, object]]:
        """Yield the entries of a mapping of names that fit."""
        of, _ = unwrapped(kind)
        for key, _ in value.items():
            below, to = _below(value, key), (*route, key)
            if below is None:
                continue
            if not (isinstance(of, type) and issubclass(of, Struct)):
                entry: object = self.plain(kind, below, to)
            elif isinstance(below.data, dict):
                entry = self.struct(of, below, None, to)
            else:
                entry = self.misfit(kind, below, to)
            if entry is not NODEFAULT and entry is not None:
                yield key, entry

    def plain(self, kind: Any, value: Value, route: tuple[str, ...]) -> object:
        try:
            return _converted(value.plain() if self.exact else _as_written(kind, value), kind)
        except ValidationError:
            misfit = self.misfit(kind, value, route)
            of, _ = unwrapped(kind)
            if self.exact or get_origin(of) is not tuple or not isinstance(value.data, list):
                return misfit
            return tuple(_fitting(get_args(of)[0], value.data))

    def misfit(self, kind: Any, value: Value, route: tuple[str, ...]) -> object:
        expected = expectation(kind)
        if get_origin(unwrapped(kind)[0]) is Literal and not isinstance(value.data, (dict, list)):
            expected += f", not `{value.raw}`"
        self.misfits.append(Misfit(route, value.span, expected))
        return NODEFAULT


@cache
def fields_of(cls: type[Struct]) -> tuple[FieldInfo, ...]:
    """Return the fields of a struct with their types."""
    return fields(cls)


def unwrapped(kind: Any) -> tuple[Any, list[Meta]]:
    """Return a type without its annotations, and these."""
    if get_origin(kind) is not Annotated:
        return kind, []
    of, *notes = get_args(kind)
    return of, [note for note in notes if isinstance(note, Meta)]


def is_table(kind: Any) -> bool:
    """Return whether a type is a mapping of names to values that are read one by one."""
    return get_origin(kind) is Mapping or getattr(get_origin(kind), "__name__", "") == "Mapping"


def expectation(kind: Any) -> str:
    """Return what a value of a type has to be, for messages."""
    of, notes = unwrapped(kind)
    described = next((note.description for note in notes if note.description), None)
    if described is not None:
        return described
    origin = get_origin(of)
    if origin is Literal:
        return f"one of {', '.join(map(str, get_args(of)))}"
    if origin in (Union, types.UnionType):
        return " or ".join(
            "nothing" if option is _NONE else expectation(option) for option in get_args(of)
        )
    if origin in (list, tuple):
        return "a list of texts" if unwrapped(get_args(of)[0])[0] is str else "a list"
    if origin is dict or is_table(of) or (isinstance(of, type) and issubclass(of, Struct)):
        return "a mapping of keys"
    return _PLAIN.get(of, "of another type")


def _below(parent: Value, key: str) -> Value | None:
    """Return the value of a key; an empty one is placed at its key, for it has no text."""
    value = parent.get(key)
    if value is None or value.span.start < value.span.end:
        return value
    return Value(value.data, value.raw, parent.keys.get(key, value.span), value.keys)


def _fitting(kind: Any, entries: list[Value]) -> Iterator[object]:
    """Yield the entries of a list that fit."""
    for entry in entries:
        with contextlib.suppress(ValidationError):
            yield _converted(_as_written(kind, entry), kind)


def _converted(data: object, kind: Any) -> object:
    """Return plain data as a type has it. Raises ValidationError.

    msgspec refuses texts with lone surrogates, which represent bytes that are not UTF-8. They are
    replaced by characters for private use during the conversion.
    """
    try:
        return convert(data, kind)
    except UnicodeEncodeError:
        return _translated(convert(_translated(data, _HIDDEN), kind), _SHOWN)


def _translated(data: Any, table: Mapping[int, int]) -> Any:
    if isinstance(data, str):
        return data.translate(table)
    if isinstance(data, dict):
        return {_translated(key, table): _translated(data[key], table) for key in data}
    if isinstance(data, (list, tuple)):
        return type(data)(_translated(entry, table) for entry in data)
    return data


def _default(field: FieldInfo) -> object:
    return field.default if field.default is not NODEFAULT else field.default_factory()


def _as_written(kind: Any, value: Value) -> object:
    """Return plain data in which a scalar stands as its text if a text is wanted."""
    of, notes = unwrapped(kind)
    origin = get_origin(of)
    if origin in (Union, types.UnionType):
        options = [option for option in get_args(of) if option is not _NONE]
        return value.plain() if value.data is None else _as_written(options[0], value)
    if isinstance(value.data, dict):
        return value.plain()
    if origin in (list, tuple):
        lone = any((note.extra or {}).get("lone") for note in notes)
        if isinstance(value.data, list) or lone:
            return [_as_written(get_args(of)[0], below) for below in value.elements()]
        return value.plain()
    if isinstance(value.data, list):
        return value.plain()
    return value.raw if of is str or origin is Literal else value.data
