"""What a run or a step changed, from its record and the history."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from forge.errors import NoOpenRun, UnknownName
from forge.git.repository import Repository
from forge.records.record import RunRecord, all_runs
from forge.timeline.event import GENESIS, Data, link
from forge.timeline.run import events as ev
from forge.views.runs.diffs import changes_of, run_and_step
from tests.conftest import Sandbox
from tests.records.runs import COMPLETED, PLAN, card, chain, put_live, put_tracked, run_id

STEPS = [{"id": f"01-01/{number}", "name": f"Step {number}", "stage": "edit"} for number in (1, 2)]


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    sandbox.write("a.txt", "zero\n")
    sandbox.commit("Start")
    return Repository.discover(sandbox.root)


def changed(sandbox: Sandbox, path: str, text: str) -> str:
    sandbox.write(path, text)
    sandbox.commit(f"Change {path}")
    return sandbox.git("rev-parse", "HEAD").strip()


def put_steps(sandbox: Sandbox, *steps: tuple[str | None, Data], live: bool = False) -> RunRecord:
    """Write a run with events of its steps, and read it."""
    own = card(steps=STEPS)
    place = (put_live if live else put_tracked)(sandbox, own)
    data = [ev.MissionStarted("", 2, {}, "", ""), *(one for _, one in steps)]
    lines, previous = [], GENESIS
    for event, step in zip(chain(own.run, data), [None, *(step for step, _ in steps)], strict=True):
        line = replace(event, step=step, attempt=1, prev=previous).encode()
        lines.append(line)
        previous = link(line)
    (place / "timeline.jsonl").write_bytes(b"".join(lines))
    (record,) = all_runs(Repository.discover(sandbox.root))
    return record


def test_a_step_has_its_own_commits(sandbox: Sandbox, repository: Repository) -> None:
    one, two = changed(sandbox, "a.txt", "one\n"), changed(sandbox, "b.txt", "two\n")
    record = put_steps(
        sandbox,
        ("01-01/1", ev.DiffApplied(one)),
        ("01-01/2", ev.DiffApplied(two)),
        (None, COMPLETED),
    )
    whole = changes_of(repository, record, None)
    assert whole.commits == [one, two]
    assert [stat.path for stat in whole.files(repository)] == ["a.txt", "b.txt"]
    second = changes_of(repository, record, record.state.steps[1])
    assert second.commits == [two]
    data = second.as_data(repository)
    assert (data["step"], data["uncommitted"]) == ("01-01/2", [])
    assert "+two" in str(data["patch"]) and "+one" not in str(data["patch"])


def test_a_commit_after_the_last_step_belongs_to_the_run(
    sandbox: Sandbox, repository: Repository
) -> None:
    last = changed(sandbox, "c.txt", "x\n")
    record = put_steps(sandbox, (None, ev.DiffApplied(last)))
    assert changes_of(repository, record, None).commits == [last]
    assert changes_of(repository, record, record.state.steps[0]).commits == []


def test_uncommitted_files_of_an_open_run(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("mine.txt", "before\n")
    record = put_steps(
        sandbox,
        (None, ev.DirtyCaptured("c" * 40, ["mine.txt"])),
        ("01-01/1", ev.StepStarted(1, "", "edit")),
        live=True,
    )
    sandbox.write("a.txt", "changed\n")
    sandbox.write("new.txt", "new\n")
    sandbox.write(".planning/runs/x/run.yaml", "")
    assert changes_of(repository, record, None).uncommitted == [" M a.txt", "?? new.txt"]
    first, second = record.state.steps
    assert changes_of(repository, record, first).uncommitted == [" M a.txt", "?? new.txt"]
    assert changes_of(repository, record, second).uncommitted == [], "it has not started"


def test_a_run_that_ended_has_nothing_uncommitted(sandbox: Sandbox, repository: Repository) -> None:
    record = put_steps(sandbox, (None, COMPLETED))
    sandbox.write("a.txt", "changed\n")
    assert changes_of(repository, record, None).uncommitted == []


def test_a_commit_that_is_not_here_is_named(sandbox: Sandbox, repository: Repository) -> None:
    record = put_steps(sandbox, ("01-01/1", ev.DiffApplied("f" * 40)))
    changes = changes_of(repository, record, None)
    assert (changes.missing, changes.ranges) == (["f" * 40], [])


@pytest.mark.parametrize(
    ("name", "step"),
    [
        (None, None),
        (run_id(1), None),
        (f"{run_id(1)}/2", "01-01/2"),
        ("025501/1", "01-01/1"),
        ("01-01", None),
        ("01-01/1", "01-01/1"),
        (PLAN, None),
    ],
)
def test_names_of_runs_plans_and_steps(
    sandbox: Sandbox, repository: Repository, name: str | None, step: str | None
) -> None:
    put_steps(sandbox, (None, COMPLETED))
    record, meant = run_and_step(repository, name)
    assert record.card.run == run_id(1)
    assert (meant.id if meant else None) == step


def test_of_a_plan_it_is_the_last_run(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, card(2), COMPLETED)
    assert run_and_step(repository, "01-01")[0].card.run == run_id(2)


def test_an_unknown_step_lists_the_steps(sandbox: Sandbox, repository: Repository) -> None:
    put_steps(sandbox, (None, COMPLETED))
    with pytest.raises(UnknownName) as caught:
        run_and_step(repository, "01-01/3")
    assert "has no step 3; it has:\n  01-01/1  Step 1\n  01-01/2  Step 2" in caught.value.message
    with pytest.raises(NoOpenRun):
        run_and_step(repository, "nothing")
    with pytest.raises(NoOpenRun):
        run_and_step(repository, "nothing/1")
