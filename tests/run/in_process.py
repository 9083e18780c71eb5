"""An open run in the process of the test, so that its parts and actions can be called directly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from forge.git.repository import Repository
from forge.planning import settings
from forge.planning.names.catalog import Catalog
from forge.run.approvals.prompter import Answer, NoPrompter, Prompter
from forge.run.engine.context import Context
from forge.run.engine.load import open_run
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.live_log import create_live
from forge.run.processes.signals import Interrupts
from forge.run.start.approved_plan import approve_to_run, keep_for_run
from forge.run.start.first_events import Options, first_events, make_card
from forge.timeline.event import Event
from forge.timeline.run.state import Question, RunState
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes


@dataclass
class Answers:
    """A user who gives these answers, one after another, and remembers what was asked."""

    answers: list[Answer | None] = field(default_factory=list)
    present: bool = True
    questions: list[Question] = field(default_factory=list)
    patches: list[str] = field(default_factory=list)

    def ask(
        self, question: Question, canceled: Callable[[], bool], patch: str = "", /
    ) -> Answer | None:
        self.questions.append(question)
        self.patches.append(patch)
        return self.answers.pop(0) if self.answers else None

    def approve(self, text: str, /) -> bool:
        return False


@dataclass
class Observed:
    """The types of the events that a run notified of."""

    types: list[str] = field(default_factory=list)

    def __call__(self, event: Event, state: RunState) -> None:
        self.types.append(event.type)


def enter(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Take over the environment of a sandbox, and return its repository."""
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return Repository.discover(sandbox.root)


def context_of(
    repository: Repository,
    prompter: Prompter | None = None,
    notify: Callable[[Event, RunState], None] = lambda event, state: None,
) -> Context:
    return Context(
        repository, settings.load(repository.root), "ex-1", prompter or NoPrompter(), notify
    )


def small_case(sandbox: Sandbox, **more: object) -> Case:
    """Return a plan of one step that writes a.txt."""
    task = Task("Write a", "a.txt", auto("grep -q a a.txt"))
    return Case(sandbox, [task], {1: writes("a.txt", "a")}, files=("a.txt",), **more)  # type: ignore[arg-type]


@contextmanager
def opened(
    context: Context, options: Options | None = None, plan: str = "01-01"
) -> Iterator[OpenRun]:
    """Give a run of a committed plan of which nothing is done yet."""
    options = options or Options(approve=True)
    approved = approve_to_run(context, Catalog(context.repository.root).one(plan), options)
    card = make_card(
        context, approved.plan, approved.runner_name, approved.subject, approved.how, None
    )
    first = first_events(approved.plan, card, options, approved.findings, [])
    keep_for_run(context, approved, card.run)
    create_live(context.repository, card, first, card.actor, context.execution)
    run = open_run(context, card, Interrupts(), approved.run_plan)
    try:
        yield run
    finally:
        run.close()
