"""Reads YAML that does not parse by repairing it: each broken line is reported, and shown as it
should read.

One problem is repaired at a time and the text is parsed again, so that a remedy counts only if the
parser then gets past it. Only safe corrections are ever written to a file (`forge validate
--fix`); the others are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from msgspec import Struct

from forge.lazy import at_first_use
from forge.text.edit import Edit, apply_to_text
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.offsets import OffsetMap
from forge.text.yaml.parse import Repeated, Repeats, Value, YamlProblem

if TYPE_CHECKING:
    from forge.text.yaml import remedies
    from forge.text.yaml.remedy import Remedy
else:
    remedies = at_first_use("forge.text.yaml.remedies")  # most texts need no repair

# characters to parse again at most: two seconds for the worst text, fifty repairs for a usual one
_WORK = 300_000
_PER_PARSE = 200
_MOST_LEFT_OUT = 10
_LONGEST = 240


class Correction(Struct, frozen=True):
    """One broken place of a source: what is wrong, and the line as it should read (empty if
    unknown).

    The spans and `edits` are the source's; `safe` says that the edits cannot change the meaning.
    """

    kind: str
    span: Span
    message: str
    reads: str
    edits: tuple[Edit, ...]
    safe: bool


class Reading(Struct, frozen=True):
    """The value of a piece of YAML after repair, None if it could not be repaired, and the
    corrections in order.
    """

    value: Value | None
    corrections: tuple[Correction, ...]

    @property
    def sound(self) -> bool:
        """Whether the text is valid YAML as it is."""
        return not self.corrections


def read(source: Source, place: Span, listed: Container[str] = ()) -> Reading:
    """Read the YAML in a span of a source, repaired if necessary. Never raises for its content.

    `listed` are the keys of which two values make a list; of other duplicate keys, the first value
    counts.
    """
    text = source.text[place.start : place.end]
    repeats = Repeats(listed)
    try:
        value = yaml.parse(text, place.start, repeats)
    except YamlProblem as problem:
        return _Repair(source, text, place.start, listed).run(problem)
    duplicates = _duplicates(source, source.text, repeats.found, listed, lambda at: at)
    return Reading(value, tuple(duplicates))


class _Repair:
    """The text being repaired: its current form, the origins of its characters, and the
    corrections so far.
    """

    def __init__(self, source: Source, text: str, offset: int, listed: Container[str]) -> None:
        self.source = source
        self.text = text
        self.offset = offset
        self.listed = listed
        self.map = OffsetMap()
        self.corrections: list[Correction] = []
        self.work_left = _WORK

    def run(self, problem: YamlProblem) -> Reading:
        """Repair one problem after another, until the text parses or no remedy helps."""
        result: Value | YamlProblem | None = problem
        while isinstance(result, YamlProblem):
            problem = result
            result = self.apply(problem)
        if result is None:
            self.give_up(problem)
        in_order = sorted(self.corrections, key=lambda correction: correction.span.start)
        return Reading(result, tuple(in_order))

    def give_up(self, problem: YamlProblem) -> None:
        at = self.source_offset(min(problem.offset, len(self.text)))
        message = problem.message
        if self.work_left < len(self.text):
            message += "; at this length no more is repaired"
        self.corrections.append(Correction("unread", Span(at, at + 1), message, "", (), False))

    def apply(self, problem: YamlProblem) -> Value | YamlProblem | None:
        """Apply the first remedy that helps; return the value or the next problem, None if no
        remedy helps.
        """
        for remedy in remedies.remedies(self.text, problem):
            too_many = remedy.kind == "unread" and self.lines_left_out >= _MOST_LEFT_OUT
            if self.work_left < len(self.text) or too_many:
                return None
            changed = apply_to_text(self.text, remedy.edits)
            in_order = sorted(remedy.edits, key=lambda edit: edit.span.start)
            moved = self.map.after(in_order, len(self.text))
            result = self.parse(changed)
            if isinstance(result, YamlProblem) and not self.is_later(result, problem, moved):
                continue
            self.accept(remedy, changed, moved)
            return self.finish(*result) if isinstance(result, tuple) else result
        return None

    def is_later(self, new: YamlProblem, old: YamlProblem, moved: OffsetMap) -> bool:
        return moved.origin(new.start) > self.map.origin(old.start)

    @property
    def lines_left_out(self) -> int:
        return sum(correction.kind == "unread" for correction in self.corrections)

    def parse(self, text: str) -> tuple[Value, list[Repeated]] | YamlProblem:
        self.work_left -= len(text) + _PER_PARSE
        repeats = Repeats(self.listed)
        try:
            return yaml.parse(text, 0, repeats), repeats.found
        except YamlProblem as problem:
            return problem

    def accept(self, remedy: Remedy, changed: str, moved: OffsetMap) -> None:
        """Record a remedy that helps, and continue with the changed text."""
        reads = ""
        if remedy.kind not in ("unread", "conflict"):
            reads = _line_text(changed, _line_number(self.text, remedy.span.start))
        edits = tuple(Edit(self.source_span(edit.span), edit.text) for edit in remedy.edits)
        span = self.source_span(remedy.span)
        self.corrections.append(
            Correction(remedy.kind, span, remedy.message, reads, edits, remedy.safe)
        )
        self.text, self.map = changed, moved

    def finish(self, value: Value, repeated: list[Repeated]) -> Value:
        self.corrections += _duplicates(
            self.source, self.text, repeated, self.listed, self.source_offset
        )
        return self.placed(value)

    def placed(self, value: Value) -> Value:
        """Return a value of the repaired text with the spans of the source."""
        data = value.data
        if isinstance(data, dict):
            data = {key: self.placed(child) for key, child in data.items()}
        elif isinstance(data, list):
            data = [self.placed(child) for child in data]
        keys = {key: self.source_span(span) for key, span in value.keys.items()}
        return Value(data, value.raw, self.source_span(value.span), keys)

    def source_offset(self, at: int) -> int:
        return self.offset + self.map.origin(at)

    def source_span(self, span: Span) -> Span:
        start = self.source_offset(span.start)
        return Span(start, max(start, self.source_offset(span.end)))


def _line_number(text: str, at: int) -> int:
    return text.count("\n", 0, at)


def _line_text(text: str, number: int) -> str:
    start = 0
    for _ in range(number):
        start = text.index("\n", start) + 1
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)].rstrip()
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def _duplicates(
    source: Source,
    text: str,
    repeated: list[Repeated],
    listed: Container[str],
    origin: Callable[[int], int],
) -> list[Correction]:
    """Return corrections for duplicate keys, which do not change the text.

    `repeated` counts in `text`; `origin` converts an offset of the text to one of the source.
    """
    corrections = []
    keys = list(dict.fromkeys(repeated))  # an alias repeats the same key
    for key in keys:
        spans = [key.first, *(other.span for other in keys if other.first == key.first)]
        place = Span(origin(key.span.start), origin(key.span.end))
        line, _ = source.position(origin(key.first.start))
        message = f"the key `{key.key}` appears a second time, first on line {line}"
        reads = _as_list(text, spans) if key.key in listed else ""
        corrections.append(Correction("repeated", place, message, reads, (), False))
    return corrections


def _as_list(text: str, keys: list[Span]) -> str:
    """Return the line that lists the values of a duplicate key; empty if a value has more lines."""
    numbers = [_line_number(text, key.start) for key in keys]
    lines = [_line_text(text, number).partition(":") for number in numbers]
    values = [value.strip() for _, _, value in lines]
    on_own_lines = len(set(numbers)) == len(numbers)
    if not on_own_lines or any(not value or value[0] in "|>[{&*!#" for value in values):
        return ""
    return f"{lines[0][0]}: [{', '.join(values)}]"[:_LONGEST]
