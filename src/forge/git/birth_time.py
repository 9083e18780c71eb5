"""When a file or folder was made, as its file system tells it; nobody can set that."""

from __future__ import annotations

import os
import struct
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from forge.lazy import at_first_use

if TYPE_CHECKING:
    import ctypes
else:
    ctypes = at_first_use("ctypes")

_HERE = -100  # AT_FDCWD
_BIRTH = 0x800  # STATX_BTIME, both in the question and in the answer
_SIZE = 256  # of struct statx
_MASK_AT, _BIRTH_AT = 0, 80


def birth_time(path: Path) -> str | None:
    """Return the time at which a folder was made, links followed; None if the system or the file
    system does not tell.
    """
    if sys.platform != "linux":
        born = getattr(os.stat(path), "st_birthtime", None)
        return None if born is None else str(born)
    statx = _statx()
    if statx is None:
        return None
    answer = ctypes.create_string_buffer(_SIZE)
    if statx(_HERE, os.fsencode(path), 0, _BIRTH, answer) != 0:
        return None
    (mask,) = struct.unpack_from("=I", answer, _MASK_AT)
    seconds, nanoseconds = struct.unpack_from("=qI", answer, _BIRTH_AT)
    return f"{seconds}.{nanoseconds:09}" if mask & _BIRTH and seconds else None


@cache
def _statx() -> ctypes._NamedFuncPointer | None:
    """Return the function of the C library; None in one that lacks it."""
    try:
        return ctypes.CDLL(None).statx
    except (AttributeError, OSError):
        return None
