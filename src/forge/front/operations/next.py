"""Show what to do next."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.views.tracker.next_commands import next_commands
from forge.views.tracker.status import Tracker, load_tracker

_NOT_PROVEN = ("open", "failed", "unproven", "stale")


class Arguments(NamedTuple):
    """Next takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    tracker = load_tracker(call.repository)
    why, commands = _why(tracker), next_commands(tracker)
    return Reply({"why": why, "next": commands}, [why, *(f"  {line}" for line in commands)])


def _why(tracker: Tracker) -> str:
    run = next(iter(tracker.open_runs), None)
    if run is not None:
        waits = f", it waits for you ({run.waiting_for['kind']})" if run.waiting_for else ""
        return f"the run {run.run} of {run.plan} is {run.status}{waits}"
    if tracker.ready:
        more = f", and {len(tracker.ready) - 1} more" if len(tracker.ready) > 1 else ""
        return f"{tracker.ready[0].id} can start{more}"
    return _why_no_plan(tracker)


def _why_no_plan(tracker: Tracker) -> str:
    if items := tracker.backlog.of_status("in_progress"):
        return f"no plan can start; the item {items[0].id} is in progress: {items[0].title}"
    if items := tracker.backlog.ready:
        item = items[0]
        return f"no plan can start; the item {item.id} ({item.priority}) can: {item.title}"
    left = [plan for plan in tracker.plans if plan.word in _NOT_PROVEN]
    if left:
        part = f"{len(left)} of {len(tracker.plans)}"
        return f"no plan can start; {part} are not proven (`forge ready --explain`)"
    done = "every plan is called complete" if tracker.plans else "there are no plans yet"
    count = len(tracker.unplanned)
    if not count:
        return done
    listed = ", ".join(f"{line.number} {line.title}".strip() for line in tracker.unplanned[:3])
    phases = f"{count} phase{'s' if count > 1 else ''}"
    return f"{done}; the roadmap lists {phases} without plans: {listed}"
