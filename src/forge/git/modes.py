"""The modes of git's tree and index entries."""

from __future__ import annotations

import os
import stat

FILE = 0o100644
EXECUTABLE = 0o100755
LINK = 0o120000
FOLDER = 0o040000
SUBMODULE = 0o160000

REGULAR = (FILE, EXECUTABLE)
TRACKED = (FILE, EXECUTABLE, LINK)


def of_file(status: os.stat_result) -> int:
    """Return the mode that git records for a file, or 0 if git does not track its type."""
    if stat.S_ISREG(status.st_mode):
        return EXECUTABLE if status.st_mode & stat.S_IXUSR else FILE
    return LINK if stat.S_ISLNK(status.st_mode) else 0
