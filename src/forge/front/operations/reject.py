"""Answer a waiting run with no, or withdraw the approval of a plan."""

from __future__ import annotations

from typing import NamedTuple

from forge.errors import NoOpenRun
from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.answers import answer_run, is_for_run
from forge.front.operations.shared.named import plan_named
from forge.front.operations.shared.run_context import run_context
from forge.run.approvals import store
from forge.run.approvals.subject import subject_of


class Arguments(NamedTuple):
    """A plan or a run; without a name the open run."""

    name: str | None = None
    runner: str | None = None
    option: str | None = None
    note: str = ""


def perform(call: Call, arguments: Arguments) -> Reply:
    if is_for_run(call, arguments.name):
        return answer_run(
            call, arguments.name, approved=False, option=arguments.option, note=arguments.note
        )
    context = run_context(call)
    if arguments.name is None:
        raise NoOpenRun(
            "no run waits for an answer", "name the plan whose approval you want to withdraw"
        )
    plan = plan_named(call, arguments.name)
    subject = subject_of(call.repository, plan, context.settings, arguments.runner)
    withdrawn = store.withdraw(call.repository, subject)
    text = (
        f"the approval of {plan.id} is withdrawn"
        if withdrawn
        else f"{plan.id} was not approved as it is now"
    )
    return Reply({"plan": plan.id, "approved": False, **subject.as_data()}, text)
