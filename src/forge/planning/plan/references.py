"""References of plans to files: `@path` in a context, entries of `<read_first>`.

A reference is confined to the repository like every path of a plan. One that leads out is left out
of what a runner is told to read.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection

from forge.planning.plan import scope
from forge.planning.plan.steps import Step
from forge.text.printable import visible_line

_PLACE = re.compile(r"(?:#.*|:\d[\d,-]*)$")
_SHELL = ("$", "%", "!")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://|/)|file:", re.I)
_LISTS = re.compile(r"(<(read_first|context)\b[^>]*>)(.*?)(</\2>)", re.S)
LEFT_OUT = "(left out: not a file of this repository)"


def path_of(reference: str) -> str:
    """Return the path that a reference names, without quotes, a note, and the lines after it."""
    path, _ = scope.clean(reference.strip().removeprefix("@"))
    return _PLACE.sub("", path.rstrip(".,;:)"))


def leads_out(reference: str) -> bool:
    """Return whether a reference, as it is written, is not a file of the repository: it leads out,
    into git's own folder, to an address of the network, or where a shell variable says.
    """
    path = path_of(reference).replace("\\", "/")
    if not path:
        return False
    if path != visible_line(path) or path.startswith(_SHELL) or _SCHEME.match(path):
        return True
    parts = posixpath.normpath(path).split("/")
    return scope.leaves(path) or ".." in parts or ".git" in map(str.casefold, parts)


def links_out(root: str, reference: str) -> bool:
    """Return whether a link inside the repository makes a reference lead out of it."""
    place = os.path.realpath(root)
    try:
        target = os.path.realpath(os.path.join(place, path_of(reference)))
    except (OSError, ValueError):
        return True
    if target != place and not target.startswith(place + os.sep):
        return True
    return ".git" in map(str.casefold, os.path.relpath(target, place).split(os.sep))


def confined(step: Step, references: Collection[str], refused: Collection[str]) -> str:
    """Return the text of a step without the references of its `<read_first>` and `<context>` that
    may not be read.

    `refused` are some of the `references`. A longer one that has one of them in it stays as it is.
    """
    names = "|".join(map(re.escape, sorted(references, key=len, reverse=True)))

    def without(match: re.Match[str]) -> str:
        return f"{match[1]}{re.sub(names, kept, match[3])}{match[4]}"

    def kept(match: re.Match[str]) -> str:
        return LEFT_OUT if match[0] in refused else match[0]

    return _LISTS.sub(without, step.text) if refused else step.text
