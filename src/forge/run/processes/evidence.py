"""Evidence: captured output, scrubbed of secrets, kept under the hash of what is kept."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from tempfile import SpooledTemporaryFile

from forge import atomic
from forge.check.secrets.scrub import scrub
from forge.git.repository import Repository
from forge.run.processes.supervise import Output

FOLDER = "evidence"


def capture(live: Path, limit: int) -> Output:
    """Return an output that keeps `limit` bytes in memory, and all of it in a local file, should it
    be long.

    That file has no name: what is not scrubbed yet is gone with the process, however that ends.
    """
    return Output(limit, SpooledTemporaryFile(max(limit, 1), "w+b", dir=str(live)))


def keep_output(repository: Repository, run: str, live: Path, output: Output) -> dict[str, object]:
    """Write an output's head and tail as tracked evidence; where that left something out, the rest
    stays local.

    The local file lies under `forge/evidence/<run>/` of the common git directory, named like the
    tracked one.
    """
    found = keep(live, "log", output.text(), "log", truncated=output.truncated)
    if output.file is not None:
        with contextlib.suppress(OSError), output.file as whole:
            if output.truncated:
                whole.seek(0)
                clean, _ = scrub(whole.read().decode("utf-8", "replace"))
                place = repository.forge_dir / "evidence" / run / Path(str(found["path"])).name
                atomic.write(place, clean.encode("utf-8", "replace"), durable=False)
    return found


def keep(live: Path, kind: str, text: str, extension: str, *, truncated: bool) -> dict[str, object]:
    """Write evidence into a run's live folder and return how an event names it. Raises
    StorageFailed.
    """
    clean, removed = scrub(text)
    data = clean.encode("utf-8", "replace")
    digest = hashlib.sha256(data).hexdigest()
    name = f"{FOLDER}/{digest[:16]}.{extension}"
    if not (live / name).exists():
        atomic.write(live / name, data)
    found: dict[str, object] = {
        "kind": kind,
        "path": name,
        "sha256": digest,
        "bytes": len(data),
        "truncated": truncated,
    }
    return {**found, "secrets_removed": removed} if removed else found
