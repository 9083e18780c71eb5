"""Sets and removes keys of a YAML mapping in a document by editing only the key's own lines, so
that every other byte stays.

Each change is made on the text and parsed again. A change that would also change another key (its
anchor is used elsewhere, it comes from a merge) is refused, and so is text that is not valid YAML.
"""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct

from forge.text.edit import Edit, NotEditable, apply, apply_to_text, newline
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.layout import Layout
from forge.text.yaml.parse import Value
from forge.text.yaml.scalar import quoted, scalar, typed

# up to the first character of a scalar in single quotes, or of a block scalar
_BEFORE_CONTENT = re.compile(r"'|[|>][^\n]*\n\s*")


class Block(Struct, frozen=True, dict=True):
    """A YAML mapping in a span of a document, after the changes so far; `text` is the whole
    document's.
    """

    source: Source
    text: str
    place: Span
    top: Value

    @classmethod
    def of(cls, source: Source, place: Span) -> Block:
        """Read the mapping in a span of a source. Raises YamlProblem, or NotEditable if it is not a
        mapping.
        """
        return cls._read(source, source.text, place)

    @classmethod
    def _read(cls, source: Source, text: str, place: Span) -> Block:
        top = yaml.parse(text[place.start : place.end], place.start)
        if not isinstance(top.data, dict):
            raise NotEditable(f"{source.path}: there is no mapping of keys to write into")
        return cls(source, text, place, top)

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.text, self.place)

    def set(self, key: str, value: str | list[str], *, as_text: bool = False) -> Block:
        """Give a key a value: a text or a list of texts. With `as_text`, a text like `2` or `true`
        is quoted to stay a text. Raises NotEditable.
        """
        present = self.top.get(key)
        if present is not None and self._has_value(present, value, as_text=as_text):
            return self
        for written in _forms(value, as_text=as_text):
            changed = self._with_key_changed(self._edits_to_set(key, written), key)
            new = changed.top.get(key) if changed is not None else None
            if changed is not None and new is not None and _equals(new, value, as_text=as_text):
                return changed
        raise self._refused(key)

    def unset(self, key: str) -> Block:
        """Remove a key with its lines; do nothing if the key is missing. Raises NotEditable."""
        if self.top.get(key) is None:
            return self
        changed = None
        if key in self.top.keys:
            changed = self._with_key_changed([Edit(self.lines_of(key), "")], key)
        if changed is None or changed.top.get(key) is not None:
            raise self._refused(key)
        return changed

    def extend(self, key: str, element: str) -> Block:
        """Append one text to a list, in the list's own style. Raises NotEditable."""
        present = self.top.get(key)
        if present is None or not isinstance(present.data, list) or not present.data:
            return self.set(key, [element])
        wanted = [*present.texts(), element]
        in_brackets = self._layout.in_brackets(present.span)
        for written in _forms(element, as_text=True, flow=in_brackets):
            changed = self._with_key_changed([self._edit_to_append(present, written)], key)
            new = changed.top.get(key) if changed is not None else None
            if changed is not None and new is not None and new.texts() == wanted:
                return changed
        raise self._refused(key)

    def shorten(self, key: str, element: str) -> Block:
        """Remove one text from a list; the last one leaves an empty list. Raises NotEditable."""
        present = self.top.get(key)
        if present is None or not isinstance(present.data, list):
            return self
        number = next((at for at, value in enumerate(present.data) if value.raw == element), None)
        if number is None:
            return self
        rest = [value.plain() for at, value in enumerate(present.data) if at != number]
        if not rest:
            return self.set(key, [])
        span = self._layout.element_span(present, number)
        if span is None:
            raise NotEditable(
                f"{self.source.path}: the list does not have one element per line; change it by"
                " hand"
            )
        changed = self._with_key_changed([Edit(span, "")], key)
        new = changed.top.get(key) if changed is not None else None
        if changed is None or new is None or new.plain() != rest:
            raise self._refused(key)
        return changed

    def lines_of(self, key: str) -> Span:
        """Return the lines of a key that the mapping has, and of its value."""
        return self._layout.lines_of_key(self.top.keys[key], self.top.data[key])  # type: ignore[index]

    def replace(self, value: Value, text: str) -> Block:
        """Replace one scalar inside the mapping by another text, in its style or quoted. Raises
        NotEditable.
        """
        for written in (scalar(text, flow=True, as_text=isinstance(value.data, str)), quoted(text)):
            changed = self._with_edits([Edit(value.span, written)])
            if changed is not None:
                return changed
        raise self._refused(text)

    def begin(self, value: Value, taken: int, text: str) -> Block:
        """Replace the first `taken` characters of a scalar by a text. Raises NotEditable.

        A block scalar and one in single quotes keep their style. An anchor stays; if it is used
        elsewhere, the change is refused.
        """
        wanted = text + value.raw[taken:]
        changed = self.replace(value, wanted)  # raises if an alias refers to this scalar
        start = self._layout.after_properties(value.span)
        inside = _BEFORE_CONTENT.match(self.text, start)
        if inside is not None:
            kept = self._with_edits([Edit(Span(inside.end(), inside.end() + taken), text)])
        elif start > value.span.start:
            edit = Edit(Span(start, value.span.end), scalar(wanted, flow=True))
            kept = self._with_edits([edit])
        else:
            return changed
        return kept or changed

    def bytes(self) -> bytes:
        """Return the document's bytes. Raises NotEditable if its encoding cannot represent the new
        text.
        """
        before, after = self.source.text, self.text
        start, most = 0, min(len(before), len(after))
        while start < most and before[start] == after[start]:
            start += 1
        end = 0
        while end < most - start and before[-1 - end] == after[-1 - end]:
            end += 1
        changed = Edit(Span(start, len(before) - end), after[start : len(after) - end])
        return apply(self.source, [changed])

    def _has_value(self, present: Value, value: str | list[str], *, as_text: bool) -> bool:
        unwanted_quotes = not as_text and self._is_quoted_number(present)
        return _equals(present, value, as_text=as_text) and not unwanted_quotes

    def _is_quoted_number(self, present: Value) -> bool:
        """Return whether a scalar is a text only because it is quoted: `"2"`."""
        is_quoted = self.text[present.span.start : present.span.start + 1] in ("'", '"')
        return isinstance(present.data, str) and typed(present.raw) and is_quoted

    def _edits_to_set(self, key: str, written: str) -> list[Edit]:
        present = self.top.get(key)
        if present is None:
            return [self._edit_to_add(key, written)]
        if key not in self.top.keys:
            raise self._refused(key)
        name = self.top.keys[key]
        span = self._layout.value_span(name, present)
        if span.start == span.end:
            return [Edit(span, f" {written}")]
        first_line = self._layout.line_end(name.end)
        if span.start <= first_line:
            return [Edit(span, written)]
        colon = self.text.index(":", name.end) + 1
        later_lines = Span(self._layout.next_line(first_line), self._layout.next_line(span.end))
        return [Edit(Span(colon, colon), f" {written}"), Edit(later_lines, "")]

    def _edit_to_add(self, key: str, written: str) -> Edit:
        """Return the edit that adds a key as the last line of the mapping."""
        if self._layout.in_brackets(self.top.span):
            raise NotEditable(f"{self.source.path}: the keys are in brackets; add `{key}` by hand")
        first = min((span.start for span in self.top.keys.values()), default=self.place.start)
        indent = self.text[self._layout.line_start(first) : first] if self.top.keys else ""
        line = f"{indent if not indent.strip() else ''}{scalar(key)}: {written}"
        line_end, at = newline(self.source), self.place.end
        on_new_line = at in (0, self.place.start) or self.text[at - 1] == "\n"
        return Edit(Span(at, at), f"{line}{line_end}" if on_new_line else f"{line_end}{line}")

    def _edit_to_append(self, present: Value, written: str) -> Edit:
        if self._layout.in_brackets(present.span):
            end = present.elements()[-1].span.end
            return Edit(Span(end, end), f", {written}")
        at, indent = self._layout.after_last_element(present)
        return Edit(Span(at, at), f"{newline(self.source)}{indent}- {written}")

    def _with_key_changed(self, edits: list[Edit], key: str) -> Block | None:
        """Return the block with edits made; None if it is then not valid YAML, or another key
        changed as well.
        """
        changed = self._with_edits(edits)
        if changed is None:
            return None
        names = {*self._names(), *changed._names()} - {key}
        for name in names:
            old, new = self.top.get(name), changed.top.get(name)
            if old is None or new is None or old.plain() != new.plain() or old.raw != new.raw:
                return None
        return changed

    def _names(self) -> list[str]:
        return [name for name, _ in self.top.items()]

    def _with_edits(self, edits: list[Edit]) -> Block | None:
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
        forms = [scalar(value, flow=flow, as_text=as_text), quoted(value)]
    else:
        plain, all_quoted = [scalar(text, flow=True) for text in value], map(quoted, value)
        forms = [f"[{', '.join(texts)}]" for texts in (plain, all_quoted)]
    return list(dict.fromkeys(forms))


def _equals(written: Value, value: str | list[str], *, as_text: bool) -> bool:
    """Return whether a written value is the intended one."""
    if isinstance(value, list):
        same_length = isinstance(written.data, list) and len(written.data) == len(value)
        return same_length and written.texts() == value
    if isinstance(written.data, (list, dict)) or written.raw != value:
        return False
    return isinstance(written.data, str) or not as_text
