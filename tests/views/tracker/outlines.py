"""Outlines made of data, for tests of what is derived from them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from forge.planning.names.plan_files import PlanFile
from forge.views.outline.entries import ItemEntry, PlanEntry, RunEntry
from forge.views.tracker.plan_status import PlanStatus
from forge.views.tracker.status import Tracker

ROOT = Path("/nowhere")


def plan_file(plan_id: str, folder: str = "") -> PlanFile:
    """Return a plan's file; its phase is the number before the dash."""
    folder = folder or f".planning/phases/{plan_id.partition('-')[0]}-phase"
    return PlanFile(f"{folder}/{plan_id}-PLAN.md", plan_id)


def path_of(plan_id: str) -> str:
    return plan_file(plan_id).path


def run(
    plan_id: str, status: str = "completed", verdict: str | None = "proven", **more: Any
) -> Any:
    """Return an execution of a plan; its name is `run` unless given."""
    return RunEntry(
        more.pop("name", "run"),
        plan_id,
        path_of(plan_id),
        more.pop("kind", "execute"),
        status,
        verdict,
        **more,
    )


def tracker(plans: dict[str, PlanEntry] | None = None, **outline: Any) -> Tracker:
    """Return the state of a repository with these plans; `outline` overrides other parts of it."""
    plans = plans or {}
    folder = outline.pop("folder", "")
    files = [plan_file(plan_id, folder) for plan_id in plans]
    parts: dict[str, Any] = {
        "repository": SimpleNamespace(root=ROOT),
        "files": files,
        "plans": dict(zip([file.path for file in files], plans.values(), strict=True)),
        "runs": [],
        "run_ids": [],
        "rolled_back": frozenset(),
        "stale": frozenset(),
        "summaries": {},
        "items": {},
        "missions": [],
        "roadmap": [],
        "phase_folders": [],
        "archived_phases": [],
    }
    return Tracker(SimpleNamespace(**(parts | outline)))  # type: ignore[arg-type]


def status(**fields: Any) -> PlanStatus:
    """Return the status of a plan that nobody has worked on."""
    values: dict[str, Any] = {
        "id": "01-01",
        "path": path_of("01-01"),
        "title": "Write it",
        "phase": ".planning/phases/01-phase",
        "claimed": False,
        "verdict": None,
        "run": None,
        "run_status": None,
        "waiting_for": None,
    }
    return PlanStatus(**(values | fields))


def item(item_id: str, item_status: str = "todo", **fields: Any) -> dict[str, ItemEntry]:
    """Return an item by its path, to be merged with others."""
    path = f"{fields.pop('folder', '.planning/backlog')}/{item_id}-x.md"
    return {path: ItemEntry(item_id, f"Item {item_id}", item_status, **fields)}
