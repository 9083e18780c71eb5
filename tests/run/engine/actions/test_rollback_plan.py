"""Planning a rollback in this process: what is reverted, what stays, and what refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge.errors import NoOpenRun, UsageError
from forge.git.restore.revert import ChangedSince
from forge.git.restore.snapshot import capture
from forge.records.record import RunRecord, all_runs
from forge.run.engine.actions.rollback_plan import (
    RollbackTarget,
    commits_to_revert,
    find_record,
    plan_rollback,
)
from forge.run.engine.context import Context
from forge.run.engine.controls import current
from forge.run.engine.executor import go_on
from forge.run.start.rollback import is_runner_at_work, rollback, undo
from forge.run.start.rollback_run import NothingToTakeBack
from forge.timeline.run.state import Changed, RollbackState, RunState, StepState, Work
from tests.conftest import Sandbox
from tests.run.in_process import context_of, enter, opened
from tests.run.plans import Case, Task, auto, writes

SUMMARY = ".planning/phases/01-first/01-01-SUMMARY.md"


@pytest.fixture
def executed(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Context, RunRecord]]:
    """A completed run whose first step wrote a.txt, and whose second changed a.txt and wrote
    b.txt.
    """
    tasks = [
        Task("Write a", "a.txt", auto("grep -q a a.txt")),
        Task("Write b", "a.txt, b.txt", auto("test -s b.txt")),
    ]
    work = {1: writes("a.txt", "a1\n"), 2: f"{writes('a.txt', 'a2')}; {writes('b.txt', 'b')}"}
    Case(sandbox, tasks, work, files=("a.txt", "b.txt")).set_up()
    context = context_of(enter(sandbox, monkeypatch))
    with opened(context) as run:
        go_on(run)
        assert run.state.status == "completed"
        yield context, current(run)


def plan(context: Context, target: RollbackTarget, **options: bool) -> set[str]:
    """Return the paths that are committed to reach a target."""
    repository = context.repository
    head = str(repository.head().commit)
    planned = plan_rollback(repository, target, head, capture(repository), **options)
    assert all(not planned.leaves_alone(path) for path in planned.entries)
    return set(planned.entries)


def test_a_whole_run_is_reverted(executed: tuple[Context, RunRecord]) -> None:
    context, record = executed
    paths = plan(context, RollbackTarget("rollback", record.card.run))
    assert {"a.txt", "b.txt"} <= paths
    assert not any(path.startswith(".planning/runs/") for path in paths)


def test_a_part_of_a_run_is_reverted_from_a_step_on(executed: tuple[Context, RunRecord]) -> None:
    context, record = executed
    repository, head = context.repository, str(context.repository.head().commit)
    target = RollbackTarget("rollback", record.card.run, "01-01/2")
    planned = plan_rollback(repository, target, head, capture(repository))
    entry = planned.entries["a.txt"]
    assert entry is not None
    assert repository.git("cat-file", "blob", entry[1]) == b"a1\n"
    assert planned.entries["b.txt"] is None


def test_the_commits_of_each_step_are_distinguished(executed: tuple[Context, RunRecord]) -> None:
    context, record = executed
    head = str(context.repository.head().commit)

    def chosen(to: str | None) -> int:
        target = RollbackTarget("rollback", record.card.run, to)
        return len(commits_to_revert(context.repository, record, target, head)[1])

    assert chosen(None) == chosen("01-01/1") > chosen("01-01/2") > 0


def test_uncommitted_changes_refuse_it(
    executed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = executed
    sandbox.write("a.txt", "mine")
    sandbox.write("other.txt", "mine")
    with pytest.raises(ChangedSince) as error:
        plan(context, RollbackTarget("rollback", record.card.run))
    assert "a.txt has uncommitted changes" in error.value.message
    assert "other.txt" not in error.value.message


def test_loose_paths_of_the_step_do_not(
    executed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = executed
    sandbox.write("a.txt", "by the runner")
    target = RollbackTarget("rollback", record.card.run, loose=("a.txt",))
    assert "a.txt" in plan(context, target)


def test_later_commits_on_the_same_path_refuse_it(
    executed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = executed
    sandbox.write("b.txt", "mine")
    sandbox.commit("Mine")
    with pytest.raises(ChangedSince, match=r"b\.txt was changed by \w+ \(Mine\)"):
        plan(context, RollbackTarget("rollback", record.card.run))


def test_what_is_done_already_is_allowed_once_it_was_started(
    executed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = executed
    target = RollbackTarget("rollback", record.card.run)
    (sandbox.root / "b.txt").unlink()
    with pytest.raises(ChangedSince):
        plan(context, target)
    assert "b.txt" in plan(context, target, started=True)


def test_a_run_without_a_record_is_named(executed: tuple[Context, RunRecord]) -> None:
    context, _ = executed
    with pytest.raises(NoOpenRun, match="the record of the run run-9"):
        find_record(context.repository, "run-9")


def test_commits_of_another_branch_are_refused(
    executed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = executed
    sandbox.git("switch", "-q", "--detach", record.card.base_commit)
    head = sandbox.head()
    with pytest.raises(UsageError, match="not in the history of HEAD"):
        commits_to_revert(
            context.repository, record, RollbackTarget("rollback", record.card.run), head
        )


def test_a_rollback_and_its_undo_are_runs(
    executed: tuple[Context, RunRecord], sandbox: Sandbox
) -> None:
    context, record = executed
    back = rollback(context, record.card.run, "2")
    assert (back.card.kind, back.state.status) == ("rollback", "completed")
    assert (sandbox.root / "a.txt").read_text() == "a1\n"
    assert not (sandbox.root / "b.txt").exists()
    again = undo(context)
    assert (again.card.kind, again.state.status) == ("undo", "completed")
    assert (sandbox.root / "a.txt").read_text() == "a2"
    assert (sandbox.root / "b.txt").read_text() == "b"
    assert len(all_runs(context.repository)) == 3
    with pytest.raises(NothingToTakeBack):
        undo(context)


@pytest.mark.parametrize(
    ("to", "message"), [("9", "has no step `9`"), ("nothing", "it has:\n  1  01-01/1")]
)
def test_an_unknown_step_lists_those_that_there_are(
    executed: tuple[Context, RunRecord], to: str, message: str
) -> None:
    context, record = executed
    with pytest.raises(Exception, match="has no step") as error:
        rollback(context, record.card.run, to)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("work", "at_work"),
    [
        (Work(), False),
        (Work(runner="started", runner_name="worker"), True),
        (Work(runner="finished", runner_name="worker"), True),
        (Work(runner="started", runner_name="manual"), False),
        (Work(runner="finished", runner_name="worker", applied=True), False),
        (Work(runner="finished", runner_name="worker", user_repaired=True), False),
        (Work(changed={1: Changed(["b.txt"])}), True),
    ],
)
def test_whose_uncommitted_changes_are_in_the_tree(work: Work, at_work: bool) -> None:
    step = StepState("01-01/1", 1, "Write", "edit", "running", 1, work=work)
    assert is_runner_at_work(RunState("run-1", [step], "running")) is at_work


def test_a_target_is_read_from_what_was_announced() -> None:
    announced = RollbackState("undo", "run-1", "01-01/2", 9, 4, "c" * 40, "d" * 40, ["a.txt"])
    assert RollbackTarget.of(announced, announced.loose) == RollbackTarget(
        "undo", "run-1", "01-01/2", 4, ("a.txt",)
    )
