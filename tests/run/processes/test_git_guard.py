"""What the guard notices after foreign code has run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forge.git.repository import Repository
from forge.records.store import GUARD_FILE
from forge.run.processes import guard_record
from forge.run.processes.git_guard import GitGuard, damage_on_record
from tests.conftest import Sandbox


def guarded(sandbox: Sandbox, change: Callable[[Sandbox], object]) -> tuple[str, str] | None:
    """Return what the guard reports after a change."""
    guard = watch(sandbox)
    change(sandbox)
    return guard.damage()


def watch(sandbox: Sandbox) -> GitGuard:
    return GitGuard.watch(Repository.discover(sandbox.root), sandbox.root.parent / "kept")


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
    guard = watch(sandbox)
    assert guard.unsafe() is None
    add_hook(sandbox)
    assert guard.unsafe() == guard.damage() is not None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda sandbox: None, None),
        (add_hook, "hooks"),
        (lambda sandbox: sandbox.git("update-index", "--skip-worktree", "README.md"), "hidden"),
    ],
)
def test_the_state_outlives_the_process_that_recorded_it(
    sandbox: Sandbox, change: Callable[[Sandbox], object], kind: str | None
) -> None:
    folder = watch(sandbox).folder
    change(sandbox)
    damage = damage_on_record(folder, Repository.discover(sandbox.root), "it", "again")
    assert (damage[0] if damage else None) == kind


def test_a_renamed_repository_is_compared_where_it_is_now(sandbox: Sandbox) -> None:
    folder = watch(sandbox).folder
    renamed = sandbox.root.rename(sandbox.root.with_name("renamed"))
    repository = Repository.discover(renamed)
    assert guard_record.changed_files(folder, repository) == []
    (renamed / ".git/hooks/pre-commit").write_text("x")
    assert guard_record.changed_files(folder, repository) == [".git/hooks/pre-commit"]


@pytest.mark.parametrize("text", ["", "{}", '{"folders": []}', "[" * 9000])
def test_a_damaged_record_counts_as_a_change(sandbox: Sandbox, text: str) -> None:
    guard = watch(sandbox)
    place = guard.folder / GUARD_FILE
    place.write_text(text)
    (changed,) = guard_record.changed_files(guard.folder, guard.repository)
    assert changed.startswith(str(place))
    guard.forget()
    assert guard_record.changed_files(guard.folder, guard.repository) == []
