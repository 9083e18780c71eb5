"""Builds the OpenRun of a run card: from its record, or from the plan that was just approved."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from forge.errors import SettingsError
from forge.git.commits.identity import identity
from forge.planning.mission.scope_contract import Contract, contract_for
from forge.planning.plan.plan import Plan
from forge.planning.settings import PATH as SETTINGS
from forge.planning.settings import RunnerSettings
from forge.records.card import RunCard
from forge.run.approvals.subject import Subject, resolve_runner
from forge.run.engine.context import Context
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.live_log import LiveLog, read_live
from forge.run.engine.plan_unchanged import or_as_committed, plan_of
from forge.run.processes.signals import Interrupts


class RunPlan(Struct, frozen=True):
    """A plan with the contract of its missions and its runner, as the run uses them; `subject` is
    what was approved in this process.
    """

    plan: Plan
    contract: Contract
    runner: RunnerSettings
    subject: Subject | None = None


def open_run(
    context: Context, card: RunCard, interrupts: Interrupts, planned: RunPlan | None = None
) -> OpenRun:
    """Return the open run of a card; the caller holds the lock.

    `planned` hands on what was approved in this process; otherwise it is read again. Raises
    SettingsError, DamagedLog, StorageFailed.
    """
    used = planned or _planned(context, card)
    log = LiveLog(
        context.repository,
        card,
        actor=identity(context.repository),
        execution=context.execution,
        notify=context.notify,
    )
    scope = used.contract.narrowed(context.settings.scope)
    return OpenRun(
        context.repository,
        card,
        used.plan,
        used.contract,
        replace(context.settings, scope=scope),
        used.runner,
        log,
        interrupts,
        context.prompter,
        context.on_output,
        approved=used.subject,
    )


def _planned(context: Context, card: RunCard) -> RunPlan:
    contract, runner = _contract(context, card), _runner(context, card)
    return RunPlan(plan_of(context.repository, card), contract, runner)


def _contract(context: Context, card: RunCard) -> Contract:
    """Return the contract of a run's plan. Raises SettingsError if a mission is unreadable, except
    if nothing of the plan will be executed.
    """
    try:
        return contract_for(context.repository.root, card.plan_path)
    except SettingsError:
        if context.lenient or card.kind != "execute":
            return Contract()
        raise


def _runner(context: Context, card: RunCard) -> RunnerSettings:
    if card.kind != "execute":
        return RunnerSettings()
    try:
        return resolve_runner(context.settings, card.runner)[1]
    except SettingsError as error:
        if context.lenient:
            return RunnerSettings()
        log, _, state = read_live(context.repository, card)
        log.close()
        if state.pause == "head_moved":  # the settings are those of another commit
            raise SettingsError(f"{error.message}, while {state.pause_text}", error.hint) from error
        raise SettingsError(
            error.message, f"{error.hint}{or_as_committed(context.repository, SETTINGS)}"
        ) from error
