"""Versions of the document formats, and the migrations from each version to the next.

A document says its version under the key `version`; without the key it is of version 1. A document
of an older version is converted in memory when it is read, and rewritten by `forge migrate` only.
Run cards and proofs are evidence and are never rewritten. A newer version is refused.

To change a format: change its struct and its schema, and append a function to its `migrations` that
turns a document of the last version into the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from forge.errors import ForgeError
from forge.text.edit import NotEditable
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.edit import Block
from forge.text.yaml.parse import Value

DocumentKind = Literal["settings", "mission", "item", "run", "proof"]
Migration = Callable[[Block], Block]
VERSION = "version"
UPDATE = "update forge"


class Format(Struct, frozen=True):
    """The format of one kind of document. `migrations[0]` turns version 1 into version 2, and so
    on; documents that are not `rewritable` are converted in memory only.
    """

    migrations: tuple[Migration, ...] = ()
    rewritable: bool = True

    @property
    def version(self) -> int:
        """The version that this forge reads and writes."""
        return 1 + len(self.migrations)


FORMATS: dict[DocumentKind, Format] = {
    "settings": Format(),
    "mission": Format(),
    "item": Format(),
    "run": Format(rewritable=False),
    "proof": Format(rewritable=False),
}


class NewerVersion(ForgeError):
    """A document that a newer version of forge wrote."""

    kind = "newer_version"


class WrongVersion(Exception):
    """A document of a version that cannot be read: the reason, the next step, and the version's
    place.
    """

    def __init__(self, message: str, hint: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.span = span


class UnclearVersion(WrongVersion):
    """A document whose version is given, but is not a whole number."""


def version_of(top: Value) -> int:
    """Return the version that a document declares; 1 if it declares none that is a number."""
    value = top.get(VERSION)
    number = value.data if value is not None else None
    return number if isinstance(number, int) and not isinstance(number, bool) else 1


def parse(kind: DocumentKind, source: Source, place: Span | None = None) -> Value:
    """Parse the YAML of a document and convert it to the current version.

    `place` is the stretch of the YAML, the whole text by default. Places in a converted document
    count in the converted text. Raises YamlProblem, with an offset into that stretch, and
    WrongVersion.
    """
    place = place or Span(0, len(source.text))
    top = yaml.parse(source.text[place.start : place.end], place.start)
    refuse_newer(kind, top)
    if version_of(top) >= FORMATS[kind].version or not isinstance(top.data, dict):
        return top
    try:
        return migrated(kind, Block.of(source, place)).top
    except NotEditable as error:
        message = f"version {version_of(top)} cannot be converted: {error}"
        raise WrongVersion(message, "`forge migrate` converts it", top.span) from error


def refuse_newer(kind: DocumentKind, top: Value) -> None:
    """Raise WrongVersion for a document of a version that this forge does not know."""
    version, current = version_of(top), FORMATS[kind].version
    if version > current:
        message = (
            f"version {version} is newer than version {current}, which this forge process reads"
        )
        value = top.get(VERSION)
        raise WrongVersion(message, UPDATE, value.span if value else top.span)


def refuse_other(kind: DocumentKind, top: Value) -> None:
    """Raise WrongVersion for a document of any version but the current one, which cannot be
    edited.
    """
    refuse_newer(kind, top)
    version, current = max(1, version_of(top)), FORMATS[kind].version
    if version < current:
        message = (
            f"version {version} is older than version {current}, which this forge process writes"
        )
        raise WrongVersion(message, "`forge migrate` converts it", top.span)


def refuse_unclear(top: Value) -> None:
    """Raise UnclearVersion for a document whose version is given, but is not a whole number."""
    value = top.get(VERSION)
    if (
        value is not None
        and value.data is not None
        and (type(value.data) is not int or value.data < 1)
    ):
        message = "its `version` is not a whole number, 1 or more"
        raise UnclearVersion(message, "correct it; nothing was written", value.span)


def migrated(kind: DocumentKind, block: Block) -> Block:
    """Return a document with all pending migrations applied. Raises NotEditable."""
    version = max(1, version_of(block.top))
    pending = FORMATS[kind].migrations[version - 1 :]
    for number, migration in enumerate(pending, version + 1):
        block = migration(block).set(VERSION, str(number))
    return block
