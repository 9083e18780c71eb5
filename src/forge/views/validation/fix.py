"""What `forge validate --fix` does: it writes the mends that cannot change what a plan means, and
nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from forge import atomic
from forge.errors import StorageFailed
from forge.planning.plan.plan import LISTED, front_matter
from forge.text import edit
from forge.text.source import Source
from forge.text.yaml import repair
from forge.text.yaml.repair import Mend, Reading


class Fix(Struct, frozen=True):
    """One line that was mended: where, what was wrong, and the line before and after."""

    path: str
    line: int
    column: int
    kind: str
    message: str
    before: str
    after: str

    def as_data(self) -> dict[str, object]:
        """Return the fix as plain data."""
        return asdict(self)


class Unfixed(Struct, frozen=True):
    """A document with mends that could be written and were not, and why."""

    path: str
    reason: str

    def as_data(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"path": self.path, "reason": self.reason}


class Fixes(Struct, frozen=True):
    """What was written, and what was not."""

    made: tuple[Fix, ...]
    left: tuple[Unfixed, ...]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "fixed": [each.as_data() for each in self.made],
            "not_fixed": [each.as_data() for each in self.left],
        }


def fix(root: Path, paths: Iterable[str]) -> Fixes:
    """Mend plans in place; `paths` are relative to `root`. Never raises for what a disk or a
    document does.

    Only bytes of the mended lines change. A document that lies outside `root`, itself or through a
    link, is left alone, and so is one that would not parse afterwards.
    """
    made: list[Fix] = []
    left: list[Unfixed] = []
    for path in dict.fromkeys(paths):
        outcome = _fix(root, path)
        if isinstance(outcome, Unfixed):
            left.append(outcome)
        else:
            made += outcome
    return Fixes(tuple(made), tuple(left))


def _fix(root: Path, path: str) -> list[Fix] | Unfixed:
    real = Path(os.path.realpath(root / path))
    try:
        data = real.read_bytes() if real.is_file() else b""
    except OSError as error:
        return Unfixed(path, f"it cannot be read: {error.strerror}")
    source = Source.of(path, data)
    reading = _reading(source)
    safe = [each for each in reading.mends if each.safe]
    if not safe:
        return []
    if not real.is_relative_to(os.path.realpath(root)):
        return Unfixed(path, "it lies outside the repository")
    mended = _mended(source, reading, safe)
    if mended is None:
        return Unfixed(
            path, "its front matter would still not parse; mend the other lines by hand first"
        )
    return _write(real, source, mended) or [
        _fixed(source, Source.of(path, mended), each) for each in safe
    ]


def _reading(source: Source) -> Reading:
    place, body_start = front_matter(source)
    if place is None or body_start == 0 or source.problem:
        return Reading(None, ())
    return repair.read(source, place, LISTED)


def _mended(source: Source, reading: Reading, safe: list[Mend]) -> bytes | None:
    """Return the document with the safe mends, or None where it would not parse or would say
    anything else.
    """
    try:
        data = edit.apply(source, [change for each in safe for change in each.edits])
    except edit.NotEditable:
        return None
    after = _reading(Source.of(source.path, data))
    if reading.value is None or after.value is None or not after.sound:
        return None
    return data if after.value.plain() == reading.value.plain() else None


def _write(real: Path, source: Source, data: bytes) -> Unfixed | None:
    """Replace the file as one, with the mode that it has, unless somebody changed it meanwhile."""
    try:
        atomic.swap(real, source.data, data)
    except StorageFailed as error:
        return Unfixed(source.path, error.message.removeprefix(f"{real}: "))
    return None


def _fixed(before: Source, after: Source, each: Mend) -> Fix:
    line, column = before.position(each.span.start)
    return Fix(
        before.path,
        line,
        column,
        each.kind,
        each.message,
        before.line_text(line),
        after.line_text(line),
    )
