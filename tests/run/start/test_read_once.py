"""A start reads and judges its plan once, and hands the result on to the run."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from forge.check.diff import risk
from forge.git.repository import Repository
from forge.planning import settings
from forge.planning.mission import scope_contract
from forge.planning.names.catalog import Catalog
from forge.planning.plan import plan as plans
from forge.records.record import RunRecord
from forge.run.approvals import subject
from forge.run.approvals.prompter import Answer, NoPrompter, Prompter
from forge.run.engine.context import Context
from forge.run.engine.parts.work_tree import WorkTree
from forge.run.start import start
from forge.run.start.first_events import Options
from forge.views.validation import validate
from tests.conftest import Sandbox
from tests.run.in_process import Answers
from tests.run.plans import Case, Task, auto, writes

COUNTED: dict[str, Callable[..., object]] = {
    "load a plan": plans.load,
    "load settings": settings.load,
    "read missions": scope_contract.contract_for,
    "make a subject": subject.subject_of,
    "find what the rules say": validate.findings_in_plan,
    "judge a diff": risk.judge,
    "stage a diff to judge": WorkTree.stage_to_judge,
    "enter or leave an index": WorkTree.staged.__wrapped__,  # type: ignore[attr-defined]
}
ONCE = {
    "load a plan": 1,
    "read missions": 1,
    "make a subject": 1,
    "judge a diff": 1,
    "stage a diff to judge": 1,
    "enter or leave an index": 2,
}


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Count the calls of the functions above, however a module imports them."""
    calls: Counter[str] = Counter()
    names = {function.__code__: name for name, function in COUNTED.items()}

    def profile(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in names:
            calls[names[frame.f_code]] += 1

    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def execute(
    sandbox: Sandbox, options: Options, prompter: Prompter | None = None
) -> tuple[RunRecord, dict[str, int]]:
    """Execute the plan in this process; return its run, and how often each function was called."""
    repository = Repository.discover(sandbox.root)
    context = Context(
        repository,
        settings.load(repository.root),
        "ex-1",
        prompter or NoPrompter(),
        lambda event, state: None,
    )
    with counting() as calls:
        record = start.execute(context, Catalog(repository.root).one("01-01"), options)
    return record, dict(calls)


@pytest.fixture
def case(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Case:
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    case = Case(
        sandbox,
        [Task("Write", "a.txt", auto("grep -q a a.txt"))],
        {1: writes("a.txt", "a")},
        files=("a.txt",),
    )
    case.set_up()
    return case


def test_a_plan_approved_by_flag_is_read_once(case: Case) -> None:
    record, calls = execute(case.sandbox, Options(approve=True))
    assert record.state.status == "completed"
    assert calls == {**ONCE, "find what the rules say": 1}


def test_an_approved_plan_is_read_once_and_judged_by_no_rule_again(case: Case) -> None:
    assert case.sandbox.call("approve", "01-01").code == 0
    record, calls = execute(case.sandbox, Options())
    assert record.state.status == "completed"
    assert calls == ONCE


def test_a_diff_that_is_asked_about_is_scanned_once(case: Case) -> None:
    """The index that is judged is shown to the user and committed; none other is made."""
    case.set_work({1: f"{writes('a.txt', 'a')}; {writes('b.txt', 'b')}"})
    user = Answers([Answer(True)])
    record, calls = execute(case.sandbox, Options(approve=True), user)
    assert record.state.status == "completed" and "+b" in user.patches[0]
    assert calls["stage a diff to judge"] == calls["judge a diff"] == 1
    assert calls["enter or leave an index"] == 2


def test_what_is_executed_was_parsed_from_the_bytes_that_were_approved(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is replaced after it was read, and even committed: the run does not see it."""
    real_load = plans.load

    def load_and_replace(source: plans.Source, plan_id: str) -> plans.Plan:
        plan = real_load(source, plan_id)
        case.sandbox.write(case.path, case.plan_text().replace("grep -q a a.txt", "false"))
        case.sandbox.commit("Another text")
        return plan

    monkeypatch.setattr(plans, "load", load_and_replace)
    record, _ = execute(case.sandbox, Options(approve=True))
    started = record.reading.events[0]
    assert started.data["plan_sha256"] == record.card.plan_sha256
    assert record.state.status == "completed"
    commands = [
        event.data["command"] for event in record.reading.events if event.type == "test_started"
    ]
    assert commands == ["grep -q a a.txt"]
