"""forge ready: what can start now, and why the rest cannot."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.text.visible import visible
from forge.views.status import Standing, standing


@click.command("ready")
@click.option("--explain", is_flag=True, help="Also say why the other open plans cannot start.")
@verb("ready")
def command(app: App, explain: bool) -> Reply:
    """List the plans that can start now, in order: of the first open phase, the lowest wave whose dependencies are completed.

    \b
    Example:
      forge ready
      forge ready --explain
    """
    found = standing(app.repository)
    data: dict[str, object] = {"ready": [plan.as_data() for plan in found.plans if plan.ready]}
    lines = [f"{plan.id:12} {plan.title[:80]}" for plan in found.plans if plan.ready] or ["no plan can start now"]
    if explain:
        waiting = _waiting(found)
        data["waiting"] = [{"id": name, "reasons": reasons} for name, reasons in waiting]
        lines += [f"{name:12} " + "\n             ".join(reasons) for name, reasons in waiting]
    return Reply(data, visible("\n".join(lines)))


def _waiting(found: Standing) -> list[tuple[str, list[str]]]:
    """Return the plans that are neither completed nor ready, with the reasons."""
    reasons = {waiting.file.path: waiting.reasons for waiting in found.order.waiting()}
    for plan in found.plans:
        if plan.run_status in ("running", "paused", "interrupted", "elsewhere"):
            reasons[plan.path] = [f"its run {plan.run} is {plan.run_status}"]
        problem = found.outline.plans[plan.path].problem
        if problem and plan.word == "open":
            reasons.setdefault(plan.path, []).append(f"cannot be executed as it is: {problem}")
    return [(plan.id, reasons[plan.path]) for plan in found.plans if plan.path in reasons]
