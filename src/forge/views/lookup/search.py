"""Searches the documents of `.planning/` by reading them, so no index has to be updated."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from forge import regular
from forge.git.repository import Repository
from forge.planning.names.plan_files import FOLDER
from forge.text.source import Source
from forge.views.lookup.listing import Filters, Row, list_documents

_ENDINGS = (".md", ".yaml", ".yml", ".json", ".txt")
_LEFT_OUT = frozenset(("runs", "proofs"))
_LARGEST = 4 << 20  # bytes; nobody writes such a document
_LONGEST_LINE = 200


class Hit(Struct, frozen=True):
    """A document that contains every word: the place and line of the first one, and how many
    occurrences there are.
    """

    kind: str
    id: str
    path: str
    title: str
    line: int
    column: int
    text: str
    count: int

    def as_data(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__struct_fields__}


def search(repository: Repository, words: Sequence[str]) -> list[Hit]:
    """Return the documents that contain every word, in any case, also inside longer words.

    Documents with all words in their title or id come first, then those with most occurrences.
    """
    wanted = [word.casefold() for word in words if word.strip()]
    if not wanted:
        return []
    rows = {row.path: row for row in list_documents(repository, Filters(archived=True))}
    hits: list[tuple[bool, Hit]] = []
    for path in _document_paths(repository.root):
        text, row = _text(repository.root, path), _row(rows, path)
        name = f"{row.id} {row.title}".casefold() if row else path.casefold()
        folded = text.casefold()
        if all(word in folded or word in name for word in wanted):
            in_name = all(word in name for word in wanted)
            hits.append((in_name, _hit(path, text, row, wanted)))
    hits.sort(key=lambda pair: (not pair[0], -pair[1].count, pair[1].path))
    return [hit for _, hit in hits]


def _row(rows: Mapping[str, Row], path: str) -> Row | None:
    return rows.get(path) or rows.get(path.removesuffix("/README.md"))


def _hit(path: str, text: str, row: Row | None, wanted: Sequence[str]) -> Hit:
    folded = text.casefold()
    count = sum(folded.count(word) for word in wanted)
    place = _first_place(text, wanted)
    if row is None:
        return Hit("document", path, path, path.rpartition("/")[2], *place, count)
    return Hit(row.kind, row.id, path, row.title, *place, count)


def _document_paths(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root / FOLDER):
        names[:] = sorted(name for name in names if name not in _LEFT_OUT)
        below = os.path.relpath(folder, root)
        yield from (f"{below}/{name}" for name in sorted(files) if name.endswith(_ENDINGS))


def _text(root: Path, path: str) -> str:
    try:
        data = regular.read_inside(root, path, most=_LARGEST)
    except OSError:
        return ""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Source.of(path, data).text


def _first_place(text: str, wanted: Sequence[str]) -> tuple[int, int, str]:
    """Return line and column, from 1, of the first occurrence, and that line.

    If no word is in the text: line 1, column 1, and no text.
    """
    for number, line in enumerate(text.splitlines(), 1):
        folded = line.casefold()
        columns = [at for word in wanted if (at := folded.find(word)) >= 0]
        if columns:
            return number, min(columns) + 1, line.strip()[:_LONGEST_LINE]
    return 1, 1, ""
