"""REQUIREMENTS.md as people write it: the requirements that it defines, their phases, and every id
that it mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from forge.planning.numbers import is_phase, is_plan, mentioned, normal
from forge.text.location import Spot
from forge.text.source import Source, Span

PATH = ".planning/REQUIREMENTS.md"
# Atomic groups, for a possessive quantifier on a group matches wrongly before Python 3.11.5
# (gh-106052).
_TOKEN_TEXT = r"[A-Za-z0-9]++(?>(?:[-_.][A-Za-z0-9]+)*)"
_LINE = re.compile(r"^[^\n]*", re.M)
_ITEM = re.compile(
    r"[ \t]*[-*+][ \t]+(?:\[(?P<mark>.)\]["
    rf" \t]+)?(?P<bold>[*_`]{{0,3}})\[?(?P<id>{_TOKEN_TEXT})(?![\w-])"
)
_TITLE = re.compile(rf"#{{2,6}}[ \t]+[*`\[]*(?P<id>{_TOKEN_TEXT})(?![\w-])")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)")
_ROW = re.compile(rf"[ \t]*\|[ \t]*[*`\[]*(?P<id>{_TOKEN_TEXT})[*`\]]*[ \t]*\|(?P<rest>[^\n]*)")
_START = (  # never inside a word, so that a long one is scanned once
    r"(?<![A-Za-z0-9])(?<![A-Za-z0-9][-_.])"
)
_TOKEN = re.compile(rf"{_START}{_TOKEN_TEXT}")
_RANGE = re.compile(
    rf"{_START}({_TOKEN_TEXT})[*`]{{0,3}}[ \t]{{0,3}}(?:-|–|—|~|\.\.\.?|to|through|thru)"
    rf"[ \t]{{0,3}}[*`]{{0,3}}({_TOKEN_TEXT})"
)
_ASIDE = re.compile(
    r"out of scope|\bfuture\b|defer|\blater\b|backlog|won't|not in|nice to"
    r" have|\bv2\b(?!\.\d)|stretch|\bnext\b"
    r"|excluded|traceab|coverage",
    re.I,
)
_LONGEST = 60
_WIDEST = 200


class Requirement(NamedTuple):
    """A defined requirement: `ticked` is None without a box, `aside` means that it is deferred or
    out of scope.
    """

    id: str
    ticked: bool | None
    aside: bool
    spot: Spot


class Requirements(NamedTuple):
    """The content of the file. `phases` is what its table maps each id to; `spoken` has every id in
    the text, in lower case.
    """

    path: str
    defined: list[Requirement]
    phases: dict[str, list[str]]
    spoken: list[str]

    @classmethod
    def of(cls, source: Source) -> Requirements:
        """Read the file. Never raises: what is not understood is skipped."""
        defined: list[Requirement] = []
        phases: dict[str, list[str]] = {}
        asides: list[int] = []
        for line in _LINE.finditer(source.text):
            if heading := _HEADING.match(line[0]):
                asides = [level for level in asides if level < len(heading[1])]
                asides += [len(heading[1])] if _ASIDE.search(heading[2]) else []
            row = _ROW.match(line[0])
            if row and is_id(row["id"]):
                phases.setdefault(row["id"].lower(), []).extend(_phases(row["rest"]))
            elif match := _definition(line[0]):
                mark = match.groupdict().get("mark")
                spot = Spot.of(
                    source, Span(line.start() + match.start("id"), line.start() + match.end("id"))
                )
                defined.append(
                    Requirement(
                        match["id"], None if mark is None else mark in "xX", bool(asides), spot
                    )
                )
        return cls(source.path, defined, phases, sorted(ids_in(source.text)))


def _definition(line: str) -> re.Match[str] | None:
    item = _ITEM.match(line)
    if item and (item["mark"] is not None or item["bold"]) and is_id(item["id"]):
        return item
    title = _TITLE.match(line)
    return title if title and is_id(title["id"]) else None


def is_id(token: str) -> bool:
    """Return whether a word looks like a requirement's id: it is short, starts with a letter and
    ends with a number (`AUTH-01`, `REQ-DB-001`).
    """
    parts = re.split(r"[-_.]", token)
    numbered = len(parts) > 1 and is_plan(parts[-1])
    version = re.fullmatch(r"v\d+(?:\.\d+)*", token, re.I)
    return numbered and token[0].isalpha() and version is None and len(token) <= _LONGEST


def _phases(rest: str) -> list[str]:
    cell = rest.partition("|")[0].strip()
    return [normal(cell)] if is_phase(cell) else list(mentioned(cell))


def ids_in(text: str) -> set[str]:
    """Return every id-like word of a text in lower case, and the ids inside ranges (`REL-01 through
    REL-03`).
    """
    ids = {token.lower() for token in _TOKEN.findall(text) if len(token) <= _LONGEST}
    for first, last in set(_RANGE.findall(text)):
        ids.update(_spread(first, last))
    return ids


def _spread(first: str, last: str) -> Iterator[str]:
    """Yield the ids of a range in lower case: `REL-01` to `REL-03`, or to `03`; nothing if it is
    not a range.
    """
    start, end = re.fullmatch(r"(.*\D)(\d{1,9})", first), re.fullmatch(r"(|.*\D)(\d{1,9})", last)
    if start is None or end is None or end[1] not in ("", start[1]):
        return
    for number in range(int(start[2]), min(int(end[2]), int(start[2]) + _WIDEST) + 1):
        yield f"{start[1]}{number:0{len(start[2])}d}".lower()


def named_by(entries: Iterable[str]) -> set[str]:
    """Return the ids that entries of a plan's `requirements` name, in lower case, with ranges
    expanded.
    """
    return {name for entry in entries for name in (*ids_in(entry), entry.lower())}
