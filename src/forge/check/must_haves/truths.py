"""Judges truths: proven by a command that passed on this tree, or by a user's attestation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from forge.check.must_haves.verdict import Evidence, Verdict, answer
from forge.git.objects.tree import Tree
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.shell import proves_nothing
from forge.planning.proof import Proof, statement_hash
from forge.text.plural import amount

Freshness = Literal["fresh", "carried", "stale"]


class Ground(Struct, frozen=True):
    """The tree that proofs are checked against, and functions that are called only if needed.

    `tree_id` returns the tree's id without `.planning/`, `bound` the files that a truth's command
    is bound to with their blobs, `changed_since` the number of files outside `.planning/` that
    differ from a commit (None if unknown). With `strict`, only fresh proofs count.
    """

    tree: Tree
    tree_id: Callable[[], str]
    bound: Callable[[MustHave], Mapping[str, str | None]]
    changed_since: Callable[[str], int | None]
    strict: bool = False


def judge(item: MustHave, proofs: Sequence[Proof], ground: Ground) -> Verdict:
    """Return the verdict on a truth, from the newest proof of exactly its statement."""
    mine = [proof for proof in proofs if proof.statement_sha256 == statement_hash(item.statement)]
    if item.command is None or proves_nothing(item.command):
        return _attested(item, mine, ground)
    results = [proof for proof in mine if proof.kind == "command" and proof.command == item.command]
    if not results:
        return answer(item, "unproven", f"its command has not been run: {item.command}")
    return _by_command(item, max(results, key=lambda proof: proof.at), ground)


def _attested(item: MustHave, proofs: Sequence[Proof], ground: Ground) -> Verdict:
    attestations = [proof for proof in proofs if proof.kind == "attestation"]
    if not attestations:
        why = (
            "its command cannot fail and proves nothing"
            if item.command
            else "it names no command, and nobody has attested it"
        )
        return answer(item, "unproven", why)
    newest = max(attestations, key=lambda proof: proof.at)
    evidence = [Evidence(str(entry.get("path")), None, "attestation") for entry in newest.evidence]
    reason = f": {newest.reason}" if newest.reason else ""
    attested = f"attested by {newest.by}{_since(newest, ground)}{reason}"
    return answer(item, "pass", attested, evidence)


def _since(proof: Proof, ground: Ground) -> str:
    """Return in words at which commit a truth was attested, and how much changed since. An
    attestation does not expire.
    """
    if not proof.commit:
        return ""
    number = ground.changed_since(proof.commit)
    if number is None:
        return f" at {proof.commit[:12]}, a commit that is not here"
    return f" at {proof.commit[:12]}, {amount(number, 'file')} changed since"


def _by_command(item: MustHave, proof: Proof, ground: Ground) -> Verdict:
    how = freshness(item, proof, ground)
    evidence = [Evidence(proof.source, None, f"command, {how}")]
    if proof.reason:
        return _failed(item, proof, how, evidence)
    if how == "stale":
        reason = f"`{proof.command}` passed, but files that it is bound to have changed since"
        return answer(item, "stale", reason, evidence)
    if how == "carried" and ground.strict:
        reason = f"`{proof.command}` passed on another tree, and only fresh proofs count here"
        return answer(item, "stale", reason, evidence)
    return answer(item, "pass", f"`{proof.command}` passed ({how})", evidence)


def _failed(item: MustHave, proof: Proof, how: Freshness, evidence: list[Evidence]) -> Verdict:
    failed = f"`{proof.command}` failed ({proof.reason})"
    if how == "stale":
        reason = f"{failed} on an earlier tree, and has not been run on this one"
        return answer(item, "unproven", reason, evidence)
    reason = failed if how == "fresh" else f"{failed}, and only other files changed since"
    return answer(item, "fail", reason, evidence)


def freshness(item: MustHave, proof: Proof, ground: Ground) -> Freshness:
    """Return whether a command's result still counts: on the same tree (fresh), on one that differs
    only in other files (carried), or not (stale).

    A file that was added or deleted since counts as changed.
    """
    if proof.tree and proof.tree == ground.tree_id():
        return "fresh"
    return "carried" if proof.blobs and dict(proof.blobs) == dict(ground.bound(item)) else "stale"
