"""`forge stop` when git's rules allow no snapshot of the work tree, or nothing does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.run.plans import by_hand

GONE = "filter-that-is-gone"


def stopped_event(sandbox: Sandbox, run: str) -> dict[str, Any]:
    events = [e["data"] for e in sandbox.events(run) if e["type"] == "execution_stopped"]
    (data,) = events
    return data


@pytest.fixture
def run(sandbox: Sandbox) -> str:
    """A run that waits for the user, in a repository with a filter that is gone by then."""
    sandbox.write(".gitattributes", "*.bin filter=big -text\n*.wide working-tree-encoding=UTF-16\n")
    sandbox.write("old.bin", "before\n")
    sandbox.write("-- a name\twith all'sorts.txt", "1\n")
    run = by_hand(sandbox)
    for part in ("clean", "smudge", "process"):
        sandbox.git("config", f"filter.big.{part}", f"{GONE} %f")
    sandbox.git("config", "filter.big.required", "true")
    return run


def test_a_filter_that_is_gone_does_not_hold_a_run(sandbox: Sandbox, run: str) -> None:
    files = {"new.bin": "raw\n", "old.bin": "after\n", "-- a name\twith all'sorts.txt": "2\n"}
    for path, text in files.items():
        sandbox.write(path, text)
    sandbox.write("odd.wide", b"\xff")
    (sandbox.root / "link").symlink_to("nowhere")
    result = sandbox.forge("stop")
    assert result.code == 0 and "as it lies in the tree" in result.err, result.err
    data = stopped_event(sandbox, run)
    for path, text in files.items():
        assert sandbox.git("show", f"{data['snapshot']}:{path}") == text
        assert (sandbox.root / path).read_text() == text
    assert sandbox.git("show", f"{data['snapshot']}:link") == "nowhere"
    assert GONE in data["snapshot_problem"]


def test_without_any_snapshot_stop_asks_for_its_option(sandbox: Sandbox, run: str) -> None:
    sandbox.write("new.bin", "raw\n")
    objects = sandbox.root / ".git/objects"
    kept = objects.with_name("objects-kept")
    sandbox.git("config", "core.bigFileThreshold", "1")
    objects.rename(kept)
    objects.mkdir()
    (objects / "info").mkdir()
    (objects / "info/alternates").write_text(f"{kept}\n")
    (objects / "pack").write_text("no folder")
    for number in range(256):
        (objects / f"{number:02x}").write_text("no folder")
    refused = sandbox.call("stop")
    assert refused.code == 1 and refused.json["error"]["kind"] == "no_snapshot", refused.json
    (command,) = refused.json["error"]["next"]
    assert command == f"forge stop {run} --without-snapshot"
    assert sandbox.call("runs").data["runs"][0]["status"] == "paused"
    for place in objects.iterdir():
        if place.is_file():
            place.unlink()
    result = sandbox.call(*command.split()[1:])
    assert (result.code, result.data["status"]) == (0, "stopped")
    data = stopped_event(sandbox, run)
    assert data["snapshot"] is None and data["snapshot_problem"]
    assert (sandbox.root / "new.bin").read_text() == "raw\n"
