"""ROADMAP.md as people write it: the phases and plans that it lists, and which of them are
ticked.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from forge.planning.numbers import PHASE, PLAN, leading, mentioned, normal, plan_key
from forge.text.location import Spot
from forge.text.source import Source, Span

PATH = ".planning/ROADMAP.md"
_LINE = re.compile(r"^[^\n]*", re.M)
_PHASE_BOX = re.compile(
    r"[ \t]*[-*+][ \t]+\[(?P<mark>.)\][ \t]+\**(?P<what>Phase["
    rf" \t]+(?P<number>{PHASE}))(?!\w|\.\d)",
    re.I,
)
_PLAN_BOX = re.compile(
    r"[ \t]*[-*+][ \t]+\[(?P<mark>.)\]["
    rf" \t]+[*`\[]*(?P<what>(?P<phase>{PHASE})-(?P<plan>{PLAN})(?:-[\w.-]*?)?(?:-PLAN)?"
    r"(?:\.md)?)(?![\w-])(?P<rest>[^\n]*)"
)
_HEADING = re.compile(
    rf"#{{1,6}}[ \t]+[^\w\n]{{0,6}}(?P<what>Phase[ \t]+(?P<number>{PHASE}))(?!\w|\.\d)", re.I
)
_DONE = re.compile(r"✅|✓|☑")
_MARK = re.compile(
    r"[ \t]*(?:[—–-]+[ \t]*)?(?:✅|✓|☑|\((?=[A-Z]{4}))"
)  # starts the status at the end of a heading
_MARKUP = " \t\r*_`~:.—–-#"
_ASIDE = re.compile(r"[ \t]+(?:[—–-]+[ \t]|\(|✅|✓)")
_ROW = re.compile(r"[ \t]*\|[ \t]*\**(?:\[)?(?P<first>[^|\n]*)\|")


class Entry(NamedTuple):
    """A phase or a plan in a roadmap.

    `key` is `3` or `3-1` in normal form; `ticked` is None without
    a box or tick; only a phase has a title.
    """

    key: str
    ticked: bool | None
    spot: Spot
    planned: bool
    title: str = ""


class Roadmap(NamedTuple):
    """The content of a roadmap. `mentioned` has every phase in the text, listed or not."""

    path: str
    phases: list[Entry]
    plans: list[Entry]
    mentioned: list[str]

    @classmethod
    def of(cls, source: Source) -> Roadmap:
        """Read a roadmap. Never raises: what is not understood is skipped."""
        phases: list[Entry] = []
        plans: list[Entry] = []
        named = set(mentioned(source.text))
        for line in _LINE.finditer(source.text):
            if entry := _phase(source, line):
                phases.append(entry)
            elif entry := _plan(source, line):
                plans.append(entry)
            elif (row := _ROW.match(line[0])) and (number := leading(row["first"])):
                named.add(number)
        return cls(source.path, phases, plans, sorted(named | {entry.key for entry in phases}))


def _phase(source: Source, line: re.Match[str]) -> Entry | None:
    if match := _PHASE_BOX.match(line[0]):
        title = _title(line[0][match.end() :])
        return Entry(
            normal(match["number"]), match["mark"] in "xX", _spot(source, line, match), True, title
        )
    if match := _HEADING.match(line[0]):
        rest = line[0][match.end() :]
        ticked = True if _DONE.search(rest) else None
        return Entry(
            normal(match["number"]),
            ticked,
            _spot(source, line, match),
            True,
            _MARK.split(rest)[0].strip(_MARKUP),
        )
    return None


def _title(rest: str) -> str:
    """Return the title in the text after `Phase 3`: up to the end of bold type, else up to a
    dash.
    """
    title, bold, _ = rest.strip(_MARKUP).partition("**")
    return (title if bold else _ASIDE.split(title, maxsplit=1)[0]).strip(_MARKUP)


def _plan(source: Source, line: re.Match[str]) -> Entry | None:
    match = _PLAN_BOX.match(line[0])
    if match is None:
        return None
    key = plan_key(match["phase"], match["plan"])
    return Entry(
        key,
        match["mark"] in "xX",
        _spot(source, line, match),
        not re.search(r"\bTB[DC]\b", match["rest"]),
    )


def _spot(source: Source, line: re.Match[str], match: re.Match[str]) -> Spot:
    return Spot.of(
        source, Span(line.start() + match.start("what"), line.start() + match.end("what"))
    )
