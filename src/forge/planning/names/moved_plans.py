"""Finds the current path of plans that were moved since runs and proofs named them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from forge import regular
from forge.planning.names.plan_files import find_plan_files
from forge.planning.plan.plan import load
from forge.text.source import Source

KEY = "formerly"
"""The key of a plan in which `forge move` lists earlier paths that runs or proofs name."""


def current_paths(
    lost: Mapping[str, str], plans: Mapping[str, Sequence[str]], blob: Callable[[str], str]
) -> dict[str, str]:
    """Return the current paths of plans that left their old one; plans that were not found are left
    out.

    `lost` maps old paths to the plan's blob then, empty if unknown; `plans` maps current paths to
    the earlier paths that each plan lists; `blob` returns the blob of a current plan. A listed
    path comes first, then the same text, then the same folder and file name (`forge archive`).
    """
    tests: tuple[Callable[[str, str], bool], ...] = (
        lambda old, plan: old in plans[plan],
        lambda old, plan: bool(lost[old]) and blob(plan) == lost[old],
        lambda old, plan: tail(old) == tail(plan),
    )
    current: dict[str, str] = {}
    for old in lost:
        for matches in tests:
            candidates = [plan for plan in plans if matches(old, plan)]
            if candidates:
                current |= {old: candidates[0]} if len(candidates) == 1 else {}
                break
    return current


def earlier_paths(root: Path) -> dict[str, list[str]]:
    """Return the earlier paths that each plan of a work tree lists; only plans that list any are
    parsed.
    """
    return {path: list(formerly(path, data)) for path, data in _plans(root)}


def formerly(path: str, data: bytes) -> Iterator[str]:
    """Yield the earlier paths that a plan of these bytes lists."""
    if KEY.encode() in data:
        yield from load(Source.of(path, data), path).texts(KEY)


def tail(path: str) -> tuple[str, str]:
    """Return the name of the folder and of the file, which `forge archive` keeps."""
    folder, name = posixpath.split(path)
    return posixpath.basename(folder), name


def _plans(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in find_plan_files(root):
        try:
            yield path, regular.read_inside(root, path)
        except OSError:
            yield path, b""
