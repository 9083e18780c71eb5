"""A caller without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from forge.errors import UsageError
from forge.front.caller import RunDisplay
from forge.git.repository import Repository
from forge.run.approvals.prompter import NoPrompter, Prompter
from forge.run.documents.edit import Choice
from forge.run.processes.output import Output
from forge.text.finding import Finding
from forge.text.printable import Line, Text, plain, plain_text
from forge.timeline.event import Event
from forge.timeline.run.state import RunState

Progress = Callable[[int, int], None]


class Unattended:
    """A caller without a user: it collects messages and lines, and has nobody to ask."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.lines: list[tuple[str, dict[str, object] | None]] = []

    def note(self, text: Text) -> None:
        self.notes.append(plain_text(text))

    def line(self, text: Line, data: dict[str, object] | None = None) -> None:
        self.lines.append((plain(text), data))

    def progress(self, label: str) -> AbstractContextManager[Progress | None]:
        return nullcontext()

    def prompter(self) -> Prompter:
        return NoPrompter()

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
        return 80

    def completion_script(self, shell: str) -> str:
        raise UsageError("only the command line is completed", f"call `forge completion {shell}`")
