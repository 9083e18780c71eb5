"""Properties of a shell command without running it: whether it can fail, and whether it changes to
a folder outside the repository.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from forge.planning.plan import shell_status

_MOST_MOVES = 100  # each is looked up in the file system; a command with more counts as foreign
_BRACKET = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.|[()]""", re.S)
_CD = re.compile(
    r"(?:^|[;&|(\n]|\b(?:do|then|else)\b)[ \t\r]*(?P<go>cd|pushd)\s+"
    r"(?P<folder>\"[^\"\n]*\"|'[^'\n]*'|(?:\\.|[^\s;&|)])+)(?=(?P<joint>\s*(?:&&|;)?\s*))"
)


def proves_nothing(command: str) -> bool:
    """Return whether a command succeeds on every tree: `true`, `echo done`, `npm test || true`."""
    return shell_status.always_succeeds(command)


def cannot_fail(command: str) -> bool:
    """Return whether a command succeeds although a part of it can fail: it ends with `|| true`,
    `; echo` or `&`.

    A pipe hides no failure, since commands run under `pipefail`, and neither does `true` alone. A
    script with `set -e` or an `exit` of its own can fail (`grep error log && exit 1 || true`).
    """
    return shell_status.hides_failure(command)


def foreign_folder(command: str, root: Path) -> tuple[str, str] | None:
    """Return the first folder outside `root` that a command changes to, and the command without
    that `cd`.

    None if it stays inside, or if only the shell knows the folder (`cd "$dir"`). A subshell counts
    too: `(cd /x && make)` proves another tree; after its bracket the command is back in its folder.
    """
    at = here = os.path.realpath(root)
    outer: list[str] = []  # the folders in which the open subshells were started
    brackets = _brackets(command)
    for number, match in enumerate(_CD.finditer(command)):
        while brackets and brackets[-1].start() < match.start("go"):
            if brackets.pop()[0] == "(":
                outer.append(at)
            elif outer:
                at = outer.pop()
        folder = match["folder"].strip("\"'").replace("\\ ", " ")
        if folder == "-" or ("$" in folder and not folder.startswith("$HOME")) or "`" in folder:
            continue
        at = os.path.normpath(os.path.join(at, os.path.expanduser(folder.replace("$HOME", "~", 1))))
        if number >= _MOST_MOVES or re.match(r"[A-Za-z]:[/\\]", folder) or not _below(at, here):
            return folder, (command[: match.start("go")] + command[match.end("joint") :]).strip()
    return None


def _brackets(command: str) -> list[re.Match[str]]:
    """Return the round brackets of a command outside quotes, the last one first."""
    return [match for match in _BRACKET.finditer(command) if match[0] in "()"][::-1]


def _below(folder: str, root: str) -> bool:
    """Return whether a folder, with links followed, is `root` or inside it; an invalid path is
    not.
    """
    try:
        return os.path.commonpath((os.path.realpath(folder), root)) == root
    except ValueError:
        return False
