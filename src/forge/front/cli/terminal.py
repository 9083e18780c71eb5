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
from forge.text.plural import amount
from forge.text.printable import visible
from forge.timeline.event import Event
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


_MOST_NOTED = 8  # lines about a plan, at the start of its run
_REBUILT = "      the index was gone or damaged, and is built again from HEAD"
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
    """Print a line for an event that tells how the run gets on."""
    line = _line(event, state)
    if line:
        with contextlib.suppress(OSError):  # whoever watched has left; the run goes on
            click.echo(line, err=True)


def _line(event: Event, state: RunState) -> str:
    data = event.data
    if event.type == "step_started":
        return (
            click.style(
                f"[{data['step_index']}/{len(state.steps)}] {data['description']}", bold=True
            )
            + f" ({data['stage']})"
        )
    if event.type == "runner_started":
        return f"      runner {_short(data['runner'])} …"
    if event.type == "runner_finished":
        return (
            f"      runner ended: {data['ended']}, status {data['exit_code']},"
            f" {_seconds(data['duration_ms'])}"
        )
    if event.type == "test_completed":
        mark = "ok" if data["success"] else "FAILED"
        mark = (
            f"{'passes' if data['success'] else 'fails'} before the work"
            if data.get("phase")
            else mark
        )
        return f"      {mark}: {_short(data['command'])} ({_seconds(data['duration_ms'])})"
    texts = {
        "mission_started": lambda: _mission(event),
        "checkpoint_created": lambda: f"      checkpoint {data['checkpoint_id']}",
        "diff_proposed": lambda: f"      diff: {data['summary']}, risk {data['risk_level']}",
        "diff_applied": lambda: (
            f"      committed {str(data['commit'])[:10]}" if data["commit"] else ""
        ),
        "test_skipped": lambda: (
            f"      not run: {_short(data['command'])} ({_short(data['reason'])})"
        ),
        "repair_attempted": lambda: f"      repair {data['iteration']}",
        "retrieval_completed": lambda: f"      context: {_short(data['summary'])}",
        "failure_detected": lambda: click.style(f"      failed ({data['kind']})", fg="red"),
        "approval_requested": lambda: f"      asks: {data['kind']}",
        "approval_resolved": lambda: f"      answered: {data['decision']}",
        "checkpoint_restored": lambda: (
            f"      put back to {str(data['commit'])[:10]}; what lay there is kept as"
            f" {str(data['snapshot'])[:10]}"
        ),
        "rollback_started": lambda: (
            f"{data['kind']} of {data['run']}; what lies there is kept as"
            f" {str(data['snapshot'])[:10]}"
        ),
        "run_recovered": lambda: _REBUILT if data["action"] == "index" else "",
        "must_haves_verified": lambda: f"must-haves: {data['passed']} of {data['declared']} pass",
        "step_skipped": lambda: _skipped(event),
    }
    return texts[event.type]() if event.type in texts else ""


def _mission(event: Event) -> str:
    data = event.data
    lines = [f"run {event.run}: {amount(int(str(data['steps_count'])), 'step')}"]
    for title, key in (("to be noted", "findings"), ("to set up by hand first", "user_setup")):
        entries = data.get(key)
        entries = entries if isinstance(entries, list) else []
        lines += [f"  {title}: {_short(entry)}" for entry in entries[:_MOST_NOTED]]
        if len(entries) > _MOST_NOTED:
            lines.append(f"  {title}: {len(entries) - _MOST_NOTED} more, see `forge validate`")
    return "\n".join(lines)


def _skipped(event: Event) -> str:
    reason = _short(event.data["reason"])
    return (
        f"      {event.step}: {reason}"
        if event.data.get("carried")
        else f"      {event.step} skipped: {reason}"
    )


def _seconds(milliseconds: object) -> str:
    return f"{float(str(milliseconds)) / 1000:.1f} s"


def _short(text: object) -> str:
    line = visible(" ".join(str(text).split()))
    return line if len(line) <= 90 else line[:89] + "…"
