"""Entries of runs, live and tracked."""

from __future__ import annotations

import pytest

from forge.git.repository import Repository
from forge.timeline.run import events as ev
from forge.views.outline import load_runs
from forge.views.outline.entries import RollbackEntry
from tests.conftest import Sandbox
from tests.records.runs import COMPLETED, PAUSED, PLAN, card, put_live, put_tracked, run_id

ADOPTED = ev.RunAdopted("01JCLONE", "01JOTHER")


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    return Repository.discover(sandbox.root)


def test_a_tracked_run_is_an_entry(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(sandbox, card(), COMPLETED)
    entry = load_runs.tracked_run(repository, run_id(1))
    assert entry is not None
    assert (entry.run, entry.plan, entry.plan_path) == (run_id(1), "01-01", PLAN)
    assert (entry.status, entry.verdict, entry.open, entry.here) == (
        "completed",
        "proven",
        False,
        False,
    )
    assert load_runs.tracked_run(repository, "no-such-run") is None
    assert load_runs.live_run(repository, run_id(1)) is None


def test_a_live_run_waits_for_something(sandbox: Sandbox, repository: Repository) -> None:
    put_live(sandbox, card(), ev.ExecutionPaused("manual", "Write it."))
    entry = load_runs.live_run(repository, run_id(1))
    assert entry is not None and (entry.open, entry.here) == (True, True)
    assert entry.waiting_for is not None and entry.waiting_for["text"] == "Write it."
    assert entry.next[0] == f"forge resume {run_id(1)}"


def test_an_adopted_run_is_that_of_the_other_clone(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_live(sandbox, card(), PAUSED)
    put_tracked(sandbox, card(), PAUSED, ADOPTED)
    entry = load_runs.live_run(repository, run_id(1))
    assert entry is not None and (entry.status, entry.here) == ("elsewhere", False)


def test_a_proof_names_the_files_that_it_depends_on(
    sandbox: Sandbox, repository: Repository
) -> None:
    sandbox.write("src/a.py", "x\n")
    sandbox.commit("Work")
    head = sandbox.git("rev-parse", "HEAD").strip()
    evidence = [{"path": "src/a.py"}, {"path": "gone.py"}, {"path": "a log of the run"}]
    verdict: dict[str, object] = {"verdict": "pass", "evidence": evidence}
    put_tracked(
        sandbox,
        card(),
        ev.DiffApplied(head),
        ev.TruthProven(1, "It works", "test", "t", {"src/a.py": "b1", "none.py": None}),
        ev.TruthProven(2, "It is fast", "bench", "t", {"src/b.py": "b2"}),
        ev.MustHavesVerified(
            3, 0, 0, [verdict, {"verdict": "pass", "evidence": "odd"}], declared=3, verdict="proven"
        ),
        COMPLETED,
    )
    entry = load_runs.tracked_run(repository, run_id(1))
    assert entry is not None
    assert entry.bound == {"src/a.py": "b1", "none.py": None, "src/b.py": "b2"}
    assert entry.needed == ["src/a.py"], "only what was a file of the last commit"


def test_a_rollback_is_kept_with_its_events(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(
        sandbox,
        card(2, kind="rollback", prior_run=run_id(1)),
        ev.RollbackStarted("rollback", run_id(1), None, "b" * 40, "c" * 40, "d" * 40),
        ev.CheckpointRestored("c" * 40, "rollback", "d" * 40),
        COMPLETED,
    )
    entry = load_runs.tracked_run(repository, run_id(2))
    assert entry is not None
    assert entry.rollbacks == [RollbackEntry("rollback", run_id(1), 2, 0)]
