from __future__ import annotations

import pytest

from forge.errors import GitFailed
from forge.git.objects.commit import (
    blob_data,
    commits_between,
    file_at,
    first_parents,
    is_ancestor,
    names_in,
    read_commit,
    tip_containing,
    trailers_in,
)
from forge.git.repository import Repository
from tests.conftest import Sandbox
from tests.git.objects.merges import merged

MISSING = "1" * 40


@pytest.mark.parametrize(
    ("message", "trailers"),
    [
        (
            "Subject\n\nForge-Run: r1\nForge-Step: 01-01/1\n",
            {"Forge-Run": "r1", "Forge-Step": "01-01/1"},
        ),
        ("Subject", {}),
        ("Forge-Run:r1", {}),
        (" Forge-Run: r1", {}),
        ("forge-run: r1\nSigned-off-by: Ada", {}),
        ("Forge-Run: a\nForge-Run: b", {"Forge-Run": "b"}),
        ("Forge-Run: with: colon ", {"Forge-Run": "with: colon "}),
    ],
)
def test_trailers(message: str, trailers: dict[str, str]) -> None:
    assert trailers_in(message) == trailers


def test_read_a_commit_by_any_name(sandbox: Sandbox, repository: Repository) -> None:
    parent, commit = sandbox.head(), sandbox.commit("Subject\n\nForge-Run: r\n")
    sandbox.git("tag", "-a", "v1", "-m", "tag")
    for revision in (commit, "HEAD", "main", "v1", commit[:10]):
        read = read_commit(repository, revision)
        assert read.id == commit
        assert read.parents == (parent,)
        assert read.subject == "Subject"
        assert read.trailers == {"Forge-Run": "r"}


@pytest.mark.parametrize("revision", [MISSING, "missing", "", "HEAD^{tree}", "HEAD~9"])
def test_a_revision_without_a_commit(repository: Repository, revision: str) -> None:
    with pytest.raises(GitFailed, match="there is no commit"):
        read_commit(repository, revision)


def test_first_parents_skip_merged_commits(sandbox: Sandbox, repository: Repository) -> None:
    commits = merged(sandbox)
    line = first_parents(repository, commits["2"], commits["b"])
    assert [commit.subject for commit in line] == ["2", "m", "1"]
    whole = [commit.subject for commit in first_parents(repository, commits["2"], MISSING)]
    assert whole == ["2", "m", "1", "Begin"]
    assert list(first_parents(repository, commits["2"], commits["2"])) == []
    assert list(first_parents(repository, MISSING, commits["b"])) == []


def test_commits_between_include_merged_ones(sandbox: Sandbox, repository: Repository) -> None:
    commits = merged(sandbox)
    between = [c.subject for c in commits_between(repository, commits["b"], commits["2"])]
    assert sorted(between) == ["1", "2", "m", "s"]
    assert between.index("s") < between.index("m") < between.index("2")
    assert between.index("1") < between.index("m")
    after_1 = {c.subject for c in commits_between(repository, commits["1"], commits["2"])}
    assert after_1 == {"s", "m", "2"}
    everything = commits_between(repository, MISSING, commits["1"])
    assert [commit.subject for commit in everything] == ["Begin", "1"]


def test_ancestors(sandbox: Sandbox, repository: Repository) -> None:
    commits = merged(sandbox)
    assert is_ancestor(repository, commits["b"], commits["2"])
    assert is_ancestor(repository, commits["s"], commits["m"])
    assert is_ancestor(repository, commits["2"], commits["2"])
    assert is_ancestor(repository, MISSING, MISSING)
    assert not is_ancestor(repository, commits["2"], commits["b"])
    assert not is_ancestor(repository, commits["s"], commits["1"])
    assert not is_ancestor(repository, MISSING, commits["2"])
    assert not is_ancestor(repository, commits["2"], MISSING)


def test_the_tip_that_contains_a_commit(sandbox: Sandbox, repository: Repository) -> None:
    first = sandbox.head()
    lost = sandbox.commit("lost")
    sandbox.git("reset", "-q", "--hard", first)
    assert tip_containing(repository, first) == first
    assert tip_containing(repository, lost) is None
    sandbox.git("tag", "-a", "kept", "-m", "x", lost)
    assert tip_containing(repository, lost) == lost


def test_names_and_files_of_a_commit(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("folder/a", "one\n")
    sandbox.write("folder/b/c", "two\n")
    commit = sandbox.commit()
    sandbox.write("folder/a", "later\n")
    assert names_in(repository, commit, "folder") == {"a", "b"}
    assert names_in(repository, commit, "missing") == set()
    assert names_in(repository, commit, "README.md") == set()
    assert file_at(repository, commit, "folder/a") == b"one\n"
    assert file_at(repository, commit, "folder/b/c") == b"two\n"
    for path in ("folder", "missing", "folder/a/below"):
        assert file_at(repository, commit, path) is None
    assert file_at(repository, None, "folder/a") is None
    assert file_at(repository, MISSING, "folder/a") is None


def test_data_of_a_blob(repository: Repository) -> None:
    blob = str(repository.objects.create_blob(b"\0x"))
    assert blob_data(repository, blob) == b"\0x"
    with pytest.raises(GitFailed, match="is missing from this repository"):
        blob_data(repository, MISSING)
