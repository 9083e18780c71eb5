"""Audits plans that are claimed complete: the verdict now, and at the commit that completed it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from forge.check.must_haves.verdict import Answer, Verdict
from forge.errors import GitFailed
from forge.git.objects.history import History, Line
from forge.git.objects.stored_tree import StoredTree
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.settings import load_at
from forge.records.record import all_runs
from forge.views.proof.broken_since import Trees, broken_since
from forge.views.proof.claims import Claimed, claimed_plans
from forge.views.proof.completions import Added, Completions
from forge.views.proof.verdicts import PlanVerdict, TreeJudge, catalog_of, revision_tree

_WORST_FIRST = ("failed", "unproven", "proven")


class Past(Struct, frozen=True):
    """A plan at the commit that completed it: its verdict there, and the commits that broke it
    since.

    `broken` maps kind and index of a must-have, as in the plan of today, to the commit; `first` is
    the earliest of them. `note` names what could not be checked.
    """

    then: PlanVerdict | None
    broken: dict[tuple[str, int], str] = field(default_factory=dict)
    first: str | None = None
    note: str = ""


class PlanAudit(Struct, frozen=True):
    """A plan that is claimed complete, with its verdict now; `past` is set only on request."""

    claimed: Claimed
    now: PlanVerdict
    completed_at: str | None
    past: Past | None

    def as_data(self) -> dict[str, object]:
        past = self.past or Past(None)
        data = self.now.as_data()
        if self.past is not None:
            data["must_haves"] = [
                {
                    **verdict.as_data(),
                    "broken_since": past.broken.get((verdict.kind, verdict.index)),
                }
                for verdict in self.now.verdicts
            ]
            data["must_haves_at_completion"] = (
                [verdict.as_data() for verdict in past.then.verdicts] if past.then else None
            )
        return {
            **data,
            "claimed_by": self.claimed.claims[0].by,
            "claims": [claim.as_data() for claim in self.claimed.claims],
            "completed_at_commit": self.completed_at,
            "verdict_at_completion": past.then.verdict if past.then else None,
            "broken_since": past.first,
            "note": past.note,
        }


class Audit(Struct, frozen=True, dict=True):
    """All plans of a revision that are claimed complete, worst first."""

    revision: str
    plans: tuple[PlanAudit, ...]

    @cached_property
    def totals(self) -> dict[str, int]:
        """The number of claimed plans, and of proven, failed and unproven ones among them."""
        answers = [plan.now.verdict for plan in self.plans]
        return {
            "claimed": len(answers),
            **{name: answers.count(name) for name in ("proven", "failed", "unproven")},
        }

    @property
    def proven(self) -> bool:
        """Whether every claim holds; true without claims."""
        return self.totals["proven"] == self.totals["claimed"]

    def as_data(self) -> dict[str, object]:
        return {
            "revision": self.revision,
            "totals": self.totals,
            "plans": [plan.as_data() for plan in self.plans],
        }


def audit(
    repository: Repository,
    revision: str = "HEAD",
    *,
    at_completion: bool = False,
    strict: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Audit:
    """Judge every plan of a revision that is claimed complete, without running its commands and
    without reading the work tree.

    `progress` is called with the number of judged plans and of all plans. Raises UnknownName for an
    unknown revision, SettingsError for settings that cannot be read.
    """
    tree = revision_tree(repository, revision)
    catalog = catalog_of(repository, tree)
    claims = claimed_plans(catalog, tree, all_runs(repository, with_events=False))
    judge = TreeJudge.on(repository, tree, load_at(tree).limits.artifact_bytes, strict=strict)
    past = _Archive(judge, tree)
    plans: list[PlanAudit] = []
    verdicts = judge.verdicts_in(catalog, [claimed.file for claimed in claims])
    for claimed, verdict in zip(claims, verdicts, strict=True):
        plans.append(_audited(verdict, claimed, past, at_completion))
        if progress is not None:
            progress(len(plans), len(claims))
    worst = sorted(plans, key=lambda plan: _WORST_FIRST.index(plan.now.verdict))
    return Audit(tree.revision or revision, tuple(worst))


def _audited(
    now: PlanVerdict, claimed: Claimed, archive: _Archive, at_completion: bool
) -> PlanAudit:
    added = archive.completions.of(claimed.summary) if claimed.summary else None
    completed = added.commit if added and added.certain else None
    past = archive.past(now, added) if at_completion else None
    return PlanAudit(claimed, now, completed, past)


class _Archive:
    """The history before the judged revision."""

    def __init__(self, judge: TreeJudge, tree: StoredTree) -> None:
        self.judge = judge
        self.tree = tree
        self.trees = Trees(judge.store)
        self._lines: dict[tuple[str, ...], Line] = {}

    @cached_property
    def history(self) -> History:
        return History(self.judge.store, self.tree.revision or "")

    @cached_property
    def completions(self) -> Completions:
        return Completions(self.history)

    def past(self, now: PlanVerdict, added: Added | None) -> Past:
        """Judge a plan at the commit that completed it, and find what broke it since."""
        if added is None:
            return Past(None, note="no commit added a summary of it")
        if not added.certain:
            return Past(
                None,
                note=(
                    f"the history before {added.commit[:12]}, which has its summary first, is not"
                    " here"
                ),
            )
        try:
            tree = self.trees.at(added.commit)
            plan, note = self._plan_then(now, added, tree)
            then = self._judge_at(tree).verdict(plan)
        except GitFailed as error:
            return Past(None, note=error.message)
        broken = dict(self._broken(plan, then, now, added.commit))
        line = self.history.line(added.commit) if broken else ()
        return Past(then, broken, min(broken.values(), key=line.index, default=None), note)

    def _plan_then(self, now: PlanVerdict, added: Added, tree: StoredTree) -> tuple[Plan, str]:
        """Return the plan as it was at its completion; the plan of now, with a note, if it was not
        there then.
        """
        path = self.completions.plan_beside(added, now.file.path)
        if path is None:
            note = "the plan was missing when its summary was added; its current text was judged"
            return now.plan, note
        if tree.blob(path) == self.tree.blob(now.file.path):  # no need to read it again
            return replace(now.plan, source=replace(now.plan.source, path=path)), ""
        return Catalog(self.tree.repository.root, tree).load_or_finding(
            PlanFile(path, now.file.id)
        ), ""

    def _judge_at(self, tree: StoredTree) -> TreeJudge:
        return TreeJudge(
            tree, self.judge.limit, self.judge.store, self.judge.book, self.judge.strict
        )

    def _broken(
        self, plan: Plan, then: PlanVerdict, now: PlanVerdict, completed: str
    ) -> Iterator[tuple[tuple[str, int], str]]:
        """Yield each must-have that passed then, is unchanged and fails now, with the commit that
        broke it.
        """
        failing = {_meaning(item): item for item in _failing(now)}
        for item, verdict in zip(plan.must_haves, then.verdicts, strict=True):
            today = failing.get(_meaning(item))
            if verdict.verdict in ("pass", "waived") and today is not None:
                commit = broken_since(
                    self._line(completed), completed, self.trees, self._answer_on(plan, item)
                )
                if commit is not None:
                    yield (today.kind, today.index), commit

    def _answer_on(self, plan: Plan, item: MustHave) -> Callable[[StoredTree], Answer]:
        return lambda tree: self._judge_at(tree).verdict_on_one(plan, item).verdict

    def _line(self, commit: str) -> Line:
        """Return the line of commits from one to the judged one; plans share equal lines."""
        commits = self.history.line(commit)
        if commits not in self._lines:
            self._lines[commits] = Line(self.judge.store, commits)
        return self._lines[commits]


def _failing(judged: PlanVerdict) -> Iterable[MustHave]:
    pairs: Iterable[tuple[MustHave, Verdict]] = zip(
        judged.plan.must_haves, judged.verdicts, strict=True
    )
    return (item for item, verdict in pairs if verdict.verdict == "fail")


def _meaning(item: MustHave) -> tuple[str, str]:
    return item.kind, repr(item.value.plain())
