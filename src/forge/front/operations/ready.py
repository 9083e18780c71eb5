"""List what can start now, and why the rest cannot."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Data, Reply
from forge.front.operations.call import Call
from forge.text.printable import Line
from forge.views.tracker.status import Tracker, load_tracker

_OPEN_RUN = ("running", "paused", "interrupted", "elsewhere", "damaged", "altered")


class Arguments(NamedTuple):
    """`explain` also lists why the other open plans and items cannot start."""

    explain: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    tracker = load_tracker(call.repository)
    plans, items = [plan for plan in tracker.plans if plan.ready], tracker.backlog.ready
    data: Data = {
        "ready": [plan.as_data() for plan in plans],
        "items": [item.as_data() for item in items],
    }
    lines: list[Line] = [f"{plan.id:12} {plan.title[:80]}" for plan in plans]
    lines += [f"{item.id:12} {item.priority} {item.title[:80]}" for item in items]
    lines = lines or ["nothing can start now"]
    if arguments.explain:
        waiting = _waiting(tracker)
        waiting += [(item.id, item.reasons) for item in tracker.backlog.items if item.reasons]
        data["waiting"] = [{"id": name, "reasons": reasons} for name, reasons in waiting]
        for name, reasons in waiting:
            lines += [
                f"{'' if number else name:12} {reason}" for number, reason in enumerate(reasons)
            ]
    return Reply(data, lines)


def _waiting(tracker: Tracker) -> list[tuple[str, list[str]]]:
    """Return the plans that are neither completed nor ready, with the reasons."""
    reasons = {waiting.file.path: waiting.reasons for waiting in tracker.order.waiting()}
    for plan in tracker.plans:
        if plan.run_status in _OPEN_RUN:
            reasons[plan.path] = [f"its run {plan.run} is {plan.run_status}"]
        problem = tracker.outline.plans[plan.path].problem
        if problem and plan.word == "open":
            reasons.setdefault(plan.path, []).append(f"has to be fixed first: {problem}")
    return [(plan.id, reasons[plan.path]) for plan in tracker.plans if plan.path in reasons]
