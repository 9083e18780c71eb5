"""Proofs given outside a run: attestations, waivers and command successes, one immutable file
each.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import asdict

from forge import regular
from forge.planning import migrations
from forge.text import typed
from forge.text.source import Source
from forge.text.typed import Typed
from forge.text.yaml import parse as yaml

FOLDER = ".planning/proofs"
ProofKind = Literal["attestation", "waiver", "command"]


class ProofFields(Struct, frozen=True):
    """The fields of a proof's file. `about` names one must-have as `KIND:N`, and
    `statement_sha256` binds the proof to its text.

    `tree` is the tree outside `.planning/`, `blobs` the files that a command's success depends on.
    """

    kind: ProofKind
    plan_path: str
    about: str
    statement_sha256: str
    by: str
    at: str
    reason: str = ""
    command: str | None = None
    evidence: list[dict[str, str | None]] = field(default_factory=list)
    tree: str = ""
    commit: str = ""
    blobs: dict[str, str | None] = field(default_factory=dict)
    version: int = 1


class Proof(ProofFields, frozen=True):
    """A proof and the path of the file that holds it, empty before it is written."""

    source: str = ""

    def encode(self) -> bytes:
        """Return the file's bytes."""
        data = {
            key: value
            for key, value in asdict(self).items()
            if key not in ("source", "version") and value not in ("", None)
        }
        return yaml.dump({"version": self.version, **data}).encode()


def statement_hash(statement: str) -> str:
    """Return the SHA-256 of a statement, with every run of blanks as one blank."""
    return hashlib.sha256(" ".join(statement.split()).encode("utf-8", "surrogatepass")).hexdigest()


def file_name(plan_id: str, kind: ProofKind, suffix: str) -> str:
    """Return the path of a new proof: `<plan id>-<kind>-<4 characters>.yaml`, safe for every file
    system and of limited length.
    """
    return f"{FOLDER}/{re.sub(r'[^A-Za-z0-9._-]+', '-', plan_id)[:120]}-{kind}-{suffix}.yaml"


def read(source: Source) -> Typed[ProofFields]:
    """Read a proof's file. Raises YamlProblem and WrongVersion."""
    return typed.read(ProofFields, migrations.parse("proof", source), exact=True)


def load_all(root: Path) -> Iterator[Proof]:
    """Yield the proofs of a work tree; a file that is not a valid proof is skipped."""
    folder = root / FOLDER
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            reading = read(Source.of(path.name, regular.read_inside(root, f"{FOLDER}/{path.name}")))
        except (OSError, yaml.YamlProblem, migrations.WrongVersion):
            continue
        if reading.value is not None and not reading.misfits:
            yield Proof(**asdict(reading.value), source=f"{FOLDER}/{path.name}")
