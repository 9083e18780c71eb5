"""Every must-have of a plan, judged on one tree. One bad item never stops the others."""

from __future__ import annotations

from collections.abc import Sequence

from forge.check.must_haves import truths
from forge.check.must_haves.artifacts import artifact as artifacts
from forge.check.must_haves.links import key_links
from forge.check.must_haves.truths import Ground
from forge.check.must_haves.verdict import Verdict, answer
from forge.errors import GitFailed
from forge.git.objects.tree import Tree
from forge.planning.plan.must_haves import MustHave
from forge.planning.proof import Proof, statement_hash


def on_tree(item: MustHave, tree: Tree, limit: int) -> Verdict:
    """Return what a tree alone says of a must-have; `limit` is the largest file, in bytes, that is
    read.

    A truth is left unproven: proofs decide it. What git cannot give of the tree leaves any of them
    so.
    """
    try:
        if item.kind == "artifact":
            return artifacts.judge(item, tree, limit)
        if item.kind == "key_link":
            return key_links.judge(item, tree, limit)
    except GitFailed as error:
        return answer(item, "unproven", f"the tree cannot be read: {error.message}")
    return answer(
        item, "unproven", "" if item.kind == "truth" else "no check exists for prohibitions"
    )


def with_proofs(item: MustHave, found: Verdict, proofs: Sequence[Proof], ground: Ground) -> Verdict:
    """Return the verdict on a must-have, given what the tree alone says of it."""
    waiver = _waiver(item, proofs)
    if waiver is not None:
        return answer(item, "waived", f"waived by {waiver.by}: {waiver.reason}")
    if item.kind != "truth":
        return found
    try:
        return truths.judge(item, proofs, ground)
    except GitFailed as error:
        return answer(item, "unproven", f"the tree cannot be read: {error.message}")


def _waiver(item: MustHave, proofs: Sequence[Proof]) -> Proof | None:
    wanted = statement_hash(item.statement)
    found = [
        proof
        for proof in proofs
        if proof.kind == "waiver" and proof.about == item.name and proof.statement_sha256 == wanted
    ]
    return max(found, key=lambda proof: proof.at) if found else None
