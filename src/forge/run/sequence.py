"""What to execute: one plan, a phase plan after plan, or whatever comes next."""

from __future__ import annotations

from pathlib import Path

from forge.errors import UnknownName, UsageError
from forge.planning.catalog import Catalog
from forge.planning.plan_files import Phase
from forge.run.beginning import Options
from forge.run.controls import resume
from forge.run.holding import Context
from forge.run.start import execute
from forge.text.command_line import forge_command
from forge.views.runs import RunRecord, open_runs
from forge.views.status import standing


def execute_named(context: Context, name: str | None, here: Path, options: Options) -> list[RunRecord]:
    """Execute what a name means, seen from the folder `here`, and return the runs, in order.

    A plan's name comes before a phase's; without a name the open run goes on, else the next ready plan is taken. Raises
    UnknownName, which lists the candidates.
    """
    catalog = Catalog(context.repository.root)
    if name is None:
        return [_whatever_comes_next(context, catalog, options)]
    phase = catalog.phase_meant(name, here)
    if phase is not None and options.worktree:
        raise UsageError("a work tree of its own is for one plan: the next one builds on its branch", "name a plan")
    if phase is not None:
        return _execute_phase(context, catalog, phase, options)
    return [execute(context, catalog.one(name, here), options)]


def _whatever_comes_next(context: Context, catalog: Catalog, options: Options) -> RunRecord:
    records = open_runs(context.repository)
    if len(records) == 1:
        return resume(context, records[0])
    if records:
        commands = [f"forge resume {record.card.run}" for record in records]
        raise UnknownName(f"{len(records)} runs are open", "resume one of them", commands)
    files = standing(context.repository).ready
    if not files:
        raise UnknownName("no plan is ready", "write one, or see `forge status` for what the others wait for")
    if len(files) > 1:
        listed = "\n".join(f"  {file.id}  {file.path}" for file in files)
        commands = [forge_command("execute", file.id) for file in files[:5]]
        raise UnknownName(f"{len(files)} plans are ready:\n{listed}", "name one", commands)
    return execute(context, files[0], options)


def _execute_phase(context: Context, catalog: Catalog, phase: Phase, options: Options) -> list[RunRecord]:
    """Run the plans of a phase in wave order; stop at the first run that does not come to its end."""
    done: list[RunRecord] = []
    while True:
        tried = {record.card.plan_path for record in done}
        now = standing(context.repository)
        left = [file for file in phase.plans if file.path not in tried and not now.done(file)]
        files = now.order.next_wave(left) or left[:1]
        if not files:
            return done
        done.append(execute(context, files[0], options))
        if done[-1].state.status != "completed":
            return done
