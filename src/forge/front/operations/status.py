"""Show the status of the work and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.text.plural import amount
from forge.views.tracker.backlog import Backlog
from forge.views.tracker.missions import MissionStatus
from forge.views.tracker.next_commands import next_commands
from forge.views.tracker.plan_status import PlanStatus
from forge.views.tracker.status import Tracker, load_tracker

_DETAIL = f"{'':15}but "


class Arguments(NamedTuple):
    """Status takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    tracker = load_tracker(call.repository)
    commands = next_commands(tracker)
    return Reply(
        lambda: tracker.as_data() | {"next": commands},
        lambda: [*_lines(tracker, commands)],
        view=tracker,
    )


def _lines(tracker: Tracker, commands: list[str]) -> Iterator[str]:
    for mission in tracker.missions:
        yield from _mission_lines(mission)
    for phase, plans in tracker.by_phase.items():
        if plans[0].archived:
            continue
        yield f"{phase}"
        for plan in plans:
            yield from _plan_lines(plan, plan.contradiction or tracker.unstartable(plan))
    yield from _archived_lines([plan for plan in tracker.plans if plan.archived])
    if not tracker.plans:
        yield "there are no plans under .planning/ yet"
    yield from (
        f"the run {run} cannot be read: `forge runs` says why" for run in tracker.unreadable
    )
    yield from _backlog_lines(tracker.backlog)
    yield "next:"
    yield from (f"  {line}" for line in commands)


def _archived_lines(plans: list[PlanStatus]) -> Iterator[str]:
    if plans:
        counts = Counter(plan.word for plan in plans)
        listed = ", ".join(f"{number} {word}" for word, number in counts.items())
        yield f"archived: {amount(len(plans), 'plan')} ({listed})"


def _mission_lines(mission: MissionStatus) -> Iterator[str]:
    line, tally = mission.line, mission.tally
    yield f"mission {line.title}" + (f": {line.goal}" if line.goal else "")
    if tally.plans:
        claimed = f", {tally.claimed} only claimed" if tally.claimed else ""
        yield f"  {line.status}, {tally.proven} of {tally.plans} plans proven{claimed}"
    if mission.contradiction:
        yield f"  but {mission.contradiction}"


def _backlog_lines(backlog: Backlog) -> Iterator[str]:
    if not backlog.items:
        return
    counts = [
        f"{len(items)} {status.replace('_', ' ')}" for status, items in backlog.columns if items
    ]
    ready = f"; {len(backlog.ready)} can start" if backlog.ready else ""
    yield f"backlog: {', '.join(counts)}{ready}"
    for item in backlog.items:
        if item.contradiction:
            yield f"  {item.id:12} {item.status:12} {item.title[:70]}"
            yield f"{_DETAIL}{item.contradiction}"


def _plan_lines(plan: PlanStatus, objection: str) -> Iterator[str]:
    waits = f"  waits for you: {plan.waiting_for['kind']}" if plan.waiting_for else ""
    yield f"  {plan.id:12} {plan.word:12} {plan.title[:70]}{waits}"
    if objection:
        yield f"{_DETAIL}{objection}"
