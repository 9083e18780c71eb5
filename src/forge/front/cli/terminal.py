"""Asks the user at a terminal, on standard error, and reads the answers from standard input."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable

from forge.front.cli.output import print_note, print_prompt
from forge.run.approvals.prompter import Answer, NoPrompter, Prompter
from forge.text.printable import Line, Styled, Text, block
from forge.timeline.run.state import Question

_PERIOD = 0.2  # seconds between two checks for requests of other shells
_COLORS = {"+": "green", "-": "red", "@": "cyan"}
_HEADERS = ("diff ", "+++", "---", "index ")
_MOST_LINES = 400
_TAB = 4  # spaces
_LONGEST_LINE = 1000  # characters


class _Canceled(Exception):
    """The question was answered or withdrawn elsewhere while it waited."""


class Terminal:
    """The user at a terminal. An empty line or the end of input pauses the run."""

    present = True

    def ask(
        self, question: Question, canceled: Callable[[], bool], patch: str = ""
    ) -> Answer | None:
        """Show a patch and a question, and return the answer; None pauses the run."""
        if patch:
            print_note(["", *colored_patch(patch)])
        first, *more = block(question.text, "")
        rest = [f"  {line}" for line in more]
        print_note(["", (Styled(question.kind, bold=True), f": {first}"), *rest])
        try:
            if question.options:
                return _choose(question, canceled)
            return _yes_or_no(canceled)
        except (EOFError, _Canceled):
            return None

    def approve(self, text: Text) -> bool:
        """Show a plan, and return whether the user approves it."""
        print_note(text)
        try:
            return _read("approve exactly this, and execute it? [y]es or [n]o: ")[:1].lower() == "y"
        except EOFError:
            return False


def prompter(*, as_json: bool) -> Prompter:
    """Return the user at the terminal, or nobody without a terminal or with JSON."""
    return (
        Terminal() if not as_json and sys.stdin.isatty() and sys.stderr.isatty() else NoPrompter()
    )


def _yes_or_no(canceled: Callable[[], bool]) -> Answer | None:
    letter = _read("approve? [y]es, [n]o, or nothing to pause: ", canceled)[:1].lower()
    if letter == "y":
        return Answer(True)
    return _refusal(canceled) if letter == "n" else None


def _choose(question: Question, canceled: Callable[[], bool]) -> Answer | None:
    """Read an option; [y]es and [n]o are the first option of each answer, except at a decision."""
    ids = [option["id"] for option in question.options]
    is_decision = question.kind == "decision"
    words = "[n]o" if is_decision else "[y]es, [n]o"
    line = _read(f"which one? {', '.join(ids)}, {words}, or nothing to pause: ", canceled)
    if line in ids:
        if line in question.option_ids("approve"):
            return Answer(True, line)
        return Answer(False, line, _refusal(canceled).note)
    if line[:1].lower() == "y" and not is_decision:
        return Answer(True)
    return _refusal(canceled) if line[:1].lower() == "n" else None


def _refusal(canceled: Callable[[], bool]) -> Answer:
    return Answer(False, note=_read("why not? ", canceled))


def _read(prompt: str, canceled: Callable[[], bool] = lambda: False) -> str:
    """Read a line. Raises EOFError at the end of input, _Canceled if the question was canceled."""
    print_prompt(prompt)
    while not select.select([sys.stdin], [], [], _PERIOD)[0]:
        if canceled():
            raise _Canceled
    line = (
        sys.stdin.buffer.raw.readline()
        if hasattr(sys.stdin.buffer, "raw")
        else sys.stdin.readline().encode()
    )
    if not line:
        raise EOFError
    return line.decode("utf-8", "replace").strip()


def colored_patch(patch: str) -> list[Line]:
    """Return the lines of a patch for a terminal, with colors.

    A long one ends with how to see the rest.
    """
    lines = patch.removesuffix("\n").split("\n")
    shown: list[Line] = [_colored_line(_cut(line)) for line in lines[:_MOST_LINES]]
    rest = len(lines) - _MOST_LINES
    if rest > 0:
        shown.append(f"… {rest} more lines: an empty answer pauses the run, `git diff` shows them")
    return shown


def _cut(line: str) -> str:
    line = line.removesuffix("\r").expandtabs(_TAB)
    rest = len(line) - _LONGEST_LINE
    return f"{line[:_LONGEST_LINE]} … {rest} more characters" if rest > 0 else line


def _colored_line(line: str) -> Line:
    if line.startswith(_HEADERS):
        return (Styled(line, bold=True),)
    return (Styled(line, _COLORS.get(line[:1], "")),)
