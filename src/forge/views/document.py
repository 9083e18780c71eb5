"""One document and how it stands: its fields, its parts, what is wrong with it, its runs and its verdict."""

from __future__ import annotations

from pathlib import Path

from forge.planning.documents import Document
from forge.text.finding import Finding
from forge.text.source import Source
from forge.views.document_kinds import kind_of
from forge.views.reading import read


def findings_in(root: Path, source: Source) -> list[Finding]:
    """Return what is wrong with a document by itself; the page of a phase is held to no rule."""
    kind = kind_of(source.path)
    return [*read(kind, root, source).findings] if kind else []


def findings_of(root: Path, document: Document) -> list[Finding]:
    """Return what is wrong with a document of the work tree by itself."""
    return findings_in(root, Source.read(root, document.file))
