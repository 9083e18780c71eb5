"""What git reports on a work tree, for comparison."""

from __future__ import annotations

import os

from tests.conftest import Sandbox


def nothing(path: str) -> bool:
    """Exclude no path."""
    return False


def git_status(sandbox: Sandbox) -> list[str]:
    """Return the paths that git reports, with an index so old that git trusts no times."""
    index = sandbox.root / ".git/index"
    before = index.stat() if index.exists() else None
    if before is not None:
        os.utime(index, (1, 1))
    output = sandbox.git("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames")
    if before is not None:
        os.utime(index, ns=(before.st_atime_ns, before.st_mtime_ns))
    return list(dict.fromkeys(line[3:] for line in output.split("\0")[:-1]))
