"""How a plan is approved before its run starts."""

from __future__ import annotations

import pytest

from forge.check.gate import Refuse, gate
from forge.errors import NotApproved
from forge.planning.names.catalog import Catalog
from forge.run.approvals.subject import subject_of
from forge.run.engine.context import Context
from forge.run.start.approved_plan import Approval, approve_to_run, require_approval
from forge.run.start.first_events import Options
from forge.run.start.preconditions import BlockedPlan
from forge.text.printable import Text, plain_text
from tests.conftest import Sandbox
from tests.run.in_process import Answers, context_of, enter, small_case

PATH = ".planning/phases/01-first/01-01-PLAN.md"


class Agrees(Answers):
    """A user who approves whatever is shown."""

    shown = ""

    def approve(self, text: Text, /) -> bool:
        self.shown = plain_text(text)
        return True


def approval(context: Context, options: Options) -> Approval:
    catalog = Catalog(context.repository.root)
    plan = catalog.load(catalog.one("01-01"))
    subject = subject_of(context.repository, plan, context.settings)
    return require_approval(context, plan, subject, options, "forge execute 01-01")


def test_an_approval_by_flag_or_subject_asks_nothing(context: Context) -> None:
    assert approval(context, Options(approve=True)) == Approval("flag")
    with pytest.raises(NotApproved, match=r"is \w+, not 000") as error:
        approval(context, Options(approved="000"))
    assert error.value.next_commands == [f"forge approve {PATH} --print"]


def test_without_an_approval_and_without_the_user_nothing_runs(context: Context) -> None:
    with pytest.raises(NotApproved, match="nobody has approved") as error:
        approval(context, Options())
    assert error.value.next_commands == [f"forge approve {PATH}", "forge execute 01-01"]


def test_the_user_approves_at_the_terminal_once(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_case(sandbox).set_up()
    user = Agrees()
    context = context_of(enter(sandbox, monkeypatch), user)
    first = approval(context, Options())
    assert first.how == "terminal" and first.shown
    assert "grep -q a a.txt" in user.shown and first.shown[0].split(": ", 1)[1] in user.shown
    assert approval(context, Options()) == Approval("recorded", first.shown)


def test_a_blocked_plan_is_refused_with_its_findings(context: Context, sandbox: Sandbox) -> None:
    sandbox.write(PATH, "---\nphase: 01-first\nplan: 01\n---\nNothing to do\n")
    catalog = Catalog(context.repository.root)
    plan = catalog.load(catalog.one("01-01"))
    decision = gate(plan)
    assert isinstance(decision, Refuse)
    error = BlockedPlan(plan, decision.findings)
    assert "no-steps" in error.message and error.exit_code == 1
    assert error.next_commands == [f"forge validate {PATH}"]
    with pytest.raises(BlockedPlan):
        approve_to_run(context, catalog.one("01-01"), Options(approve=True))
