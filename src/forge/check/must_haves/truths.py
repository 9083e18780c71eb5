"""Truths: proven by a command that passed on this tree, or by a named person's attestation; else unproven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from forge.check.must_haves.verdict import Evidence, Verdict, answer
from forge.git.tree import Tree
from forge.planning.must_haves import MustHave
from forge.planning.proof import Proof, statement_hash
from forge.planning.shell import cannot_fail

Freshness = Literal["fresh", "carried", "stale"]


@dataclass(frozen=True)
class Ground:
    """What proofs are held against: the tree, and its id outside `.planning/` (asked for only where a proof needs it)."""

    tree: Tree
    tree_id: Callable[[], str]
    strict: bool = False


def judge(item: MustHave, proofs: Sequence[Proof], ground: Ground) -> Verdict:
    """Return the verdict on a truth, from the newest proof that speaks of exactly its statement."""
    mine = [proof for proof in proofs if proof.statement_sha256 == statement_hash(item.statement)]
    if item.command is None or cannot_fail(item.command):
        return _attested(item, mine)
    results = [proof for proof in mine if proof.kind == "command" and proof.command == item.command]
    if not results:
        return answer(item, "unproven", f"its command has not been run: {item.command}")
    return _by_command(item, max(results, key=lambda proof: proof.at), ground)


def _attested(item: MustHave, proofs: Sequence[Proof]) -> Verdict:
    attestations = [proof for proof in proofs if proof.kind == "attestation"]
    if not attestations:
        why = (
            "its command cannot fail and proves nothing" if item.command else "it names no command, and nobody has attested it"
        )
        return answer(item, "unproven", why)
    newest = max(attestations, key=lambda proof: proof.at)
    since = f" at {newest.commit[:12]}" if newest.commit else ""
    evidence = [Evidence(str(entry.get("path")), None, "attestation") for entry in newest.evidence]
    return answer(item, "pass", f"attested by {newest.by}{since}" + (f": {newest.reason}" if newest.reason else ""), evidence)


def _by_command(item: MustHave, proof: Proof, ground: Ground) -> Verdict:
    how = freshness(proof, ground)
    evidence = [Evidence(proof.source, None, f"command, {how}")]
    if proof.reason:  # it failed
        fresh = how == "fresh"
        return answer(
            item, "fail" if fresh else "unproven", f"`{proof.command}` failed{'' if fresh else ' on an earlier tree'}", evidence
        )
    if how == "stale":
        return answer(item, "stale", f"`{proof.command}` passed, but what it is bound to has changed since", evidence)
    if how == "carried" and ground.strict:
        return answer(item, "stale", f"`{proof.command}` passed on another tree, and only fresh proofs count here", evidence)
    return answer(item, "pass", f"`{proof.command}` passed ({how})", evidence)


def freshness(proof: Proof, ground: Ground) -> Freshness:
    """Say whether a command's result still holds: on the same tree, on one that differs elsewhere only, or not."""
    if proof.tree and proof.tree == ground.tree_id():
        return "fresh"
    bound = proof.blobs
    return "carried" if bound and all(ground.tree.blob(path) == blob for path, blob in bound.items()) else "stale"
