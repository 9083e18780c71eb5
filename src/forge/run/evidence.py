"""Evidence: captured output, scrubbed of secrets, kept under the hash of what is kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from forge.check.trust import scrub
from forge.text import atomic

FOLDER = "evidence"


def keep(live: Path, kind: str, text: str, extension: str, *, truncated: bool) -> dict[str, object]:
    """Write evidence into a run's live folder and return how an event names it. Raises StorageFailed."""
    clean, removed = scrub(text)
    data = clean.encode("utf-8", "replace")
    digest = hashlib.sha256(data).hexdigest()
    name = f"{FOLDER}/{digest[:16]}.{extension}"
    if not (live / name).exists():
        atomic.write(live / name, data)
    found: dict[str, object] = {"kind": kind, "path": name, "sha256": digest, "bytes": len(data), "truncated": truncated}
    return {**found, "secrets_removed": removed} if removed else found
