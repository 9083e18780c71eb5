"""Every must-have of a plan, judged on one tree. One bad item never stops the others."""

from __future__ import annotations

from collections.abc import Sequence

from forge.check.must_haves import artifacts, key_links, truths
from forge.check.must_haves.truths import Ground
from forge.check.must_haves.verdict import Verdict, answer
from forge.errors import GitFailed
from forge.planning.must_haves import MustHave
from forge.planning.plan import Plan
from forge.planning.proof import Proof, statement_hash


def judge(plan: Plan, proofs: Sequence[Proof], ground: Ground, limit: int) -> list[Verdict]:
    """Return a verdict for each declared must-have, in order; `limit` is the largest file, in bytes, that is read."""
    return [judge_one(item, proofs, ground, limit) for item in plan.must_haves]


def judge_one(item: MustHave, proofs: Sequence[Proof], ground: Ground, limit: int) -> Verdict:
    """Return the verdict on one must-have; what git cannot give of the tree makes it unproven."""
    waiver = _waiver(item, proofs)
    if waiver is not None:
        return answer(item, "waived", f"waived by {waiver.by}: {waiver.reason}")
    try:
        return _decided(item, proofs, ground, limit)
    except GitFailed as error:
        return answer(item, "unproven", f"the tree cannot be read: {error.message}")


def _decided(item: MustHave, proofs: Sequence[Proof], ground: Ground, limit: int) -> Verdict:
    if item.kind == "truth":
        return truths.judge(item, proofs, ground)
    if item.kind == "artifact":
        return artifacts.judge(item, ground.tree, limit)
    if item.kind == "key_link":
        return key_links.judge(item, ground.tree, limit)
    return answer(item, "unproven", "no check exists for prohibitions")


def _waiver(item: MustHave, proofs: Sequence[Proof]) -> Proof | None:
    wanted = statement_hash(item.statement)
    found = [
        proof for proof in proofs if proof.kind == "waiver" and proof.about == item.name and proof.statement_sha256 == wanted
    ]
    return max(found, key=lambda proof: proof.at) if found else None
