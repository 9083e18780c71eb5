"""Prints replies, messages, errors and JSON on the standard streams: the only module that writes
text for people.

It is given lines, and escapes in each what does not print, line ends included: colors and the ends
of lines are forge's own, and no value from a file can make either.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from forge.front.envelope import Data, Reply, error_envelope, reply_envelope
from forge.text import jsonl
from forge.text.printable import (
    Folded,
    Line,
    Styled,
    Text,
    Verbatim,
    folded,
    lines_of,
    pieces,
    plain,
    visible_line,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from forge.errors import ForgeError


_CLEAR = "\r\x1b[K"
_USUAL_WIDTH = 80  # columns of a terminal that does not tell its own
_COMMAND_SIGNS = {"::": "<U+003A>:", "##[": "<U+0023>#[", "##vso[": "<U+0023>#vso["}
"""What GitHub Actions and Azure Pipelines take for a command to themselves in any job's output."""


def rendered(text: Text) -> str:
    """Return lines as a terminal shows them, with forge's own colors; a verbatim text as it is."""
    if isinstance(text, Verbatim):
        return str(text)
    return "\n".join(part for line in lines_of(text) for part in _fitting(line))


def print_line(line: Line) -> None:
    """Print a line of an answer that goes on. Raises BrokenPipeError if the reader has left."""
    _echo(rendered([line]))
    sys.stdout.flush()


def print_note(text: Text) -> None:
    """Print a message on standard error, never mixed up with the answer."""
    with contextlib.suppress(OSError):  # nobody watches any more; the work goes on
        _echo(rendered(text), err=True)


def print_prompt(prompt: str) -> None:
    """Print on standard error what the user answers in the same line."""
    click.echo(visible_line(prompt), nl=False, err=True)


def print_paged(text: Text) -> None:
    """Show a text in click's pager."""
    click.echo_via_pager(f"{rendered(text)}\n")


def print_reply(verb: str, execution: str, reply: Reply, *, as_json: bool) -> None:
    """Print a reply as JSON or as text. Raises OSError if it cannot be written."""
    if as_json:
        print_json(reply_envelope(verb, execution, reply), None if reply.one_line else 1)
    elif shown := rendered(reply.shown()):
        _echo(shown)


def print_error(verb: str, execution: str, error: ForgeError, *, as_json: bool) -> None:
    """Print an error on standard error with its next step, and as JSON if that was asked for."""
    if as_json:
        print_json(error_envelope(verb, execution, error))
    first, *more = error.lines
    lines: list[Line] = [(Styled("forge: ", bold=True), first), *more]
    lines += [f"  {error.hint}"] if error.hint else []
    lines += [f"    {command}" for command in error.next_commands]
    _echo(rendered(lines), err=True)


def print_json(envelope: Data, indent: int | None = 1) -> None:
    """Print one JSON object on standard output; without an indent, on one line."""
    _echo_json(json.dumps(envelope, ensure_ascii=False, indent=indent))


def print_json_line(data: dict[str, object]) -> None:
    """Print one JSON object in a line of its own. Raises BrokenPipeError if the reader has left."""
    _echo_json(jsonl.encode(data).decode()[:-1])
    sys.stdout.flush()


def redraw(text: str) -> None:
    """Replace the last line of the terminal on standard error; an empty text removes it."""
    with contextlib.suppress(OSError, ValueError):  # nobody watches any more; the run goes on
        sys.stderr.write(_CLEAR + visible_line(text))
        sys.stderr.flush()


def deliver(write: Callable[[], None], code: int) -> int:
    """Print an answer and return the exit status.

    A reader that has left does not change it; a failed write makes it 1 at least.
    """
    try:
        write()
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout, sys.stderr)
    except OSError as error:
        _silence(sys.stdout)
        print_note(f"forge: what was printed could not be written: {error.strerror}")
        _silence(sys.stderr)
        return code or 1
    return code


def _echo(text: str, *, err: bool = False) -> None:
    """Print a text with a line end, without what the stream cannot encode."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=err)


def _echo_json(text: str) -> None:
    text = jsonl.escaped(text)
    _echo(text.replace("##", "#\\u0023") if _in_job() else text)


def _in_job() -> bool:
    """Return whether a service reads the output for commands to itself."""
    return bool(os.environ.get("GITHUB_ACTIONS") or os.environ.get("TF_BUILD"))


def _fitting(line: Line) -> list[str]:
    """Return a line as it is shown; one with text of others is folded as the terminal would."""
    shown, width = _rendered_line(line), _width()
    return folded(shown, width) if isinstance(line, Folded) and width else [shown]


def _width() -> int:
    """Return the columns of the narrower terminal that is written to; 0 if there is none."""
    widths = []
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            if stream.isatty():
                widths.append(os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH)
    return min(widths, default=0)


def _rendered_line(line: Line) -> str:
    if _in_job() and _is_command(plain(line)):
        line = tuple(_disarmed(piece) for piece in pieces(line))
    return "".join(map(_piece, pieces(line)))


def _is_command(text: str) -> bool:
    return text.lstrip().startswith("::") or "##" in text


def _disarmed(piece: str | Styled) -> str | Styled:
    text = piece if isinstance(piece, str) else piece.text
    for sign, harmless in _COMMAND_SIGNS.items():
        text = text.replace(sign, harmless)
    return text if isinstance(piece, str) else piece._replace(text=text)


def _piece(piece: str | Styled) -> str:
    if isinstance(piece, str):
        return visible_line(piece)
    text = visible_line(piece.text)
    if not (piece.color or piece.bold) or not text:
        return text
    return click.style(text, fg=piece.color or None, bold=piece.bold or None)


def _silence(*streams: TextIO) -> None:
    """Discard what is left in the buffers, on which the interpreter would fail at its end."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(null, stream.fileno())
