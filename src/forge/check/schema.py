"""Documents against the JSON Schemas in `schemas/`. The only importer of jsonschema."""

from __future__ import annotations

import json
from functools import cache

from jsonschema import Draft202012Validator

from forge.shipped import resource
from forge.text.finding import Finding, Severity
from forge.text.source import Source
from forge.text.yaml.parse import Value


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of `schemas/<name>.schema.json`."""
    return Draft202012Validator(
        json.loads(resource("schemas", f"{name}.schema.json").read_text(encoding="utf-8"))
    )


def front_matter(source: Source, front: Value) -> list[Finding]:
    """Return what the plan schema finds wrong with front matter, each at the value that is
    wrong.
    """
    if not isinstance(front.data, dict) or not front.data:
        return []
    return shape(source, front, "plan", "front-matter-schema", "warning")


def shape(source: Source, front: Value, name: str, rule: str, severity: Severity) -> list[Finding]:
    """Return what a schema finds wrong with a mapping as findings of a rule, each at the value that
    is wrong.
    """
    findings = []
    for error in validator(name).iter_errors(front.plain()):
        place = _place(front, list(error.absolute_path)).span
        route = ".".join(map(str, error.absolute_path)) or "the front matter"
        said, hint = f"`{route}`: {_said(error.message)}", f"see `schemas/{name}.schema.json`"
        findings.append(source.finding(rule, severity, place, said, hint))
    return findings


def _place(value: Value, route: list[str | int]) -> Value:
    for part in route:
        below = value.data[part] if isinstance(value.data, (list, dict)) else None  # type: ignore[index]
        if not isinstance(below, Value):
            return value
        value = below
    return value


def _said(message: str) -> str:
    return message if len(message) <= 200 else message[:80] + " … " + message[-100:]
