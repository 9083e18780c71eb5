"""Where plans lie now that runs and proofs name by an earlier path."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from forge.planning.names.plan_files import find_plan_files
from forge.planning.plan.plan import load
from forge.text.source import Source

KEY = "formerly"
"""The key of a plan under which `forge move` writes where it lay when runs or proofs spoke of it
there.
"""


def homes(
    lost: Mapping[str, str], plans: Mapping[str, Sequence[str]], blob: Callable[[str], str]
) -> dict[str, str]:
    """Return where plans lie today that are not at their paths any more, by these paths; what
    nothing tells of is left out.

    `lost` has the blob that each had, where it is known; `plans` what each plan says of where it
    lay; `blob` tells the blob of a plan. What a plan says comes first, then the same text, then the
    same folder's and file's name (`forge archive`).
    """
    tests: tuple[Callable[[str, str], bool], ...] = (
        lambda path, plan: path in plans[plan],
        lambda path, plan: bool(lost[path]) and blob(plan) == lost[path],
        lambda path, plan: tail(path) == tail(plan),
    )
    found: dict[str, str] = {}
    for path in lost:
        for fits in tests:
            fitting = [plan for plan in plans if fits(path, plan)]
            if fitting:
                found |= {path: fitting[0]} if len(fitting) == 1 else {}
                break
    return found


def said_by(root: Path) -> dict[str, list[str]]:
    """Return what each plan of a work tree says of where it lay; only those that say it are read as
    plans.
    """
    return {path: list(formerly(path, data)) for path, data in _plans(root)}


def formerly(path: str, data: bytes) -> Iterator[str]:
    """Yield where a plan of these bytes says that it lay."""
    if KEY.encode() in data:
        yield from load(Source.of(path, data), path).texts(KEY)


def tail(path: str) -> tuple[str, str]:
    """Return the name of the folder and of the file, which an archive keeps."""
    folder, name = posixpath.split(path)
    return posixpath.basename(folder), name


def _plans(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in find_plan_files(root):
        try:
            yield path, (root / path).read_bytes()
        except OSError:
            yield path, b""
