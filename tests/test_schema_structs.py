"""Each schema of a document and its struct describe the same fields."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from msgspec import Struct
from msgspec.structs import fields

from forge.planning.backlog.item import ItemFields
from forge.planning.backlog.paths import PRIORITIES, STATUSES
from forge.planning.migrations import FORMATS, DocumentKind
from forge.planning.mission.mission import MISSION_STATUSES, MissionFields
from forge.planning.proof import ProofFields
from forge.planning.settings import SettingsFields
from forge.records.card import CardFields
from forge.shipped import resource
from forge.text import typed

DOCUMENTS: dict[str, tuple[DocumentKind, type[Struct]]] = {
    "forge": ("settings", SettingsFields),
    "mission": ("mission", MissionFields),
    "item": ("item", ItemFields),
    "run": ("run", CardFields),
    "proof": ("proof", ProofFields),
}
WRITTEN = {"run": set(CardFields.__struct_fields__), "proof": {"version"}}  # always, by forge
CHOICES = {  # of fields that are read as any text, so that a wrong one is still shown
    "mission.status": MISSION_STATUSES,
    "item.status": STATUSES,
    "item.priority": PRIORITIES,
    "run.kind": ("execute", "rollback", "undo"),
}
READ_AS_TEXT = {"string", "number", "integer", "boolean"}
LENIENT = {"string": READ_AS_TEXT, "array": {"array", "string"}}
JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def type_of(kind: Any) -> str:
    """Return the JSON type of a struct's field, null left out."""
    kind, _ = typed.unwrapped(kind)
    origin = get_origin(kind)
    if origin is Literal:
        return type_of(type(get_args(kind)[0]))
    if origin in (Union, types.UnionType):
        names = {type_of(option) for option in get_args(kind)} - {"null"}
        return "number" if names == {"integer", "number"} else names.pop()
    if origin in (list, tuple):
        return "array"
    return JSON_TYPES.get(kind, "object")


def types_in(schema: dict[str, Any]) -> set[str]:
    """Return the JSON types that a schema allows, null left out."""
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    named = schema.get("type", [])
    names = {named} if isinstance(named, str) else set(named)
    names |= {JSON_TYPES[type(value)] for value in values}
    for below in schema.get("anyOf", []):
        names |= types_in(below)
    return names - {"null"}


def inside(kind: Any) -> type[Struct] | None:
    """Return the struct that a field holds, by itself or as the values of a mapping."""
    kind, _ = typed.unwrapped(kind)
    if typed.is_table(kind):
        return inside(get_args(kind)[1])
    return kind if isinstance(kind, type) and issubclass(kind, Struct) else None


def resolved(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with what it refers to."""
    reference = schema.get("$ref")
    return {**whole["$defs"][reference.rpartition("/")[2]], **schema} if reference else schema


def pairs(
    name: str, cls: type[Struct], schema: dict[str, Any], whole: dict[str, Any]
) -> Iterator[tuple[str, type[Struct], dict[str, Any], dict[str, Any]]]:
    """Yield every struct below `cls` with its schema and where it is."""
    yield name, cls, schema, whole
    for item in fields(cls):
        below = inside(item.type)
        if below is not None:
            held = resolved(schema["properties"][item.encode_name], whole)
            if typed.is_table(typed.unwrapped(item.type)[0]):
                held = resolved(held["additionalProperties"], whole)
            yield from pairs(f"{name}.{item.encode_name}", below, held, whole)


def structs() -> Iterator[Any]:
    for name, (_, cls) in DOCUMENTS.items():
        schema = json.loads(resource("schemas", f"{name}.schema.json").read_text())
        yield from pairs(name, cls, schema, schema)


@pytest.mark.parametrize(
    ("name", "cls", "schema", "whole"), list(structs()), ids=lambda each: str(each)[:20]
)
def test_a_schema_and_its_struct_have_the_same_fields(
    name: str, cls: type[Struct], schema: dict[str, Any], whole: dict[str, Any]
) -> None:
    assert set(schema["properties"]) == {item.encode_name for item in fields(cls)}
    required = {item.encode_name for item in fields(cls) if item.required}
    assert set(schema.get("required", [])) == required | WRITTEN.get(name, set())
    for item in fields(cls):
        held = resolved(schema["properties"][item.encode_name], whole)
        where, wanted = f"{name}.{item.encode_name}", type_of(item.type)
        assert wanted in types_in(held) or types_in(held) <= LENIENT.get(wanted, set()), where
        assert types_in(held) <= LENIENT.get(wanted, {wanted}), where
        literal = typed.unwrapped(item.type)[0]
        choices = tuple(choice for choice in held.get("enum", []) if choice is not None)
        if item.encode_name == "version":
            continue
        chosen = get_args(literal) if get_origin(literal) is Literal else CHOICES.get(where, ())
        assert choices == chosen, where
        if "default" in held or (name.partition(".")[0] == "forge" and plain(item.default)):
            assert held.get("default") == item.default, where


def plain(value: object) -> bool:
    return isinstance(value, (str, int, float))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_of_the_current_version(name: str) -> None:
    schema = json.loads(resource("schemas", f"{name}.schema.json").read_text())
    kind, _ = DOCUMENTS[name]
    version = schema["properties"]["version"]
    values = version.get("enum") or [version["const"]]
    assert max(version for version in values if version) == FORMATS[kind].version
