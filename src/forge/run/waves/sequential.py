"""Executes what a name means: a plan, the plans of a phase or of a mission in order, or without a
name what comes next.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from forge.errors import UnknownName, UsageError
from forge.planning.mission.mission import load_all as mission_files
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import Phase, PlanFile, natural
from forge.records.record import RunRecord, open_runs
from forge.run.approvals.subject import subject_of
from forge.run.engine.context import Context
from forge.run.engine.controls import resume
from forge.run.start.dry_run import DryRun, dry_run
from forge.run.start.first_events import Options
from forge.run.start.start import execute
from forge.text.command_line import forge_command
from forge.text.path_list import cut
from forge.views.tracker.status import load_tracker


def execute_named(
    context: Context, name: str | None, here: Path, options: Options
) -> list[RunRecord]:
    """Execute what a name means in the folder `here`, and return the runs in order.

    A plan takes precedence over a phase, and a phase over a mission. A phase begins with the
    closing record of a run that ended without it. Without a name the open run goes on, or else the
    next ready plan is executed. Raises UnknownName, which lists the candidates.
    """
    catalog = Catalog(context.repository.root)
    if name is None:
        return [_execute_next(context, options)]
    phases = _phases_meant(context, catalog, name, here)
    if phases is None:
        return [execute(context, catalog.one(name, here), options)]
    if options.worktree:
        raise UsageError(
            "a work tree of its own is for one plan: the next plan builds on its branch",
            "name a plan",
        )
    if options.approve:
        options = replace(options, subjects=_subjects(context, phases, options))
    closed, done = _close_ended_runs(context), list[RunRecord]()
    for phase in phases:
        done += _execute_phase(context, phase, options, closed)
        if done and done[-1].state.status != "completed":
            break
    return done


def _subjects(context: Context, phases: list[Phase], options: Options) -> dict[str, str]:
    """Return what approving the plans of phases approves now, by path. What a run makes of a later
    plan is not covered by it.
    """
    catalog, settings = Catalog(context.repository.root), context.settings
    plans = [catalog.load_or_finding(file) for phase in phases for file in phase.plans]
    return {
        plan.path: subject_of(context.repository, plan, settings, options.runner).sha256
        for plan in plans
    }


def dry_runs_named(
    context: Context, name: str | None, here: Path, options: Options
) -> list[DryRun]:
    """Return what executing a name would do, plan by plan in order. Raises UnknownName."""
    catalog = Catalog(context.repository.root)
    if name is None:
        return [dry_run(context, _next_ready(context), options)]
    phases = _phases_meant(context, catalog, name, here)
    if phases is None:
        return [dry_run(context, catalog.one(name, here), options)]
    done = load_tracker(context.repository).done
    left = [[file for file in phase.plans if not done(file)] for phase in phases]
    ordered = [
        file
        for files in left
        for file in sorted(files, key=lambda file: (catalog.load(file).wave, natural(file.path)))
    ]
    return [dry_run(context, file, options) for file in ordered]


def _phases_meant(context: Context, catalog: Catalog, name: str, here: Path) -> list[Phase] | None:
    """Return the phases that a name means, those of a mission in its order; None if it names
    neither a phase nor a mission.
    """
    phase = catalog.phase_meant(name, here)
    if phase is not None or catalog.named(name, here):
        return [phase] if phase is not None else None
    missions = mission_files(context.repository.root)
    mission = next((mission for mission in missions if name in (mission.id, mission.path)), None)
    if mission is None:
        return None
    if mission.status in ("paused", "done", "cancelled"):
        raise UsageError(
            f"the mission {mission.id} is {mission.status}",
            f"set its status in {mission.path}, or name a phase",
        )
    named = [(folder, catalog.phase(folder)) for folder in mission.phases]
    unknown = [folder for folder, phase in named if phase is None]
    if unknown or not named:
        listed = ", ".join(unknown) or "(it names no phases)"
        raise UnknownName(
            f"the mission {mission.id} has no such phases: {listed}",
            f"fix `phases` in {mission.path}",
        )
    return [phase for _, phase in named if phase is not None]


def _execute_next(context: Context, options: Options) -> RunRecord:
    records = open_runs(context.repository)
    if len(records) == 1:
        return resume(context, records[0])
    if records:
        commands = [forge_command("resume", record.card.run) for record in records]
        raise UnknownName(f"{len(records)} runs are open", "resume one of them", commands)
    return execute(context, _next_ready(context), options)


def _next_ready(context: Context) -> PlanFile:
    files = load_tracker(context.repository).ready
    if not files:
        raise UnknownName(
            "no plan is ready", "write one, or see `forge status` for what the others wait for"
        )
    if len(files) > 1:
        listed = cut([f"{file.id}  {file.path}" for file in files])
        commands = [forge_command("execute", file.id) for file in files[:5]]
        raise UnknownName([f"{len(files)} plans are ready:", *listed], "name one", commands)
    return files[0]


def _close_ended_runs(context: Context) -> list[RunRecord]:
    """Commit the closing record of each run that ended without it, and return those runs."""
    ended = [record for record in open_runs(context.repository) if record.state.ended]
    return [resume(context, record) for record in ended]


def _execute_phase(
    context: Context, phase: Phase, options: Options, closed: list[RunRecord]
) -> list[RunRecord]:
    """Execute the plans of a phase in wave order, up to the first run that does not complete.

    The runs that were `closed` just now are returned too if they completed a plan of the phase.
    """
    paths = {file.path for file in phase.plans}
    done = [
        record
        for record in closed
        if record.state.status == "completed" and record.card.plan_path in paths
    ]
    while True:
        tried = {record.card.plan_path for record in done}
        now = load_tracker(context.repository)
        left = [file for file in phase.plans if file.path not in tried and not now.done(file)]
        files = now.order.next_wave(left) or left[:1]
        if not files:
            return done
        done.append(execute(context, files[0], options))
        if done[-1].state.status != "completed":
            return done
