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

from forge.text import shape
from forge.text.source import Source
from forge.text.yaml import parse as yaml

FOLDER = ".planning/proofs"
ProofKind = Literal["attestation", "waiver", "command"]
_REQUIRED = {"kind", "plan_path", "about", "statement_sha256", "by", "at"}


class Proof(Struct, frozen=True):
    """What backs one must-have of a plan, `about` being its `KIND:N`.

    It is bound to the statement's text; `tree` is the tree outside `.planning/`, `blobs` the files
    that it speaks of.
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
    source: str = ""

    def encode(self) -> bytes:
        """Return the file's bytes."""
        data = {
            key: value
            for key, value in asdict(self).items()
            if key != "source" and value not in ("", None)
        }
        return yaml.dump({"version": 1, **data}).encode()


def statement_hash(statement: str) -> str:
    """Return the SHA-256 of a statement, blanks folded."""
    return hashlib.sha256(" ".join(statement.split()).encode("utf-8", "surrogatepass")).hexdigest()


def file_name(plan_id: str, kind: ProofKind, suffix: str) -> str:
    """Return where a proof is written: `<plan id>-<kind>-<4 characters>.yaml`, made file-safe and
    not too long.
    """
    return f"{FOLDER}/{re.sub(r'[^A-Za-z0-9._-]+', '-', plan_id)[:120]}-{kind}-{suffix}.yaml"


def load_all(root: Path) -> Iterator[Proof]:
    """Yield the proofs of a work tree. One that cannot be read is no proof and is passed over."""
    folder = root / FOLDER
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            found = yaml.parse(Source.of(path.name, path.read_bytes()).text).plain()
        except (OSError, yaml.YamlProblem):
            continue
        if isinstance(found, dict) and found.get("kind") in ("attestation", "waiver", "command"):
            known = {key: value for key, value in found.items() if key in Proof.__struct_fields__}
            if shape.misfit(Proof, known) is None and set(known) >= _REQUIRED:
                yield Proof(**{**known, "source": f"{FOLDER}/{path.name}"})
