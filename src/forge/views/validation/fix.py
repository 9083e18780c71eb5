"""`forge validate --fix`: writes only the repairs that cannot change what a plan means."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from forge import atomic, regular
from forge.errors import ForgeError, UsageError
from forge.git.intent import confined
from forge.git.intent.intent import Intent, Write
from forge.git.intent.perform import changing, perform
from forge.git.repository import Repository
from forge.planning.plan.front_matter import LISTED, front_matter
from forge.text import edit
from forge.text.source import Source
from forge.text.yaml import repair
from forge.text.yaml.repair import Correction, Reading


class Fix(Struct, frozen=True):
    """A repaired line: its place, what was wrong, and the line before and after."""

    path: str
    line: int
    column: int
    kind: str
    message: str
    before: str
    after: str

    def as_data(self) -> dict[str, object]:
        return asdict(self)


class Unfixed(Struct, frozen=True):
    """A document with safe repairs that could not be written, and why."""

    path: str
    reason: str

    def as_data(self) -> dict[str, object]:
        return {"path": self.path, "reason": self.reason}


class Fixes(Struct, frozen=True):
    """The lines that were repaired, and the documents that were left alone."""

    made: tuple[Fix, ...]
    left: tuple[Unfixed, ...]

    def as_data(self) -> dict[str, object]:
        return {
            "fixed": [line.as_data() for line in self.made],
            "not_fixed": [document.as_data() for document in self.left],
        }


def fix(root: Path, paths: Iterable[str], repository: Repository | None = None) -> Fixes:
    """Repair plans in place; `paths` are relative to `root`, the one of `repository` inside one.

    Only bytes of the repaired lines change. A document outside `root`, also through a link, is
    left alone, as is one that would not parse afterwards. No error of a file is raised.
    """
    made: list[Fix] = []
    left: list[Unfixed] = []
    for path in dict.fromkeys(paths):
        outcome = _fix(root, path, repository)
        if isinstance(outcome, Unfixed):
            left.append(outcome)
        else:
            made += outcome
    return Fixes(tuple(made), tuple(left))


def _fix(root: Path, path: str, repository: Repository | None) -> list[Fix] | Unfixed:
    real = Path(os.path.realpath(root / path))
    try:
        data = regular.read(real) if regular.is_regular(real) else b""
    except OSError as error:
        return Unfixed(path, f"it cannot be read: {error.strerror}")
    source = Source.of(path, data)
    reading = _reading(source)
    safe = [repair for repair in reading.corrections if repair.safe]
    if not safe:
        return []
    try:
        inside = confined.resolved(root, path)
    except UsageError:
        return Unfixed(path, "it is outside the repository")
    repaired = _repaired(source, reading, safe)
    if repaired is None:
        return Unfixed(
            path, "its front matter would still not parse; fix the other lines by hand first"
        )
    after = Source.of(path, repaired)
    return _write(root, inside, source, repaired, repository) or [
        _fixed_line(source, after, one) for one in safe
    ]


def _reading(source: Source) -> Reading:
    span, body_start = front_matter(source)
    if span is None or body_start == 0 or source.problem:
        return Reading(None, ())
    return repair.read(source, span, LISTED)


def _repaired(source: Source, reading: Reading, safe: list[Correction]) -> bytes | None:
    """Return the document with the repairs; None if it would not parse or change its meaning."""
    try:
        data = edit.apply(source, [change for one in safe for change in one.edits])
    except edit.NotEditable:
        return None
    after = _reading(Source.of(source.path, data))
    if reading.value is None or after.value is None or not after.sound:
        return None
    return data if after.value.plain() == reading.value.plain() else None


def _write(
    root: Path, inside: str, source: Source, data: bytes, repository: Repository | None
) -> Unfixed | None:
    """Replace the file atomically, with its mode, unless another process has changed it."""
    try:
        if repository is None:
            atomic.swap(root / inside, source.data, data)
        else:
            with changing(repository):
                perform(repository, Intent("validate", [Write(inside, source.data, data)]))
    except ForgeError as error:
        message = error.message.removeprefix(f"{inside}: ").removeprefix(f"{root / inside}: ")
        return Unfixed(source.path, message)
    return None


def _fixed_line(before: Source, after: Source, made: Correction) -> Fix:
    line, column = before.position(made.span.start)
    texts = (before.line_text(line), after.line_text(line))
    return Fix(before.path, line, column, made.kind, made.message, *texts)
