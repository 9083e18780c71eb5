"""A person at a terminal: questions inline, and a line of progress for each event that they would
want to see.
"""

from __future__ import annotations

import contextlib
import select
import sys
from collections.abc import Callable

import click

from forge.run.approvals.prompter import Answer, Nobody, Person
from forge.text.printable import visible
from forge.timeline.event import Event
from forge.timeline.run.events import RUN_EVENTS
from forge.timeline.run.state import Question, RunState

_TICK = 0.2  # seconds between looks at what other shells want


class _BrokenOff(Exception):
    """The question has become void while it waited."""


class Terminal:
    """Asks on standard error, reads from standard input. An empty line or the end of input pauses
    the run.
    """

    present = True

    def ask(
        self, question: Question, broken_off: Callable[[], bool], shown: str = ""
    ) -> Answer | None:
        """See Person.ask."""
        if shown:
            click.echo("\n" + _coloured(shown), err=True)
        click.echo(f"\n{click.style(question.kind, bold=True)}: {visible(question.text)}", err=True)
        try:
            return (
                self._choose(question, broken_off)
                if question.options
                else self._yes_or_no(broken_off)
            )
        except (EOFError, _BrokenOff):
            return None

    def approve(self, text: str) -> bool:
        """See Person.approve."""
        click.echo(text, err=True)
        try:
            return _read("approve exactly this, and execute it? [y]es or [n]o: ")[:1].lower() == "y"
        except EOFError:
            return False

    def _yes_or_no(self, broken_off: Callable[[], bool]) -> Answer | None:
        said = _read("approve? [y]es, [n]o, or nothing to pause: ", broken_off)
        if said[:1].lower() not in ("y", "n"):
            return None
        approved = said[:1].lower() == "y"
        return Answer(approved, note="" if approved else _read("why not? ", broken_off))

    def _choose(self, question: Question, broken_off: Callable[[], bool]) -> Answer | None:
        ids = [option["id"] for option in question.options]
        said = _read(f"which one? {', '.join(ids)}, [n]o, or nothing to pause: ", broken_off)
        if said in ids:
            return Answer(True, said)
        return (
            Answer(False, note=_read("why not? ", broken_off)) if said[:1].lower() == "n" else None
        )


_INDENT = " " * 6
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_MOST_LINES = 400
_LONGEST_LINE = 1000  # characters


def _coloured(patch: str) -> str:
    """Return a patch as a terminal shows it. What it says cannot disguise itself; a long one ends
    with how to see the rest.
    """
    lines = visible(patch).splitlines()
    rest = len(lines) - _MOST_LINES
    shown = [_coloured_line(_cut(line)) for line in lines[:_MOST_LINES]]
    more = (
        [f"… {rest} more lines: an empty answer pauses the run, `git diff` shows them"]
        if rest > 0
        else []
    )
    return "\n".join([*shown, *more])


def _cut(line: str) -> str:
    rest = len(line) - _LONGEST_LINE
    return f"{line[:_LONGEST_LINE]} … {rest} more characters" if rest > 0 else line


def _coloured_line(line: str) -> str:
    head = line.startswith(("diff ", "+++", "---", "index "))
    return click.style(line, bold=True) if head else click.style(line, fg=_COLOURS.get(line[:1]))


def _read(prompt: str, broken_off: Callable[[], bool] = lambda: False) -> str:
    """Read a line. Raises EOFError at the end of input, _BrokenOff where the question has become
    void.
    """
    click.echo(prompt, nl=False, err=True)
    while not select.select([sys.stdin], [], [], _TICK)[0]:
        if broken_off():
            raise _BrokenOff
    line = (
        sys.stdin.buffer.raw.readline()
        if hasattr(sys.stdin.buffer, "raw")
        else sys.stdin.readline().encode()
    )
    if not line:
        raise EOFError
    return line.decode("utf-8", "replace").strip()


def person(as_json: bool) -> Person:
    """Return whoever can be asked: the person at the terminal, or nobody."""
    return Terminal() if not as_json and sys.stdin.isatty() and sys.stderr.isatty() else Nobody()


def progress(event: Event, state: RunState) -> None:
    """Print a line of progress for an event, if it has one."""
    data = RUN_EVENTS.typed(event)
    line = visible(data.progress(event, state)) if data is not None else ""
    if data is None or not line:
        return
    if data.heading:
        line = click.style(line, bold=True)
    else:
        line = _INDENT + (click.style(line, fg="red") if data.good() is False else line)
    with contextlib.suppress(OSError):  # the reader is gone; the run goes on
        click.echo(line, err=True)
