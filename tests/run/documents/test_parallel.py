"""Commands that write at the same time: each that exits 0 is in the file, no number twice."""

from __future__ import annotations

import subprocess
import time

from tests.conftest import Sandbox
from tests.run.documents.test_half_done import planned


def at_once(sandbox: Sandbox, *commands: tuple[str, ...]) -> list[int]:
    started = [sandbox.start(*words) for words in commands]
    return [process.wait(timeout=60) for process in started]


def test_parallel_changes_of_one_document_all_land(sandbox: Sandbox) -> None:
    planned(sandbox)
    wanted = [f"R-{number}" for number in range(5)]
    codes = at_once(sandbox, *(("set", "01-01", f"requirements+={one}") for one in wanted))
    assert codes == [0] * len(wanted)
    text = (sandbox.root / ".planning/phases/01-a/01-01-PLAN.md").read_text()
    assert all(one in text for one in wanted)


def test_parallel_ticks_fields_and_new_documents(sandbox: Sandbox) -> None:
    planned(sandbox)
    new = [("new", "plan", f"P {number}", "--phase", "2") for number in range(2)]
    ticks = [("tick", "k3f", "1"), ("tick", "k3f", "2"), ("set", "k3f", "priority=P0")]
    assert at_once(sandbox, *new, *ticks) == [0] * 5
    text = (sandbox.root / ".planning/backlog/k3f-x.md").read_text()
    assert text.count("[x]") == 2 and "priority: P0" in text
    made = sorted(path.name for path in (sandbox.root / ".planning/phases/02-b").iterdir())
    assert made == ["02-01-PLAN.md", "02-02-PLAN.md", "02-03-PLAN.md"]


def test_a_document_is_open_in_one_edit_at_a_time(sandbox: Sandbox) -> None:
    planned(sandbox)
    go, script = sandbox.home / "go", sandbox.home / "editor"
    script.write_text(f'#!/bin/sh\ntouch {go}.open; cat {go}; sed -i s/todo/blocked/ "$1"\n')
    script.chmod(0o755)
    subprocess.run(["mkfifo", str(go)], check=True)
    first = sandbox.start("edit", "k3f", env={"VISUAL": str(script)})
    while not (sandbox.home / "go.open").exists():
        assert first.poll() is None
        time.sleep(0.01)
    second = sandbox.forge("edit", "k3f", env={"VISUAL": "true"})
    assert second.code == 5 and "is open in another `forge edit`" in second.err
    go.write_text("on\n")
    assert first.wait(timeout=60) == 0
    assert "status: blocked" in (sandbox.root / ".planning/backlog/k3f-x.md").read_text()
    assert sandbox.forge("edit", "k3f", env={"VISUAL": "true"}).code == 0


def test_a_proof_is_not_written_through_a_link(sandbox: Sandbox) -> None:
    planned(sandbox)
    outside = sandbox.home / "outside"
    outside.mkdir()
    (sandbox.root / ".planning/proofs").symlink_to(outside)
    refused = sandbox.forge("waive", "01-01", "truth:2", "--reason", "no")
    assert refused.code == 1 and ".planning/proofs is a symbolic link" in refused.err
    assert list(outside.iterdir()) == [] and sandbox.status() == ["?? .planning/proofs"]
