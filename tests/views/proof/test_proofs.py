"""The proofs of plans, from proof files and from runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from forge.git.blob_id import blob_id
from forge.git.repository import Repository
from forge.planning.proof import Proof, file_name, statement_hash
from forge.timeline.event import Data
from forge.timeline.run import events as ev
from forge.views.proof.proofs import ProofBook, of_events
from tests.conftest import Sandbox
from tests.records.runs import COMPLETED, PLAN, card, chain, put_tracked, run_id

DATA = b"---\nphase: 01-a\nplan: 01\n---\n"
MOVED = ".planning/milestones/v1-phases/01-a/01-01-PLAN.md"
PROVEN = ev.TruthProven(1, "It works", "npm test", "tree", {"a.py": "blob"})


def of(*data: Data) -> list[Proof]:
    return list(of_events(PLAN, chain("r", data)))


def is_plan(*paths: str) -> Callable[[str], bool]:
    return lambda path: path in paths


def book(sandbox: Sandbox) -> ProofBook:
    return ProofBook(Repository.discover(sandbox.root))


def abouts(proofs: list[Proof]) -> list[tuple[str, str]]:
    return [(proof.kind, proof.about) for proof in proofs]


def test_an_event_becomes_a_proof() -> None:
    (proof,) = of(PROVEN)
    assert proof == Proof(
        "command",
        PLAN,
        "truth:1",
        statement_hash("It works"),
        "Ada <ada@example.org>",
        "2026-11-20T02:55:01.000000Z",
        command="npm test",
        tree="tree",
        blobs={"a.py": "blob"},
        source="r#1",
    )


@pytest.mark.parametrize(
    ("data", "kind", "about", "reason", "by"),
    [
        (ev.TruthFailed(2, "", "x", "t"), "command", "truth:2", "it failed", "Ada"),
        (ev.TruthFailed(2, "", "x", "t", "exit 1"), "command", "truth:2", "exit 1", "Ada"),
        (ev.TruthAttested(3, "", "Bob", "seen"), "attestation", "truth:3", "seen", "Bob"),
        (ev.TruthWaived("artifact:1", "", "Eve", "later"), "waiver", "artifact:1", "later", "Eve"),
    ],
)
def test_failures_attestations_and_waivers(
    data: Data, kind: str, about: str, reason: str, by: str
) -> None:
    (proof,) = of(data)
    assert (proof.kind, proof.about, proof.reason) == (kind, about, reason)
    assert proof.by.startswith(by)


def test_other_events_and_wrong_data_prove_nothing() -> None:
    assert of(ev.StepCompleted(1), ev.DiffApplied("c")) == []
    (event,) = chain("r", [PROVEN])
    broken: list[dict[str, Any]] = [{}, {**event.data, "truth": "one"}, {**event.data, "blobs": 5}]
    for data in broken:
        assert list(of_events(PLAN, [replace(event, data=data)])) == []


def test_a_proof_belongs_to_the_plan_at_its_path(sandbox: Sandbox) -> None:
    put_tracked(sandbox, card(), PROVEN, COMPLETED)
    (proof,) = book(sandbox).of(PLAN, DATA, is_plan(PLAN))
    assert proof.source == f"{run_id(1)}#2"
    assert book(sandbox).of(".planning/phases/02-b/02-01-PLAN.md", DATA, is_plan(PLAN)) == []


def test_a_plan_that_was_archived_keeps_its_proofs(sandbox: Sandbox) -> None:
    put_tracked(sandbox, card(), PROVEN)
    assert len(book(sandbox).of(MOVED, DATA, is_plan(MOVED))) == 1
    assert book(sandbox).of(MOVED, DATA, is_plan(MOVED, PLAN)) == [], "another plan is there now"


def test_a_plan_that_was_renamed_names_its_former_path(sandbox: Sandbox) -> None:
    put_tracked(sandbox, card(), PROVEN)
    new = ".planning/phases/09-x/09-09-PLAN.md"
    assert book(sandbox).of(new, DATA, is_plan(new)) == []
    renamed = DATA.replace(b"plan: 01", f"plan: 01\nformerly: [{PLAN}]".encode())
    assert len(book(sandbox).of(new, renamed, is_plan(new))) == 1
    assert book(sandbox).of(new, renamed, is_plan(new, PLAN)) == []


def test_the_same_text_is_the_same_plan_wherever_it_is(sandbox: Sandbox) -> None:
    put_tracked(sandbox, card(plan_blob=blob_id(DATA)), PROVEN)
    assert len(book(sandbox).of("x/y-PLAN.md", DATA, is_plan(PLAN))) == 1
    assert book(sandbox).of("x/y-PLAN.md", DATA + b"\n", is_plan(PLAN)) == []


def test_a_damaged_timeline_proves_nothing(sandbox: Sandbox) -> None:
    log = put_tracked(sandbox, card(), PROVEN) / "timeline.jsonl"
    log.write_bytes(log.read_bytes().replace(b"Make it work", b"Make it sing"))
    assert book(sandbox).of(PLAN, DATA, is_plan(PLAN)) == []


def test_proof_files_and_runs_count_together(sandbox: Sandbox) -> None:
    proof = Proof("waiver", PLAN, "truth:2", "a" * 64, "Ada", "2026-11-20T02:55:49Z", "later")
    sandbox.write(file_name("01-01", "waiver", "k3f9"), proof.encode().decode())
    sandbox.commit()
    put_tracked(sandbox, card(), PROVEN)
    proofs = book(sandbox).of(PLAN, DATA, is_plan(PLAN))
    assert abouts(proofs) == [("waiver", "truth:2"), ("command", "truth:1")]
