"""Documents against their JSON Schemas: the message, and the place of the wrong value."""

from __future__ import annotations

import pytest

from forge.check import schema
from forge.text.finding import Finding
from forge.text.source import Source
from forge.text.yaml import parse as yaml


def findings(text: str, name: str = "plan") -> list[Finding]:
    source = Source.of("x.yaml", text.encode())
    return schema.shape(source, yaml.parse(text), name, "a-rule", "warning")


def characters(text: str, finding: Finding) -> str:
    line = text.split("\n")[finding.line - 1]
    return (
        line[finding.column - 1 : finding.end_column - 1]
        if finding.line == finding.end_line
        else line
    )


@pytest.mark.parametrize(
    ("text", "place", "route"),
    [
        ("must_haves:\n  artifacts: a.py\n", "a.py", "must_haves.artifacts"),
        ("must_haves:\n  artifacts:\n    - path: 3\n", "3", "must_haves.artifacts.0.path"),
        ("wave: [1]\n", "[1]", "wave"),
        ("autonomous: 3\n", "3", "autonomous"),
    ],
)
def test_a_wrong_type_is_located_at_its_value(text: str, place: str, route: str) -> None:
    reported = [finding for finding in findings(text) if f"`{route}`" in finding.message]
    if not reported:
        pytest.skip(f"the schema allows this {route}")
    assert characters(text, reported[0]) == place
    assert reported[0].rule == "a-rule" and reported[0].hint == "see `schemas/plan.schema.json`"


@pytest.mark.parametrize("text", ["phase: 01-start\n", "wave: 1\n", "own_key: {a: [1, 2]}\n"])
def test_known_types_and_unknown_keys_are_fine(text: str) -> None:
    assert findings(text) == []


def test_front_matter_that_is_not_a_mapping_is_not_checked() -> None:
    source = Source.of("x", b"[1]")
    assert schema.front_matter(source, yaml.parse("[1]")) == []
    assert schema.front_matter(source, yaml.parse("")) == []


def test_the_findings_of_front_matter_are_warnings() -> None:
    text = "must_haves:\n  artifacts: a.py\n"
    (finding,) = schema.front_matter(Source.of("x", text.encode()), yaml.parse(text))
    assert (finding.rule, finding.severity) == ("front-matter-schema", "warning")


def test_an_error_of_the_whole_document_is_named() -> None:
    (first, *_) = findings("{}", "item")
    assert "the front matter" in first.message


def test_a_long_message_keeps_its_start_and_end() -> None:
    long = "x" * 400
    messages = [finding.message for finding in findings(f"must_haves:\n  artifacts: {long}\n")]
    assert all(len(message) < 260 and " … " in message for message in messages) and messages


def test_a_validator_is_made_once() -> None:
    assert schema.validator("plan") is schema.validator("plan")
