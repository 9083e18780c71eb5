"""The files that a command's success is bound to: while none of them changes, the success carries
over to other trees.
"""

from __future__ import annotations

import posixpath
import re

from forge.git.objects.tree import Tree
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan
from forge.planning.plan.scope import WriteScope, leaves

_LOCK_FILES = frozenset(
    """
    package-lock.json npm-shrinkwrap.json pnpm-lock.yaml yarn.lock bun.lockb bun.lock poetry.lock
    uv.lock Pipfile.lock Cargo.lock go.sum composer.lock Gemfile.lock mix.lock pubspec.lock
    packages.lock.json gradle.lockfile
    """.split()
)


def bound_blobs(plan: Plan, item: MustHave, tree: Tree) -> dict[str, str | None]:
    """Return path and blob of each file in the tree that a truth's command is bound to.

    Those are the files of the plan's write scope with its artifacts, the files and folders that the
    command names, and lock files; files under `.planning/` are not. Raises GitFailed if the tree
    cannot be listed.
    """
    named = [
        word
        for word in re.split(r"[\s\"'=:;|&()<>]+", item.command or "")
        if word and not leaves(word)
    ]
    scope = WriteScope.of([*plan.write_scope.paths, *named])
    paths = [
        path
        for path in tree.files()
        if scope.covers(path) or posixpath.basename(path) in _LOCK_FILES
    ]
    return {path: tree.blob(path) for path in paths if not path.startswith(".planning/")}
