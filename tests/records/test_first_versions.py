"""A record that is not what was first committed proves nothing, in any view, and is named; merges,
squash merges, rebases and moves alter nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.git.repository import Repository
from forge.records.first_versions import first_versions
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto

TRUTH = 'must_haves:\n  truths:\n    - statement: "It is there"\n      verify: "{}"\n'
WRITE = {1: "pathlib.Path('a.txt').write_text('x')"}


def executed(sandbox: Sandbox, verify: str = "test -s a.txt") -> Path:
    """Execute a plan with one truth; return the folder of its record."""
    tasks = [Task("Write it", "a.txt", auto("test -s a.txt"))]
    Case(sandbox, tasks, WRITE, files=("a.txt",), must_haves=TRUTH.format(verify)).set_up()
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "completed"
    (folder,) = (path for path in (sandbox.root / ".planning/runs").iterdir() if path.is_dir())
    return folder


def rechained(log: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change the events of a timeline and make its chain of hashes anew."""
    previous, lines = "0" * 32, []
    for line in log.read_text().splitlines():
        event = json.loads(line)
        change(event)
        event["prev"] = previous
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        lines.append(text)
        previous = hashlib.sha256(text.encode()).hexdigest()[:32]
    log.write_text("\n".join(lines) + "\n")


def made_to_pass(event: dict[str, object]) -> None:
    data = event["data"]
    assert isinstance(data, dict)
    if event["type"] == "truth_failed":
        event["type"] = "truth_proven"
        event["data"] = {key: data[key] for key in ("truth", "statement", "command", "tree")}
        event["data"]["blobs"] = {}  # type: ignore[index]
    if event["type"] == "must_haves_verified":
        data.update(failed=0, passed=1, verdict="proven")
        for verdict in data["verdicts"]:
            verdict["verdict"] = "pass"
    if event["type"] == "final":
        data["verdict"] = "proven"


def answers(sandbox: Sandbox) -> tuple[int, int, str]:
    """Return the exit codes of verify and audit, and the word of status."""
    (plan,) = sandbox.call("status").data["plans"]
    codes = (sandbox.call("verify", "01-01").code, sandbox.call("audit").code)
    return (*codes, plan["word"])


@pytest.mark.parametrize("committed", [True, False])
def test_a_timeline_with_a_new_chain_proves_nothing(sandbox: Sandbox, *, committed: bool) -> None:
    folder = executed(sandbox, "grep -q works a.txt")
    assert answers(sandbox) == (1, 1, "failed")
    rechained(folder / "timeline.jsonl", made_to_pass)
    if committed:
        sandbox.commit("Tidy up")
    assert answers(sandbox)[::2] == (1, "altered")
    for verb in (("verify", "01-01"), ("log",), ("show", folder.name), ("runs",), ("status",)):
        assert "altered" in (text := sandbox.forge(*verb).out) or "proves nothing" in text
    sandbox.git("checkout", "-q", "HEAD~1" if committed else "HEAD", "--", ".planning/runs")
    assert answers(sandbox)[::2] == (1, "failed")


@pytest.mark.parametrize("what", ["run.yaml", "evidence", "proof"])
@pytest.mark.parametrize("committed", [True, False])
def test_an_edited_card_evidence_or_proof_proves_nothing(
    sandbox: Sandbox, what: str, *, committed: bool
) -> None:
    folder = executed(sandbox)
    if what == "proof":
        sandbox.write("b.txt", "changed")
        sandbox.git("rm", "-q", "a.txt")
        sandbox.commit("Remove")
        sandbox.call("waive", "01-01", "truth:1", "--reason", "later")
    assert sandbox.call("verify", "01-01").code == 0
    place = {
        "run.yaml": folder / "run.yaml",
        "evidence": next((folder / "evidence").iterdir(), folder),
        "proof": next((sandbox.root / ".planning/proofs").glob("*.yaml"), folder),
    }[what]
    text = place.read_text()
    place.write_text(text.replace("later", "never") if what == "proof" else text + "\n")
    if committed:
        sandbox.commit("Tidy up")
    reply = sandbox.call("verify", "01-01")
    assert reply.code == 1 and "record-altered" in {item["rule"] for item in reply.json["findings"]}
    if what != "proof":
        assert answers(sandbox) == (1, 1, "altered")
    found = {item["rule"] for item in sandbox.call("validate").json["findings"]}
    assert "record-altered" in found
    place.write_text(text)
    assert sandbox.call("verify", "01-01").code == 0


def squash(sandbox: Sandbox) -> None:
    sandbox.git("checkout", "-q", "-b", "other", "main~2")
    sandbox.git("merge", "-q", "--squash", "main")
    sandbox.git("commit", "-qm", "All of it")


def merge(sandbox: Sandbox) -> None:
    sandbox.git("checkout", "-q", "-b", "other", "main~2")
    sandbox.write("c.txt", "c")
    sandbox.commit("Another")
    sandbox.git("merge", "-q", "--no-ff", "-m", "Merge", "main")


def rebase(sandbox: Sandbox) -> None:
    sandbox.git("checkout", "-q", "-b", "other", "main~2")
    sandbox.write("c.txt", "c")
    sandbox.commit("Another")
    sandbox.git("checkout", "-q", "main")
    sandbox.git("rebase", "-q", "other")


def line_ends(sandbox: Sandbox) -> None:
    sandbox.git("config", "core.autocrlf", "true")
    sandbox.call("waive", "01-01", "truth:1", "--reason", "later")
    sandbox.git("rm", "-rqf", "--cached", ".planning/proofs")
    sandbox.git("reset", "-q", "--hard")


@pytest.mark.parametrize("way", [squash, merge, rebase, line_ends])
def test_no_way_of_git_alters_a_record(sandbox: Sandbox, way: Callable[[Sandbox], None]) -> None:
    executed(sandbox)
    way(sandbox)
    assert sandbox.call("verify", "01-01").data["plans"][0]["altered"] == []
    (run,) = sandbox.call("runs").data["runs"]
    assert run["status"] == "completed"


def test_a_shallow_clone_and_new_commits_are_read(sandbox: Sandbox) -> None:
    folder = executed(sandbox)
    log = f".planning/runs/{folder.name}/timeline.jsonl"
    data = (folder / "timeline.jsonl").read_bytes()
    versions = first_versions(Repository.discover(sandbox.root))
    assert versions.why_altered(log, data) == ""
    assert versions.why_altered(log, data + b"{}\n") == (
        "timeline.jsonl is not what was first committed"
    )
    assert versions.why_altered(log, None) == "timeline.jsonl is gone"
    sandbox.write("d.txt", "d")
    sandbox.commit("More")
    assert versions.why_altered(log, data) == ""
    assert versions.why_altered(".planning/runs/other/run.yaml", b"x") == ""
