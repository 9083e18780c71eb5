"""The doctor's checks, each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forge.errors import GitFailed
from forge.git.repository import Repository
from forge.records.store import lock_path
from forge.run.setup.doctor import examine as examining
from forge.run.setup.doctor.check import Check, error, passed, warning
from forge.run.setup.doctor.committing import check_hooks, check_signing
from forge.run.setup.doctor.extras import missing_extras
from forge.run.setup.doctor.repository import check_head, check_repository, check_tree
from forge.run.setup.doctor.runners import check_settings
from forge.run.setup.doctor.runs import check_locks, check_runs
from forge.run.setup.doctor.storage import check_free_space, check_state_folder, check_writing
from forge.run.setup.doctor.system import check_git_version
from forge.run.setup.init import initialize
from forge.timeline.lock import WriterLock
from tests.conftest import Sandbox
from tests.run.in_process import enter


@pytest.fixture
def repository(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Repository:
    return enter(sandbox, monkeypatch)


def only(checks: Iterator[Check]) -> Check:
    (check,) = checks
    return check


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ("git version 2.31.0", "note"),
        ("git version 3.0.1", "note"),
        ("git version 2.47.1.windows.1", "note"),
        ("git, a fork of 2024", "note"),
        ("git version 2.30.9", "error"),
        ("git version 1.9", "error"),
    ],
)
def test_the_version_of_git(version: str, severity: str) -> None:
    assert check_git_version(version).severity == severity


@pytest.mark.parametrize(
    ("free", "severity"),
    [(99 << 20, "error"), (100 << 20, "warning"), ((1 << 30) - 1, "warning"), (1 << 30, "note")],
)
def test_free_space(free: int, severity: str) -> None:
    check = check_free_space(free)
    assert (check.severity, check.ok) == (severity, severity == "note")
    assert check.message == f"{free >> 20} MiB free"


def test_the_kind_of_work_tree(repository: Repository, sandbox: Sandbox) -> None:
    assert "a work tree, SHA-1" in only(check_repository(repository)).message
    tree = sandbox.root.with_name("linked")
    sandbox.git("worktree", "add", "-q", str(tree))
    linked = Repository.discover(tree)
    assert "a linked work tree" in only(check_repository(linked)).message
    (linked.git_dir / "info").mkdir(exist_ok=True)
    (linked.git_dir / "info/sparse-checkout").write_text("")
    (linked.common_dir / "shallow").write_text("")
    message = only(check_repository(linked)).message
    assert "a shallow clone" in message and "a sparse checkout" in message


def test_head_without_a_commit(make_sandbox: Callable[[str], Sandbox]) -> None:
    repository = Repository.discover(make_sandbox("empty").root)
    assert only(check_head(repository)).message == "there is no commit yet"


def test_head_and_tree(repository: Repository, sandbox: Sandbox) -> None:
    assert only(check_head(repository)).message == f"on main at {sandbox.head()[:10]}"
    assert only(check_tree(repository)).ok
    sandbox.write("a.txt", "")
    sandbox.write("b.txt", "")
    check = only(check_tree(Repository.discover(sandbox.root)))
    assert (check.severity, check.message) == ("warning", "2 uncommitted, ?? a.txt the first")


def test_hooks_that_git_skips(repository: Repository, sandbox: Sandbox) -> None:
    for name in ("pre-commit", "notes.txt", "post-commit.sample"):
        sandbox.write(f".git/hooks/{name}", "#!/bin/sh\n").chmod(0o644)
    assert "git skips pre-commit in" in only(check_hooks(repository)).message
    sandbox.git("config", "core.hooksPath", "none")
    assert only(check_hooks(repository)).message == "none"


@pytest.mark.parametrize(
    ("config", "severity", "words"),
    [
        ({}, "note", "commits are not signed"),
        ({"commit.gpgsign": "true", "gpg.program": "no-such"}, "error", "no-such, which is not"),
        ({"commit.gpgsign": "true", "gpg.program": "true"}, "note", "with true"),
        (
            {"commit.gpgsign": "1", "gpg.format": "ssh", "gpg.ssh.program": "true"},
            "error",
            "no key",
        ),
        (
            {
                "commit.gpgsign": "true",
                "gpg.format": "ssh",
                "gpg.ssh.program": "true",
                "user.signingkey": "key",
            },
            "note",
            "with true",
        ),
    ],
)
def test_signing(
    repository: Repository, sandbox: Sandbox, config: dict[str, str], severity: str, words: str
) -> None:
    for key, value in config.items():
        sandbox.git("config", key, value)
    check = only(check_signing(repository))
    assert check.severity == severity and words in check.message


def test_folders_that_forge_writes_to(
    repository: Repository, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next(check_writing(repository)).ok
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert only(check_state_folder(repository)).ok
    monkeypatch.setenv("XDG_STATE_HOME", str(sandbox.root / "state"))
    assert "is inside the repository" in only(check_state_folder(repository)).message
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert "it is not a folder" in only(check_state_folder(repository)).message


def test_settings_and_runners(repository: Repository, sandbox: Sandbox) -> None:
    checks = {check.name: check for check in check_settings(repository)}
    assert checks["settings"].message == "they are valid"
    assert checks["runner manual"].message == "you do the work"
    sandbox.write(
        ".planning/forge.yaml",
        "runner: a\nrunners:\n  a: {command: [sh], env: [NO_SUCH_TOKEN]}\n"
        "  b: {command: [no-such]}\n",
    )
    checks = {check.name: check for check in check_settings(repository)}
    assert checks["runner a"].message.endswith("sh, not started; not set: NO_SUCH_TOKEN")
    assert (checks["runner b"].severity, checks["runner b"].message) == (
        "warning",
        "no-such is not found",
    )


def test_locks(repository: Repository, sandbox: Sandbox) -> None:
    assert only(check_locks(repository)).message == "none"
    sandbox.write(".git/index.lock", "")
    check = only(check_locks(repository))
    assert (check.severity, check.message.endswith("index.lock")) == ("error", True)


def test_a_process_that_works_here_is_named(repository: Repository) -> None:
    lock = lock_path(repository)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with WriterLock(lock, "execution", "execute 01-01"):
        assert "works here (execute 01-01)" in only(check_locks(repository)).message


def test_what_runs_left(repository: Repository, sandbox: Sandbox) -> None:
    assert list(check_runs(repository)) == []
    run = "20260102T030405Z-01-01-k3f9"
    sandbox.git("branch", f"forge/{run}")
    sandbox.write(".git/forge/torn/x", "")
    unstarted, torn = check_runs(repository)
    assert (
        run in unstarted.message and unstarted.hint == f"if it stays: `git branch -D forge/{run}`"
    )
    assert "set aside in" in torn.message


def test_a_checker_that_fails_is_an_error(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(repository: Repository) -> Iterator[Check]:
        raise GitFailed("git is broken", "repair it")
        yield

    def unreadable(repository: Repository) -> Iterator[Check]:
        raise PermissionError(13, "Permission denied", "/x")
        yield

    monkeypatch.setattr(examining, "_CHECKERS", {"a": failing, "b": unreadable})
    checks = examining.examine(repository.root, repository)[-2:]
    assert checks == [
        error("a", "git is broken", "repair it"),
        error("b", "/x: Permission denied", "check its permissions"),
    ]


def test_the_severity_follows_the_kind_of_check() -> None:
    assert [
        check.as_data()["severity"] for check in (passed("a", "b"), warning("a", "b", "c"))
    ] == ["note", "warning"]


def test_init_writes_the_settings_once(repository: Repository, sandbox: Sandbox) -> None:
    first = initialize(repository)
    assert first.created == [".planning/forge.yaml"]
    assert first.next[0] == "forge new phase Start" and first.next[-1] == "forge approve 01-01"
    again = initialize(repository)
    assert again.created == [] and not any("git add" in command for command in again.next)
    sandbox.write(".planning/phases/01-a/01-01-PLAN.md", "---\n---\n")
    assert initialize(repository).next == ["forge status"]


def test_an_extra_that_is_not_installed_is_named_with_its_install_line() -> None:
    requirements = [
        "click>=8.1",
        'starlette>=1; extra == "web"',
        "uvicorn[standard]>=0.3; python_version >= '3.11' and extra == 'web'",
        'mcp>=1; extra == "mcp"',
        'pytest>=8; extra == "test"',
    ]
    (check,) = missing_extras(requirements, lambda package: package in ("mcp", "starlette"))
    assert check.name == "extra-web" and check.message == "not installed: uvicorn"
    assert check.hint == "pip install 'forge-tracker[web]'" and check.ok
