"""The person at the other end: somebody at a terminal who can be asked, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from forge.timeline.run.state import Question


@dataclass(frozen=True)
class Answer:
    """What a person said: `approved` or not, with a decision's option and a note."""

    approved: bool
    option: str | None = None
    note: str = ""


class Person(Protocol):
    """Somebody who may be asked while a run is under way; `present` says whether anybody is."""

    present: bool

    def ask(
        self, question: Question, broken_off: Callable[[], bool], shown: str = ""
    ) -> Answer | None:
        """Ask, and return the answer; None where nobody is there, so that the run pauses.

        `shown` is the diff that the question is about, as a patch, empty where it is about none.
        `broken_off` says whether the question has become void, since another shell wants the run to
        pause or to stop.
        """

    def approve(self, text: str) -> bool:
        """Show a plan as it would be approved, and say whether the person approves exactly that."""


class Nobody:
    """No one is there: every question pauses the run."""

    present = False

    def ask(
        self, question: Question, broken_off: Callable[[], bool], shown: str = ""
    ) -> Answer | None:
        """See Person.ask."""
        return None

    def approve(self, text: str) -> bool:
        """See Person.approve."""
        return False
