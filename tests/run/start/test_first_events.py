"""The options, the card and the first events of a run."""

from __future__ import annotations

import pytest

from forge.errors import UsageError
from forge.planning.names.catalog import Catalog
from forge.run.engine.context import Context
from forge.run.start.approved_plan import approve_to_run
from forge.run.start.first_events import Options, first_events, make_card, run_before
from tests.conftest import Sandbox
from tests.run.in_process import opened

PATH = ".planning/phases/01-first/01-01-PLAN.md"


@pytest.mark.parametrize(
    ("options", "recorded"),
    [
        (Options(), {}),
        (Options(approve=True), {"approve": "yes"}),
        (Options(approved="0" * 64), {"approved": "0" * 64}),
        (Options(from_step="2"), {"from": "2"}),
        (
            Options(runner="worker", no_checks="none", ignore_deps="why"),
            {"no_checks": "none", "ignore_deps": "why"},
        ),
        (Options(worktree=True, allow_dirty=True), {"worktree": "yes", "allow_dirty": "yes"}),
    ],
)
def test_given_options_are_recorded(options: Options, recorded: dict[str, object]) -> None:
    assert options.as_recorded() == recorded


def test_a_card_binds_the_run_to_text_blob_and_subject(context: Context, sandbox: Sandbox) -> None:
    approved = approve_to_run(
        context, Catalog(context.repository.root).one("01-01"), Options(approve=True)
    )
    card = make_card(context, approved.plan, "worker", approved.subject, "flag", None)
    assert card.plan_blob == sandbox.git("rev-parse", f"HEAD:{PATH}").strip()
    assert card.plan_sha256 == approved.plan.sha256 and card.base_commit == sandbox.head()
    assert card.approval == {"how": "flag", "subject": approved.subject.sha256}
    assert card.scope_contract["paths"] == ["a.txt"] and card.branch == "main"
    first = first_events(approved.plan, card, Options(approve=True), ["a finding"], [])
    assert [(event.type, step) for event, step in first] == [
        ("mission_started", None),
        ("approval_resolved", None),
    ]
    assert first[1][0].as_data()["scope"] == "always"


def test_a_plan_that_is_not_committed_has_no_card(context: Context, sandbox: Sandbox) -> None:
    approved = approve_to_run(
        context, Catalog(context.repository.root).one("01-01"), Options(approve=True)
    )
    sandbox.git("rm", "-q", "--cached", PATH)
    sandbox.git("commit", "-q", "-m", "Forget the plan")
    with pytest.raises(UsageError, match="is not committed") as error:
        make_card(context, approved.plan, "worker", approved.subject, "flag", None)
    assert error.value.next_commands == [f"git add -f {PATH}"]


def test_the_newest_run_of_a_plan_is_the_prior_one(context: Context) -> None:
    catalog = Catalog(context.repository.root)
    plan = catalog.load(catalog.one("01-01"))
    assert run_before(context.repository, plan) is None
    with opened(context) as run:
        prior = run_before(context.repository, plan)
        assert prior is not None and prior.card.run == run.card.run
