"""Command lines as messages show them."""

from __future__ import annotations

import shlex


def forge_command(*words: str) -> str:
    """Return a forge command line, quoted for the shell, that the user can type as it is.

    A name that begins with a dash is protected by `--` from being read as an option.
    """
    verb, *rest = words
    dashed = any(word.startswith("-") and not word.startswith("--") for word in rest)
    return shlex.join(["forge", verb, *(["--"] if dashed else []), *rest])


def shown_command(command: str, indent: str = "  ") -> str:
    """Return a command after a `$`; its later lines are indented so that they belong to it."""
    return f"{indent}$ " + command.replace("\n", f"\n{indent}  ")
