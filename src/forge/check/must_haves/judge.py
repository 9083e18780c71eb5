"""Judges each must-have of a plan on one tree. An error in one item never stops the others."""

from __future__ import annotations

from collections.abc import Sequence

from forge.check.must_haves import truths
from forge.check.must_haves.artifacts import artifact as artifacts
from forge.check.must_haves.links import key_link
from forge.check.must_haves.truths import Ground
from forge.check.must_haves.verdict import Verdict, answer
from forge.errors import GitFailed
from forge.git.objects.tree import Tree
from forge.planning.plan.must_haves import MustHave
from forge.planning.proof import Proof, statement_hash


def on_tree(item: MustHave, tree: Tree, limit: int) -> Verdict:
    """Return the verdict on a must-have from a tree alone; files larger than `limit` bytes are not
    read.

    A truth is unproven here: proofs decide it. Any must-have is unproven if git cannot read the
    tree.
    """
    try:
        if item.kind == "artifact":
            return artifacts.judge(item, tree, limit)
        if item.kind == "key_link":
            return key_link.judge(item, tree, limit)
    except GitFailed as error:
        return answer(item, "unproven", f"the tree cannot be read: {error.message}")
    return answer(
        item, "unproven", "" if item.kind == "truth" else "no check exists for prohibitions"
    )


def with_proofs(
    item: MustHave, on_tree: Verdict, proofs: Sequence[Proof], ground: Ground
) -> Verdict:
    """Return the verdict on a must-have, given its proofs and its verdict from the tree alone."""
    waiver = _waiver(item, proofs)
    if waiver is not None:
        return answer(item, "waived", f"waived by {waiver.by}: {waiver.reason}")
    if item.kind != "truth":
        return on_tree
    try:
        return truths.judge(item, proofs, ground)
    except GitFailed as error:
        return answer(item, "unproven", f"the tree cannot be read: {error.message}")


def _waiver(item: MustHave, proofs: Sequence[Proof]) -> Proof | None:
    wanted = statement_hash(item.statement)
    waivers = (
        proof
        for proof in proofs
        if proof.kind == "waiver" and proof.about == item.name and proof.statement_sha256 == wanted
    )
    return max(waivers, key=lambda proof: proof.at, default=None)
