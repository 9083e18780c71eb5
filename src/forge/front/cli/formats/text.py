"""Findings for people: place, message, the line with carets under the characters, and next step."""

from __future__ import annotations

import unicodedata

import click

from forge.front.cli.formats import Sheet, one_line
from forge.text.finding import Finding
from forge.text.printable import visible

_COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}
_INDENT = "    "
_WIDEST = 120  # code points of a line that are shown
_BEFORE = 60  # of them before the finding, if the line is longer
_TAB = 4


def render(sheet: Sheet) -> str:
    """Return each finding as `file:line:col: severity rule message`, its line, the caret and the
    hint; then the summary.
    """
    blocks = [_finding(finding, sheet) for finding in sheet.findings]
    return "\n".join([*blocks, sheet.summary] if sheet.summary else blocks)


def _finding(finding: Finding, sheet: Sheet) -> str:
    def style(text: str, **how: object) -> str:
        return click.style(text, **how) if sheet.color else text  # type: ignore[arg-type]

    color = _COLORS[finding.severity]
    place = style(f"{visible(one_line(finding.path))}:{finding.line}:{finding.column}:", bold=True)
    severity = style(finding.severity, fg=color, bold=True)
    lines = [f"{place} {severity} {finding.rule} {visible(one_line(finding.message))}"]
    shown, caret = excerpt(sheet.lines.get((finding.path, finding.line), ""), finding)
    if shown:
        lines += [
            _INDENT + shown,
            _INDENT + caret[: len(caret) - len(caret.lstrip())] + style(caret.strip(), fg=color),
        ]
    if finding.hint:
        lines.append(_INDENT + visible(one_line(finding.hint)))
    return "\n".join(lines)


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
    if (
        not char.isprintable() and char != "\u3000"
    ):  # the wide blank is as printable as the narrow one
        return "\ufffd"
    return char


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
