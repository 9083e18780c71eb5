"""Where replay reports what is missing, and which commits and paths belong to a run."""

from __future__ import annotations

import pytest

from forge.check.replay.history import History, seq_of
from forge.check.replay.record import Report
from forge.git.repository import Repository
from tests.check.replay.units import RUN, Log
from tests.conftest import Sandbox


@pytest.fixture
def history(sandbox: Sandbox) -> History:
    sandbox.write("a.txt", "one\n")
    sandbox.commit()
    return History(Repository.discover(sandbox.root), Log().record(), Report(), False)


def test_missing_objects_are_problems_in_a_full_clone(history: History) -> None:
    history.report_missing(3, "the commit abc")
    (problem,) = history.report.problems
    assert problem.seq == 3 and problem.message.startswith("the commit abc is not in this repo")
    assert history.report.unchecked == []


def test_missing_objects_are_unchecked_in_an_incomplete_clone(history: History) -> None:
    history.incomplete = True
    history.report_missing(3, "the commit abc")
    (remark,) = history.report.unchecked
    assert "leaves out history" in remark.message and history.report.problems == []


@pytest.mark.parametrize("oid", ["", "a", "a" * 39, "f" * 40, "HEAD"])
def test_a_commit_that_is_not_here(history: History, oid: str) -> None:
    assert history.commit(oid) is None


def test_commits_and_changes(history: History, sandbox: Sandbox) -> None:
    before = sandbox.head()
    sandbox.write("a.txt", "two\n")
    after = sandbox.commit()
    commit = history.commit(after)
    assert commit is not None and commit.id == after and commit.parents == (before,)
    assert [change[0] for change in history.changes(before, after)] == ["a.txt"]
    assert seq_of(commit) == 0


@pytest.mark.parametrize(
    ("path", "own"),
    [
        (f".planning/runs/{RUN}/timeline.jsonl", True),
        (f".planning/runs/{RUN}/evidence/x.txt", True),
        (".planning/runs/.gitattributes", True),
        (".planning/runs/other/run.yaml", False),
        (f".planning/runs/{RUN}", False),
        ("src/a.py", False),
    ],
)
def test_paths_of_the_record(history: History, path: str, own: bool) -> None:
    assert history.is_own_path(path) is own
