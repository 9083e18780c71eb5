"""The command line as the caller of operations: standard streams, a terminal, an editor."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from forge.front.cli.output import print_json_line, print_line, print_note
from forge.lazy import at_first_use

if TYPE_CHECKING:
    import shutil
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from forge.front.caller import Progress, RunDisplay
    from forge.front.cli import completion_scripts, progress_bar, status_line, terminal
    from forge.git.repository import Repository
    from forge.run.approvals.prompter import Prompter
    from forge.run.documents import edit
    from forge.run.documents.edit import Choice
    from forge.text.finding import Finding
    from forge.text.printable import Line, Text
else:  # most verbs need none of these
    shutil = at_first_use("shutil")
    completion_scripts = at_first_use("forge.front.cli.completion_scripts")
    edit = at_first_use("forge.run.documents.edit")
    progress_bar = at_first_use("forge.front.cli.progress_bar")
    status_line = at_first_use("forge.front.cli.status_line")
    terminal = at_first_use("forge.front.cli.terminal")

_WIDEST = 120  # columns
_CHOICES: dict[str, Choice] = {"e": "edit", "s": "save", "q": "stop"}


class TerminalCaller:
    """Shows messages on standard error and asks at the terminal, unless JSON is wanted."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.color = True
        """Whether the progress bar may have colors."""

    def note(self, text: Text) -> None:
        print_note(text)

    def line(self, text: Line, data: dict[str, object] | None = None) -> None:
        if not self.as_json:
            print_line(text)
        elif data is not None:
            print_json_line(data)

    def progress(self, label: str) -> AbstractContextManager[Progress | None]:
        return progress_bar.waiting(label, color=self.color)

    def prompter(self) -> Prompter:
        return terminal.prompter(as_json=self.as_json)

    def run_display(self) -> RunDisplay:
        return status_line.StatusLine()

    def edit_file(self, repository: Repository, path: Path) -> None:
        edit.launch_editor(repository, path)

    def after_errors(self, findings: Sequence[Finding]) -> Choice:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return "stop"
        answer = click.prompt(
            "(e)dit again, (s)ave anyway, (q)uit",
            type=click.Choice([*_CHOICES]),
            default="e",
            err=True,
        )
        return _CHOICES[answer]

    def width(self) -> int:
        return min(shutil.get_terminal_size().columns, _WIDEST)

    def completion_script(self, shell: str) -> str:
        return completion_scripts.script(click.get_current_context().find_root().command, shell)
