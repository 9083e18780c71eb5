"""Checks of the repository: its kind, HEAD and the work tree."""

from __future__ import annotations

from collections.abc import Iterator

from forge.git.repository import Repository
from forge.run.setup.doctor.check import Check, error, passed, warning


def check_repository(repository: Repository) -> Iterator[Check]:
    linked = repository.git_dir != repository.common_dir
    kind = "a linked work tree" if linked else "a work tree"
    facts = [f"{repository.root}: {kind}, SHA-1, refs in files"]
    _ = repository.objects  # raises if the object store cannot be opened
    if (repository.common_dir / "shallow").exists():
        facts.append("a shallow clone: older history is not read")
    elif repository.lacks_history():
        facts.append("a partial clone: git fetches what is missing")
    if (repository.git_dir / "info/sparse-checkout").exists():
        facts.append("a sparse checkout: files that are left out stay out")
    yield passed("repository", "; ".join(facts))


def check_head(repository: Repository) -> Iterator[Check]:
    head, operation = repository.head(), repository.in_progress()
    if operation is not None:
        yield error("head", f"{operation} is in progress", "finish or abort it")
    elif head.commit is None:
        yield error("head", "there is no commit yet", "make a first commit")
    elif head.branch is None:
        message = "HEAD is detached: a run's commits would belong to no branch"
        yield error("head", message, "`git switch -c NAME`")
    else:
        yield passed("head", f"on {head.short} at {head.commit[:10]}")


def check_tree(repository: Repository) -> Iterator[Check]:
    dirty = repository.dirty()
    if dirty:
        message = f"{len(dirty)} uncommitted, {str(dirty[0]).strip()} the first"
        hint = "commit or `git stash -u` them: a run starts on a clean tree"
        yield warning("tree", message, hint)
    else:
        yield passed("tree", "everything is committed")
