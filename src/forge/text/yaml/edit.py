"""Sets and removes keys of a YAML mapping in a document: as edits of the key's own lines, so that
every other byte stays.

Each change is made on the text and read back. One that would change what another key means (an
anchor that others use, a merged key) is refused; so is text that is no YAML to begin with.
"""

from __future__ import annotations

import re

from msgspec import Struct

from forge.text.edit import Edit, NotEditable, apply, apply_to_text, newline
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.parse import Value
from forge.text.yaml.scalar import quoted, scalar, typed

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+)*")
_BLANKS = " \t\r\n"
_INSIDE = re.compile(
    r"'|[|>][^\n]*\n\s*"
)  # up to the first character of a scalar in single quotes, or of a block scalar


class Block(Struct, frozen=True):
    """A YAML mapping in a stretch of a document, as it is or as earlier changes left it: `text` is
    the whole document's.
    """

    source: Source
    text: str
    place: Span
    top: Value

    @classmethod
    def of(cls, source: Source, place: Span) -> Block:
        """Read the mapping in a stretch of a source. Raises YamlProblem, or NotEditable where it is
        no mapping.
        """
        return cls._read(source, source.text, place)

    @classmethod
    def _read(cls, source: Source, text: str, place: Span) -> Block:
        top = yaml.parse(text[place.start : place.end], place.start)
        if not isinstance(top.data, dict):
            raise NotEditable(f"{source.path}: there is no mapping of keys to write into")
        return cls(source, text, place, top)

    def set(self, key: str, value: str | list[str], *, as_text: bool = False) -> Block:
        """Give a key a value: a text (a text and nothing else where `as_text`), or a list of texts.
        Raises NotEditable.
        """
        present = self.top.get(key)
        if (
            present is not None
            and _says(present, value, as_text=as_text)
            and (as_text or not self._only_quoted(present))
        ):
            return self
        for written in _forms(value, as_text=as_text):
            changed = self._tried(self._set(key, written), key)
            if (
                changed is not None
                and (found := changed.top.get(key)) is not None
                and _says(found, value, as_text=as_text)
            ):
                return changed
        raise self._refused(key)

    def _only_quoted(self, present: Value) -> bool:
        """Say whether a scalar is a text only because it is quoted: `"2"`."""
        return (
            isinstance(present.data, str)
            and typed(present.raw)
            and self.text[present.span.start] in "\"'"
        )

    def unset(self, key: str) -> Block:
        """Remove a key with its lines; of a document without it, nothing. Raises NotEditable."""
        if self.top.get(key) is None:
            return self
        changed = self._tried([Edit(self._lines(key), "")], key) if key in self.top.keys else None
        if changed is None or changed.top.get(key) is not None:
            raise self._refused(key)
        return changed

    def extend(self, key: str, element: str) -> Block:
        """Put one text behind the others of a list, in the list's own style. Raises NotEditable."""
        present = self.top.get(key)
        if present is None or not isinstance(present.data, list) or not present.data:
            return self.set(key, [element])
        wanted = [*present.texts(), element]
        for written in _forms(element, as_text=True, flow=self._flow(present.span)):
            changed = self._tried(self._behind(present, written), key)
            if (
                changed is not None
                and (found := changed.top.get(key)) is not None
                and found.texts() == wanted
            ):
                return changed
        raise self._refused(key)

    def shorten(self, key: str, element: str) -> Block:
        """Take one text out of a list; the last one leaves an empty list. Raises NotEditable."""
        present = self.top.get(key)
        values = present.data if present is not None and isinstance(present.data, list) else []
        number = next((at for at, each in enumerate(values) if each.raw == element), None)
        if present is None or number is None:
            return self
        rest = [each.plain() for at, each in enumerate(values) if at != number]
        if not rest:
            return self.set(key, [])
        changed = self._tried([Edit(self._element(present, number), "")], key)
        if changed is None or (found := changed.top.get(key)) is None or found.plain() != rest:
            raise self._refused(key)
        return changed

    def replace(self, value: Value, text: str) -> Block:
        """Write another text in place of one scalar within the mapping, in its style or quoted.
        Raises NotEditable.
        """
        for written in (scalar(text, flow=True, as_text=isinstance(value.data, str)), quoted(text)):
            changed = self._parsed([Edit(value.span, written)])
            if changed is not None:
                return changed
        raise self._refused(text)

    def begin(self, value: Value, taken: int, text: str) -> Block:
        """Put a text in place of the first characters of a scalar. Raises NotEditable.

        A block scalar and one in single quotes keep their style. An anchor stays; one that is used
        elsewhere refuses it.
        """
        wanted = text + value.raw[taken:]
        changed = self.replace(value, wanted)  # which fails where an alias means this scalar
        start = self._properties(value)
        inside = _INSIDE.match(self.text, start)
        if inside is not None:
            kept = self._parsed([Edit(Span(inside.end(), inside.end() + taken), text)])
        elif start > value.span.start:
            kept = self._parsed([Edit(Span(start, value.span.end), scalar(wanted, flow=True))])
        else:
            return changed
        return kept or changed

    def _properties(self, value: Value) -> int:
        """Return where a scalar begins behind its anchor and its tag."""
        match = _PROPERTIES.match(self.text, value.span.start, value.span.end)
        assert match is not None
        return match.end()

    def bytes(self) -> bytes:
        """Return the document's bytes. Raises NotEditable where its encoding cannot say the new
        text.
        """
        start, before, after = 0, self.source.text, self.text
        most = min(len(before), len(after))
        while start < most and before[start] == after[start]:
            start += 1
        end = 0
        while end < most - start and before[-1 - end] == after[-1 - end]:
            end += 1
        return apply(
            self.source, [Edit(Span(start, len(before) - end), after[start : len(after) - end])]
        )

    def _set(self, key: str, written: str) -> list[Edit]:
        present = self.top.get(key)
        if present is None:
            return [self._new_line(key, written)]
        if key not in self.top.keys:
            raise self._refused(key)
        span = self._value(key, present)
        if span.start == span.end:
            return [Edit(span, f" {written}")]
        first_line = self._end_of_line(self.top.keys[key].end)
        if span.start <= first_line:
            return [Edit(span, written)]
        colon = self.text.index(":", self.top.keys[key].end) + 1
        return [
            Edit(Span(colon, colon), f" {written}"),
            Edit(Span(self._next_line(first_line), self._whole(span.end)), ""),
        ]

    def _new_line(self, key: str, written: str) -> Edit:
        """Return the edit that makes a key the last line of the mapping."""
        if self._flow(self.top.span):
            raise NotEditable(
                f"{self.source.path}: the keys stand between brackets; add `{key}` by hand"
            )
        first = min((span.start for span in self.top.keys.values()), default=self.place.start)
        indent = self.text[self.text.rfind("\n", 0, first) + 1 : first] if self.top.keys else ""
        line = f"{indent if not indent.strip() else ''}{scalar(key)}: {written}"
        ends = newline(self.source)
        at = self.place.end
        whole = at in (0, self.place.start) or self.text[at - 1] == "\n"
        return Edit(Span(at, at), f"{line}{ends}" if whole else f"{ends}{line}")

    def _lines(self, key: str) -> Span:
        """Return the lines of a key and its value; where no line end follows them, with the one
        before.
        """
        name = self.top.keys[key]
        start = self.text.rfind("\n", 0, name.start) + 1
        value = self.top.get(key)
        assert value is not None
        end = self._whole(max(name.end, self._value(key, value).end))
        if end == len(self.text) and self.text[end - 1 : end] != "\n" and start > self.place.start:
            start -= 2 if self.text[start - 2 : start] == "\r\n" else 1
        return Span(start, end)

    def _value(self, key: str, value: Value) -> Span:
        """Return where a key's value stands, comments behind it left out; empty, right behind the
        colon, for none at all.
        """
        name = self.top.keys[key]
        if value.span.start == value.span.end:
            colon = self.text.find(":", name.end)
            return Span(colon + 1, colon + 1)
        return Span(value.span.start, self._end(value, name))

    def _end(self, value: Value, name: Span) -> int:
        """Return where a value ends: the parser counts comments behind a block as part of it."""
        children: list[Value] = []
        if isinstance(value.data, dict):
            children = [*value.data.values()]
        elif isinstance(value.data, list):
            children = value.data
        if children and not self._flow(value.span):
            ends = [
                self._end(child, name) for child in children if child.span.start >= value.span.start
            ]
            return max(
                [*ends, *(span.end + 1 for span in value.keys.values())], default=value.span.end
            )
        at = self._bare(value.span)
        return (
            self._end_of_block(at, name) if self.text[at : at + 1] in ("|", ">") else value.span.end
        )

    def _end_of_block(self, at: int, name: Span) -> int:
        """Return the end of a block scalar: its last line that is indented deeper than the line its
        key stands in.
        """
        line = self.text.rfind("\n", 0, at) + 1
        column = name.start - (self.text.rfind("\n", 0, name.start) + 1)
        least = (
            max(column, len(self.text[line:at]) - len(self.text[line:at].lstrip(" ")))
            if line > name.start
            else column
        )
        end = self._end_of_line(at)
        following = self._next_line(end)
        while following < self.place.end:
            stop = self._end_of_line(following)
            said = self.text[following:stop]
            if said.strip():
                if len(said) - len(said.lstrip(" ")) <= least:
                    break
                end = stop
            following = self._next_line(stop)
        return len(self.text[:end].rstrip(_BLANKS))

    def _flow(self, span: Span) -> bool:
        return self.text[self._bare(span) : span.end][:1] in ("[", "{")

    def _bare(self, span: Span) -> int:
        match = _PROPERTIES.match(self.text, span.start, span.end)
        return match.end() if match else span.start

    def _behind(self, present: Value, written: str) -> list[Edit]:
        values: list[Value] = present.data  # type: ignore[assignment]
        last = values[-1]
        if self._flow(present.span):
            return [Edit(Span(last.span.end, last.span.end), f", {written}")]
        dash = self.text.rfind("\n", 0, last.span.start) + 1
        indent = self.text[dash : self.text.index("-", dash)]
        at = self._end_of_line(self._end(last, Span(dash + len(indent), dash + len(indent))))
        return [Edit(Span(at, at), f"{newline(self.source)}{indent}- {written}")]

    def _element(self, present: Value, number: int) -> Span:
        """Return the stretch of a list's element with its comma, or its lines."""
        values: list[Value] = present.data  # type: ignore[assignment]
        span = values[number].span
        if self._flow(present.span):
            return (
                Span(values[number - 1].span.end, span.end)
                if number
                else Span(span.start, values[1].span.start)
            )
        start = self.text.rfind("\n", 0, span.start) + 1
        if self.text[start : span.start].strip() != "-":
            raise NotEditable(
                f"{self.source.path}: the list is not one element a line; change it by hand"
            )
        return Span(start, self._whole(self._end(values[number], Span(start, start))))

    def _end_of_line(self, at: int) -> int:
        """Return where the line of a place ends, its line end left out."""
        end = self.text.find("\n", at, self.place.end)
        end = self.place.end if end < 0 else end
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def _next_line(self, at: int) -> int:
        end = self.text.find("\n", at, self.place.end)
        return self.place.end if end < 0 else end + 1

    def _whole(self, at: int) -> int:
        """Return the begin of the line behind the one in which something ends."""
        return self._next_line(at)

    def _tried(self, edits: list[Edit], key: str) -> Block | None:
        """Return the block with edits made, None where it is no YAML then or another key changed
        with it.
        """
        changed = self._parsed(edits)
        if changed is None:
            return None
        same = [name for name in (*self.top.data, *changed.top.data) if name != key]  # type: ignore[misc]
        before, after = self.top, changed.top
        for name in dict.fromkeys(same):
            old, new = before.get(name), after.get(name)
            if old is None or new is None or old.plain() != new.plain() or old.raw != new.raw:
                return None
        return changed

    def _parsed(self, edits: list[Edit]) -> Block | None:
        text = apply_to_text(self.text, edits)
        place = Span(self.place.start, self.place.end + len(text) - len(self.text))
        try:
            return Block._read(self.source, text, place)
        except (yaml.YamlProblem, NotEditable):
            return None

    def _refused(self, key: str) -> NotEditable:
        return NotEditable(
            f"{self.source.path}: `{key}` cannot be written without changing something else; edit"
            " it by hand"
        )


def _forms(value: str | list[str], *, as_text: bool, flow: bool = False) -> list[str]:
    """Return how a value may be written, the plainest form first."""
    if isinstance(value, str):
        return list(dict.fromkeys((scalar(value, flow=flow, as_text=as_text), quoted(value))))
    return list(
        dict.fromkeys(
            f"[{', '.join(each)}]"
            for each in (
                [scalar(text, flow=True) for text in value],
                [quoted(text) for text in value],
            )
        )
    )


def _says(found: Value, value: str | list[str], *, as_text: bool) -> bool:
    """Say whether a value is what was meant to be written."""
    if isinstance(value, list):
        return (
            isinstance(found.data, list)
            and found.texts() == value
            and len(found.data) == len(value)
        )
    if isinstance(found.data, (list, dict)) or found.raw != value:
        return False
    return isinstance(found.data, str) or not as_text
