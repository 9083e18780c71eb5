"""What a name means to `forge execute`, and in which order plans follow each other."""

from __future__ import annotations

import pytest

from forge.errors import UnknownName, UsageError
from forge.git.repository import Repository
from forge.records.record import RunRecord
from forge.run.engine.context import Context
from forge.run.engine.parts.record import Record
from forge.run.start.first_events import Options
from forge.run.waves.sequential import dry_runs_named, execute_named
from tests.conftest import Sandbox
from tests.run.in_process import context_of, enter
from tests.run.plans import Case, Task, auto

APPROVED = Options(approve=True)
FIRST, SECOND = ".planning/phases/01-first", ".planning/phases/02-second"


def plan_at(sandbox: Sandbox, path: str, command: str = "test -d .", *, wave: int = 1) -> None:
    """Write a plan of one test step, which needs no runner."""
    task = Task("Test it", verify=auto(command), extra="")
    text = Case(sandbox, [task], path=path).plan_text()
    phase = path.split("/")[2]
    text = text.replace("phase: 01-first", f"phase: {phase}")
    sandbox.write(path, text.replace("wave: 1", f"wave: {wave}"))


@pytest.fixture
def context(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Context:
    sandbox.write(".planning/forge.yaml", "version: 1\n")
    plan_at(sandbox, f"{FIRST}/01-01-PLAN.md", wave=2)
    plan_at(sandbox, f"{FIRST}/01-02-PLAN.md", wave=1)
    plan_at(sandbox, f"{SECOND}/02-01-PLAN.md")
    sandbox.commit("Plans")
    return context_of(enter(sandbox, monkeypatch))


def plans(records: list[RunRecord]) -> list[str]:
    return [record.card.plan for record in records]


def dry_runs_of(context: Context, name: str | None) -> list[object]:
    dry_runs = dry_runs_named(context, name, context.repository.root, Options())
    return [planned.data["plan"] for planned in dry_runs]


def test_a_plan_is_executed_alone(context: Context) -> None:
    records = execute_named(context, "01-02", context.repository.root, APPROVED)
    assert plans(records) == ["01-02"] and records[0].state.status == "completed"


def test_a_phase_is_executed_in_the_order_of_waves(context: Context) -> None:
    records = execute_named(context, "01-first", context.repository.root, APPROVED)
    assert plans(records) == ["01-02", "01-01"]


def test_a_phase_stops_at_the_first_plan_that_does_not_complete(
    context: Context, sandbox: Sandbox
) -> None:
    plan_at(sandbox, f"{FIRST}/01-02-PLAN.md", "false", wave=1)
    sandbox.commit("A plan that fails")
    records = execute_named(context, "01", context.repository.root, APPROVED)
    assert plans(records) == ["01-02"]
    assert records[0].state.status == "paused"


def test_a_completed_phase_has_nothing_left(context: Context) -> None:
    root = context.repository.root
    execute_named(context, "01", root, APPROVED)
    assert execute_named(context, "01", root, APPROVED) == []


def test_a_phase_begins_with_the_closing_record_that_is_owed(
    context: Context, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    root = context.repository.root
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Record, "commit", killed)
        execute_named(context, "01-02", root, APPROVED)
    assert sandbox.status() == []
    records = execute_named(context, "01", root, APPROVED)
    assert plans(records) == ["01-02", "01-01"] and records[0].state.status == "completed"
    assert not records[0].live and sandbox.status() == []


def test_an_open_run_goes_on_without_a_name(context: Context, sandbox: Sandbox) -> None:
    root = context.repository.root
    plan_at(sandbox, f"{SECOND}/02-01-PLAN.md", "test -e ready.txt")
    sandbox.commit("A plan that fails")
    (record,) = execute_named(context, "02-01", root, APPROVED)
    assert record.state.status == "paused"
    sandbox.write(".git/info/exclude", "ready.txt\n")
    sandbox.write("ready.txt", "")
    (again,) = execute_named(context, None, root, Options())
    assert again.card.run == record.card.run and again.state.status == "completed"


def test_without_a_name_the_only_ready_plan_is_executed(context: Context) -> None:
    root = context.repository.root
    execute_named(context, "01", root, APPROVED)
    assert plans(execute_named(context, None, root, APPROVED)) == ["02-01"]
    with pytest.raises(UnknownName, match="no plan is ready"):
        execute_named(context, None, root, APPROVED)


def test_several_ready_plans_have_to_be_named(context: Context, sandbox: Sandbox) -> None:
    plan_at(sandbox, f"{FIRST}/01-01-PLAN.md", wave=1)
    sandbox.commit("Two plans of one wave")
    with pytest.raises(UnknownName) as error:
        execute_named(context, None, context.repository.root, APPROVED)
    assert "plans are ready" in error.value.message
    assert "forge execute 01-01" in error.value.next_commands


def test_a_work_tree_of_its_own_is_for_one_plan(context: Context) -> None:
    with pytest.raises(UsageError, match="for one plan"):
        execute_named(context, "01-first", context.repository.root, Options(worktree=True))


def test_an_unknown_name_lists_what_there_is(context: Context) -> None:
    with pytest.raises(UnknownName, match="01-01"):
        execute_named(context, "nothing-like-it", context.repository.root, APPROVED)


def mission(sandbox: Sandbox, repository: Repository, phases: str, status: str = "active") -> None:
    sandbox.write(
        ".planning/missions/release.yaml",
        f"version: 1\nid: release\ntitle: Release\nstatus: {status}\nphases: {phases}\n",
    )
    sandbox.commit("A mission")


def test_a_mission_is_executed_phase_by_phase(context: Context, sandbox: Sandbox) -> None:
    mission(sandbox, context.repository, "[02-second, 01-first]")
    assert dry_runs_of(context, "release") == ["02-01", "01-02", "01-01"]
    records = execute_named(context, "release", context.repository.root, APPROVED)
    assert plans(records) == ["02-01", "01-02", "01-01"]


@pytest.mark.parametrize("status", ["paused", "done", "cancelled"])
def test_a_mission_that_is_not_active_is_refused(
    context: Context, sandbox: Sandbox, status: str
) -> None:
    mission(sandbox, context.repository, "[01-first]", status)
    with pytest.raises(UsageError, match=f"the mission release is {status}"):
        execute_named(context, "release", context.repository.root, APPROVED)


@pytest.mark.parametrize("phases", ["[]", "[99-missing]"])
def test_a_mission_without_its_phases_is_refused(
    context: Context, sandbox: Sandbox, phases: str
) -> None:
    mission(sandbox, context.repository, phases)
    with pytest.raises(UnknownName, match="has no such phases"):
        execute_named(context, "release", context.repository.root, APPROVED)


def test_a_dry_run_changes_nothing(context: Context, sandbox: Sandbox) -> None:
    head = sandbox.head()
    assert dry_runs_of(context, "01-01") == ["01-01"]
    assert dry_runs_of(context, "01") == ["01-02", "01-01"]
    assert sandbox.head() == head and sandbox.status() == []
    assert not (sandbox.root / ".planning/runs").exists()
