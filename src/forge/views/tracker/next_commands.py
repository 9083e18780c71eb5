"""The commands that forge suggests to type next, derived from the state of a repository."""

from __future__ import annotations

from forge.planning.names.plan_files import Phase
from forge.text.command_line import forge_command
from forge.views.outline.entries import RoadmapEntry
from forge.views.outline.outline import Outline
from forge.views.tracker.backlog import ItemStatus
from forge.views.tracker.plan_status import NOT_PROVEN
from forge.views.tracker.status import Tracker


def next_commands(tracker: Tracker) -> list[str]:
    """Return command lines to type, the most useful first.

    In this order: go on with a run, start a plan or an item, set forge up, fix a plan, plan the
    next phase of the roadmap, verify.
    """
    return (
        _going_on_here(tracker)
        or [*_going_on_elsewhere(tracker), *_starting_a_plan(tracker)]
        or _working_on_an_item(tracker)
        or _first_plan(tracker)
        or _fixing_open_plans(tracker)
        or _planning_the_roadmap(tracker)
        or _verifying(tracker)
    )


def _going_on_here(tracker: Tracker) -> list[str]:
    return [command for run in tracker.open_runs if run.here for command in run.next[:2]]


def _going_on_elsewhere(tracker: Tracker) -> list[str]:
    return [command for run in tracker.open_runs for command in run.next[:2]]


def _starting_a_plan(tracker: Tracker) -> list[str]:
    return [
        forge_command(verb, file.id)
        for file in tracker.ready[:3]
        for verb in ("approve", "execute")
    ]


def _working_on_an_item(tracker: Tracker) -> list[str]:
    items = [*tracker.backlog.of_status("in_progress"), *tracker.backlog.ready]
    return [forge_command("show", items[0].id), _advance(items[0])] if items else []


def _advance(item: ItemStatus) -> str:
    status = "in_progress" if item.status == "todo" else "done"
    return forge_command("set", item.id, f"status={status}")


def _first_plan(tracker: Tracker) -> list[str]:
    return [] if tracker.outline.files else ["forge init", "forge demo"]


def _fixing_open_plans(tracker: Tracker) -> list[str]:
    open_plans = [plan for plan in tracker.plans if plan.word == "open"]
    if not open_plans:
        return []
    broken = [plan.path for plan in open_plans if tracker.outline.plans[plan.path].problem]
    return [*(forge_command("validate", path) for path in broken[:2]), "forge ready --explain"]


def _planning_the_roadmap(tracker: Tracker) -> list[str]:
    unplanned = tracker.unplanned
    command = _first_plan_of(unplanned[0], tracker.outline) if unplanned else ""
    return [command] if command else []


def _verifying(tracker: Tracker) -> list[str]:
    plans = [plan for plan in tracker.plans if plan.verdict in NOT_PROVEN]
    commands = [forge_command("verify", plan.id) for plan in plans[:3]]
    return [*commands, "forge verify --all", "forge runs"]


def _first_plan_of(line: RoadmapEntry, outline: Outline) -> str:
    """Return the command that begins a phase of the roadmap.

    Empty if `forge new phase` would give the new folder another number than the roadmap does.
    """
    numbers = {Phase(folder, ()).key for folder in outline.phase_folders}
    if line.number in numbers:
        title = line.title or f"Phase {line.number}"
        return forge_command("new", "plan", title, options=["--phase", line.number])
    last = max((int(number) for number in numbers if number.isdigit()), default=0)
    if line.title and line.number == str(last + 1):
        return forge_command("new", "phase", line.title)
    return ""
