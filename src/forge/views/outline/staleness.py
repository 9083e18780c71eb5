"""Finds proofs that are out of date: a file that they depend on changed, or is gone."""

from __future__ import annotations

from collections.abc import Iterable

from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.views.outline.entries import RunEntry


def stale_runs(repository: Repository, runs: Iterable[RunEntry]) -> frozenset[str]:
    """Return the runs whose proof does not hold at HEAD: a bound file has another blob there, or a
    needed file is missing.
    """
    store = ObjectStore(repository)
    head = repository.head().commit
    root = store.root(head) if head else None
    if root is None:
        return frozenset()

    def blob(path: str) -> str | None:
        entry = store.entry(root, path)
        return entry[1] if entry else None

    return frozenset(
        run.run
        for run in runs
        if any(blob(path) != proven for path, proven in run.bound.items())
        or any(blob(path) is None for path in run.needed)
    )
