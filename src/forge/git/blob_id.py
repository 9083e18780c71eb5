"""Object ids computed without git and without a repository."""

from __future__ import annotations

import hashlib
from pathlib import Path

from forge import regular

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def blob_id(data: bytes) -> str:
    """Return the id of the blob that holds these bytes, no filter applied."""
    return object_id("blob", data)


def file_blob_id(path: Path) -> str:
    """Return the id of the blob that holds the bytes of a file; empty if it cannot be read."""
    try:
        return blob_id(regular.read(path, follow=True))
    except OSError:
        return ""


def object_id(kind: str, data: bytes) -> str:
    """Return the id of an object of a kind: `blob`, `tree`, `commit` or `tag`."""
    header = f"{kind} {len(data)}\0".encode()
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()
