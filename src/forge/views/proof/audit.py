"""Every plan that is called complete, and what the tree shows for it: now, and at the commit that
completed it.
"""

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
    """A plan at the commit that completed it: its verdict there, and since when each must-have that
    held is broken.

    `broken` holds kind and index, as the plan has them now, with the commit. `note` says what could
    not be looked at.
    """

    then: PlanVerdict | None
    broken: dict[tuple[str, int], str] = field(default_factory=dict)
    first: str | None = None
    note: str = ""


class PlanAudit(Struct, frozen=True):
    """A plan that is called complete: what calls it so, its verdict now, and what was then (None
    where not asked).
    """

    claimed: Claimed
    now: PlanVerdict
    completed_at: str | None
    past: Past | None

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
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
    """All plans of a revision that are called complete, worst first."""

    revision: str
    plans: tuple[PlanAudit, ...]

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many plans are claimed, and how many of them are proven, failed and unproven."""
        answers = [plan.now.verdict for plan in self.plans]
        return {
            "claimed": len(answers),
            **{name: answers.count(name) for name in ("proven", "failed", "unproven")},
        }

    @property
    def proven(self) -> bool:
        """Whether every claim holds; true where nothing is claimed."""
        return self.totals["proven"] == self.totals["claimed"]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
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
    """Judge every plan of a revision that is called complete. Nothing of a plan is run, the work
    tree is not looked at.

    `progress` is told how many of how many plans are judged.

    Raises UnknownName where there is no such revision, SettingsError where its settings cannot be
    read.
    """
    tree = revision_tree(repository, revision)
    catalog = catalog_of(repository, tree)
    found = claimed_plans(catalog, tree, all_runs(repository))
    bench = TreeJudge.on(repository, tree, load_at(tree).limits.artifact_bytes, strict=strict)
    past = _Archive(bench, tree)
    plans: list[PlanAudit] = []
    verdicts = bench.verdicts_in(catalog, [claimed.file for claimed in found])
    for claimed, verdict in zip(found, verdicts, strict=True):
        plans.append(_audited(verdict, claimed, past, at_completion))
        if progress is not None:
            progress(len(plans), len(found))
    worst = sorted(plans, key=lambda plan: _WORST_FIRST.index(plan.now.verdict))
    return Audit(tree.revision or revision, tuple(worst))


def _audited(
    now: PlanVerdict, claimed: Claimed, archive: _Archive, at_completion: bool
) -> PlanAudit:
    added = archive.completions.of(claimed.summary) if claimed.summary else None
    completed = added.commit if added and added.certain else None
    past = archive.past(now, claimed, added) if at_completion else None
    return PlanAudit(claimed, now, completed, past)


class _Archive:
    """What lies behind the judged revision."""

    def __init__(self, bench: TreeJudge, tree: StoredTree) -> None:
        self.bench = bench
        self.tree = tree
        self.trees = Trees(bench.store)
        self._lines: dict[tuple[str, ...], Line] = {}

    @cached_property
    def history(self) -> History:
        return History(self.bench.store, self.tree.revision or "")

    @cached_property
    def completions(self) -> Completions:
        return Completions(self.history)

    def past(self, now: PlanVerdict, claimed: Claimed, added: Added | None) -> Past:
        """Judge a plan where it was completed, and find what broke it since."""
        if added is None:
            return Past(None, note="no commit added a summary of it")
        if not added.certain:
            return Past(
                None,
                note=(
                    f"the history behind {added.commit[:12]}, where its summary first stands, is"
                    " not here"
                ),
            )
        try:
            tree = self.trees.at(added.commit)
            plan, note = self._plan_then(now, added, tree)
            then = self._bench_at(tree).verdict(plan)
        except GitFailed as error:
            return Past(None, note=error.message)
        broken = dict(self._broken(plan, then, now, added.commit))
        line = self.history.line(added.commit) if broken else ()
        return Past(then, broken, min(broken.values(), key=line.index, default=None), note)

    def _plan_then(self, now: PlanVerdict, added: Added, tree: StoredTree) -> tuple[Plan, str]:
        """Return the plan as it stood at its completion; as it stands now where it was not there,
        with a note.
        """
        path = self.completions.plan_beside(added, now.file.path)
        if path is None:
            return (
                now.plan,
                (
                    "the plan was not there when its summary was added; its text of now is what was"
                    " judged"
                ),
            )
        if tree.blob(path) == self.tree.blob(now.file.path):  # it need not be read twice
            return replace(now.plan, source=replace(now.plan.source, path=path)), ""
        return Catalog(self.tree.repository.root, tree).load_or_finding(
            PlanFile(path, now.file.id)
        ), ""

    def _bench_at(self, tree: StoredTree) -> TreeJudge:
        return TreeJudge(
            tree, self.bench.limit, self.bench.store, self.bench.book, self.bench.strict
        )

    def _broken(
        self, plan: Plan, then: PlanVerdict, now: PlanVerdict, completed: str
    ) -> Iterator[tuple[tuple[str, int], str]]:
        """Yield each must-have that passed then, stands in the plan unchanged, and fails now, with
        the commit that broke it.
        """
        failing = {_sense(item): item for item in _failing(now)}
        for item, verdict in zip(plan.must_haves, then.verdicts, strict=True):
            today = failing.get(_sense(item))
            if verdict.verdict in ("pass", "waived") and today is not None:
                found = broken_since(
                    self._line(completed), completed, self.trees, self._judge(plan, item)
                )
                if found is not None:
                    yield (today.kind, today.index), found

    def _judge(self, plan: Plan, item: MustHave) -> Callable[[StoredTree], Answer]:
        return lambda tree: self._bench_at(tree).verdict_on_one(plan, item).verdict

    def _line(self, commit: str) -> Line:
        """Return a line that holds a commit, up to the judged one; plans that were completed on one
        line share it.
        """
        commits = self.history.line(commit)
        if commits not in self._lines:
            self._lines[commits] = Line(self.bench.store, commits)
        return self._lines[commits]


def _failing(found: PlanVerdict) -> Iterable[MustHave]:
    pairs: Iterable[tuple[MustHave, Verdict]] = zip(
        found.plan.must_haves, found.verdicts, strict=True
    )
    return (item for item, verdict in pairs if verdict.verdict == "fail")


def _sense(item: MustHave) -> tuple[str, str]:
    return item.kind, repr(item.value.plain())
