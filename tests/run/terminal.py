"""Runs forge at a terminal of its own."""

from __future__ import annotations

import os
import pty
import subprocess

from tests.conftest import FORGE, Sandbox


def at_terminal(sandbox: Sandbox, words: list[str], typed: bytes) -> tuple[int, str]:
    """Run forge at a terminal of its own and type into it."""
    main, sub = pty.openpty()
    process = subprocess.Popen(
        [*FORGE, *words],
        cwd=sandbox.root,
        env=sandbox.environment(),
        stdin=sub,
        stdout=sub,
        stderr=sub,
    )
    os.close(sub)
    os.write(main, typed)
    shown = b""
    while True:
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(main)
    return process.wait(60), shown.decode("utf-8", "replace")
