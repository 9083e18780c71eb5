"""forge status, and bare forge: where things stand and what to do next."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.views.status import PlanStanding, Standing, standing


@click.command("status")
@verb("status")
def command(app: App) -> Reply:
    """Show missions, phases and plans: what is claimed, what is proven, what runs and what waits for whom.

    \b
    Example:
      forge status
    """
    found = standing(app.repository)
    return Reply(found.as_data(), _text(found))


def _text(found: Standing) -> str:
    lines = [f"mission {mission.title}" + (f": {mission.goal}" if mission.goal else "") for mission in found.missions]
    for phase, plans in found.by_phase():
        lines.append(f"{phase}")
        lines += [line for plan in plans for line in _plan(plan)]
    if not found.plans:
        lines.append("there are no plans under .planning/ yet")
    return "\n".join([*lines, "next:", *(f"  {line}" for line in found.next)])


def _plan(plan: PlanStanding) -> list[str]:
    waits = f"  waits for a person: {plan.waiting_for['kind']}" if plan.waiting_for else ""
    lines = [f"  {plan.id:12} {plan.word:12} {plan.title[:70]}{waits}"]
    return [*lines, f"               but {plan.contradiction}"] if plan.contradiction else lines
