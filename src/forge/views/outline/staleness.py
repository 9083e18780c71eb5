"""Which proofs the history has overtaken: a file that they are bound to is another one at HEAD, or
is gone.
"""

from __future__ import annotations

from collections.abc import Iterable

from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.views.outline.entries import RunLine


def stale(repository: Repository, runs: Iterable[RunLine]) -> frozenset[str]:
    """Return the runs of which the proof is not that of HEAD any more: a bound blob changed, or a
    needed file is gone.
    """
    store = ObjectStore(repository)
    head = repository.head().commit
    root = store.root(head) if head else None
    if root is None:
        return frozenset()

    def blob(path: str) -> str | None:
        found = store.entry(root, path)
        return found[1] if found else None

    return frozenset(
        run.run
        for run in runs
        if any(blob(path) != known for path, known in run.bound.items())
        or any(blob(path) is None for path in run.needed)
    )
