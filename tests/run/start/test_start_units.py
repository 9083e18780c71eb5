"""What a run starts with, and what refuses it, in this process."""

from __future__ import annotations

from typing import Any

import pytest

from forge.check.gate import Refuse, gate
from forge.errors import (
    DirtyTree,
    NotApproved,
    RepositoryError,
    RunOpen,
    UnmetDependency,
    UsageError,
)
from forge.planning.names.catalog import Catalog
from forge.run.approvals import plan_approval
from forge.run.engine.context import Context
from forge.run.start.approved_plan import Approval, approve_to_run, require_approval
from forge.run.start.carry_over import passed_over
from forge.run.start.dry_run import rehearse
from forge.run.start.first_events import Options, first_events, make_card, run_before
from forge.run.start.preconditions import (
    BlockedPlan,
    require_as_committed,
    require_clean,
    require_dependencies,
    require_fit,
    require_no_open_run,
)
from tests.conftest import Sandbox
from tests.run.in_process import Answers, context_of, enter, opened, small_case
from tests.run.plans import Case, Task, auto

PATH = ".planning/phases/01-first/01-01-PLAN.md"


@pytest.fixture
def context(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Context:
    small_case(sandbox).set_up()
    return context_of(enter(sandbox, monkeypatch))


class Agrees(Answers):
    """A user who approves whatever is shown."""

    shown = ""

    def approve(self, text: str, /) -> bool:
        self.shown = text
        return True


def approval(context: Context, options: Options) -> Approval:
    catalog = Catalog(context.repository.root)
    plan = catalog.load(catalog.one("01-01"))
    subject = plan_approval.subject_of(context.repository, plan, context.settings)
    return require_approval(context, plan, subject, options, "forge execute 01-01")


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


def fitness(sandbox: Sandbox, how: str) -> None:
    if how == "merge":
        (sandbox.root / ".git/MERGE_HEAD").write_text(f"{sandbox.head()}\n")
    elif how == "detached":
        sandbox.git("checkout", "-q", "--detach")
    elif how == "index":
        (sandbox.root / ".git/index").write_bytes(b"nothing")
    elif how == "gone":
        (sandbox.root / ".git/index").unlink()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("merge", "is in progress here"),
        ("detached", "HEAD is detached"),
        ("index", "the index"),
        ("gone", "is gone"),
    ],
)
def test_states_of_a_repository_that_are_refused(
    context: Context, sandbox: Sandbox, how: str, message: str
) -> None:
    require_fit(context)
    fitness(sandbox, how)
    with pytest.raises(RepositoryError, match=message):
        require_fit(context)


def test_uncommitted_changes_are_listed_with_the_ways_out(
    context: Context, sandbox: Sandbox
) -> None:
    require_clean(context)
    for number in range(23):
        sandbox.write(f"{number:02}.txt", "x")
    with pytest.raises(DirtyTree) as error:
        require_clean(context, ["git stash -u"])
    assert "?? 00.txt" in error.value.message and "and 3 more" in error.value.message
    assert error.value.next_commands == ["git stash -u"]


def test_a_repository_inside_is_marked(context: Context, sandbox: Sandbox) -> None:
    sandbox.git("init", "-q", "inner")
    with pytest.raises(DirtyTree, match="a git repository of its own"):
        require_clean(context)


def test_files_that_differ_from_head_are_named(context: Context, sandbox: Sandbox) -> None:
    sandbox.write("other.txt", "x")
    require_as_committed(context, PATH)
    sandbox.write(PATH, "changed")
    with pytest.raises(UsageError, match=f"{PATH} is not as committed") as error:
        require_as_committed(context, PATH)
    assert error.value.next_commands[0] == f"git add -f {PATH}"


def test_an_open_run_is_named(context: Context) -> None:
    require_no_open_run(context)
    with opened(context) as run:
        with pytest.raises(RunOpen) as error:
            require_no_open_run(context)
        assert error.value.next_commands == [
            f"forge resume {run.card.run}",
            f"forge stop {run.card.run}",
        ]


@pytest.mark.parametrize(
    ("depends", "message"), [("01-09", "which does not exist"), ("01-02", "depends on 01-02")]
)
def test_unmet_dependencies_are_named(
    context: Context, sandbox: Sandbox, depends: str, message: str
) -> None:
    text = (sandbox.root / PATH).read_text()
    sandbox.write(PATH.replace("01-01", "01-02"), text.replace("plan: 01", "plan: 02"))
    sandbox.write(PATH, text.replace("depends_on: []", f"depends_on: ['{depends}']"))
    sandbox.commit("Depend")
    catalog = Catalog(context.repository.root)
    file = catalog.one("01-01")
    with pytest.raises(UnmetDependency, match=message):
        require_dependencies(context, catalog, file, catalog.load(file))


def test_steps_before_the_one_asked_for_are_passed_over(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Case(sandbox, [Task("One", verify=auto("true")), Task("Two", verify=auto("true"))]).set_up()
    repository = enter(sandbox, monkeypatch)
    catalog = Catalog(repository.root)
    plan = catalog.load(catalog.one("01-01"))
    assert passed_over(repository, plan, None, None) == []
    ((step, event),) = passed_over(repository, plan, None, "2")
    assert step == "01-01/1" and event.reason == "the run begins at 01-01/2, as asked"
    with pytest.raises(Exception, match="has no step `9`"):
        passed_over(repository, plan, None, "9")


def rehearsed(context: Context, **options: Any) -> dict[str, Any]:
    file = Catalog(context.repository.root).one("01-01")
    return rehearse(context, file, Options(**options)).data


def test_a_rehearsal_lists_every_reason_to_refuse(context: Context, sandbox: Sandbox) -> None:
    assert rehearsed(context)["refused"] == []
    sandbox.write("mine.txt", "x")
    with opened(context):
        kinds = [reason["kind"] for reason in rehearsed(context, from_step="9")["refused"]]
    assert kinds == ["run_open", "dirty_tree", "unknown_name"]


def test_a_rehearsal_says_how_each_step_is_done(context: Context) -> None:
    data = rehearsed(context)
    (step,) = data["steps"]
    assert (step["done_by"], step["checkpoint"], step["may_write"]) == (
        "the runner",
        True,
        ["a.txt"],
    )
    assert step["checks"] == [{"text": "grep -q a a.txt", "runs": True, "asked": None}]
    assert data["approval"]["approved"] is False
    assert rehearsed(context, approve=True)["approval"]["approved"] is True
    (by_hand,) = rehearsed(context, runner="manual")["steps"]
    assert by_hand["done_by"] == "you"
