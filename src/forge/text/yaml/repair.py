"""YAML that does not parse, mended for the reader: each broken line is named, shown as it should
read, and read so.

One problem is mended at a time and the text is parsed again, so a remedy counts only if the parser
then gets past it. Only remedies marked `safe` are ever written to a file (`forge validate --fix`);
the others are shown.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Container

from msgspec import Struct

from forge.text.edit import Edit, apply_to_text
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.parse import Repeated, Repeats, Value, YamlProblem
from forge.text.yaml.remedies import Remedy, remedies

# characters parsed again at most: two seconds for the worst text, fifty mends for an ordinary one
_WORK = 300_000
_MOST_LEFT_OUT = 10
_LONGEST = 240


class Mend(Struct, frozen=True):
    """One broken place of a source: what it is, where, the line as it should read (empty where none
    is known).

    `edits` are the source's; `safe` says that they cannot change what the text means.
    """

    kind: str
    span: Span
    message: str
    reads: str
    edits: tuple[Edit, ...]
    safe: bool


class Reading(Struct, frozen=True):
    """What a stretch of YAML says once it is mended: `value` is None where it could not be; the
    places, in order.
    """

    value: Value | None
    mends: tuple[Mend, ...]

    @property
    def sound(self) -> bool:
        """Whether the text is YAML as it stands."""
        return not self.mends


def read(source: Source, place: Span, listed: Container[str] = ()) -> Reading:
    """Read the YAML in a stretch of a source, mended where it has to be. Never raises for what it
    says.

    `listed` names the keys for which two values make a list; of others that stand twice, the first
    value counts.
    """
    text = source.text[place.start : place.end]
    repeats = Repeats(listed)
    try:
        value = yaml.parse(text, place.start, repeats)
    except YamlProblem as problem:
        return _Patient(source, text, place.start, listed).mended(problem)
    return Reading(
        value, tuple(_repeats(source, source.text, repeats.found, listed, lambda at: at))
    )


class _Map:
    """Where the characters of a changed text stood at first: stretches that were kept, and marks
    for what was put in.
    """

    def __init__(self) -> None:
        self.starts = [0]
        self.origins = [0]
        self.kept = [True]

    def origin(self, at: int) -> int:
        index = bisect.bisect_right(self.starts, at) - 1
        return self.origins[index] + (at - self.starts[index] if self.kept[index] else 0)

    def after(self, edits: list[Edit], length: int) -> _Map:
        """Return the map of the text after more edits, which are in order; `length` is that of the
        text before them.
        """
        changed = _Map()
        changed.starts, changed.origins, changed.kept = [], [], []
        at, now = 0, 0
        for edit in edits:
            changed.take(self, Span(at, edit.span.start), now)
            now += edit.span.start - at
            if edit.text:
                changed.put(now, self.origin(edit.span.start), kept=False)
            at, now = edit.span.end, now + len(edit.text)
        changed.take(self, Span(at, length + 1), now)
        return changed

    def take(self, other: _Map, place: Span, now: int) -> None:
        """Take over what another map says of a stretch, which now begins at `now`."""
        if place.start >= place.end:
            return
        index = bisect.bisect_right(other.starts, place.start) - 1
        self.put(now, other.origin(place.start), kept=other.kept[index])
        for later in range(index + 1, bisect.bisect_left(other.starts, place.end)):
            self.put(
                now + other.starts[later] - place.start,
                other.origins[later],
                kept=other.kept[later],
            )

    def put(self, start: int, origin: int, *, kept: bool) -> None:
        self.starts.append(start)
        self.origins.append(origin)
        self.kept.append(kept)


class _Patient:
    """A text under treatment: how it reads by now, where its characters came from, and what was
    mended.
    """

    def __init__(self, source: Source, text: str, offset: int, listed: Container[str]) -> None:
        self.source = source
        self.text = text
        self.offset = offset
        self.listed = listed
        self.map = _Map()
        self.mends: list[Mend] = []
        self.work = _WORK

    def mended(self, problem: YamlProblem) -> Reading:
        """Mend one problem after the other, as long as that helps and the work is not too much."""
        found: Value | YamlProblem | None = problem
        while isinstance(found, YamlProblem):
            problem = found
            found = self.treat(problem)
        if found is None:
            at = self.source_offset(min(problem.offset, len(self.text)))
            said = (
                f"{problem.message}; at this length no more is mended"
                if self.work < len(self.text)
                else problem.message
            )
            self.mends.append(Mend("unread", Span(at, at + 1), said, "", (), False))
        return Reading(found, tuple(sorted(self.mends, key=lambda mend: mend.span.start)))

    def treat(self, problem: YamlProblem) -> Value | YamlProblem | None:
        """Try the remedies for a problem; return what the parser says behind it, None where none
        helps.
        """
        for remedy in remedies(self.text, problem):
            if self.work < len(self.text) or (
                remedy.kind == "unread" and self.left_out >= _MOST_LEFT_OUT
            ):
                return None
            changed = apply_to_text(self.text, remedy.edits)
            moved = self.map.after(
                sorted(remedy.edits, key=lambda edit: edit.span.start), len(self.text)
            )
            found = self.parse(changed)
            if isinstance(found, YamlProblem) and moved.origin(found.start) <= self.map.origin(
                problem.start
            ):
                continue
            self.take(remedy, changed, moved)
            return self.finished(*found) if isinstance(found, tuple) else found
        return None

    @property
    def left_out(self) -> int:
        return sum(mend.kind == "unread" for mend in self.mends)

    def parse(self, text: str) -> tuple[Value, list[Repeated]] | YamlProblem:
        self.work -= len(text) + 200
        repeats = Repeats(self.listed)
        try:
            return yaml.parse(text, 0, repeats), repeats.found
        except YamlProblem as problem:
            return problem

    def take(self, remedy: Remedy, changed: str, moved: _Map) -> None:
        edits = tuple(Edit(self.source_span(edit.span), edit.text) for edit in remedy.edits)
        reads = (
            ""
            if remedy.kind in ("unread", "conflict")
            else _line_at(changed, _line_number(self.text, remedy.span.start))
        )
        self.mends.append(
            Mend(
                remedy.kind,
                self.source_span(remedy.span),
                remedy.message,
                reads,
                edits,
                remedy.safe,
            )
        )
        self.text, self.map = changed, moved

    def finished(self, value: Value, repeated: list[Repeated]) -> Value:
        self.mends += _repeats(self.source, self.text, repeated, self.listed, self.source_offset)
        return self.placed(value)

    def placed(self, value: Value) -> Value:
        """Return a value of the mended text with the places of the source."""
        data = value.data
        if isinstance(data, dict):
            data = {key: self.placed(below) for key, below in data.items()}
        elif isinstance(data, list):
            data = [self.placed(below) for below in data]
        keys = {key: self.source_span(span) for key, span in value.keys.items()}
        return Value(data, value.raw, self.source_span(value.span), keys)

    def source_offset(self, at: int) -> int:
        return self.offset + self.map.origin(at)

    def source_span(self, span: Span) -> Span:
        start = self.source_offset(span.start)
        return Span(start, max(start, self.source_offset(span.end)))


def _line_number(text: str, at: int) -> int:
    return text.count("\n", 0, at)


def _line_at(text: str, number: int) -> str:
    start = 0
    for _ in range(number):
        start = text.index("\n", start) + 1
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)].rstrip()
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def _repeats(
    source: Source,
    text: str,
    found: list[Repeated],
    listed: Container[str],
    origin: Callable[[int], int],
) -> list[Mend]:
    """Return the mends of keys that stand twice or more often; the text itself is left as it is.

    `found` counts in `text`; `origin` gives the source's offset for one of the text's.
    """
    mends = []
    for each in dict.fromkeys(found):  # what an alias repeats is found again
        spans = [each.first, *(one.span for one in dict.fromkeys(found) if one.first == each.first)]
        place = Span(origin(each.span.start), origin(each.span.end))
        first, _ = source.position(origin(each.first.start))
        said = f"the key `{each.key}` stands here a second time, first on line {first}"
        mends.append(
            Mend(
                "repeated",
                place,
                said,
                _as_list(text, spans) if each.key in listed else "",
                (),
                False,
            )
        )
    return mends


def _as_list(text: str, keys: list[Span]) -> str:
    """Return the line that lists the values of a key that stands several times; empty where they
    fill lines of their own.
    """
    numbers = [_line_number(text, key.start) for key in keys]
    lines = [_line_at(text, number).partition(":") for number in numbers]
    values = [value.strip() for _, _, value in lines]
    one_line = len(set(numbers)) == len(numbers) and all(
        value and value[0] not in "|>[{&*!#" for value in values
    )
    return f"{lines[0][0]}: [{', '.join(values)}]"[:_LONGEST] if one_line else ""
