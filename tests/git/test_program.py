from __future__ import annotations

import os
import signal
import subprocess

import pytest

from forge.errors import GitFailed
from forge.git import program
from forge.git.repository import Repository
from tests.conftest import Sandbox


def test_the_environment_names_no_other_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada")
    environment = program.environment({"EXTRA": "1"})
    assert not environment.keys() & {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"}
    assert environment["GIT_AUTHOR_NAME"] == "Ada"
    assert environment["EXTRA"] == "1"
    assert environment["GIT_TERMINAL_PROMPT"] == "0"
    assert environment["GIT_NO_REPLACE_OBJECTS"] == "1"


def test_every_local_variable_of_git_is_removed(repository: Repository) -> None:
    names = program.run(repository.root, "rev-parse", "--local-env-vars").decode().split()
    passed_on = {"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"}  # settings of the user's command
    as_it_is = {"GIT_NO_REPLACE_OBJECTS", "GIT_GRAFT_FILE"}  # history without local changes
    for name in set(names) - passed_on - as_it_is:
        assert name not in program.environment({})


def test_a_variable_that_names_another_index_has_no_effect(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent/index")
    assert program.run(sandbox.root, "ls-files").decode().split() == [".gitignore", "README.md"]


def test_run_returns_the_output_and_passes_input(repository: Repository) -> None:
    output = program.run(repository.root, "hash-object", "--stdin", stdin=b"x")
    assert len(output.strip()) == 40


def test_run_raises_with_the_message_and_status_of_git(repository: Repository) -> None:
    with pytest.raises(GitFailed) as caught:
        program.run(repository.root, "rev-parse", "--verify", "missing")
    assert caught.value.message.startswith("git rev-parse failed: fatal: Needed a single revision")
    assert caught.value.status == 128


def test_attempt_returns_a_failure(repository: Repository) -> None:
    result = program.attempt(repository.root, "rev-parse", "--verify", "missing")
    assert result.returncode == 128
    assert b"fatal" in result.stderr


def test_run_starts_no_hooks_and_attempt_does(sandbox: Sandbox, repository: Repository) -> None:
    hook = sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    words = ("commit", "-q", "--allow-empty", "-m", "x")
    assert program.attempt(repository.root, *words).returncode == 1
    program.run(repository.root, *words)
    assert sandbox.subjects()[-1] == "x"


def test_a_missing_git_is_reported(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(GitFailed, match="git cannot be started") as caught:
        program.attempt(repository.root, "status")
    assert "PATH" in (caught.value.hint or "")


@pytest.mark.parametrize("shielded", [True, False])
def test_only_a_shielded_git_is_in_a_session_of_its_own(
    repository: Repository, shielded: bool
) -> None:
    script = "!echo $(ps -o sid= -p $$)"
    result = program.attempt(
        repository.root, "-c", f"alias.session={script}", "session", shielded=shielded
    )
    own = os.getsid(0)
    if result.stdout.strip():
        assert (int(result.stdout) == own) is not shielded


@pytest.mark.parametrize(
    ("words", "stderr", "stdout", "message"),
    [
        (("-c", "a.b=1", "commit", "-q"), b"no", b"", "git commit failed: no"),
        (("--no-optional-locks", "status"), b"", b"out", "git status failed: out"),
        (("push",), b"", b"", "git push failed: status -9"),
        (("-c", "a=b"), b"x", b"", "git git failed: x"),
        (("log",), b"\xff", b"", "git log failed: �"),
    ],
)
def test_the_error_names_the_verb_and_the_message(
    words: tuple[str, ...], stderr: bytes, stdout: bytes, message: str
) -> None:
    result = subprocess.CompletedProcess(words, -signal.SIGKILL, stdout, stderr)
    assert program.failed(words, result).message == message


def test_a_long_message_is_cut_at_its_start() -> None:
    result = subprocess.CompletedProcess((), 1, b"", b"a " * 2500 + b"end")
    message = program.failed(("log",), result).message
    assert message.endswith("end")
    assert len(message) < 2100


@pytest.mark.parametrize("paths", [[], ["a"], ["a b", "c\nd"], [os.fsdecode(b"\xff\xfe"), "ü"]])
def test_paths_survive_the_round_trip(paths: list[str]) -> None:
    assert program.fields(program.nul_joined(paths)) == paths


def test_what_git_says_in_several_lines_is_lines_of_the_message() -> None:
    result = subprocess.CompletedProcess[bytes](
        [], 1, b"", b"refused:\n\ta.txt\nforge: all is well\n"
    )
    assert program.failed(("-c", "a=b", "commit"), result).lines == [
        "git commit failed: refused:",
        "      a.txt",
        "  forge: all is well",
    ]


def test_a_long_message_is_cut_at_a_line() -> None:
    output = b"token " + b"a" * 1000 + b"\n" + b"b " * 995
    error = program.failed(["commit"], subprocess.CompletedProcess([], 1, b"", output))
    assert "aa" not in error.message and "b b" in error.message
