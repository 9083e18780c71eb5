"""Findings as commands of GitHub Actions."""

from __future__ import annotations

import pytest

from forge.front.cli.formats import Sheet, one_line, render
from forge.text.finding import Finding, Severity
from forge.text.printable import plain_text


def finding(
    severity: Severity = "error", message: str = "it is wrong", hint: str = "", path: str = "a.md"
) -> Finding:
    return Finding("a-rule", severity, path, 3, 1, 3, 4, message, hint)


def rendered(finding: Finding) -> str:
    return plain_text(render("github", Sheet([finding])))


@pytest.mark.parametrize(
    ("severity", "command"), [("error", "error"), ("warning", "warning"), ("note", "notice")]
)
def test_a_severity_has_its_command(severity: Severity, command: str) -> None:
    assert rendered(finding(severity)).startswith(f"::{command} file=a.md,")


def test_a_command_has_the_place_and_the_rule() -> None:
    assert rendered(finding()) == (
        "::error file=a.md,line=3,col=1,endLine=3,endColumn=4,title=a-rule::it is wrong"
    )


@pytest.mark.parametrize(
    ("message", "shown"),
    [("100%", "100%25"), ("two\nlines", "two%0Alines"), ("a: b, c", "a: b, c")],
)
def test_a_message_is_escaped(message: str, shown: str) -> None:
    assert rendered(finding(message=message)).endswith(f"::{shown}")


@pytest.mark.parametrize(
    ("path", "shown"), [("a,b.md", "a%2Cb.md"), ("a:b.md", "a%3Ab.md"), ("50%.md", "50%25.md")]
)
def test_a_property_is_escaped_further(path: str, shown: str) -> None:
    assert rendered(finding(path=path)).startswith(f"::error file={shown},")


def test_a_hint_follows_the_message() -> None:
    assert rendered(finding(hint="fix it")).endswith("::it is wrong%0Afix it")


def test_each_finding_is_a_line() -> None:
    sheet = Sheet([finding(), finding("note")])
    assert len(plain_text(render("github", sheet)).splitlines()) == 2
    assert render("github", Sheet([])) == ""
    assert (sheet.count("error"), sheet.count("warning"), sheet.count("note")) == (1, 0, 1)


@pytest.mark.parametrize(
    ("text", "shown"), [("", ""), ("one", "one"), ("one\ntwo\r\nthree", "one two three")]
)
def test_a_message_on_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_format_that_there_is_not() -> None:
    with pytest.raises(KeyError):
        render("pdf", Sheet([]))
