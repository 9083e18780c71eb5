"""Copies of a repository that stand for the repository itself."""

from __future__ import annotations

import json
from pathlib import Path

from forge.git.clone import restore_clone_id
from forge.git.repository import Repository


def stand_in(root: Path) -> None:
    """Make a copy count as the clone that it was copied from, with that clone's open runs and
    approvals. A copy that nobody did this to is another clone.
    """
    identity = root / ".git/forge/clone.json"
    if identity.exists():
        restore_clone_id(Repository.discover(root), json.loads(identity.read_text())["id"])
