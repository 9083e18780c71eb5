"""What a plan's must-haves come to on a tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from forge.check.must_haves.judge import judge
from forge.check.must_haves.truths import Ground
from forge.check.must_haves.verdict import PlanAnswer, Verdict, counts, plan_answer
from forge.git.repository import Repository
from forge.git.tree import RevisionTree, WorkTree, outside_tree
from forge.planning.plan import Plan
from forge.views.proofs import proofs_of


@dataclass(frozen=True)
class PlanVerdict:
    """A plan with the verdict on each of its must-haves."""

    plan: Plan
    verdict: PlanAnswer
    verdicts: tuple[Verdict, ...]

    def as_data(self) -> dict[str, object]:
        """Return what `forge verify` shows of it."""
        return {
            "id": self.plan.id, "path": self.plan.path, "verdict": self.verdict, "counts": counts(self.verdicts),
            "must_haves": [verdict.as_data() for verdict in self.verdicts],
        }  # fmt: skip


def verdict_on(
    repository: Repository, plan: Plan, tree: WorkTree | RevisionTree, limit: int, *, strict: bool = False
) -> PlanVerdict:
    """Judge a plan on a tree. `limit` is the largest file, in bytes, that is read; `strict` lets only fresh proofs count."""
    ground = Ground(tree, cache(lambda: outside_tree(tree)), strict)
    verdicts = judge(plan, proofs_of(repository, plan), ground, limit)
    sound = not any(finding.rule.startswith("front-matter-") and finding.severity == "error" for finding in plan.findings)
    return PlanVerdict(plan, plan_answer(verdicts, sound=sound), tuple(verdicts))
