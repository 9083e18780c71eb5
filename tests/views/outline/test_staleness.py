"""Proofs that are out of date at HEAD."""

from __future__ import annotations

import pytest

from forge.git.repository import Repository
from forge.views.outline.entries import RunEntry
from forge.views.outline.staleness import stale_runs
from tests.conftest import Sandbox

GONE = None
ONE = "5626abf0f72e58d7a153368ba57db4c673c0e171"  # the blob of "one\n"


def run(bound: dict[str, str | None] | None = None, needed: list[str] | None = None) -> RunEntry:
    return RunEntry(
        "r", "01-01", "p", "execute", "completed", "proven", bound=bound or {}, needed=needed or []
    )


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    sandbox.write("a.txt", "one\n")
    sandbox.write("lib/b.txt", "two\n")
    sandbox.commit("Start")
    return Repository.discover(sandbox.root)


@pytest.mark.parametrize(
    ("entry", "stale"),
    [
        (run(), False),
        (run({"a.txt": ONE}), False),
        (run({"a.txt": "0" * 40}), True),
        (run({"a.txt": GONE}), True),
        (run({"none.txt": GONE}), False),
        (run({"none.txt": ONE}), True),
        (run(needed=["a.txt", "lib/b.txt"]), False),
        (run(needed=["lib"]), False),
        (run(needed=["a.txt", "none.txt"]), True),
        (run({"a.txt": ONE}, ["none.txt"]), True),
    ],
)
def test_a_proof_holds_while_its_files_do(
    repository: Repository, entry: RunEntry, stale: bool
) -> None:
    assert stale_runs(repository, [entry]) == (frozenset({"r"}) if stale else frozenset())


def test_the_work_tree_does_not_count(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("a.txt", "changed\n")
    assert stale_runs(repository, [run({"a.txt": ONE})]) == frozenset()


def test_without_a_commit_nothing_is_stale(sandbox: Sandbox) -> None:
    sandbox.git("checkout", "-q", "--orphan", "empty")
    assert stale_runs(Repository.discover(sandbox.root), [run({"a.txt": ONE})]) == frozenset()
