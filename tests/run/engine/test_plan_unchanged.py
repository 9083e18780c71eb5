"""A run goes on only with the text and the subject that were approved."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from forge.errors import NotApproved, UsageError
from forge.run.engine.open_run import OpenRun
from forge.run.engine.plan_unchanged import (
    has_approved_text,
    or_as_committed,
    plan_of,
    require_same_plan,
)
from forge.run.start.first_events import Options
from tests.conftest import Sandbox
from tests.run.in_process import context_of, enter, opened, small_case

PATH = ".planning/phases/01-first/01-01-PLAN.md"


def change(sandbox: Sandbox) -> None:
    text = (sandbox.root / PATH).read_text()
    sandbox.write(PATH, text.replace("grep -q a a.txt", "rm -rf ."))


def test_an_unchanged_plan_is_allowed(run: OpenRun) -> None:
    require_same_plan(run)
    assert has_approved_text(run.plan.source.data, run.card)


def test_a_changed_plan_is_refused(run: OpenRun, sandbox: Sandbox) -> None:
    change(sandbox)
    with pytest.raises(UsageError, match="changed since the run began") as error:
        require_same_plan(run)
    assert f"git checkout HEAD -- {PATH}" in error.value.hint
    assert error.value.next_commands[0] == f"forge stop {run.card.run}"


def test_a_change_that_is_committed_is_not_offered_to_be_restored(
    run: OpenRun, sandbox: Sandbox
) -> None:
    change(sandbox)
    sandbox.commit("Another plan")
    with pytest.raises(UsageError) as error:
        require_same_plan(run)
    assert "git checkout" not in error.value.hint


def test_a_removed_plan_is_refused(run: OpenRun, sandbox: Sandbox) -> None:
    (sandbox.root / PATH).unlink()
    with pytest.raises(UsageError, match="is gone since the run began"):
        require_same_plan(run)


def test_a_moved_plan_is_allowed(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.git("mv", PATH, ".planning/phases/01-first/01-07-PLAN.md")
    require_same_plan(run)


def test_a_rollback_does_not_depend_on_the_plan(run: OpenRun, sandbox: Sandbox) -> None:
    change(sandbox)
    run.card = replace(run.card, kind="rollback")
    require_same_plan(run)


def test_the_plan_of_a_run_is_its_text_even_if_the_file_changed(
    run: OpenRun, sandbox: Sandbox
) -> None:
    change(sandbox)
    plan = plan_of(run.repository, run.card)
    assert plan.sha256 == run.card.plan_sha256
    assert plan.steps[0].checks[0].text == "grep -q a a.txt"


def test_a_withdrawn_approval_is_noticed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    small_case(sandbox).set_up()
    assert sandbox.call("approve", "01-01").code == 0
    with opened(context_of(enter(sandbox, monkeypatch)), Options()) as run:
        require_same_plan(run)
        assert sandbox.call("reject", "01-01").code == 0
        with pytest.raises(NotApproved, match="no longer holds") as error:
            require_same_plan(run)
        assert f"forge resume {run.card.run}" in error.value.next_commands


def test_a_subject_given_at_the_start_stays_approved(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_case(sandbox).set_up()
    subject = sandbox.call("approve", "01-01", "--print").data["subject"]
    with opened(context_of(enter(sandbox, monkeypatch)), Options(approved=subject)) as run:
        require_same_plan(run)


def test_the_hint_of_a_restored_file_is_empty(run: OpenRun, sandbox: Sandbox) -> None:
    assert or_as_committed(run.repository, PATH) == ""
    assert or_as_committed(run.repository, "never/there.md") == ""
    change(sandbox)
    assert "git checkout HEAD" in or_as_committed(run.repository, PATH)
