"""Approve a plan's exact text, or answer a waiting run with yes."""

from __future__ import annotations

from typing import NamedTuple

from forge.errors import NoOpenRun
from forge.front.envelope import Data, Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.answers import answer_run, is_for_run
from forge.front.operations.shared.named import plan_named
from forge.front.operations.shared.run_context import run_context
from forge.git.commits.identity import identity
from forge.planning.plan.plan import Plan
from forge.records.record import open_runs
from forge.run.approvals import plan_approval, store
from forge.run.approvals.shown import content, describe
from forge.run.approvals.subject import subject_of
from forge.text.command_line import forge_command
from forge.views.runs.next_commands import control_data


class Arguments(NamedTuple):
    """A plan or a run; without a name the open run."""

    name: str | None = None
    only_print: bool = False
    runner: str | None = None
    option: str | None = None
    note: str = ""


def _open_run(call: Call, plan: Plan) -> Data:
    """Return the data of the plan's open run, as the commands that control it do."""
    for record in open_runs(call.repository):
        if record.card.plan_path == plan.path:
            return control_data(record)
    return {}


def perform(call: Call, arguments: Arguments) -> Reply:
    for_run = is_for_run(call, arguments.name)
    if for_run and not arguments.only_print and arguments.runner is None:
        return answer_run(
            call, arguments.name, approved=True, option=arguments.option, note=arguments.note
        )
    context = run_context(call, lenient=for_run)
    if arguments.name is None:
        raise NoOpenRun("no run waits for an answer", "name the plan that you want to approve")
    plan = plan_named(call, arguments.name)
    subject = subject_of(call.repository, plan, context.settings, arguments.runner)
    findings = plan_approval.findings_of(call.repository, plan, context.settings)
    lines = describe(plan, subject, findings)
    approved = not arguments.only_print
    if approved:
        shown = plan_approval.as_recorded(findings)
        store.approve(call.repository, subject, identity(call.repository), shown)
        lines.append(f"approved; now: {forge_command('execute', plan.id)}")
    data = {"plan": plan.id, "approved": approved, **_open_run(call, plan), **content(plan)}
    data |= subject.as_data()
    return Reply(data, lines, 0, findings)
