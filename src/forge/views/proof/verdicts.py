"""What plans' must-haves come to on a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from forge.check.must_haves.binding import bound_blobs
from forge.check.must_haves.judge import on_tree, with_proofs
from forge.check.must_haves.truths import Ground
from forge.check.must_haves.verdict import PlanAnswer, Verdict, counts, plan_answer
from forge.errors import GitFailed, UnknownName
from forge.git.objects.recording import RecordingWorkTree
from forge.git.objects.store import ObjectStore
from forge.git.objects.stored_tree import StoredTree
from forge.git.objects.tree import RevisionTree, WorkTree, tree_without_planning
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import FOLDER, PlanFile
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan, load
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml.parse import Value
from forge.views.proof.proofs import ProofBook
from forge.views.proof.verdict_cache import TreeAnswer, VerdictCache


class PlanVerdict(Struct, frozen=True, dict=True):
    """A plan with the verdict on each of its must-haves; the plan itself is read where it is asked
    for.
    """

    file: PlanFile
    findings: tuple[Finding, ...]
    verdict: PlanAnswer
    verdicts: tuple[Verdict, ...]
    load: Callable[[], Plan]

    @cached_property
    def plan(self) -> Plan:
        """The plan."""
        return self.load()

    @property
    def unread(self) -> list[Finding]:
        """What is wrong with the plan's text so that it is never proven as it stands."""
        return [finding for finding in self.findings if _spoils(finding)]

    def as_data(self) -> dict[str, object]:
        """Return what `forge verify` shows of it."""
        return {
            "id": self.file.id,
            "path": self.file.path,
            "verdict": self.verdict,
            "counts": counts(self.verdicts),
            "must_haves": [verdict.as_data() for verdict in self.verdicts],
        }


class TreeJudge(Struct, frozen=True, dict=True):
    """One tree to judge plans on; what several plans need of it is read once.

    `limit` is the largest file, in bytes, that is read; `strict` lets only fresh proofs count.
    """

    tree: WorkTree | RevisionTree
    limit: int
    store: ObjectStore
    book: ProofBook
    strict: bool = False
    cache: VerdictCache | None = None

    @classmethod
    def on(
        cls,
        repository: Repository,
        tree: WorkTree | RevisionTree,
        limit: int,
        *,
        strict: bool = False,
    ) -> TreeJudge:
        """Return a bench for a tree of a repository."""
        store = tree.store if isinstance(tree, StoredTree) else ObjectStore(repository)
        cache = (
            VerdictCache(repository, tree, limit)
            if isinstance(tree, (StoredTree, RecordingWorkTree))
            else None
        )
        return cls(tree, limit, store, ProofBook(repository), strict, cache)

    @cached_property
    def outside(self) -> StoredTree:
        """The tree outside `.planning/` as git objects. Raises GitFailed where it cannot be had."""
        if isinstance(self.tree, StoredTree):
            return StoredTree(self.store, self.tree.root_id, self.tree.revision)
        return StoredTree(self.store, tree_without_planning(self.tree), self.tree.revision)

    def outside_id(self) -> str:
        """Return the id of the tree outside `.planning/`. Raises GitFailed."""
        return self.store.tree_without_planning(self.outside.root_id)

    def changed_since(self, commit: str) -> int | None:
        """Return how many files outside `.planning/` differ from those of a commit; None where that
        is missing here.
        """
        root = self.store.root(commit)
        if root is None:
            return None
        changes = self.store.changes(root, self.outside.root_id)
        return sum(path.partition("/")[0] != FOLDER for path, _, _ in changes)

    def is_plan(self, path: str) -> bool:
        """Say whether a file is at a path of the tree."""
        return self.tree.entry(path).kind == "file"

    def verdict(self, plan: Plan) -> PlanVerdict:
        """Judge a plan."""
        return self._decided(
            PlanFile(plan.path, plan.id), plan.source.data, self._answer(plan), lambda: plan
        )

    def verdict_in(self, catalog: Catalog, file: PlanFile) -> PlanVerdict:
        """Judge a plan of a catalog; what the tree answered before is reused if it still holds."""
        cache, tree = self.cache, self.tree
        try:
            data = catalog.read(file)
        except UnknownName:
            return self.verdict(catalog.load_or_finding(file))
        if cache is None or not isinstance(tree, (StoredTree, RecordingWorkTree)):
            return self.verdict(load(Source.of(file.path, data), file.id))
        answer = cache.get(file.path, data)
        if answer is None:
            plan = load(Source.of(file.path, data), file.id)
            with tree.recording() as read:
                answer = self._answer(plan)
            cache.put(file.path, data, read, answer)
            return self._decided(file, data, answer, lambda: plan)
        return self._decided(file, data, answer, lambda: load(Source.of(file.path, data), file.id))

    def verdicts_in(self, catalog: Catalog, files: Iterable[PlanFile]) -> Iterator[PlanVerdict]:
        """Yield the verdict on each plan; at the end the cache is saved."""
        try:
            for file in files:
                yield self.verdict_in(catalog, file)
        finally:
            if self.cache is not None:
                self.cache.save()

    def _answer(self, plan: Plan) -> TreeAnswer:
        """Ask the tree alone about every must-have."""
        sound = not any(map(_spoils, plan.findings))
        items = [(item.command, on_tree(item, self.tree, self.limit)) for item in plan.must_haves]
        return TreeAnswer(sound, tuple(plan.findings), tuple(items))

    def _decided(
        self, file: PlanFile, data: bytes, found: TreeAnswer, plan: Callable[[], Plan]
    ) -> PlanVerdict:
        """Hold the proofs against what the tree answered."""
        proofs = self.book.of(file.path, data, self.is_plan)
        ground = self._ground(plan)
        verdicts = [
            with_proofs(_item(command, each), each, proofs, ground) for command, each in found.items
        ]
        return PlanVerdict(
            file, found.findings, plan_answer(verdicts, sound=found.sound), tuple(verdicts), plan
        )

    def verdict_on_one(self, plan: Plan, item: MustHave) -> Verdict:
        """Judge one must-have of a plan."""
        proofs = self.book.of(plan.path, plan.source.data, self.is_plan)
        return with_proofs(
            item, on_tree(item, self.tree, self.limit), proofs, self._ground(lambda: plan)
        )

    def _ground(self, plan: Callable[[], Plan]) -> Ground:
        return Ground(
            self.tree,
            self.outside_id,
            lambda item: bound_blobs(plan(), item, self.outside),
            self.changed_since,
            self.strict,
        )


def _spoils(finding: Finding) -> bool:
    """Say whether must-haves are not what the document means, or are not there, for the sake of a
    finding.
    """
    return finding.severity == "error" and (
        finding.rule.startswith("front-matter-") or finding.rule == "unreadable"
    )


def _item(command: str | None, found: Verdict) -> MustHave:
    """Return a must-have as far as proofs speak of it: its name, what it says, its command."""
    place = Span(0, 0)
    said = Value(found.target, found.target, place, {})
    if command is not None:
        said = Value(
            {"statement": said, "verify": Value(command, command, place, {})}, "", place, {}
        )
    return MustHave(found.kind, found.index, said)


def verdict_on(
    repository: Repository,
    plan: Plan,
    tree: WorkTree | RevisionTree,
    limit: int,
    *,
    strict: bool = False,
) -> PlanVerdict:
    """Judge one plan on a tree; for several of them use a TreeJudge. `limit` and `strict` are as
    there.
    """
    return TreeJudge.on(repository, tree, limit, strict=strict).verdict(plan)


def revision_tree(repository: Repository, revision: str) -> StoredTree:
    """Return the tree of a revision. Raises UnknownName where there is no such revision, GitFailed
    where it is missing.
    """
    store = ObjectStore(repository)
    try:
        commit = store.commit(revision)
    except GitFailed as error:
        raise UnknownName(error.message, error.hint) from error
    return StoredTree.at(store, commit)


def tree_to_judge(
    repository: Repository, revision: str | None
) -> tuple[WorkTree | RevisionTree, Catalog]:
    """Return the tree that a revision names, the work tree without one, and the plans of it."""
    if revision is None:
        return RecordingWorkTree(repository), Catalog(repository.root)
    tree = revision_tree(repository, revision)
    return tree, catalog_of(repository, tree)


def catalog_of(repository: Repository, tree: StoredTree) -> Catalog:
    """Return the plans of a revision's tree. Raises GitFailed where a folder of its `.planning/` is
    missing here.
    """
    return Catalog(repository.root, tree, tree.files_below(FOLDER))
