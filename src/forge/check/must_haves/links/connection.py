"""The outcome for a source that links to its goal."""

from __future__ import annotations

from msgspec import Struct

from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.links.ends import End
from forge.check.must_haves.links.words import missing
from forge.check.must_haves.outcome import Outcome
from forge.check.must_haves.verdict import Evidence

MOST_TARGETS = 200


class Goal(Struct, frozen=True):
    """What a `to` names, and the files of the tree, whose targets are the files that it names."""

    end: End
    files: Files

    @property
    def text(self) -> str:
        return self.end.text

    @property
    def targets(self) -> list[str]:
        return sorted(self.files.targets)[:MOST_TARGETS]


def passed(code: Code, text: str, line: int, how: str) -> Outcome:
    """Return a pass with its evidence in the source."""
    return Outcome("pass", f"`{code.path}` {text}", (Evidence(code.path, line, how),))


def linked(code: Code, goal: Goal, text: str, line: int, how: str) -> Outcome:
    """Return the outcome for a link to a file: a pass if the source also uses each symbol that `to`
    names after the path.
    """
    outcome = passed(code, text, line, how)
    unused = missing(goal.end.rest, code)
    if not unused:
        return outcome
    reason = f"{outcome.reason}, but `{unused[0]}` is not found there"
    return Outcome("unproven", reason, outcome.evidence)
