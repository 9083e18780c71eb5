"""Shows a text of forge with the pager and the color setting that git would use."""

from __future__ import annotations

import os
import subprocess

from forge.errors import GitFailed
from forge.git import program
from forge.git.repository import Repository

_NO_PAGER = ("", "cat")
# Git's own defaults: exit at once if the text fits the screen, and keep colors.
_DEFAULTS = {"LESS": "FRX", "LV": "-c"}
_NOT_FOUND = (126, 127)


def wants_color(repository: Repository) -> bool:
    """Return whether git would print colors on a terminal (`color.ui`)."""
    answer = program.settings(repository.root, "--get-colorbool", "color.ui", "true")
    return answer.stdout.strip() != b"false"  # a value that is not valid means yes


def page(repository: Repository, text: str) -> bool:
    """Show a text on this terminal with git's pager; return False if no pager showed it."""
    try:
        command = repository.git("var", "GIT_PAGER").decode("utf-8", "replace").strip()
    except GitFailed:
        return False
    if command in _NO_PAGER:
        return False
    environment = {**_DEFAULTS, **os.environ}
    shown = text if text.endswith("\n") else f"{text}\n"
    try:
        result = subprocess.run(
            ["sh", "-c", command],
            input=shown.encode("utf-8", "backslashreplace"),
            env=environment,
            check=False,
        )
    except OSError:
        return False
    return result.returncode not in _NOT_FOUND
