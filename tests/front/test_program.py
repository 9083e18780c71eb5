"""The start and the end of the program: streams, encoding, exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest

from forge import __main__ as program
from forge.front.cli import main as command_line


class Exit(Exception):
    """Stands for the end of the process."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], int]], int]:
    """Return a function that runs the program around a command line, and returns its status."""

    def leave(status: int) -> None:
        raise Exit(status)

    monkeypatch.setattr(program.os, "_exit", leave)
    monkeypatch.setattr(program, "_open_streams", lambda: None)
    monkeypatch.setattr(program, "_use_utf8", lambda: None)
    monkeypatch.setattr(program.gc, "set_threshold", lambda threshold: None)
    monkeypatch.setattr(program.atexit, "_run_exitfuncs", lambda: None)

    def run(main: Callable[[], int]) -> int:
        monkeypatch.setattr(command_line, "main", main)
        with pytest.raises(Exit) as left:
            program.main()
        return left.value.status

    return run


def raising(error: BaseException) -> Callable[[], int]:
    def main() -> int:
        raise error

    return main


@pytest.mark.parametrize("status", [0, 1, 2, 4, 130])
def test_the_process_ends_with_the_status_of_the_command(
    start: Callable[[Callable[[], int]], int], status: int
) -> None:
    assert start(lambda: status) == status


def test_an_interrupt_is_silent(
    start: Callable[[Callable[[], int]], int], capfd: pytest.CaptureFixture[str]
) -> None:
    assert start(raising(KeyboardInterrupt())) == 130
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (BrokenPipeError(32, "Broken pipe"), ""),
        (
            OSError(28, "No space left on device"),
            "forge: what was printed could not be written: No space left on device\n",
        ),
    ],
)
def test_what_cannot_be_written_ends_with_1(
    start: Callable[[Callable[[], int]], int],
    error: OSError,
    message: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert start(raising(error)) == 1
    assert capfd.readouterr().err == message


class Unflushable:
    """A stream on a full disk."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("status", "ended"), [(0, 1), (4, 4)])
def test_a_failed_flush_does_not_hide_another_status(
    start: Callable[[Callable[[], int]], int],
    status: int,
    ended: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def main() -> int:
        monkeypatch.setattr(sys, "stdout", Unflushable())
        return status

    assert start(main) == ended


def test_closed_streams_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = sys.stderr
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stdout", None)
    program._open_streams()
    assert sys.stderr is kept, "an open stream is left alone"
    assert sys.stdin.read() == "" and sys.stdout.write("lost é") == 6
    assert os.get_inheritable(sys.stdout.fileno())
    sys.stdin.close()
    sys.stdout.close()


@pytest.mark.parametrize(
    ("encoding", "options", "restarts"),
    [("utf-8", {}, False), ("ascii", {}, True), ("ascii", {"utf8": True}, False)],
)
def test_python_starts_again_in_utf8(
    encoding: str, options: dict[str, bool], restarts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: encoding)
    monkeypatch.setattr(sys, "_xoptions", options)
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "forge", "status"])
    monkeypatch.setattr(program.os, "execv", lambda path, words: started.append(words))
    program._use_utf8()
    words = [sys.executable, "-X", "utf8", "-m", "forge", "status"]
    assert started == ([words] if restarts else [])
