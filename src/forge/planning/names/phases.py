"""Which phase a name means: its folder, its number or its slug. Light enough for every listing."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from forge.planning.names.plan_files import Phase
from forge.planning.numbers import bare, leading


def phase_named(name: str, phases: Sequence[Phase]) -> Phase | None:
    """Return the one current phase whose folder's name, number or slug a name is, or None."""
    current = [phase for phase in phases if _current(phase.folder)]
    for matches in (_is_folder, has_number, has_slug):
        matched = [phase for phase in current if matches(name, phase.folder)]
        if matched:
            return matched[0] if len(matched) == 1 else None
    return None


def names_phase(name: str, folder: str) -> bool:
    """Return whether a name, as in a mission's `phases`, names a folder of plans: by its path, its
    name, its number or its slug.
    """
    name = name.strip().rstrip("/")
    if not name or _is_folder(name, folder):
        return bool(name)
    return _current(folder) and (has_number(name, folder) or has_slug(name, folder))


def _current(folder: str) -> bool:
    """Return whether a phase may be named by more than its folder."""
    parts = folder.split("/")
    return not {"milestones", "quick", "archive"} & set(parts)


def _is_folder(name: str, folder: str) -> bool:
    return name == posixpath.basename(folder) or posixpath.normpath(name) == folder


def has_number(name: str, folder: str) -> bool:
    number = bare(name)
    return number is not None and number == leading(posixpath.basename(folder))


def has_slug(name: str, folder: str) -> bool:
    return bool(name) and posixpath.basename(folder).endswith(f"-{name}")
