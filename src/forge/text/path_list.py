"""Lists of paths for people: cut, counted, and grouped by folder when there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from forge.text.plural import amount
from forge.text.printable import visible_line

MOST = 20
"""Lines of a list, unless the caller says otherwise."""


def path_lines(paths: Iterable[str], most: int = MOST, indent: str = "  ") -> list[str]:
    """Return at most `most` lines: a line for each path or, if they are too many, for each folder
    with its number of paths.
    """
    listed = sorted(dict.fromkeys(paths))
    if len(listed) <= most:
        return [f"{indent}{path}" for path in listed]
    folders = by_folder(listed, most)
    shown = folders if len(folders) <= most else folders[: most - 1]
    lines = [f"{indent}{folder}" + (f" ({count} paths)" * (count > 1)) for folder, count in shown]
    left = sum(count for _, count in folders[len(shown) :])
    return [*lines, f"{indent}and {left} more"] if left else lines


def by_folder(paths: Sequence[str], most: int = MOST) -> list[tuple[str, int]]:
    """Return paths in at most `most` groups, if their first folders allow that: each group is a
    path alone, or the deepest folder that keeps the groups few, with a slash, and its number of
    paths.
    """
    split = [path.split("/") for path in sorted(paths)]
    deepest = max((len(parts) for parts in split), default=1)
    counts: Counter[str] = Counter()
    for depth in range(1, deepest + 1):
        deeper = Counter(_group(parts, depth) for parts in split)
        if counts and len(deeper) > most:
            break
        counts = deeper
    alone = {_group(parts, _depth(parts, counts)): "/".join(parts) for parts in split}
    return [(alone[group] if count == 1 else group, count) for group, count in counts.items()]


def cut(lines: Sequence[str], most: int = MOST, indent: str = "  ") -> list[str]:
    """Return the first lines, indented, and how many more there are."""
    rest = len(lines) - most
    shown = [f"{indent}{line}" for line in lines[:most]]
    return [*shown, f"{indent}and {rest} more"] if rest > 0 else shown


def in_text(lines: Iterable[str]) -> str:
    """Return lines as one text, as the record keeps it: what does not print in a line is escaped,
    so that no value in it begins a line of its own.
    """
    return "\n".join(map(visible_line, lines))


def counted(number: int) -> str:
    """Return a number of paths: `1 path`, `2 paths`."""
    return amount(number, "path")


def _group(parts: Sequence[str], depth: int) -> str:
    return "/".join(parts) if len(parts) <= depth else "/".join(parts[:depth]) + "/"


def _depth(parts: Sequence[str], groups: Counter[str]) -> int:
    """Return the depth at which a path was grouped."""
    return next(depth for depth in range(1, len(parts) + 1) if _group(parts, depth) in groups)
