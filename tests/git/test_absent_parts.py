"""What a new linked work tree does not have of the main one."""

from __future__ import annotations

from forge.git.absent_parts import absent_parts
from forge.git.repository import Repository
from tests.conftest import Sandbox


def test_ignored_files_are_named_a_folder_each(sandbox: Sandbox, repository: Repository) -> None:
    assert list(absent_parts(repository)) == []
    sandbox.write(".git/info/exclude", "*.local\n__pycache__\n")
    for path in ("a/__pycache__/x", "b.local", "a/untracked"):
        sandbox.write(path, "x")
    (said,) = absent_parts(repository)
    assert said.endswith(": a/__pycache__/, b.local")


def test_hooks_that_git_does_not_track_are_named(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("hooks/pre-commit", "#!/bin/sh\n").chmod(0o755)
    sandbox.git("config", "core.hooksPath", "hooks")
    (said,) = absent_parts(repository)
    assert said.startswith("the hooks in hooks (core.hooksPath)")
    sandbox.commit()
    assert list(absent_parts(repository)) == []
