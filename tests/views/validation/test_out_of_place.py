"""Links, pipes and folders in the place of records, evidence, folders and rule files of git."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Sandbox

RUN = ".planning/runs/20261120T025549Z-01-01-k3f9"
FILES = [
    f"{RUN}/timeline.jsonl",
    f"{RUN}/run.yaml",
    f"{RUN}/evidence/0123456789abcdef.log",
    ".planning/proofs/01-01-waiver-k3f9.yaml",
    ".planning/forge.yaml",
    ".planning/ROADMAP.md",
    ".planning/phases/01-a/01-01-PLAN.md",
    ".planning/phases/01-a/01-01-SUMMARY.md",
    ".planning/missions/ship.yaml",
    ".gitattributes",
]
FOLDERS = [RUN, ".planning/runs", ".planning/proofs", ".planning/phases"]


@pytest.fixture
def full(sandbox: Sandbox) -> Sandbox:
    for path in FILES:
        sandbox.write(path, "version: 1\n")
    return sandbox


def links_to_a_device(place: Path) -> None:
    place.symlink_to("/dev/zero")


@pytest.mark.parametrize("put", [links_to_a_device, os.mkfifo, Path.mkdir])
def test_each_file_in_whose_place_something_else_is(
    full: Sandbox, put: Callable[[Path], None]
) -> None:
    for path in FILES:
        (full.root / path).unlink()
        put(full.root / path)
    result = full.call("validate")
    named = {f["path"] for f in result.json["findings"] if f["rule"] == "unreadable"}
    assert result.code == 1 and named == set(FILES)
    for verb in ("status", "runs", "audit", "list"):
        assert full.forge(verb).code in (0, 1, 2), verb


@pytest.mark.parametrize("path", FOLDERS)
def test_a_link_in_the_place_of_a_folder(full: Sandbox, path: str) -> None:
    outside = full.root.parent / "outside"
    shutil.move(full.root / path, outside)
    (full.root / path).symlink_to(outside)
    result = full.call("validate")
    assert {f["path"] for f in result.json["findings"] if f["rule"] == "unreadable"} >= {path}
    assert full.call("runs").data["runs"] == []
