"""Children that end by themselves, at a limit, or because forge says so."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.run.processes.output import Output
from forge.run.processes.supervise import Ended, Limits, Outcome, environment, supervise
from forge.timeline.process_id import ProcessId


def shell(
    script: str,
    tmp_path: Path,
    limits: Limits | None = None,
    *,
    limit: int = 10_000,
    stdin: bytes = b"",
    watch: Callable[[], Ended | None] = lambda: None,
    started: Callable[[ProcessId], None] = lambda child: None,
) -> Outcome:
    return supervise(
        ["sh", "-c", script],
        tmp_path,
        {"PATH": os.environ["PATH"]},
        Output(limit),
        limits or Limits(20),
        stdin=stdin,
        watch=watch,
        started=started,
    )


def test_a_child_that_exits(tmp_path: Path) -> None:
    outcome = shell("echo out; echo err >&2", tmp_path)
    assert (outcome.ended, outcome.exit_code, outcome.success) == ("exit", 0, True)
    assert sorted(outcome.output.text().split()) == ["err", "out"]
    assert outcome.summary().split()[-1] in ("out", "err")


@pytest.mark.parametrize(
    ("script", "ended", "code"),
    [("exit 3", "exit", 3), ("kill -KILL $$", "signal", 137), ("kill -TERM $$", "signal", 143)],
)
def test_an_exit_status_is_that_of_a_shell(
    script: str, ended: str, code: int, tmp_path: Path
) -> None:
    outcome = shell(script, tmp_path)
    assert (outcome.ended, outcome.exit_code, outcome.success) == (ended, code, False)
    assert outcome.describe() == f"exit status {code}"


@pytest.mark.parametrize(
    ("limits", "ended", "words"),
    [
        (Limits(wall=0.2), "timeout", "it ran into its time limit"),
        (Limits(wall=20, idle=0.2), "idle", "it printed nothing for too long"),
    ],
)
def test_a_child_at_its_limit_is_ended(
    limits: Limits, ended: str, words: str, tmp_path: Path
) -> None:
    outcome = shell("echo before; exec sleep 1000", tmp_path, limits)
    assert (outcome.ended, outcome.exit_code) == (ended, 128 + signal.SIGTERM)
    assert outcome.summary().partition("\n")[0] == words


def test_a_reason_from_watch_ends_the_child(tmp_path: Path) -> None:
    reasons: list[Ended | None] = [None, "stopped"]
    outcome = shell("exec sleep 1000", tmp_path, watch=lambda: reasons.pop(0))
    assert (outcome.ended, reasons) == ("stopped", [])
    assert outcome.describe() == "it was stopped"


def test_a_program_that_does_not_exist(tmp_path: Path) -> None:
    outcome = supervise(["no-such-program"], tmp_path, {}, Output(100), Limits())
    assert (outcome.ended, outcome.exit_code, outcome.duration_ms) == ("not_found", None, 0)
    assert outcome.summary() == "no-such-program: No such file or directory"


def test_a_nul_byte_in_an_argument(tmp_path: Path) -> None:
    outcome = supervise(["echo", "a\0b"], tmp_path, {}, Output(100), Limits())
    assert outcome.ended == "not_found" and "null byte" in outcome.output.text()


def test_standard_input_is_fed_and_closed(tmp_path: Path) -> None:
    data = b"x" * 300_000 + b"\n"
    assert shell("wc -c", tmp_path, stdin=data).output.text().strip() == str(len(data))


def test_a_child_that_does_not_read_its_input_still_ends(tmp_path: Path) -> None:
    assert shell("exec 0<&-; echo done", tmp_path, stdin=b"x" * 300_000).success


def test_only_standard_output_is_parsed(tmp_path: Path) -> None:
    heard: list[bytes] = []
    output = Output(1000, on_stdout=heard.append)
    words = ["sh", "-c", "echo out; echo err >&2"]
    supervise(words, tmp_path, {"PATH": os.environ["PATH"]}, output, Limits(20))
    assert b"".join(heard) == b"out\n"
    assert sorted(output.text().split()) == ["err", "out"]


def test_the_child_is_reported_while_it_runs(tmp_path: Path) -> None:
    seen: list[bool] = []
    shell("cat", tmp_path, stdin=b"x", started=lambda child: seen.append(child.alive()))
    assert seen == [True]


def test_an_error_while_a_child_runs_ends_the_child(tmp_path: Path) -> None:
    children: list[ProcessId] = []

    def fail(child: ProcessId) -> None:
        children.append(child)
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        shell("exec sleep 1000", tmp_path, started=fail)
    assert not children[0].alive()


def test_what_a_child_leaves_in_its_group_is_killed(tmp_path: Path) -> None:
    outcome = shell("sleep 1000 & echo $!", tmp_path)
    pid = int(outcome.output.text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_CHILD_SUBREAPER")
def test_what_leaves_the_group_is_killed_too(tmp_path: Path) -> None:
    outcome = shell("setsid sh -c 'echo $$; exec sleep 1000' & read -r x || true", tmp_path)
    text = outcome.output.text().strip()
    if text:  # the child of setsid may have had no time to print its pid
        with pytest.raises(ProcessLookupError):
            os.kill(int(text), 0)


def test_a_flood_of_output_is_cut(tmp_path: Path) -> None:
    outcome = shell("yes | head -c 2000000", tmp_path, limit=1000)
    assert outcome.output.total == 2_000_000
    assert len(outcome.output.text()) < 1100 and outcome.output.truncated


@pytest.mark.parametrize(
    ("ended", "reason", "text"),
    [
        ("interrupted", "", "it was interrupted"),
        ("result", "it says that it failed", "it says that it failed"),
        ("exit", "", "exit status 7"),
    ],
)
def test_the_summary_of_a_silent_child_says_how_it_ended(
    ended: Ended, reason: str, text: str
) -> None:
    assert Outcome(ended, 7, 0, Output(100), reason=reason).summary() == text


def test_the_environment_is_a_short_list(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name in ("PATH", "HOME", "LC_ALL", "TOKEN", "AWS_SECRET"):
        monkeypatch.setenv(name, name.lower())
    assert environment(["TOKEN"], {"FORGE_RUN_ID": "r", "HOME": "/other"}) == {
        "PATH": "path",
        "HOME": "/other",
        "LC_ALL": "lc_all",
        "TOKEN": "token",
        "FORGE_RUN_ID": "r",
    }
