"""What people get wrong in YAML, and how each line should read: remedies to try where a text does
not parse.

A remedy here is a guess from the words of one line. Whether it helps is for `text.mend` to say,
which tries it; none is believed for itself. Offsets are those of the text given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from forge.text.edit import Edit
from forge.text.source import Span
from forge.text.yaml.parse import YamlProblem

_QUOTED = r""""(?>(?:[^"\\]|\\.)*)"|'(?>(?:[^']|'')*)'"""
_ITEM = re.compile(
    r"""(?P<indent>[ \t]*+)(?P<dashes>(?>(?:-[ \t]+)*))"""
    r"""(?>(?:(?P<key>[A-Za-z_][\w.-]*+|"[^"\\]*+"|'[^']*+')[ \t]*+:(?:[ \t]++|$))?)(?P<value>.*)"""
)
_SEVERAL = re.compile(rf"(?:{_QUOTED})(?>(?:[ \t]*+,[ \t]*+(?:{_QUOTED}))+)(?=[ \t]*+(?:\#.*)?$)")
_WHOLE_QUOTED = re.compile(_QUOTED)
_IN_FLOW = re.compile(r"`[^`\n,\[\]{}:#'\"]*+`(?=[ \t]*+[,\]}])")
_ESCAPE = re.compile(
    r'(?P<fine>\\[\\"/\n\r\x85\u2028\u2029])'
    r"|(?P<doubtful>\\(?:[0abtnvfreN_LP \t\']|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))"
    r'|(?P<bad>\\.)|(?P<end>")'
)
_DOUBTFUL = re.compile(r":[ \t]|:$|[ \t]#|^[ \t]*(?:- |#)")
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff"
)
_HEADS = {
    "`": "backtick",
    "@": "indicator",
    "%": "indicator",
    "*": "indicator",
    "&": "indicator",
    "!": "indicator",
}
_TOO_MUCH = re.compile(r"nested too deep|expands to more")
_CLOSING = {"[": "]", "{": "}"}
_MOST_INDENTS = 6
_FURTHEST = 40  # lines that a value or a look back may span


class Remedy(Struct, frozen=True):
    """What is wrong (`kind`, `message`, `span`), the edits that mend it, and whether they cannot
    change the meaning.
    """

    kind: str
    span: Span
    message: str
    edits: tuple[Edit, ...]
    safe: bool = False


class _Line(Struct, frozen=True):
    """A line of the text: where it begins, and its characters without the line end."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" \t"))

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def remedies(text: str, problem: YamlProblem) -> Iterator[Remedy]:
    """Yield what may mend the first problem of a text, the likeliest first; the last one leaves the
    line out.
    """
    if problem.final:
        return
    at = min(problem.offset, len(text))
    lines = {
        line.start: line for line in (_line(text, at), _line(text, min(problem.start, len(text))))
    }
    if _TOO_MUCH.search(problem.message):
        yield _left_out(text, problem)
        return
    yield from _unprintable(text, at)
    if "escape" in problem.message:
        yield from _backslash(text, problem)
    for line in lines.values():
        yield from _conflict(text, line)
    yield from _tab(text, at)
    yield from _head(text, at)
    yield from _open_bracket(text, at, problem.opened)
    for line in lines.values():
        yield from _value(text, line, at)
    yield from _open_quote(text, at, problem.start)
    yield from _misplaced(text, _line(text, at))
    yield _left_out(text, problem)


def _open_bracket(text: str, at: int, opened: int | None) -> Iterator[Remedy]:
    """Close brackets at the end of their own line, where a later one goes on with the next key."""
    if opened is None or opened >= len(text) or text[opened] not in _CLOSING:
        return
    line, here = _line(text, opened), _line(text, at)
    last = not here.text.strip() or at >= len(text.rstrip())
    if (
        here.start > line.start
        and (last or here.indent <= line.indent)
        and not line.text.rstrip().endswith(",")
    ):
        end = line.start + len(line.text.partition(" #")[0].rstrip())
        said = f"the `{text[opened]}` is not closed"
        yield Remedy(
            "unclosed",
            Span(opened, opened + 1),
            said,
            (Edit(Span(end, end), _CLOSING[text[opened]]),),
        )


def _left_out(text: str, problem: YamlProblem) -> Remedy:
    line = _line(text, min(problem.start, max(0, len(text.rstrip()) - 1)))
    at = min(problem.offset, len(text))
    return Remedy(
        "unread", Span(at, at + 1), problem.message, (Edit(Span(line.start, line.end), ""),)
    )


def _line(text: str, at: int) -> _Line:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", start)
    return _Line(start, text[start : end if end >= 0 else len(text)].rstrip("\r"))


def _before(text: str, line: _Line) -> Iterator[_Line]:
    """Yield the lines before one, the nearest first, blank ones left out."""
    for _ in range(_FURTHEST):
        if line.start == 0:
            return
        line = _line(text, line.start - 1)
        if not line.blank:
            yield line


def _unprintable(text: str, at: int) -> Iterator[Remedy]:
    if at < len(text) and _UNPRINTABLE.match(text, at):
        edits = tuple(Edit(Span(*found.span()), "\ufffd") for found in _UNPRINTABLE.finditer(text))
        yield Remedy(
            "character",
            Span(at, at + 1),
            f"the character U+{ord(text[at]):04X} has no place in YAML",
            edits,
        )


def _backslash(text: str, problem: YamlProblem) -> Iterator[Remedy]:
    """Double the backslashes of one double-quoted scalar that begin no escape.

    Whoever wrote `\\(` for a bracket means `\\b` as a word's edge too: the reader gets it so, but
    it is not safe to write.
    """
    bad: list[Span] = []
    doubtful: list[Span] = []
    for found in _ESCAPE.finditer(text, problem.start + 1):
        if found["end"]:
            break
        if found["bad"] or found[0] == "\\'":
            bad.append(Span(*found.span()))
        if found["doubtful"]:
            doubtful.append(Span(*found.span()))
    if not bad:
        return
    first = text[bad[0].start : bad[0].end]
    edits = tuple(
        Edit(Span(span.start, span.start), "\\")
        for span in sorted({*bad, *doubtful}, key=lambda each: each.start)
    )
    said = f"`{first}` is no escape in double quotes: a backslash is written twice there"
    yield Remedy("backslash", bad[0], said, edits, not doubtful)


def _conflict(text: str, line: _Line) -> Iterator[Remedy]:
    for each in (line, *_before(text, line)):
        if _CONFLICT.match(each.text):
            said = "a merge conflict is not resolved here"
            yield Remedy(
                "conflict",
                Span(each.start, each.end),
                said,
                (Edit(Span(each.start, each.end), ""),),
            )
        if line.start - each.start > 1000:
            return


def _tab(text: str, at: int) -> Iterator[Remedy]:
    if text[at : at + 1] != "\t":
        return
    line = _line(text, at)
    tabs = Span(at, at + len(text[at : line.end]) - len(text[at : line.end].lstrip("\t ")))
    said = "a tab stands where YAML wants spaces"
    if line.text[: at - line.start].strip():
        yield Remedy("tab", tabs, said, (Edit(tabs, " "),))
        return
    blank = Span(line.start, line.start + line.indent)
    shown = Span(line.start + line.text.index("\t"), blank.end)
    for width in _indents(text, line):
        yield Remedy("tab", shown, said, (Edit(blank, " " * width),))


def _indents(text: str, line: _Line) -> list[int]:
    """Return how deep a line may be meant to stand, by the lines before it and by its tabs, the
    likeliest first.
    """
    item = line.text.lstrip().startswith("- ")
    found: list[int] = []
    for each in _before(text, line):
        parts = _ITEM.match(each.text)
        assert parts is not None
        depth = len(parts["indent"])
        inner = depth + len(parts["dashes"])
        if item:
            found += [depth] if parts["dashes"] else [depth + 2] if not parts["value"] else []
        else:
            found += [inner + 2, inner] if parts["key"] and not parts["value"] else [inner]
        if len(found) > _MOST_INDENTS:
            break
    tabs = line.text[: line.indent].count("\t")
    return list(dict.fromkeys([*found, 2 * tabs, 4 * tabs]))[:_MOST_INDENTS]


def _head(text: str, at: int) -> Iterator[Remedy]:
    """Quote a value that begins with a character that YAML keeps for itself."""
    char = text[at : at + 1]
    if char not in _HEADS:
        return
    line = _line(text, at)
    parts = _ITEM.match(line.text)
    assert parts is not None
    said = f"a value cannot begin with `{char}` unless it is quoted"
    said = "a value cannot begin with a backtick unless it is quoted" if char == "`" else said
    if line.start + parts.start("value") == at:
        whole = _whole_value(text, line, at)
        clean = not any(
            _DOUBTFUL.search(each) for each in text[whole.start : whole.end].split("\n")
        )
        yield Remedy(
            _HEADS[char], Span(at, at + 1), said, _quotes(text, whole), clean and char == "`"
        )
    elif found := _IN_FLOW.match(text, at):
        yield Remedy(_HEADS[char], Span(at, at + 1), said, _quotes(text, Span(*found.span())), True)


def _value(text: str, line: _Line, at: int) -> Iterator[Remedy]:
    """Put a line's value in brackets or in quotes, by what is wrong with it."""
    parts = _ITEM.match(line.text)
    assert parts is not None
    value, start = parts["value"], line.start + parts.start("value")
    if several := _SEVERAL.match(value):
        place = Span(start, start + several.end())
        edits = (Edit(Span(place.start, place.start), "["), Edit(Span(place.end, place.end), "]"))
        yield Remedy(
            "several",
            place,
            "several quoted values stand after one key: together they are a list",
            edits,
        )
        return
    open_quote = value[:1] in ("'", '"') and not _WHOLE_QUOTED.match(value)
    if not value.strip() or value[0] in "|>#" or open_quote:
        return
    kind, place, said = _wrong_with(value, start, line.end, at)
    yield Remedy(kind, place, said, _quotes(text, _whole_value(text, line, start)))
    if parts["key"] and parts["dashes"]:
        whole = _whole_value(text, line, line.start + parts.start("key"))
        yield Remedy(kind, place, said, _quotes(text, whole))


def _wrong_with(value: str, start: int, end: int, at: int) -> tuple[str, Span, str]:
    """Return the kind, the place and the words for a value that should have been quoted as a
    whole.
    """
    if (
        value[0] in "\"'"
        and (quoted := _WHOLE_QUOTED.match(value))
        and value[quoted.end() :].strip()
    ):
        rest = value[quoted.end() :]
        after = start + quoted.end() + len(rest) - len(rest.lstrip())
        return (
            "after-quote",
            Span(after, start + len(value.rstrip())),
            "text stands after the closing quote",
        )
    if value[0] in "[{":
        behind = Span(at, max(at + 1, min(end, start + len(value.rstrip()))))
        closed = start < at and value[: at - start].rstrip()[-1:] in ("]", "}")
        return (
            "brackets",
            behind,
            (
                "text stands after the closing bracket"
                if closed
                else "the brackets hold no list or mapping"
            ),
        )
    colon = at - start if start <= at < end and value[at - start] == ":" else value.find(": ")
    if colon >= 0:
        return (
            "colon",
            Span(start + colon, start + colon + 1),
            "a colon and a blank stand in a value that is not quoted",
        )
    return "value", Span(start, start + len(value.rstrip())), "the value has to be quoted"


def _whole_value(text: str, line: _Line, start: int) -> Span:
    """Return a plain value with the lines that go on with it: those that stand deeper than what it
    belongs to.
    """
    parts = _ITEM.match(line.text)
    assert parts is not None
    owner = (
        parts.start("key")
        if parts["key"] and start > line.start + parts.start("key")
        else _last_dash(parts)
    )
    end, following = line.start + len(line.text.rstrip()), line.end
    for _ in range(_FURTHEST):
        at = text.find("\n", following)
        if at < 0:
            break
        each = _line(text, at + 1)
        following = each.end
        if not each.blank:
            if each.indent <= owner:
                break
            end = each.start + len(each.text.rstrip())
    return Span(start, end)


def _last_dash(parts: re.Match[str]) -> int:
    return (
        parts.start("dashes") + parts["dashes"].rfind("-")
        if parts["dashes"]
        else parts.end("indent") - 1
    )


def _quotes(text: str, place: Span) -> tuple[Edit, ...]:
    """Return the edits that put a stretch in quotes: only insertions, so that no character of it is
    touched.
    """
    inner = text[place.start : place.end]
    double = "'" in inner and '"' not in inner and "\\" not in inner
    mark = '"' if double else "'"
    apostrophes = (
        [] if double else [place.start + found.start() for found in re.finditer("'", inner)]
    )
    return tuple(Edit(Span(at, at), mark) for at in (place.start, *apostrophes, place.end))


def _open_quote(text: str, at: int, start: int) -> Iterator[Remedy]:
    """Close a quote at the end of its line: where the problem begins, or on one of the lines before
    it.
    """
    begun = _line(text, start)
    for line in (begun, *_before(text, _line(text, at))):
        parts = _ITEM.match(line.text)
        assert parts is not None
        value = parts["value"].rstrip()
        if value[:1] in ("'", '"') and not _WHOLE_QUOTED.match(value):
            opening, end = (
                line.start + parts.start("value"),
                line.start + parts.start("value") + len(value),
            )
            said = "a quote is opened here and not closed on its line"
            yield Remedy(
                "open-quote", Span(opening, opening + 1), said, (Edit(Span(end, end), value[0]),)
            )
            return


def _misplaced(text: str, line: _Line) -> Iterator[Remedy]:
    """Put a line at the depth of a line before it."""
    said = "the line stands at a depth that fits none before it"
    blank = Span(line.start, line.start + line.indent)
    for width in _indents(text, line) if not line.blank else []:
        if width != line.indent:
            yield Remedy("depth", Span(blank.end, line.end), said, (Edit(blank, " " * width),))
