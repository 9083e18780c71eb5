from __future__ import annotations

import re

import pytest

from forge.errors import RepositoryError
from forge.git.commits.identity import identity, reflog_identity, signatures
from forge.git.repository import Repository
from tests.conftest import Sandbox


def test_the_user_as_git_names_them(sandbox: Sandbox, repository: Repository) -> None:
    assert identity(repository) == "Ada <ada@example.org>"
    sandbox.git("config", "user.name", "Ärzte > x")
    assert identity(repository) == "Ärzte  x <ada@example.org>"  # git removes angle brackets


def test_without_an_identity(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.git("config", "--global", "--unset", "user.email")
    sandbox.git("config", "user.useConfigOnly", "true")
    with pytest.raises(RepositoryError, match="git has no identity for commits") as caught:
        identity(repository)
    assert "user.email" in (caught.value.hint or "")


def test_signatures_use_the_variables_of_git(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, repository: Repository
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "grace@example.org")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1700000000 +0230")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000001 -0800")
    author, committer = signatures(repository)
    assert (author.name, author.email, author.time, author.offset) == (
        "Grace",
        "grace@example.org",
        1_700_000_000,
        150,
    )
    assert (committer.name, committer.time, committer.offset) == ("Ada", 1_700_000_001, -480)


@pytest.mark.parametrize("zone", ["+0000", "-0800", "+0545"])
def test_the_reflog_names_the_committer_as_git_does(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"1700000000 {zone}")
    repository.git("commit", "-q", "--allow-empty", "-m", "x")
    logged = (sandbox.root / ".git/logs/HEAD").read_text().splitlines()[-1]
    who = reflog_identity(repository)
    assert who == f"Ada <ada@example.org> 1700000000 {zone}"
    assert f" {who}\t" in logged


def test_without_a_date_the_time_is_now(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    times = iter([1_800_000_000.9, 1_800_000_007.1])
    monkeypatch.setattr("forge.git.commits.identity.time.time", lambda: next(times))
    seconds = [int(re.findall(r"> (\d+)", reflog_identity(repository))[0]) for _ in range(2)]
    assert seconds == [1_800_000_000, 1_800_000_007]
