"""Findings for people: place, message, the line with carets under the characters, and next step."""

from __future__ import annotations

import unicodedata

from forge.front.cli.formats import Sheet, one_line
from forge.text.finding import Finding
from forge.text.printable import Line, Styled, visible_line

_COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}
_INDENT = "    "
_WIDEST = 120  # code points of a line that are shown
_BEFORE = 60  # of them before the finding, if the line is longer
_TAB = 4


def render(sheet: Sheet) -> list[Line]:
    """Return each finding as `file:line:col: severity rule message`, its line, the caret and the
    hint; then the summary.
    """
    lines = [line for finding in sheet.findings for line in _finding(finding, sheet)]
    return [*lines, sheet.summary] if sheet.summary else lines


def _finding(finding: Finding, sheet: Sheet) -> list[Line]:
    color = _COLORS[finding.severity] if sheet.color else ""
    place = Styled(f"{finding.path}:{finding.line}:{finding.column}:", bold=sheet.color)
    severity = Styled(finding.severity, color, bold=sheet.color)
    message = f" {finding.rule} {one_line(finding.message)}"
    lines: list[Line] = [(place, " ", severity, message)]
    shown, caret = excerpt(sheet.lines.get((finding.path, finding.line), ""), finding)
    if shown:
        lines += [
            _INDENT + shown,
            (_INDENT + " " * (len(caret) - len(caret.lstrip())), Styled(caret.strip(), color)),
        ]
    if finding.hint:
        lines.append(_INDENT + one_line(finding.hint))
    return lines


def excerpt(line: str, finding: Finding) -> tuple[str, str]:
    """Return the part of a line that a finding is about, for a terminal, and the carets below it.

    Both are empty for an empty line. A character may be two cells wide, or none; the carets count
    cells.
    """
    if not line.strip():
        return "", ""
    first = min(finding.column - 1, len(line))
    last = finding.end_column - 1 if finding.end_line == finding.line else len(line)
    start = max(0, first - _BEFORE) if len(line) > _WIDEST else 0
    end = min(len(line), start + _WIDEST)
    before, under = _cells(line[start:first]), _cells(line[first : min(last, end)])
    shown = ("…" if start else "") + _cells(line[start:end]) + ("…" if end < len(line) else "")
    width = max(1, _width(under))
    return shown, " " * (_width(before) + bool(start)) + "^" * width


def _cells(text: str) -> str:
    """Return a text with tabs as spaces and one mark for each character that does not print."""
    return "".join(_cell(char) for char in text)


def _cell(char: str) -> str:
    if char == "\t":
        return " " * _TAB
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if char == "\u3000":
        return "  "
    return char if visible_line(char) == char else "\ufffd"


def _width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(
        (
            0
            if unicodedata.category(char) in ("Mn", "Me")
            else 2
            if unicodedata.east_asian_width(char) in "WF"
            else 1
        )
        for char in text
    )
