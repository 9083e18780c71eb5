"""Attestations and waivers, inside a run and outside."""

from __future__ import annotations

from tests.conftest import Sandbox
from tests.run.plans import Case, Task

TRUTH = 'must_haves:\n  truths:\n    - "It feels right"\n    - "It is fast"\n'


def test_attest_and_waive_outside_a_run(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Task 1: Write it", "a.txt")], must_haves=TRUTH).set_up()
    assert sandbox.call("verify", "01-01").data["plans"][0]["counts"]["unproven"] == 2
    assert sandbox.call("attest", "01-01", "truth:1", "--evidence", "no-such-file").code == 2
    assert sandbox.call("attest", "01-01", "truth:1", "--evidence", "../../etc/passwd").code == 2
    reply = sandbox.call("attest", "01-01", "truth:1", "--evidence", "README.md", "--note", "seen")
    assert reply.code == 0 and reply.data["path"].startswith(".planning/proofs/01-01-attestation-")
    assert sandbox.call("waive", "01-01", "truth:2", "--reason", " ").code == 2
    assert sandbox.call("waive", "01-01", "truth:9", "--reason", "x").code == 2
    assert sandbox.call("waive", "01-01", "truth:2", "--reason", "measured next month").code == 0
    assert sandbox.status() == [], "proofs are committed"
    reply = sandbox.call("verify", "01-01")
    (plan,) = reply.data["plans"]
    assert reply.code == 0 and plan["verdict"] == "proven"
    assert plan["counts"] == {
        "declared": 2,
        "pass": 1,
        "fail": 0,
        "unproven": 0,
        "stale": 0,
        "waived": 1,
    }
    assert (
        "Ada" in plan["must_haves"][0]["reason"]
        and "measured next month" in plan["must_haves"][1]["reason"]
    )
    path = ".planning/phases/01-first/01-01-PLAN.md"
    sandbox.write(
        path, (sandbox.root / path).read_text().replace("It feels right", "It feels wrong")
    )
    assert sandbox.call("verify", "01-01").data["plans"][0]["counts"]["unproven"] == 1, (
        "bound to the statement"
    )


def test_attest_inside_a_run_is_an_event(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Task 1: Write it", "a.txt")], files=("a.txt",), must_haves=TRUTH).set_up()
    run = sandbox.call("execute", "01-01", "--approve", "--runner", "manual").data["run"]
    assert sandbox.call("attest", "01-01", "truth:1", "--evidence", "README.md").data["run"] == run
    assert sandbox.call("waive", "01-01", "truth:2", "--reason", "later").data["run"] == run
    sandbox.write("a.txt", "x\n")
    reply = sandbox.call("resume", run)
    assert (reply.code, reply.data["verdict"]) == (0, "proven"), reply.err
    assert not (sandbox.root / ".planning/proofs").exists()
