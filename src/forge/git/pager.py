"""The user's pager and colours, as git would use them for a text of forge's own."""

from __future__ import annotations

import os
import subprocess

from forge.errors import GitFailed
from forge.git.repository import Repository

_NONE = ("", "cat")
_QUIET = {
    "LESS": "FRX",
    "LV": "-c",
}  # git's own defaults: leave at once where all fits, and let colours through


def wants_color(repository: Repository) -> bool:
    """Say whether git would colour what it prints on a terminal, by `color.ui`."""
    try:
        return repository.git("config", "--get-colorbool", "color.ui", "true").strip() != b"false"
    except GitFailed:  # a value that is none
        return True


def page(repository: Repository, text: str) -> bool:
    """Show a text on this terminal with git's pager. Returns False, with nothing shown, where there
    is none.
    """
    try:
        command = repository.git("var", "GIT_PAGER").decode("utf-8", "replace").strip()
    except GitFailed:
        return False
    if command in _NONE:
        return False
    environment = {**_QUIET, **os.environ}
    shown = text if text.endswith("\n") else f"{text}\n"
    try:
        done = subprocess.run(
            ["sh", "-c", command],
            input=shown.encode("utf-8", "backslashreplace"),
            env=environment,
            check=False,
        )
    except OSError:
        return False
    return done.returncode not in (126, 127)  # what is not there shows nothing
