"""Verdicts on must-haves for a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from forge.check.must_haves.binding import bound_blobs
from forge.check.must_haves.declared import declared_paths, unproven_by
from forge.check.must_haves.judge import on_tree, with_proofs
from forge.check.must_haves.truths import Ground
from forge.check.must_haves.verdict import PlanAnswer, Verdict, counts, plan_answer
from forge.check.rules.between import runs
from forge.check.rules.plan import unread_must_haves
from forge.errors import GitFailed, UnknownName
from forge.git.objects.recording import RecordingWorkTree
from forge.git.objects.store import ObjectStore
from forge.git.objects.stored_tree import StoredTree
from forge.git.objects.tree import RevisionTree, WorkTree, tree_without_planning
from forge.git.repository import Repository
from forge.git.unkept import Unkept
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
    """A plan with the verdicts on its must-haves; the plan itself is read on first access."""

    file: PlanFile
    findings: tuple[Finding, ...]
    verdict: PlanAnswer
    verdicts: tuple[Verdict, ...]
    load: Callable[[], Plan]

    @cached_property
    def plan(self) -> Plan:
        return self.load()

    @property
    def unread(self) -> list[Finding]:
        """The findings that keep the plan from being proven until its text is fixed."""
        return [finding for finding in self.findings if _invalidates_must_haves(finding)]

    @property
    def altered(self) -> list[Finding]:
        """The records of the plan that are not what was first committed, and prove nothing."""
        return [finding for finding in self.findings if finding.rule == runs.ALTERED.id]

    def as_data(self) -> dict[str, object]:
        """Return the data of `forge verify`."""
        return {
            "id": self.file.id,
            "path": self.file.path,
            "verdict": self.verdict,
            "counts": counts(self.verdicts),
            "altered": [finding.path for finding in self.altered],
            "must_haves": [verdict.as_data() for verdict in self.verdicts],
        }


class TreeJudge(Struct, frozen=True, dict=True):
    """Judges plans on one tree; what several plans need of it is read once.

    `limit` is the size in bytes of the largest file that is read; `strict` accepts only fresh
    proofs.
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
        """Return the judge for a tree of a repository."""
        store = tree.store if isinstance(tree, StoredTree) else ObjectStore(repository)
        cache = (
            VerdictCache(repository, tree, limit)
            if isinstance(tree, (StoredTree, RecordingWorkTree))
            else None
        )
        return cls(tree, limit, store, ProofBook(repository), strict, cache)

    @cached_property
    def outside(self) -> StoredTree:
        """The tree outside `.planning/` as git objects. Raises GitFailed if it cannot be read."""
        if isinstance(self.tree, StoredTree):
            return StoredTree(self.store, self.tree.root_id, self.tree.revision)
        return StoredTree(self.store, tree_without_planning(self.tree), self.tree.revision)

    def outside_id(self) -> str:
        """Return the id of the tree outside `.planning/`. Raises GitFailed."""
        return self.store.tree_without_planning(self.outside.root_id)

    def changed_since(self, commit: str) -> int | None:
        """Return the number of files outside `.planning/` that differ from a commit; None if the
        commit is missing here.
        """
        root = self.store.root(commit)
        if root is None:
            return None
        changes = self.store.changes(root, self.outside.root_id)
        return sum(path.partition("/")[0] != FOLDER for path, _, _ in changes)

    def is_plan(self, path: str) -> bool:
        """Return whether the tree has a file at a path."""
        return self.tree.entry(path).kind == "file"

    def verdict(self, plan: Plan) -> PlanVerdict:
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
        """Return the verdicts of the tree alone, without proofs."""
        findings = (*plan.findings, *unread_must_haves.check(plan))
        sound = not any(map(_invalidates_must_haves, findings))
        items = [(item.command, on_tree(item, self.tree, self.limit)) for item in plan.must_haves]
        return TreeAnswer(sound, findings, tuple(items), tuple(declared_paths(plan)))

    def _decided(
        self, file: PlanFile, data: bytes, answer: TreeAnswer, plan: Callable[[], Plan]
    ) -> PlanVerdict:
        """Combine the verdicts of the tree with the proofs of the plan."""
        proofs = self.book.of(file.path, data, self.is_plan)
        altered = self.book.altered(file.path, data, self.is_plan)
        named = [runs.altered(record.path, record.why, "warning") for record in altered]
        ground = self._ground(plan)
        verdicts = [
            with_proofs(_must_have(command, verdict), verdict, proofs, ground)
            for command, verdict in answer.items
        ]
        decided = plan_answer(verdicts, sound=answer.sound)
        if decided == "proven" and (reasons := self._unkept(answer.paths)):
            verdicts = _doubted(verdicts, reasons)
            decided = plan_answer(verdicts, sound=answer.sound)
        return PlanVerdict(file, (*answer.findings, *named), decided, tuple(verdicts), plan)

    @cached_property
    def _kept(self) -> Unkept:
        return Unkept(self.tree.repository)

    def _unkept(self, paths: tuple[str, ...]) -> dict[str, str]:
        """Return why git does not keep some paths; a revision keeps what it holds, unless a flag
        hides it here.
        """
        try:
            reasons = self._kept.reasons(paths)
        except GitFailed:
            return {}
        return {
            path: why
            for path, why in reasons.items()
            if self.tree.revision is None
            or path in self._kept.hidden
            or self.tree.entry(path).kind == "absent"
        }

    def verdict_on_one(self, plan: Plan, item: MustHave) -> Verdict:
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


def _doubted(verdicts: list[Verdict], reasons: dict[str, str]) -> list[Verdict]:
    """Return verdicts; those that depend on paths that git does not keep are unproven."""
    doubted = [unproven_by(verdict, reasons, alone=False) for verdict in verdicts]
    if doubted == verdicts:
        doubted = [unproven_by(verdict, reasons, alone=True) for verdict in verdicts]
    return doubted


def _invalidates_must_haves(finding: Finding) -> bool:
    """Return whether a finding means that must-haves are missing or were read wrongly."""
    return finding.severity == "error" and (
        finding.rule.startswith("front-matter-")
        or finding.rule in ("unreadable", unread_must_haves.RULE.id)
    )


def _must_have(command: str | None, verdict: Verdict) -> MustHave:
    """Return a must-have with the parts that proofs refer to: its name, statement and command."""
    place = Span(0, 0)
    value = Value(verdict.target, verdict.target, place, {})
    if command is not None:
        verify = Value(command, command, place, {})
        value = Value({"statement": value, "verify": verify}, "", place, {})
    return MustHave(verdict.kind, verdict.index, value)


def verdict_on(
    repository: Repository,
    plan: Plan,
    tree: WorkTree | RevisionTree,
    limit: int,
    *,
    strict: bool = False,
) -> PlanVerdict:
    """Judge one plan on a tree; use a TreeJudge for several plans, and for the parameters."""
    return TreeJudge.on(repository, tree, limit, strict=strict).verdict(plan)


def revision_tree(repository: Repository, revision: str) -> StoredTree:
    """Return the tree of a revision. Raises UnknownName for an unknown revision, GitFailed for
    a missing tree.
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
    """Return the tree of a revision, or the work tree if it is None, with its plans."""
    if revision is None:
        return RecordingWorkTree(repository), Catalog(repository.root)
    tree = revision_tree(repository, revision)
    return tree, catalog_of(repository, tree)


def catalog_of(repository: Repository, tree: StoredTree) -> Catalog:
    """Return the plans of a revision's tree. Raises GitFailed if a folder of its `.planning/` is
    missing here.
    """
    return Catalog(repository.root, tree, tree.files_below(FOLDER))
