"""Asks the user while a run is in progress, if there is a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from forge.text.printable import Text
from forge.timeline.run.state import Question


@dataclass(frozen=True)
class Answer:
    """The user's answer: approved or not, with the option of a decision and a note."""

    approved: bool
    option: str | None = None
    note: str = ""


class Prompter(Protocol):
    """Asks the user; `present` is False if that is impossible."""

    present: bool

    def ask(
        self, question: Question, canceled: Callable[[], bool], patch: str = "", /
    ) -> Answer | None:
        """Ask, and return the answer, or None to pause the run.

        `patch` is the diff that the question is about, if any. `canceled` returns whether another
        shell asked the run to pause or stop meanwhile.
        """

    def approve(self, text: Text, /) -> bool:
        """Show a plan as it would be approved; return whether the user approves exactly that."""


class NoPrompter:
    """The user is not present: every question pauses the run."""

    present = False

    def ask(
        self, question: Question, canceled: Callable[[], bool], patch: str = "", /
    ) -> Answer | None:
        return None

    def approve(self, text: Text, /) -> bool:
        return False
