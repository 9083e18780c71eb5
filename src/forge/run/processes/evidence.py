"""Evidence: captured output without secrets, in files named by the hash of their content."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from tempfile import SpooledTemporaryFile

from forge import atomic
from forge.check.secrets.scrub import scrub
from forge.git.repository import Repository
from forge.run.processes.output import Output

FOLDER = "evidence"


def capture(live: Path, limit: int) -> Output:
    """Return an output that keeps `limit` bytes in memory, and a longer one also in a local file.

    The file has no name, so that text which may contain secrets does not survive this process.
    """
    return Output(limit, SpooledTemporaryFile(max(limit, 1), "w+b", dir=str(live)))


def keep_output(repository: Repository, run: str, live: Path, output: Output) -> dict[str, object]:
    """Write an output's head and tail as tracked evidence and return its entry for an event.

    A truncated output is also written in full under `forge/evidence/<run>/` of the common git
    directory, by the same name. Raises StorageFailed.
    """
    text, removed = output.clean()
    entry = _keep(live, "log", text, "log", truncated=output.truncated, removed=removed)
    if output.file is not None:
        with contextlib.suppress(OSError):
            if output.truncated:
                path = repository.forge_dir / "evidence" / run / Path(str(entry["path"])).name
                atomic.write(path, output.whole().encode("utf-8", "replace"), durable=False)
            output.file.close()
    return entry


def keep(live: Path, kind: str, text: str, extension: str, *, truncated: bool) -> dict[str, object]:
    """Write evidence into a run's live folder and return its entry for an event.

    Raises StorageFailed.
    """
    clean, removed = scrub(text)
    return _keep(live, kind, clean, extension, truncated=truncated, removed=removed)


def _keep(
    live: Path, kind: str, text: str, extension: str, *, truncated: bool, removed: int
) -> dict[str, object]:
    data = text.encode("utf-8", "replace")
    digest = hashlib.sha256(data).hexdigest()
    name = f"{FOLDER}/{digest[:16]}.{extension}"
    if not (live / name).exists():
        atomic.write(live / name, data)
    entry: dict[str, object] = {
        "kind": kind,
        "path": name,
        "sha256": digest,
        "bytes": len(data),
        "truncated": truncated,
    }
    return {**entry, "secrets_removed": removed} if removed else entry
