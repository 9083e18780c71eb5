"""Command lines to type as they are."""

from __future__ import annotations

import shlex


def forge_command(*words: str) -> str:
    """Return a forge command line, quoted for the shell; a name that begins with a dash cannot be taken for an option."""
    verb, *rest = words
    dashed = any(word.startswith("-") and not word.startswith("--") for word in rest)
    return shlex.join(["forge", verb, *(["--"] if dashed else []), *rest])
