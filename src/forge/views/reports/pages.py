"""Renders a report as Markdown, or as one HTML file without scripts or external files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

import jinja2
from markupsafe import Markup

from forge.shipped import resource
from forge.text.markdown import Written, code, fence, inline
from forge.text.printable import visible
from forge.views.reports.bars import as_text, draw
from forge.views.reports.report import Report
from forge.views.runs.story import duration_text

FORMATS = ("md", "html")
_NO_ANCHOR = re.compile(r"[^\w-]+", re.A)
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
        finalize=_on_page if form == "html" else _in_markdown,
    )
    environment.filters |= {
        "duration": duration_text,
        "anchor": _anchor,
        "bare": Written,
        "code": code,
        "fence": fence,
        "diff_lines": _diff_lines,
    }
    return environment.get_template(f"report.{form}").render(
        report=report, draw=draw, as_text=lambda bars: Written(as_text(bars))
    )


def _on_page(value: object) -> object:
    """Return a value for a page of HTML, which jinja escapes after it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _in_markdown(value: object) -> object:
    """Return a value for a page of Markdown: text is inline unless a filter has written it."""
    return inline(value) if isinstance(value, str) and not isinstance(value, Written) else value


def _anchor(text: str) -> Written:
    """Return an anchor without what could end it."""
    return Written(_NO_ANCHOR.sub("-", text))


def _diff_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a diff, each of lines of one class: head, place, added, removed, plain."""
    for kind, lines in groupby(text.splitlines(), key=_line_class):
        yield kind, "\n".join(lines) + "\n"


def _line_class(line: str) -> str:
    if line.startswith(("diff --git", "+++ ", "--- ", "index ")):
        return "head"
    return _LINE_CLASSES.get(line[:1], "plain")
