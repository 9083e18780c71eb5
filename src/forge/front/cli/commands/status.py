"""forge status, and bare forge: where things stand and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.text.plural import amount
from forge.text.printable import visible
from forge.views.tracker.backlog import Backlog
from forge.views.tracker.missions import MissionStatus
from forge.views.tracker.plan_status import PlanStatus
from forge.views.tracker.status import Tracker, load_tracker


@click.command("status", cls=Verb)
@verb("status")
def command(app: App) -> Reply:
    """Show missions, phases, plans and the backlog: what is claimed, what is proven, what runs and
    what waits for whom.

    \b
    Example:
      forge status
    """
    found = load_tracker(app.repository)
    return Reply(found.as_data()) if app.as_json else Reply({}, visible(_text(found)))


def _text(found: Tracker) -> str:
    lines = [line for mission in found.missions for line in _mission(mission)]
    for phase, plans in found.by_phase.items():
        if plans[0].archived:
            continue
        lines.append(f"{phase}")
        lines += [
            line
            for plan in plans
            for line in _plan(plan, plan.contradiction or found.unstartable(plan))
        ]
    lines += _archived([plan for plan in found.plans if plan.archived])
    if not found.plans:
        lines.append("there are no plans under .planning/ yet")
    lines += [f"the run {run} cannot be read: `forge runs` says why" for run in found.unreadable]
    lines += _backlog(found.backlog)
    return "\n".join([*lines, "next:", *(f"  {line}" for line in found.next)])


def _archived(plans: list[PlanStatus]) -> Iterator[str]:
    """Say what archives hold in one line; `forge list plans --archived` names each."""
    if plans:
        counts = Counter(plan.word for plan in plans)
        yield (
            f"archived: {amount(len(plans), 'plan')}"
            f" ({', '.join(f'{number} {word}' for word, number in counts.items())})"
        )


def _mission(mission: MissionStatus) -> Iterator[str]:
    line, tally = mission.line, mission.tally
    yield f"mission {line.title}" + (f": {line.goal}" if line.goal else "")
    if tally.plans:
        yield f"  {line.status}, {tally.proven} of {tally.plans} plans proven" + (
            f", {tally.claimed} only claimed" if tally.claimed else ""
        )
    if mission.contradiction:
        yield f"  but {mission.contradiction}"


def _backlog(backlog: Backlog) -> Iterator[str]:
    if not backlog.items:
        return
    counts = [
        f"{len(items)} {status.replace('_', ' ')}" for status, items in backlog.columns if items
    ]
    yield f"backlog: {', '.join(counts)}" + (
        f"; {len(backlog.ready)} can start" if backlog.ready else ""
    )
    for item in backlog.items:
        if item.contradiction:
            yield f"  {item.id:12} {item.status:12} {item.title[:70]}"
            yield f"               but {item.contradiction}"


def _plan(plan: PlanStatus, but: str) -> list[str]:
    waits = f"  waits for a person: {plan.waiting_for['kind']}" if plan.waiting_for else ""
    lines = [f"  {plan.id:12} {plan.word:12} {plan.title[:70]}{waits}"]
    return [*lines, f"               but {but}"] if but else lines
