"""The front matter of a plan or an item: its place, its values and its mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml import repair
from forge.text.yaml.parse import Value

EMPTY = Value({}, "", Span(0, 0), {})
LISTED = frozenset({"contains", "not_contains", "exports", "forbidden"})
"""Keys of must-haves that become a list of two if they are written twice."""

_FRONT = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?(?:\n|\Z)", re.M | re.S)
_OPENING = re.compile(r"---[ \t]*\r?\n")
_BODY = re.compile(r"^[<#]", re.M)
_FRONT_BELOW = re.compile(r"^---[ \t]*\r?\n(?=(?:phase|plan|type|wave):)", re.M)
_SEARCHED = 10_000  # characters in which front matter that is not at the top is searched for
_HINTS = {
    "repeated": "keep one of the two, or begin a new item with `- ` before it",
    "conflict": "keep one side, and delete the lines with the markers",
}


class FrontMatter(Struct, frozen=True):
    """A plan's front matter; `values` is an empty mapping if it cannot be read. The body starts at
    0 if it is not `closed`.
    """

    values: Value
    closed: bool
    body_start: int
    findings: tuple[Finding, ...]


def front_matter(source: Source) -> tuple[Span | None, int]:
    """Return the place of the front matter, without its `---` lines, and the start of the body;
    None without front matter.

    Front matter that is never closed ends at the body's first tag or heading, and its body starts
    at 0.
    """
    closed = _FRONT.match(source.text) or _front_below(source.text)
    if closed is not None:
        return Span(*closed.span("yaml")), closed.end()
    opening = _OPENING.match(source.text)
    if opening is None:
        return None, 0
    body = _BODY.search(source.text, opening.end())
    return Span(opening.end(), body.start() if body else len(source.text)), 0


def _front_below(text: str) -> re.Match[str] | None:
    """Return front matter that has other text before it: a `---` line directly above a plan's first
    key.
    """
    opening = _FRONT_BELOW.search(text, 0, _SEARCHED)
    return _FRONT.match(text, opening.start()) if opening else None


def read(source: Source) -> FrontMatter:
    """Read a plan's front matter, with repairs of mistakes that have one meaning."""
    place, body_start = front_matter(source)
    if place is None:
        finding = source.finding(
            "front-matter-missing",
            "warning",
            Span(0, 0),
            "the plan has no closed front matter",
            "begin the file with `---`, the keys, and `---`",
        )
        return FrontMatter(EMPTY, False, 0, (finding,))
    closed = body_start > 0
    reading = repair.read(source, place, LISTED)
    findings = [*_place_findings(source, place, closed), *_repair_findings(source, reading, closed)]
    value = reading.value
    if value is not None and not isinstance(value.data, dict):
        findings.append(
            source.finding(
                "front-matter-shape",
                "error",
                value.span,
                "the front matter is not a mapping of keys",
                "write `key: value` lines",
            )
        )
        value = None
    return FrontMatter(value or EMPTY, closed, body_start, tuple(findings))


def _place_findings(source: Source, place: Span, closed: bool) -> Iterator[Finding]:
    """Yield a finding for front matter that is never closed or not at the top."""
    if not closed:
        yield source.finding(
            "front-matter-unclosed",
            "error",
            Span(0, 3),
            "the front matter is never closed",
            "put a line `---` after its last key",
            blocks=True,
        )
    elif not _OPENING.match(source.text):
        before = Span(0, len(source.text[: place.start].rstrip("- \t\r\n")) or 1)
        yield source.finding(
            "front-matter-missing",
            "warning",
            before,
            "there is text before the front matter",
            "begin the file with the `---` of its front matter: other tools read it only there",
        )


def _repair_findings(source: Source, reading: repair.Reading, closed: bool) -> Iterator[Finding]:
    """Yield a finding for each broken line."""
    fixable = closed and all(correction.safe for correction in reading.corrections)
    for correction in reading.corrections:
        if not closed and correction.kind == "unread":
            continue
        hint = (
            f"it should read `{correction.reads}`"
            if correction.reads
            else _HINTS.get(correction.kind, "fix this line: it is not read")
        )
        if fixable:
            hint += "; `forge validate --fix` writes it so"
        message = f"the front matter is not valid YAML: {correction.message}"
        yield source.finding("front-matter-yaml", "error", correction.span, message, hint)
