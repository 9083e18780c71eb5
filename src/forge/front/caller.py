"""What a front offers an operation: messages, progress, questions, an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from forge.git.repository import Repository
    from forge.run.approvals.prompter import Prompter
    from forge.run.documents.edit import Choice
    from forge.run.processes.output import Output
    from forge.text.finding import Finding
    from forge.text.printable import Line, Text
    from forge.timeline.event import Event
    from forge.timeline.run.state import RunState

    Progress = Callable[[int, int], None]


class RunDisplay(Protocol):
    """Shows a run while it is at work."""

    def on_event(self, event: Event, state: RunState) -> None:
        """Show an event that was recorded, and the state after it."""

    def on_output(self, output: Output | None) -> None:
        """Show what a child process prints; None when it has ended."""


class Caller(Protocol):
    """What a front offers an operation: messages on the way, progress, questions, an editor."""

    def note(self, text: Text) -> None:
        """Show a message that is not part of the answer."""

    def line(self, text: Line, data: dict[str, object] | None = None) -> None:
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
