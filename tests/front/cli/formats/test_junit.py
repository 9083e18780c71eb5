"""Findings as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from forge.front.cli.formats import Sheet, render
from forge.text.finding import Finding, Severity


def finding(severity: Severity, path: str = "a.md", hint: str = "") -> Finding:
    return Finding("a-rule", severity, path, 3, 1, 3, 4, "it is wrong", hint)


def suite(*findings: Finding, documents: tuple[tuple[str, str], ...] = ()) -> ElementTree.Element:
    root = ElementTree.fromstring(render("junit", Sheet(findings, documents)))
    element = root.find("testsuite")
    assert element is not None
    return element


def test_each_document_is_a_case() -> None:
    cases = suite(documents=(("a.md", "plan"), ("b.yaml", "mission"))).findall("testcase")
    assert [(case.get("name"), case.get("classname")) for case in cases] == [
        ("a.md", "plan"),
        ("b.yaml", "mission"),
    ]
    assert all(len(case) == 0 for case in cases)


def test_an_error_is_a_failure_of_its_document() -> None:
    made = suite(finding("error", hint="fix it"), documents=(("a.md", "plan"),))
    failure = made.find("testcase/failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("a-rule", "it is wrong")
    assert failure.text == "a.md:3:1: error a-rule it is wrong\nfix it"


@pytest.mark.parametrize("severity", ["warning", "note"])
def test_a_lesser_finding_is_output(severity: Severity) -> None:
    case = suite(finding(severity), finding(severity)).find("testcase")
    assert case is not None and case.find("failure") is None
    line = f"a.md:3:1: {severity} a-rule it is wrong"
    assert case.findtext("system-out") == f"{line}\n{line}"


def test_documents_with_errors_are_counted_once() -> None:
    made = suite(
        finding("error"), finding("error"), finding("warning", "b.md"), finding("error", "c.md")
    )
    assert (made.get("tests"), made.get("failures"), made.get("errors")) == ("3", "2", "0")


def test_a_finding_of_an_unread_document_has_a_case_too() -> None:
    case = suite(finding("error", "lost.md")).find("testcase")
    assert case is not None and case.get("classname") == "document"


def test_the_text_is_ascii_and_declares_its_encoding() -> None:
    text = render("junit", Sheet([finding("error", "é.md")]))
    assert text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="forge validate"'
    )
    assert text.isascii() and "&#233;.md" in text
