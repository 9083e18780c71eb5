"""forge ready: what can start now, and why the rest cannot."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.text.printable import visible
from forge.views.tracker.status import Tracker, load_tracker


@click.command("ready", cls=Verb)
@option("--explain", is_flag=True, help="Also say why the other open plans and items cannot start.")
@verb("ready")
def command(app: App, explain: bool) -> Reply:
    """List what can start now, in order: plans of the first open phase and of its lowest wave, then
    items of the backlog.

    Of plans and items alike everything that they depend on is done; items come by their priority.

    \b
    Example:
      forge ready
      forge ready --explain
    """
    found = load_tracker(app.repository)
    plans, items = [plan for plan in found.plans if plan.ready], found.backlog.ready
    data: dict[str, object] = {
        "ready": [plan.as_data() for plan in plans],
        "items": [item.as_data() for item in items],
    }
    lines = [f"{plan.id:12} {plan.title[:80]}" for plan in plans]
    lines += [f"{item.id:12} {item.priority} {item.title[:80]}" for item in items]
    lines = lines or ["nothing can start now"]
    if explain:
        waiting = [
            *_waiting(found),
            *((item.id, item.reasons) for item in found.backlog.items if item.reasons),
        ]
        data["waiting"] = [{"id": name, "reasons": reasons} for name, reasons in waiting]
        lines += [f"{name:12} " + "\n             ".join(reasons) for name, reasons in waiting]
    return Reply(data, visible("\n".join(lines)))


def _waiting(found: Tracker) -> list[tuple[str, list[str]]]:
    """Return the plans that are neither completed nor ready, with the reasons."""
    reasons = {waiting.file.path: waiting.reasons for waiting in found.order.waiting()}
    for plan in found.plans:
        if plan.run_status in ("running", "paused", "interrupted", "elsewhere", "damaged"):
            reasons[plan.path] = [f"its run {plan.run} is {plan.run_status}"]
        problem = found.outline.plans[plan.path].problem
        if problem and plan.word == "open":
            reasons.setdefault(plan.path, []).append(f"has to be fixed first: {problem}")
    return [(plan.id, reasons[plan.path]) for plan in found.plans if plan.path in reasons]
