"""Renders a report as Markdown, or as one HTML file without scripts or external files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

import jinja2
from markupsafe import Markup

from forge.shipped import resource
from forge.text.printable import visible
from forge.views.reports.bars import as_text, draw
from forge.views.reports.report import Report
from forge.views.runs.story import duration_text

FORMATS = ("md", "html")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_LINE_CLASSES = {"+": "added", "-": "removed", "@": "place"}


def render(report: Report, form: str) -> str:
    """Return a report as `md` or `html`."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("templates", "report")),
        autoescape=form == "html",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_printable,
    )
    environment.filters |= {
        "duration": duration_text,
        "md": _as_markdown,
        "code": _code,
        "fence": _fence,
        "diff_lines": _diff_lines,
    }
    return environment.get_template(f"report.{form}").render(
        report=report, draw=draw, as_text=as_text
    )


def _printable(value: object) -> object:
    """Return a value for a page; characters that do not print are written as escapes."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _as_markdown(text: object) -> str:
    """Return a text on one line, escaped for Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _code(text: object) -> str:
    """Return a text as inline code; a bar, which would end a table's cell, becomes `¦`."""
    line = " ".join(str(text).split()).replace("|", "¦")
    ticks = "`" * (_longest_backticks(line) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{padding}{line}{padding}{ticks}" if line else ""


def _fence(text: str, language: str = "") -> str:
    """Return a text as a fenced block, with a fence longer than any in the text."""
    fence = "`" * max(3, _longest_backticks(text) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _longest_backticks(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _diff_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a diff, each of lines of one class: head, place, added, removed, plain."""
    for kind, lines in groupby(text.splitlines(), key=_line_class):
        yield kind, "\n".join(lines) + "\n"


def _line_class(line: str) -> str:
    if line.startswith(("diff --git", "+++ ", "--- ", "index ")):
        return "head"
    return _LINE_CLASSES.get(line[:1], "plain")
