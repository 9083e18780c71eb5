"""Validates documents against the JSON Schemas in `schemas/`. The only importer of jsonschema."""

from __future__ import annotations

import json
from functools import cache

from jsonschema import Draft202012Validator

from forge.shipped import resource
from forge.text.finding import Finding, Severity
from forge.text.source import Source
from forge.text.yaml.parse import Value

_LONGEST_MESSAGE = 200


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of `schemas/<name>.schema.json`."""
    return Draft202012Validator(
        json.loads(resource("schemas", f"{name}.schema.json").read_text(encoding="utf-8"))
    )


def front_matter(source: Source, front: Value) -> list[Finding]:
    """Return the findings of the plan schema, each located at the wrong value."""
    if not isinstance(front.data, dict) or not front.data:
        return []
    return shape(source, front, "plan", "front-matter-schema", "warning")


def shape(source: Source, front: Value, name: str, rule: str, severity: Severity) -> list[Finding]:
    """Return the violations of a schema as findings of a rule, each located at the wrong value."""
    findings = []
    for error in validator(name).iter_errors(front.plain()):
        span = _value_at(front, list(error.absolute_path)).span
        route = ".".join(map(str, error.absolute_path)) or "the front matter"
        message = f"`{route}`: {_shortened(error.message)}"
        hint = f"see `schemas/{name}.schema.json`"
        findings.append(source.finding(rule, severity, span, message, hint))
    return findings


def _value_at(value: Value, route: list[str | int]) -> Value:
    """Return the value at the end of a route of keys and indexes, as far as it exists."""
    for part in route:
        child = value.data[part] if isinstance(value.data, (list, dict)) else None  # type: ignore[index]
        if not isinstance(child, Value):
            return value
        value = child
    return value


def _shortened(message: str) -> str:
    if len(message) <= _LONGEST_MESSAGE:
        return message
    return message[:80] + " … " + message[-100:]
