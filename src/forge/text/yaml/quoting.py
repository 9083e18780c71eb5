"""Remedies for values that need quotes or brackets, and for quotes that are not closed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forge.text.edit import Edit
from forge.text.source import Span
from forge.text.yaml.lines import QUOTED, Line, line_at, lines_before, whole_value
from forge.text.yaml.remedy import Remedy

_SEVERAL = re.compile(rf"(?:{QUOTED})(?>(?:[ \t]*+,[ \t]*+(?:{QUOTED}))+)(?=[ \t]*+(?:\#.*)?$)")
_COMPLETE_QUOTED = re.compile(QUOTED)
_IN_FLOW = re.compile(r"`[^`\n,\[\]{}:#'\"]*+`(?=[ \t]*+[,\]}])")
_DOUBTFUL = re.compile(r":[ \t]|:$|[ \t]#|^[ \t]*(?:- |#)")
_RESERVED = {
    "`": "backtick",
    "@": "indicator",
    "%": "indicator",
    "*": "indicator",
    "&": "indicator",
    "!": "indicator",
}


def quote_reserved(text: str, at: int) -> Iterator[Remedy]:
    """Quote a value that begins with a character that YAML reserves."""
    char = text[at : at + 1]
    if char not in _RESERVED:
        return
    line = line_at(text, at)
    name = "a backtick" if char == "`" else f"`{char}`"
    message = f"a value cannot begin with {name} unless it is quoted"
    if line.start + line.parts.start("value") == at:
        span = whole_value(text, line, at)
        lines = text[span.start : span.end].split("\n")
        safe = char == "`" and not any(_DOUBTFUL.search(part) for part in lines)
        yield Remedy(_RESERVED[char], Span(at, at + 1), message, _quotes(text, span), safe)
    elif match := _IN_FLOW.match(text, at):
        edits = _quotes(text, Span(*match.span()))
        yield Remedy(_RESERVED[char], Span(at, at + 1), message, edits, True)


def quote_value(text: str, line: Line, at: int) -> Iterator[Remedy]:
    """Put a line's value into brackets or quotes, depending on what is wrong with it."""
    parts = line.parts
    value, start = parts["value"], line.start + parts.start("value")
    if several := _SEVERAL.match(value):
        span = Span(start, start + several.end())
        edits = (Edit(Span(span.start, span.start), "["), Edit(Span(span.end, span.end), "]"))
        message = "one key has several quoted values: together they are a list"
        yield Remedy("several", span, message, edits)
        return
    open_quote = value[:1] in ("'", '"') and not _COMPLETE_QUOTED.match(value)
    if not value.strip() or value[0] in "|>#" or open_quote:
        return
    kind, place, message = _diagnosis(value, start, line.end, at)
    yield Remedy(kind, place, message, _quotes(text, whole_value(text, line, start)))
    if parts["key"] and parts["dashes"]:
        whole = whole_value(text, line, line.start + parts.start("key"))
        yield Remedy(kind, place, message, _quotes(text, whole))


def _diagnosis(value: str, start: int, end: int, at: int) -> tuple[str, Span, str]:
    """Return the kind, place and message for a value that needs quotes as a whole."""
    value_end = start + len(value.rstrip())
    if value[0] in "\"'":
        quoted = _COMPLETE_QUOTED.match(value)
        rest = value[quoted.end() :] if quoted else ""
        if quoted and rest.strip():
            after = start + quoted.end() + len(rest) - len(rest.lstrip())
            return "after-quote", Span(after, value_end), "there is text after the closing quote"
    if value[0] in "[{":
        closed = start < at and value[: at - start].rstrip()[-1:] in ("]", "}")
        message = (
            "there is text after the closing bracket"
            if closed
            else "the brackets do not contain a list or mapping"
        )
        return "brackets", Span(at, max(at + 1, min(end, value_end))), message
    colon = at - start if start <= at < end and value[at - start] == ":" else value.find(": ")
    if colon >= 0:
        message = "an unquoted value contains a colon and a space"
        return "colon", Span(start + colon, start + colon + 1), message
    return "value", Span(start, value_end), "the value must be quoted"


def close_quote(text: str, at: int, start: int) -> Iterator[Remedy]:
    """Close a quote at the end of its line: on the line of the problem, or on one of the
    lines before it.
    """
    for line in (line_at(text, start), *lines_before(text, line_at(text, at))):
        parts = line.parts
        value = parts["value"].rstrip()
        if value[:1] in ("'", '"') and not _COMPLETE_QUOTED.match(value):
            opening = line.start + parts.start("value")
            end = opening + len(value)
            message = "this quote is not closed on its line"
            edits = (Edit(Span(end, end), value[0]),)
            yield Remedy("open-quote", Span(opening, opening + 1), message, edits)
            return


def _quotes(text: str, span: Span) -> tuple[Edit, ...]:
    """Return the edits that quote a span. They only insert, so that no character is changed."""
    inner = text[span.start : span.end]
    double = "'" in inner and '"' not in inner and "\\" not in inner
    mark = '"' if double else "'"
    apostrophes = (
        [] if double else [span.start + match.start() for match in re.finditer("'", inner)]
    )
    return tuple(Edit(Span(at, at), mark) for at in (span.start, *apostrophes, span.end))
