"""Many files at once: staged in time that grows with their number, and flushed with few waits for
the disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from forge.git import program
from forge.git.commits.step_commit import stage
from forge.git.repository import Repository
from forge.git.restore.snapshot import snapshot
from tests.conftest import Sandbox

MANY = 1500


@pytest.mark.skipif(sys.platform != "linux", reason="syncfs(2) is of Linux")
def test_many_files_are_flushed_together(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MANY):
        sandbox.write(f"many/{number % 9}/{number}.txt", f"{number}\n")
    monkeypatch.setenv("HOME", str(sandbox.home))
    waits, calls, flush, attempt = list[int](), list[tuple[str, ...]](), os.fsync, program.attempt

    def noted(where: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        calls.append(words)
        return attempt(where, *words, **more)

    monkeypatch.setattr(
        os, "fsync", lambda descriptor: (waits.append(descriptor), flush(descriptor))[1]
    )
    monkeypatch.setattr(program, "attempt", noted)
    repository, base = Repository.discover(sandbox.root), sandbox.head()

    kept = snapshot(repository, "r", "before")
    with stage(repository, base, lambda path: False) as staging:
        commit, _ = staging.commit("Many\n")

    assert len(waits) < 50
    unflushed = [
        words
        for words in calls
        if {"add", "update-index"} & set(words) and "core.fsync=pack,pack-metadata" in words
    ]
    assert len(unflushed) == 2
    assert sandbox.git("rev-parse", f"{commit}^{{tree}}") == sandbox.git(
        "rev-parse", f"{kept}^{{tree}}"
    )
    assert sandbox.git("ls-tree", "-r", "--name-only", "HEAD", "many").count("\n") == MANY
    assert sandbox.status() == []
