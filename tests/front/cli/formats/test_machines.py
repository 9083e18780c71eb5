"""The formats for programs: each has every finding, at its place, in a form that readers accept."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from forge.check.rules.catalog import RULES
from forge.front.cli.formats import Sheet, render
from forge.text.finding import Finding, Severity
from forge.text.printable import plain_text
from tests.front.cli.formats.sarif_schema import SARIF

HOSTILE = "100%: a,b\r\n::error::x ]]> <&\"' \x1b[0m \x00 \udc80 \ufffe 全 😀"
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
FINDINGS = [
    Finding("front-matter-yaml", "error", "a/b c%.md", 3, 2, 4, 9, HOSTILE, "do this\nand that"),
    Finding("no-steps", "warning", "全/ü,:.md", 1, 1, 1, 1, "plain", ""),
    Finding("a-rule-of-tomorrow", "note", "a/b c%.md", 12, 5, 12, 6, "noted", HOSTILE),
]
SHEET = Sheet(FINDINGS, [("a/b c%.md", "plan"), ("fine.md", "plan"), ("全/ü,:.md", "mission")], {})
TEXTS = st.text(max_size=30)


def sarif(sheet: Sheet) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render("sarif", sheet))
    Draft202012Validator(SARIF).validate(log)
    return log


def test_sarif_holds_every_finding_and_every_rule() -> None:
    (run,) = sarif(SHEET)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in RULES]
    assert run["columnKind"] == "unicodeCodePoints"
    for finding, result in zip(FINDINGS, run["results"], strict=True):
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        assert (result["ruleId"], result["level"]) == (finding.rule, finding.severity)
        assert tuple(region.values()) == (
            finding.line,
            finding.column,
            finding.end_line,
            finding.end_column,
        )
        assert unquote(place["artifactLocation"]["uri"]) == finding.path
        assert "ruleIndex" not in result or rules[result["ruleIndex"]]["id"] == finding.rule
    assert ["ruleIndex" in result for result in run["results"]] == [True, True, False]
    assert run["results"][1]["message"]["text"] == "plain"


def test_sarif_uris_are_relative_below_the_root_and_absolute_elsewhere() -> None:
    findings = [
        Finding("no-steps", "error", path, 1, 1, 1, 1, "m", "h")
        for path in ("a b/全.md", "/tmp/x y.md", "a\udcff.md")
    ]
    results = sarif(Sheet(findings))["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in results]
    assert places == [
        {"uri": "a%20b/%E5%85%A8.md", "uriBaseId": "%SRCROOT%"},
        {"uri": "file:///tmp/x%20y.md"},
        {"uri": "a%FF.md", "uriBaseId": "%SRCROOT%"},
    ]


def test_github_commands_are_one_line_each_and_read_back() -> None:
    lines = render("github", SHEET).split("\n")
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice"]
    for finding, line in zip(FINDINGS, lines, strict=True):
        command = re.fullmatch(r"::(?:error|warning|notice) ([^:]*)::(.*)", line)
        assert command is not None and line.isprintable()
        properties = dict(pair.split("=", 1) for pair in command[1].split(","))
        assert unquote(properties.pop("file")) == finding.path
        assert properties == {
            "line": str(finding.line),
            "col": str(finding.column),
            "endLine": str(finding.end_line),
            "endColumn": str(finding.end_column),
            "title": finding.rule,
        }
        assert unquote(command[2]).startswith(finding.message[:8])
    assert "do this%0Aand that" in lines[0] and "100%25: a,b" in lines[0]


def test_junit_has_a_case_for_each_document_and_a_failure_for_each_error() -> None:
    root = ElementTree.fromstring(render("junit", SHEET).encode())
    (suite,) = root
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "1")
    cases = {case.get("name"): case for case in suite}
    assert set(cases) == {"a/b c%.md", "fine.md", "全/ü,:.md"}
    broken = cases["a/b c%.md"]
    (failure,) = broken.findall("failure")
    assert failure.get("type") == "front-matter-yaml" and "100%" in str(failure.get("message"))
    assert "a/b c%.md:3:2: error" in str(failure.text) and "<U+001B>" in str(failure.text)
    assert "note a-rule-of-tomorrow" in str(broken.findtext("system-out"))
    assert list(cases["fine.md"]) == [] and "warning no-steps plain" in str(
        cases["全/ü,:.md"].findtext("system-out")
    )


def test_a_finding_on_a_document_that_is_not_listed_has_a_case_too() -> None:
    root = ElementTree.fromstring(render("junit", Sheet(FINDINGS)))
    assert root.get("tests") == "2"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    TEXTS,
    TEXTS,
    TEXTS.filter(bool),
    st.sampled_from(SEVERITIES),
    st.integers(1, 10**9),
    st.integers(1, 10**9),
)
def test_any_finding_is_valid_everywhere(
    message: str, hint: str, path: str, severity: Severity, line: int, column: int
) -> None:
    sheet = Sheet(
        [Finding("no-steps", severity, path, line, column, line, column, message, hint)],
        [(path, "plan")],
    )
    assert len(sarif(sheet)["runs"][0]["results"]) == 1
    ElementTree.fromstring(render("junit", sheet))
    assert render("github", sheet).count("\n") == 0
    for form in ("sarif", "junit"):
        assert render(form, sheet).isascii()


@pytest.mark.parametrize("form", ["text", "sarif", "github", "junit"])
def test_nothing_found_is_valid_too(form: str) -> None:
    output = render(form, Sheet([]))
    if form in ("text", "github"):
        assert plain_text(output) == ""
    elif form == "sarif":
        assert sarif(Sheet([]))["runs"][0]["results"] == []
    else:
        assert ElementTree.fromstring(output).get("tests") == "0"
