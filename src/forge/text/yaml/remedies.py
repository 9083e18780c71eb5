"""Common mistakes in YAML, and how each line should read: remedies to try on text that does not
parse.

A remedy is a guess from one line; `repair` tries it and keeps it only if it helps. Offsets count
from the start of the given text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from forge.text.edit import Edit
from forge.text.source import Span
from forge.text.yaml.lines import Line, likely_indents, line_at, lines_before
from forge.text.yaml.quoting import close_quote, quote_reserved, quote_value
from forge.text.yaml.remedy import Remedy
from forge.text.yaml.values import YamlProblem

_ESCAPE = re.compile(
    r'(?P<valid>\\[\\"/\n\r\x85\u2028\u2029])'
    r"|(?P<doubtful>\\(?:[0abtnvfreN_LP \t\']|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))"
    r'|(?P<bad>\\.)|(?P<end>")'
)
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff"
)
_TOO_MUCH = re.compile(r"nested too deep|expands to more")
_CLOSING = {"[": "]", "{": "}"}
_FURTHEST_CONFLICT = 1000  # characters before the problem


def remedies(text: str, problem: YamlProblem) -> Iterator[Remedy]:
    """Yield remedies for the first problem of a text, most likely first; the last one removes the
    line.
    """
    if problem.final:
        return
    if _TOO_MUCH.search(problem.message):
        yield _remove_line(text, problem)
        return
    at = min(problem.offset, len(text))
    both = (line_at(text, at), line_at(text, min(problem.start, len(text))))
    lines = {line.start: line for line in both}
    yield from _unprintable(text, at)
    if "escape" in problem.message:
        yield from _backslash(text, problem)
    for line in lines.values():
        yield from _conflict(text, line)
    yield from _tab(text, at)
    yield from quote_reserved(text, at)
    yield from _close_bracket(text, at, problem.opened)
    for line in lines.values():
        yield from quote_value(text, line, at)
    yield from close_quote(text, at, problem.start)
    yield from _indent(text, line_at(text, at))
    yield _remove_line(text, problem)


def _remove_line(text: str, problem: YamlProblem) -> Remedy:
    line = line_at(text, min(problem.start, max(0, len(text.rstrip()) - 1)))
    at = min(problem.offset, len(text))
    edits = (Edit(Span(line.start, line.end), ""),)
    return Remedy("unread", Span(at, at + 1), problem.message, edits)


def _close_bracket(text: str, at: int, opened: int | None) -> Iterator[Remedy]:
    """Close brackets at the end of their line, if a later line continues with the next key."""
    if opened is None or opened >= len(text) or text[opened] not in _CLOSING:
        return
    line, here = line_at(text, opened), line_at(text, at)
    at_end = here.blank or at >= len(text.rstrip())
    continues = here.start > line.start and (at_end or here.indent <= line.indent)
    if continues and not line.text.rstrip().endswith(","):
        end = line.start + len(line.text.partition(" #")[0].rstrip())
        edits = (Edit(Span(end, end), _CLOSING[text[opened]]),)
        message = f"the `{text[opened]}` is not closed"
        yield Remedy("unclosed", Span(opened, opened + 1), message, edits)


def _unprintable(text: str, at: int) -> Iterator[Remedy]:
    if at < len(text) and _UNPRINTABLE.match(text, at):
        edits = tuple(Edit(Span(*match.span()), "\ufffd") for match in _UNPRINTABLE.finditer(text))
        message = f"the character U+{ord(text[at]):04X} is not allowed in YAML"
        yield Remedy("character", Span(at, at + 1), message, edits)


def _backslash(text: str, problem: YamlProblem) -> Iterator[Remedy]:
    """Double the backslashes of a double-quoted scalar if one of them is not a valid escape.

    A valid escape beside an invalid one (`\\b` beside `\\(`) most likely means the two characters
    as well. It is read so, but not safe to write.
    """
    bad: list[Span] = []
    doubtful: list[Span] = []
    for match in _ESCAPE.finditer(text, problem.start + 1):
        if match["end"]:
            break
        if match["bad"] or match[0] == "\\'":
            bad.append(Span(*match.span()))
        if match["doubtful"]:
            doubtful.append(Span(*match.span()))
    if not bad:
        return
    first = text[bad[0].start : bad[0].end]
    starts = sorted({span.start for span in (*bad, *doubtful)})
    edits = tuple(Edit(Span(start, start), "\\") for start in starts)
    message = f"`{first}` is not an escape in double quotes: write the backslash twice"
    yield Remedy("backslash", bad[0], message, edits, not doubtful)


def _conflict(text: str, line: Line) -> Iterator[Remedy]:
    """Remove the marker line of a merge conflict."""
    for near in (line, *lines_before(text, line)):
        if _CONFLICT.match(near.text):
            span = Span(near.start, near.end)
            message = "a merge conflict is not resolved here"
            yield Remedy("conflict", span, message, (Edit(span, ""),))
        if line.start - near.start > _FURTHEST_CONFLICT:
            return


def _tab(text: str, at: int) -> Iterator[Remedy]:
    """Replace a tab by spaces."""
    if text[at : at + 1] != "\t":
        return
    line = line_at(text, at)
    message = "there is a tab where YAML requires spaces"
    if line.text[: at - line.start].strip():
        rest = text[at : line.end]
        tabs = Span(at, at + len(rest) - len(rest.lstrip("\t ")))
        yield Remedy("tab", tabs, message, (Edit(tabs, " "),))
        return
    indent = Span(line.start, line.start + line.indent)
    place = Span(line.start + line.text.index("\t"), indent.end)
    for width in likely_indents(text, line):
        yield Remedy("tab", place, message, (Edit(indent, " " * width),))


def _indent(text: str, line: Line) -> Iterator[Remedy]:
    """Indent a line like one of the lines before it."""
    message = "the indentation does not match any line before it"
    indent = Span(line.start, line.start + line.indent)
    for width in likely_indents(text, line) if not line.blank else []:
        if width != line.indent:
            edits = (Edit(indent, " " * width),)
            yield Remedy("depth", Span(indent.end, line.end), message, edits)
