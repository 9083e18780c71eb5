"""Words found in the documents of `.planning/`: a plain scan, since there is nothing to bring up to
date then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from forge.git.repository import Repository
from forge.planning.names.plan_files import FOLDER
from forge.text.source import Source
from forge.views.lookup.listing import Filters, list_documents

_TEXTS = (".md", ".yaml", ".yml", ".json", ".txt")
_NO_DOCUMENTS = frozenset(("runs", "proofs"))
_LARGEST = 4 << 20  # bytes; nobody writes such a document
_LONGEST = 200


class Hit(Struct, frozen=True):
    """A document in which every word was found: where the first stands, its line, and how many
    there are in all.
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
        """Return what JSON shows of it."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


def search(repository: Repository, words: Sequence[str]) -> list[Hit]:
    """Return the documents in which every word stands, in any case and also inside of longer words.

    Those with all words in title or id come first, then those in which they stand most often.
    """
    wanted = [word.casefold() for word in words if word.strip()]
    if not wanted:
        return []
    rows = {row.path: row for row in list_documents(repository, Filters(archived=True))}
    hits: list[tuple[bool, Hit]] = []
    for path in _documents(repository.root):
        text = _text(repository.root, path)
        folded = text.casefold()
        row = rows.get(path) or rows.get(path.removesuffix("/README.md"))
        named = f"{row.id} {row.title}".casefold() if row else path.casefold()
        if any(word not in folded and word not in named for word in wanted):
            continue
        title = row.title if row else path.rpartition("/")[2]
        count = sum(folded.count(word) for word in wanted)
        place = _place(path, text, wanted)
        hit = Hit(
            row.kind if row else "document", row.id if row else path, path, title, *place, count
        )
        hits.append((all(word in named for word in wanted), hit))
    hits.sort(key=lambda pair: (not pair[0], -pair[1].count, pair[1].path))
    return [hit for _, hit in hits]


def _documents(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root / FOLDER):
        names[:] = sorted(name for name in names if name not in _NO_DOCUMENTS)
        place = os.path.relpath(folder, root)
        yield from (f"{place}/{name}" for name in sorted(files) if name.endswith(_TEXTS))


def _text(root: Path, path: str) -> str:
    place = root / path
    try:
        if not place.is_file() or place.stat().st_size > _LARGEST:
            return ""
        data = place.read_bytes()
    except OSError:
        return ""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Source.of(path, data).text


def _place(path: str, text: str, wanted: Sequence[str]) -> tuple[int, int, str]:
    """Return line and column, from 1, of the first of the words, and the line; the first line where
    none is in the text.
    """
    for number, line in enumerate(text.splitlines(), 1):
        folded = line.casefold()
        found = [at for word in wanted if (at := folded.find(word)) >= 0]
        if found:
            return number, min(found) + 1, line.strip()[:_LONGEST]
    return 1, 1, ""
