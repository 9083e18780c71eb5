"""Byte-exact edits: the edited spans change, and every other byte of the document stays.

An edit's span counts code points of the decoded text, as findings and YAML values do; here it is
converted to a range of bytes in the document's own encoding. The byte-order mark, line ends and
bytes that are not valid UTF-8 are never decoded and written back.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from forge.text.source import Source, Span


class NotEditable(ValueError):
    """A document that cannot be edited, or edits that do not fit it; the message says why."""


class Edit(Struct, frozen=True):
    """Replace a span of a source's text (offsets in code points); an empty span inserts."""

    span: Span
    text: str


def apply(source: Source, edits: Iterable[Edit]) -> bytes:
    """Return the document's bytes with the edits made. Insertions at one place keep their order.

    Edits must be within the text and must not overlap. A document with bytes that do not decode is
    editable only in UTF-8, which keeps those bytes. Raises NotEditable.
    """
    if source.problem and source.encoding != "utf-8" and "\ufffd" in source.text:
        raise NotEditable(f"{source.path}: {source.problem}")
    parts: list[bytes] = []
    at, byte = 0, len(source.mark)
    kept = 0
    for edit in _in_order(source, edits):
        start = byte + _width(source, at, edit.span.start)
        byte = start + _width(source, edit.span.start, edit.span.end)
        at = edit.span.end
        parts += [source.data[kept:start], _encoded(source, edit.text)]
        kept = byte
    return b"".join([*parts, source.data[kept:]])


def apply_to_text(text: str, edits: Iterable[Edit], offset: int = 0) -> str:
    """Return a text with the edits made; the edits count its first character as `offset`."""
    parts, at = [], 0
    for edit in sorted(edits, key=_place):
        parts += [text[at : edit.span.start - offset], edit.text]
        at = edit.span.end - offset
    return "".join([*parts, text[at:]])


def newline(source: Source) -> str:
    """Return the line end that a document uses in its first line; LF if it has no line end."""
    first = source.text.find("\n")
    return "\r\n" if first > 0 and source.text[first - 1] == "\r" else "\n"


def _place(edit: Edit) -> tuple[int, int]:
    return edit.span.start, edit.span.end


def _in_order(source: Source, edits: Iterable[Edit]) -> list[Edit]:
    in_order = sorted(edits, key=_place)
    at = 0
    for edit in in_order:
        if not at <= edit.span.start <= edit.span.end <= len(source.text):
            raise NotEditable(
                f"{source.path}: an edit overlaps another one, or is outside the text"
            )
        at = edit.span.end
    return in_order


def _width(source: Source, start: int, end: int) -> int:
    """Return how many bytes a span of the text has in the document."""
    return len(_encoded(source, source.text[start:end]))


def _encoded(source: Source, text: str) -> bytes:
    try:
        return text.encode(
            source.encoding, "surrogateescape" if source.encoding == "utf-8" else "strict"
        )
    except UnicodeEncodeError as error:
        raise NotEditable(
            f"{source.path}: the new text cannot be written as {source.encoding.upper()}"
        ) from error
