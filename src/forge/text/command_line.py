"""Command lines to type as they are."""

from __future__ import annotations

import shlex


def forge_command(*words: str) -> str:
    """Return a forge command line, quoted for the shell; a name that begins with a dash cannot be
    taken for an option.
    """
    verb, *rest = words
    dashed = any(word.startswith("-") and not word.startswith("--") for word in rest)
    return shlex.join(["forge", verb, *(["--"] if dashed else []), *rest])


def shown_command(command: str, indent: str = "  ") -> str:
    """Return a command as it is shown, its later lines below the first, so that none is taken for
    another part.
    """
    return f"{indent}$ " + command.replace("\n", f"\n{indent}  ")
