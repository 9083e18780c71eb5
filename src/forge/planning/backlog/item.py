"""A backlog item: front matter, acceptance criteria with their ticks, and free Markdown below."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct, field

from forge.planning.backlog.paths import has_id, short_id
from forge.planning.plan.plan import front_matter
from forge.planning.plan.scope import leaves
from forge.text.edit import Edit, apply
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.edit import Block
from forge.text.yaml.parse import Value

FORCED = "forced_reason"
_EMPTY = Value({}, "", Span(0, 0), {})
_TICK = re.compile(r"\[(?P<mark>[ xX])\][ \t]+")
_BOX = re.compile(r"^[ \t]*[-*+][ \t]+\[(?P<mark>[ xX])\][ \t]+(?P<text>[^\r\n]*)", re.M)
_EVIDENCE = re.compile(r"\[evidence\]\((?P<path>[^()\s]+)\)", re.I)
_ACCEPTANCE = re.compile(
    r"^#{1,6}[ \t]+acceptance\b[^\n]*\n(?P<body>.*?)(?=^#{1,6}[ \t]|\Z)", re.M | re.S | re.I
)


class Criterion(Struct, frozen=True):
    """One way to tell that an item is done; `box` is its mark in the body, else `value` its entry
    in the front matter.

    A criterion that says `[evidence](PATH)` is met where that file is there, ticked or not.
    """

    text: str
    ticked: bool
    value: Value | None = None
    box: Span | None = None

    @property
    def evidence(self) -> str:
        """The path that it names as evidence, empty where it names none."""
        match = _EVIDENCE.search(self.text)
        return match["path"] if match and not leaves(match["path"]) else ""

    def met(self, exists: Callable[[str], bool]) -> bool:
        """Say whether it is ticked, or its evidence is there."""
        return self.ticked or bool(self.evidence and exists(self.evidence))


class Item(Struct, frozen=True, dict=True):
    """An item as its file says it; everything wrong with it as a file is in `findings`."""

    source: Source
    front: Value
    place: Span
    body_start: int
    findings: list[Finding] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The file, relative to the repository's root."""
        return self.source.path

    @cached_property
    def id(self) -> str:
        """What the front matter says, where the file's name begins with it; else what the file's
        name says.
        """
        name = posixpath.basename(self.path)
        said = self.text("id")
        return said if said and has_id(name, said) else short_id(name)

    @property
    def title(self) -> str:
        """The title, the id where there is none."""
        return self.text("title") or self.id

    @property
    def status(self) -> str:
        """Where it stands, `todo` where nothing is said."""
        return self.text("status") or "todo"

    @cached_property
    def criteria(self) -> list[Criterion]:
        """The acceptance criteria: those of the front matter, then the boxes below a heading
        `Acceptance` in the body.
        """
        boxes = {box.text: box for box in self._boxes()}
        found = []
        for value in self._entries():
            said = (
                value.raw
                if isinstance(value.data, str)
                else self.source.text[value.span.start : value.span.end]
            )
            tick = _TICK.match(said)
            text = said[tick.end() if tick else 0 :].strip()
            box = boxes.pop(text, None)
            ticked = (tick is not None and tick["mark"] != " ") or (box is not None and box.ticked)
            found.append(Criterion(text, ticked, value, box.box if box and not tick else None))
        return [*found, *boxes.values()]

    def unmet(self, exists: Callable[[str], bool]) -> list[Criterion]:
        """Return the criteria that are neither ticked nor evidenced; `exists` says of a path
        whether a file is there.
        """
        return [criterion for criterion in self.criteria if not criterion.met(exists)]

    def text(self, key: str) -> str:
        """Return a scalar of the front matter as it was written, empty where there is none."""
        value = self.front.get(key)
        return (
            ""
            if value is None or value.data is None or isinstance(value.data, (list, dict))
            else value.raw.strip()
        )

    def texts(self, key: str) -> list[str]:
        """Return a list of the front matter as text."""
        value = self.front.get(key)
        return value.texts() if value else []

    def _entries(self) -> Iterator[Value]:
        value = self.front.get("acceptance")
        yield from (each for each in (value.elements() if value else ()) if each.data is not None)

    def _boxes(self) -> Iterator[Criterion]:
        text = self.source.text
        for section in _ACCEPTANCE.finditer(text, self.body_start):
            for box in _BOX.finditer(text, section.start("body"), section.end("body")):
                yield Criterion(
                    box["text"].strip(), box["mark"] != " ", box=Span(*box.span("mark"))
                )


def load(source: Source) -> Item:
    """Read an item. Never raises for what a file says."""
    place, body_start = front_matter(source)
    if source.problem:
        at = Span(source.problem_offset, source.problem_offset + 1)
        finding = source.finding(
            "unreadable",
            "error",
            at,
            f"the file {source.problem}",
            "save the item as UTF-8 text",
            blocks=True,
        )
        return Item(source, _EMPTY, Span(0, 0), 0, [finding])
    if place is None or not body_start:
        return _without(
            source,
            Span(0, 0),
            "the item has no closed front matter",
            "begin with `---`, the keys, and `---`",
        )
    try:
        front = yaml.parse(source.text[place.start : place.end], place.start)
    except yaml.YamlProblem as problem:
        at = Span(place.start + problem.offset, place.start + problem.offset + 1)
        return _without(
            source, at, f"the front matter is no YAML: {problem.message}", "mend this line"
        )
    if not isinstance(front.data, dict):
        return _without(
            source, front.span, "the front matter is no mapping of keys", "write `key: value` lines"
        )
    return Item(source, front, place, body_start)


def _without(source: Source, at: Span, message: str, hint: str) -> Item:
    return Item(
        source,
        _EMPTY,
        Span(0, 0),
        0,
        [source.finding("item-front-matter", "error", at, message, hint)],
    )


def tick(item: Item, number: int, *, ticked: bool) -> bytes:
    """Return the item's bytes with a criterion ticked or not, counted from 1. Raises IndexError,
    NotEditable, YamlProblem.
    """
    criterion = item.criteria[number - 1]
    if criterion.ticked == ticked:
        return item.source.data
    if criterion.box is not None:
        return apply(item.source, [Edit(criterion.box, "x" if ticked else " ")])
    assert criterion.value is not None
    mark = _TICK.match(criterion.value.raw)
    return (
        Block.of(item.source, item.place)
        .begin(criterion.value, mark.end() if mark else 0, "[x] " if ticked else "")
        .bytes()
    )
