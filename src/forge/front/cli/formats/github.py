"""Findings as commands of GitHub Actions, shown next to the lines of a pull request."""

from __future__ import annotations

from forge.front.cli.formats import Sheet
from forge.text.finding import Finding
from forge.text.printable import visible

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(sheet: Sheet) -> str:
    """Return one `::error file=…::message` per finding."""
    return "\n".join(_command(finding) for finding in sheet.findings)


def _command(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": finding.line,
        "col": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
        "title": finding.rule,
    }
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = f"{finding.message}\n{finding.hint}" if finding.hint else finding.message
    return f"::{_COMMANDS[finding.severity]} {written}::{_message(text)}"


def _message(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
