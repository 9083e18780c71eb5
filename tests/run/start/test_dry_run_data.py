"""What a dry run says about a plan, in this process."""

from __future__ import annotations

from typing import Any

from forge.planning.names.catalog import Catalog
from forge.run.engine.context import Context
from forge.run.start.dry_run import dry_run
from forge.run.start.first_events import Options
from tests.conftest import Sandbox
from tests.run.in_process import opened

PATH = ".planning/phases/01-first/01-01-PLAN.md"


def dry_run_of(context: Context, **options: Any) -> dict[str, Any]:
    file = Catalog(context.repository.root).one("01-01")
    return dry_run(context, file, Options(**options)).data


def test_a_dry_run_lists_every_reason_to_refuse(context: Context, sandbox: Sandbox) -> None:
    assert dry_run_of(context)["refused"] == []
    sandbox.write("mine.txt", "x")
    with opened(context):
        kinds = [reason["kind"] for reason in dry_run_of(context, from_step="9")["refused"]]
    assert kinds == ["run_open", "dirty_tree", "unknown_name"]


def test_a_dry_run_lists_how_each_step_is_done(context: Context) -> None:
    data = dry_run_of(context)
    (step,) = data["steps"]
    assert (step["done_by"], step["checkpoint"], step["may_write"]) == (
        "the runner",
        True,
        ["a.txt"],
    )
    assert step["checks"] == [{"text": "grep -q a a.txt", "runs": True, "asked": None}]
    assert data["approval"]["approved"] is False
    assert dry_run_of(context, approve=True)["approval"]["approved"] is True
    (by_hand,) = dry_run_of(context, runner="manual")["steps"]
    assert by_hand["done_by"] == "you"
