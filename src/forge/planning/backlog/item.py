"""A backlog item: front matter, acceptance criteria with their ticks, and free Markdown below."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Annotated

from msgspec import Meta, Struct, field

from forge.planning import migrations
from forge.planning.backlog.paths import has_id, short_id
from forge.planning.plan.front_matter import front_matter
from forge.planning.plan.scope import leaves
from forge.text import typed
from forge.text.edit import Edit, apply
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.edit import Block
from forge.text.yaml.parse import Value

FORCED = "forced_reason"
Texts = Annotated[tuple[str, ...], Meta(description="a list of texts", extra={"lone": True})]
_EMPTY = Value({}, "", Span(0, 0), {})
_TICK = re.compile(r"\[(?P<mark>[ xX])\][ \t]+")
_BOX = re.compile(r"^[ \t]*[-*+][ \t]+\[(?P<mark>[ xX])\][ \t]+(?P<text>[^\r\n]*)", re.M)
_EVIDENCE = re.compile(r"\[evidence\]\((?P<path>[^()\s]+)\)", re.I)
_ACCEPTANCE = re.compile(
    r"^#{1,6}[ \t]+acceptance\b[^\n]*\n(?P<body>.*?)(?=^#{1,6}[ \t]|\Z)", re.M | re.S | re.I
)


class ItemFields(Struct, frozen=True):
    """The fields of an item's front matter. `forced_reason` says why it was closed although
    criteria are not met.
    """

    id: str
    title: str
    status: str
    priority: str = ""
    depends_on: Texts = ()
    acceptance: tuple[object, ...] = ()
    links: tuple[object, ...] = ()
    forced_reason: str = ""
    version: int = 1


class Criterion(Struct, frozen=True):
    """One condition for an item to be done; `box` is its mark in the body, else `value` its entry
    in the front matter.

    A criterion that names evidence, as `[evidence](PATH)`, is met if that file exists, ticked or
    not.
    """

    text: str
    ticked: bool
    value: Value | None = None
    box: Span | None = None

    @property
    def evidence(self) -> str:
        """The path that it names as evidence, empty if it names none."""
        match = _EVIDENCE.search(self.text)
        return match["path"] if match and not leaves(match["path"]) else ""

    def met(self, exists: Callable[[str], bool]) -> bool:
        """Return whether it is ticked or its evidence exists."""
        return self.ticked or bool(self.evidence and exists(self.evidence))


class Item(Struct, frozen=True, dict=True):
    """An item as its file describes it; everything wrong with the file is in `findings`."""

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
    def fields(self) -> ItemFields:
        """The front matter; a field that is missing or does not fit is empty."""
        fields = typed.read(ItemFields, self.front, ItemFields(id="", title="", status="")).value
        assert fields is not None, "its defaults are complete"
        return fields

    @cached_property
    def id(self) -> str:
        """The id of the front matter if the file's name begins with it, else that of the file's
        name.
        """
        name = posixpath.basename(self.path)
        own = self.fields.id.strip()
        return own if own and has_id(name, own) else short_id(name)

    @property
    def title(self) -> str:
        """The title, or the id if it has none."""
        return self.fields.title.strip() or self.id

    @property
    def status(self) -> str:
        """The status, `todo` if it has none."""
        return self.fields.status.strip() or "todo"

    @property
    def forced_reason(self) -> str:
        """Why it was closed by force, empty if it was not."""
        return self.fields.forced_reason.strip()

    @cached_property
    def criteria(self) -> list[Criterion]:
        """The acceptance criteria: those of the front matter, then the boxes below a heading
        `Acceptance` in the body.
        """
        boxes = {box.text: box for box in self._boxes()}
        criteria = []
        for value in self._entries():
            written = (
                value.raw
                if isinstance(value.data, str)
                else self.source.text[value.span.start : value.span.end]
            )
            tick = _TICK.match(written)
            text = written[tick.end() if tick else 0 :].strip()
            box = boxes.pop(text, None)
            ticked = (tick is not None and tick["mark"] != " ") or (box is not None and box.ticked)
            criteria.append(Criterion(text, ticked, value, box.box if box and not tick else None))
        return [*criteria, *boxes.values()]

    def unmet(self, exists: Callable[[str], bool]) -> list[Criterion]:
        """Return the criteria that are neither ticked nor evidenced; `exists` returns whether a
        path is a file.
        """
        return [criterion for criterion in self.criteria if not criterion.met(exists)]

    def _entries(self) -> Iterator[Value]:
        value = self.front.get("acceptance")
        yield from (
            entry for entry in (value.elements() if value else ()) if entry.data is not None
        )

    def _boxes(self) -> Iterator[Criterion]:
        text = self.source.text
        for section in _ACCEPTANCE.finditer(text, self.body_start):
            for box in _BOX.finditer(text, section.start("body"), section.end("body")):
                yield Criterion(
                    box["text"].strip(), box["mark"] != " ", box=Span(*box.span("mark"))
                )


def load(source: Source) -> Item:
    """Read an item. Never raises: everything wrong with the file is in its findings."""
    place, body_start = front_matter(source)
    if source.problem:
        at = Span(source.problem_offset, source.problem_offset + 1)
        return _unreadable(source, at, f"the file {source.problem}", "save the item as UTF-8 text")
    if place is None or not body_start:
        return _without_front(
            source,
            Span(0, 0),
            "the item has no closed front matter",
            "begin with `---`, the keys, and `---`",
        )
    try:
        front = migrations.parse("item", source, place)
    except yaml.YamlProblem as problem:
        at = Span(place.start + problem.offset, place.start + problem.offset + 1)
        message = f"the front matter is not valid YAML: {problem.message}"
        return _without_front(source, at, message, "fix this line")
    except migrations.WrongVersion as problem:
        return _unreadable(source, problem.span, problem.message, problem.hint)
    if not isinstance(front.data, dict):
        message = "the front matter is not a mapping of keys"
        return _without_front(source, front.span, message, "write `key: value` lines")
    return Item(source, front, place, body_start)


def _unreadable(source: Source, at: Span, message: str, hint: str) -> Item:
    finding = source.finding("unreadable", "error", at, message, hint, blocks=True)
    return Item(source, _EMPTY, Span(0, 0), 0, [finding])


def _without_front(source: Source, at: Span, message: str, hint: str) -> Item:
    finding = source.finding("item-front-matter", "error", at, message, hint)
    return Item(source, _EMPTY, Span(0, 0), 0, [finding])


def tick(item: Item, number: int, *, ticked: bool) -> bytes:
    """Return the item's bytes with a criterion ticked or not, counted from 1.

    Raises IndexError, NotEditable and YamlProblem.
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
