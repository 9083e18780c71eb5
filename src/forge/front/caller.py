"""What a front offers an operation: messages, progress, questions, an editor."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

from forge.errors import UsageError
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from forge.git.repository import Repository
    from forge.run.approvals import prompter as prompters
    from forge.run.approvals.prompter import Prompter
    from forge.run.documents.edit import Choice
    from forge.run.processes.output import Output
    from forge.text.finding import Finding
    from forge.timeline.event import Event
    from forge.timeline.run.state import RunState

    Progress = Callable[[int, int], None]
else:
    prompters = at_first_use("forge.run.approvals.prompter")  # few operations ask

DEFAULT_WIDTH = 80  # columns


class RunDisplay(Protocol):
    """Shows a run while it is at work."""

    def on_event(self, event: Event, state: RunState) -> None:
        """Show an event that was recorded, and the state after it."""

    def on_output(self, output: Output | None) -> None:
        """Show what a child process prints; None when it has ended."""


class Caller(Protocol):
    """What a front offers an operation: messages on the way, progress, questions, an editor."""

    def note(self, text: str) -> None:
        """Show a message that is not part of the answer."""

    def line(self, text: str, data: dict[str, object] | None = None) -> None:
        """Show a line of an answer that goes on; without data it is for people only.

        Raises BrokenPipeError if the reader has left.
        """

    def progress(self, label: str) -> AbstractContextManager[Progress | None]:
        """Show progress during a block, which is given a function of (done, total), or None."""

    def prompter(self) -> Prompter:
        """Return what asks the user a question of a run."""

    def run_display(self) -> RunDisplay:
        """Return what shows a run while it is at work."""

    def edit_file(self, repository: Repository, path: Path) -> None:
        """Let the user edit a file. Raises ForgeError if that is not possible."""

    def after_errors(self, findings: Sequence[Finding]) -> Choice:
        """Show the new errors of an edited document and return what to do about them."""

    def width(self) -> int:
        """Return the columns that text may take."""

    def completion_script(self, shell: str) -> str:
        """Return the script that completes the command line in a shell."""


class Unattended:
    """A caller without a user: it collects messages and lines, and has nobody to ask."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.lines: list[tuple[str, dict[str, object] | None]] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def line(self, text: str, data: dict[str, object] | None = None) -> None:
        self.lines.append((text, data))

    def progress(self, label: str) -> AbstractContextManager[Progress | None]:
        return nullcontext()

    def prompter(self) -> Prompter:
        return prompters.NoPrompter()

    def run_display(self) -> RunDisplay:
        return self

    def on_event(self, event: Event, state: RunState) -> None:
        """Show nothing."""

    def on_output(self, output: Output | None) -> None:
        """Show nothing."""

    def edit_file(self, repository: Repository, path: Path) -> None:
        raise UsageError("there is no editor here", "call `forge edit` at a terminal")

    def after_errors(self, findings: Sequence[Finding]) -> Choice:
        return "stop"

    def width(self) -> int:
        return DEFAULT_WIDTH

    def completion_script(self, shell: str) -> str:
        raise UsageError("only the command line is completed", f"call `forge completion {shell}`")
