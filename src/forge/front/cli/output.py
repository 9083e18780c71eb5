"""Prints replies, errors and JSON envelopes on the standard streams."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from forge.front.envelope import Data, Reply, error_envelope, reply_envelope

if TYPE_CHECKING:
    from collections.abc import Callable

    from forge.errors import ForgeError


def print_line(text: str) -> None:
    """Print a line of an answer that goes on. Raises BrokenPipeError if the reader has left."""
    click.echo(printable(text))
    sys.stdout.flush()


def print_note(text: str) -> None:
    """Print a message on standard error, never mixed up with the answer."""
    with contextlib.suppress(OSError):
        click.echo(printable(text), err=True)


def print_reply(verb: str, execution: str, reply: Reply, *, as_json: bool) -> None:
    """Print a reply as JSON or as text. Raises OSError if it cannot be written."""
    if as_json:
        print_json(reply_envelope(verb, execution, reply), None if reply.one_line else 1)
    elif text := reply.as_text():
        click.echo(printable(text))


def print_error(verb: str, execution: str, error: ForgeError, *, as_json: bool) -> None:
    """Print an error on standard error with its next step, and as JSON if that was asked for."""
    if as_json:
        print_json(error_envelope(verb, execution, error))
    click.echo(click.style("forge: ", bold=True) + printable(error.message), err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    for command in error.next_commands:
        click.echo(f"    {printable(command)}", err=True)


def print_json(envelope: Data, indent: int | None = 1) -> None:
    """Print one JSON object on standard output; without an indent, on one line."""
    text = json.dumps(envelope, ensure_ascii=False, indent=indent)
    click.echo(text.encode("utf-8", "backslashreplace"))


def printable(text: str) -> str:
    """Return a text without what UTF-8 cannot encode, such as half a surrogate pair."""
    return text.encode("utf-8", "backslashreplace").decode()


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


def _silence(*streams: TextIO) -> None:
    """Discard what is left in the buffers, on which the interpreter would fail at its end."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(null, stream.fileno())
