"""What plans' must-haves come to on a tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from forge.check.must_haves.binding import bound_blobs
from forge.check.must_haves.judge import judge, judge_one
from forge.check.must_haves.truths import Ground
from forge.check.must_haves.verdict import PlanAnswer, Verdict, counts, plan_answer
from forge.errors import GitFailed, UnknownName
from forge.git.objects import ObjectStore, StoredTree
from forge.git.repository import Repository
from forge.git.tree import RevisionTree, WorkTree, outside_tree
from forge.planning.catalog import FOLDER, Catalog, PlanFile
from forge.planning.must_haves import MustHave
from forge.planning.plan import Plan, load
from forge.text.source import Source
from forge.views.proofs import ProofBook


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


@dataclass(frozen=True)
class Bench:
    """One tree to judge plans on; what several plans need of it is read once.

    `limit` is the largest file, in bytes, that is read; `strict` lets only fresh proofs count.
    """

    tree: WorkTree | RevisionTree
    limit: int
    store: ObjectStore
    book: ProofBook
    strict: bool = False

    @classmethod
    def on(cls, repository: Repository, tree: WorkTree | RevisionTree, limit: int, *, strict: bool = False) -> Bench:
        """Return a bench for a tree of a repository."""
        store = tree.store if isinstance(tree, StoredTree) else ObjectStore(repository)
        return cls(tree, limit, store, ProofBook(repository), strict)

    @cached_property
    def outside(self) -> StoredTree:
        """The tree outside `.planning/` as git objects. Raises GitFailed where it cannot be had."""
        if isinstance(self.tree, StoredTree):
            return StoredTree(self.store, self.tree.root_id, self.tree.revision)
        return StoredTree(self.store, outside_tree(self.tree), self.tree.revision)

    def outside_id(self) -> str:
        """Return the id of the tree outside `.planning/`. Raises GitFailed."""
        return self.store.outside(self.outside.root_id)

    def changed_since(self, commit: str) -> int | None:
        """Return how many files outside `.planning/` differ from those of a commit; None where that is missing here."""
        root = self.store.root(commit)
        if root is None:
            return None
        changes = self.store.changes(root, self.outside.root_id)
        return sum(path.partition("/")[0] != FOLDER for path, _, _ in changes)

    def _ground(self, plan: Plan) -> Ground:
        return Ground(
            self.tree, self.outside_id, lambda item: bound_blobs(plan, item, self.outside), self.changed_since, self.strict
        )

    def is_plan(self, path: str) -> bool:
        """Say whether a file is at a path of the tree."""
        return self.tree.entry(path).kind == "file"

    def verdict(self, plan: Plan) -> PlanVerdict:
        """Judge a plan."""
        verdicts = judge(plan, self.book.of(plan, self.is_plan), self._ground(plan), self.limit)
        sound = not any(finding.rule.startswith("front-matter-") and finding.severity == "error" for finding in plan.findings)
        return PlanVerdict(plan, plan_answer(verdicts, sound=sound), tuple(verdicts))

    def verdict_on_one(self, plan: Plan, item: MustHave) -> Verdict:
        """Judge one must-have of a plan."""
        return judge_one(item, self.book.of(plan, self.is_plan), self._ground(plan), self.limit)


def verdict_on(
    repository: Repository, plan: Plan, tree: WorkTree | RevisionTree, limit: int, *, strict: bool = False
) -> PlanVerdict:
    """Judge one plan on a tree; for several of them use a Bench. `limit` and `strict` are as there."""
    return Bench.on(repository, tree, limit, strict=strict).verdict(plan)


def revision_tree(repository: Repository, revision: str) -> StoredTree:
    """Return the tree of a revision. Raises UnknownName where there is no such revision, GitFailed where it is missing."""
    store = ObjectStore(repository)
    try:
        commit = store.commit(revision)
    except GitFailed as error:
        raise UnknownName(error.message, error.hint) from error
    return StoredTree.at(store, commit)


def plan_in(catalog: Catalog, file: PlanFile) -> Plan:
    """Return a plan; one that cannot be read is there all the same, with a finding that says so and no must-haves."""
    try:
        return catalog.load(file)
    except UnknownName as error:
        why = error.message.partition("cannot be read: ")[2] or error.message
        return load(Source(file.path, b"", "", b"", "utf-8", f"cannot be read: {why}"), file.id)


def tree_to_judge(repository: Repository, revision: str | None) -> tuple[WorkTree | RevisionTree, Catalog]:
    """Return the tree that a revision names, the work tree without one, and the plans of it."""
    if revision is None:
        return WorkTree(repository), Catalog(repository.root)
    tree = revision_tree(repository, revision)
    return tree, catalog_of(repository, tree)


def catalog_of(repository: Repository, tree: StoredTree) -> Catalog:
    """Return the plans of a revision's tree. Raises GitFailed where a folder of its `.planning/` is missing here."""
    return Catalog(repository.root, tree, tree.files_below(FOLDER))
