"""Truths: proven by a command that passed on this tree, or by a named person's attestation; else
unproven.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from forge.check.must_haves.verdict import Evidence, Verdict, answer
from forge.git.objects.tree import Tree
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.shell import cannot_fail
from forge.planning.proof import Proof, statement_hash
from forge.text.plural import amount

Freshness = Literal["fresh", "carried", "stale"]


class Ground(Struct, frozen=True):
    """What proofs are held against: a tree, and what is asked of it only where a proof needs it.

    `tree_id` gives its id outside `.planning/`, `bound` the files with their blobs that a truth's
    command is bound to there, `changed_since` how many files outside `.planning/` differ from a
    commit's (None where that is not known).
    """

    tree: Tree
    tree_id: Callable[[], str]
    bound: Callable[[MustHave], Mapping[str, str | None]]
    changed_since: Callable[[str], int | None]
    strict: bool = False


def judge(item: MustHave, proofs: Sequence[Proof], ground: Ground) -> Verdict:
    """Return the verdict on a truth, from the newest proof that speaks of exactly its statement."""
    mine = [proof for proof in proofs if proof.statement_sha256 == statement_hash(item.statement)]
    if item.command is None or cannot_fail(item.command):
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
    said = f": {newest.reason}" if newest.reason else ""
    return answer(item, "pass", f"attested by {newest.by}{_since(newest, ground)}{said}", evidence)


def _since(proof: Proof, ground: Ground) -> str:
    """Say at which commit something was attested, and how much changed since; an attestation does
    not expire.
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
    if proof.reason:  # it failed
        said = f"`{proof.command}` failed ({proof.reason})"
        if how == "stale":
            return answer(
                item,
                "unproven",
                f"{said} on an earlier tree, and has not been run on this one",
                evidence,
            )
        return answer(
            item,
            "fail",
            said if how == "fresh" else f"{said}, and only other files changed since",
            evidence,
        )
    if how == "stale":
        return answer(
            item,
            "stale",
            f"`{proof.command}` passed, but what it is bound to has changed since",
            evidence,
        )
    if how == "carried" and ground.strict:
        return answer(
            item,
            "stale",
            f"`{proof.command}` passed on another tree, and only fresh proofs count here",
            evidence,
        )
    return answer(item, "pass", f"`{proof.command}` passed ({how})", evidence)


def freshness(item: MustHave, proof: Proof, ground: Ground) -> Freshness:
    """Say whether a command's result still holds: on the same tree, on one that differs elsewhere
    only, or not.

    A file that is bound now and was not there then counts as changed, as one that is gone does.
    """
    if proof.tree and proof.tree == ground.tree_id():
        return "fresh"
    return "carried" if proof.blobs and dict(proof.blobs) == dict(ground.bound(item)) else "stale"
