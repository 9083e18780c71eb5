"""What the guard notices after foreign code has run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forge.git.repository import Repository
from forge.run.processes.git_guard import GitGuard
from tests.conftest import Sandbox


def guarded(sandbox: Sandbox, change: Callable[[Sandbox], object]) -> tuple[str, str] | None:
    """Return what the guard reports after a change."""
    with GitGuard.watch(Repository.discover(sandbox.root)) as guard:
        change(sandbox)
        return guard.damage()


def add_hook(sandbox: Sandbox) -> None:
    sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\n").chmod(0o755)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda sandbox: None, None),
        (lambda sandbox: sandbox.write("new.txt", "x"), None),
        (lambda sandbox: sandbox.write("README.md", "changed"), None),
        (add_hook, "hooks"),
        (lambda sandbox: sandbox.git("config", "core.fsmonitor", "/tmp/x"), "hooks"),
        (lambda sandbox: sandbox.write(".git/info/attributes", "* filter=x\n"), "hooks"),
        (lambda sandbox: sandbox.write(".git/index", "no index"), "index"),
    ],
)
def test_changes_that_git_would_act_on(
    sandbox: Sandbox, change: Callable[[Sandbox], object], kind: str | None
) -> None:
    damage = guarded(sandbox, change)
    assert (damage[0] if damage else None) == kind
    assert damage is None or "forge resume" in damage[1]


def test_a_staged_file_is_harmless(sandbox: Sandbox) -> None:
    def stage(sandbox: Sandbox) -> None:
        sandbox.write("new.txt", "x")
        sandbox.git("add", "new.txt")

    assert guarded(sandbox, stage) is None


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_path_that_git_was_made_to_ignore_is_named(sandbox: Sandbox, flag: str) -> None:
    damage = guarded(sandbox, lambda sandbox: sandbox.git("update-index", flag, "README.md"))
    assert damage is not None and damage[0] == "hidden"
    assert "\n  README.md\n" in damage[1]


def test_a_path_that_was_ignored_before_is_not_reported(sandbox: Sandbox) -> None:
    sandbox.git("update-index", "--skip-worktree", "README.md")

    def stage(sandbox: Sandbox) -> None:
        sandbox.write("new.txt", "x")
        sandbox.git("add", "new.txt")

    assert guarded(sandbox, stage) is None


def test_with_a_changed_hook_git_must_not_be_started(sandbox: Sandbox) -> None:
    with GitGuard.watch(Repository.discover(sandbox.root)) as guard:
        assert guard.unsafe() is None
        add_hook(sandbox)
        assert guard.unsafe() == guard.damage() is not None
