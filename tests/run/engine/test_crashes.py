"""Killed at any effect, or with a disk that is full: the next command carries on, nothing is lost
and nothing done twice.
"""

from __future__ import annotations

import errno
import json
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from forge.timeline.process_id import ProcessId
from tests.conftest import ROOT, Sandbox
from tests.run.plans import Case, Task, auto, writes

FAULTS = str(ROOT / "tests/run/faults")
FINE = {"PYTHONPATH": FAULTS, "FORGE_TEST_FINE": "1"}
MUST_HAVES = (
    "must_haves:\n  artifacts:\n    - path: a.txt\n      contains: one\n    - path: b.txt\n     "
    " contains: two\n"
)


def two_steps(sandbox: Sandbox) -> Case:
    tasks = [
        Task("Task 1: Write a", "a.txt", auto("grep -q one a.txt")),
        Task("Task 2: Write b", "a.txt, b.txt", auto("grep -q two b.txt")),
        Task("Task 3: Test both", "", auto("cat a.txt b.txt")),
    ]
    work = {
        1: writes("a.txt", "one\n"),
        2: f"{writes('b.txt', 'two')}; open('a.txt', 'a').write('more\\n')",
    }
    return Case(sandbox, tasks, work, files=("a.txt", "b.txt"), must_haves=MUST_HAVES)


def effects(sandbox: Sandbox, tmp_path: Path) -> int:
    """Return how many effects an unbroken run has; the run is then in the sandbox."""
    counted = tmp_path / "count"
    result = sandbox.call(
        "execute", "01-01", "--approve", env={**FINE, "FORGE_TEST_COUNT_TO": str(counted)}
    )
    assert result.code == 0, result.err
    return int(counted.read_text())


def carry_on(sandbox: Sandbox) -> str:
    """Go on as the user would: resume an open run, or execute if there is none; return the run."""
    for _ in range(6):
        runs = [row for row in sandbox.call("runs").data["runs"] if row["status"] != "stopped"]
        result = (
            sandbox.call("resume", runs[-1]["run"])
            if runs
            else sandbox.call("execute", "01-01", "--approve")
        )
        if result.code == 0 or (result.code == 2 and runs[-1]["status"] == "completed"):
            return str(sandbox.call("runs").data["runs"][-1]["run"])
        assert result.code in (1, 4, 130), result.out + result.err
    raise AssertionError(f"it never ends: {result.out} {result.err}")


def whole(sandbox: Sandbox, run: str) -> None:
    """The tree, the history and the record are as those of an unbroken run; nothing was done
    twice.
    """
    assert (sandbox.root / "a.txt").read_text() == "one\nmore\n" and (
        sandbox.root / "b.txt"
    ).read_text() == "two"
    assert sandbox.status() == [] and sandbox.git("fsck", "--no-dangling", "--strict") == ""
    assert not list((sandbox.root / ".git").rglob("*.lock")) or not [
        path for path in (sandbox.root / ".git").rglob("*.lock") if "forge" not in path.parts
    ]
    assert not list(sandbox.root.rglob(".forge-*.tmp"))
    assert not list((sandbox.root / ".git/forge/tmp").iterdir())
    subjects = sandbox.subjects()
    assert subjects.count("Task 1: Write a") == 1 and subjects.count("Task 2: Write b") == 1, (
        subjects
    )
    assert subjects[-1] == "forge(01-01): record — completed"
    timeline = sandbox.call("timeline", run)
    assert timeline.data["valid"] is True
    types = [event["type"] for event in timeline.data["events"]]
    assert types.count("step_completed") == 3 and types.count("final") == 1
    assert sandbox.call("verify", "01-01").code == 0


def sweep(total: int, every: int) -> list[int]:
    return list(range(1, total + 1, every))


def begun(make_sandbox, name: str) -> Sandbox:
    sandbox = make_sandbox(name)
    sandbox.write("README.md", "x\n")
    sandbox.commit()
    return two_steps(sandbox).set_up()


def kill_at(make_sandbox, tmp_path: Path, moments: list[int]) -> None:
    template = begun(make_sandbox, "template")
    for moment in moments:
        sandbox = replace(template, root=tmp_path / f"kill-{moment}")
        shutil.copytree(template.root, sandbox.root)
        process = sandbox.start(
            "execute", "01-01", "--approve", env={**FINE, "FORGE_TEST_KILL_AT": str(moment)}
        )
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, f"effect {moment} was never reached"
        whole(sandbox, carry_on(sandbox))
        shutil.rmtree(sandbox.root)


def measured(make_sandbox, tmp_path: Path) -> int:
    sandbox = begun(make_sandbox, "unbroken")
    total = effects(sandbox, tmp_path)
    whole(sandbox, sandbox.call("runs").data["runs"][0]["run"])
    return total


@pytest.mark.parametrize("part", range(4))
def test_killed_at_an_effect(make_sandbox, tmp_path: Path, part: int) -> None:
    total = measured(make_sandbox, tmp_path)
    assert total > 200
    kill_at(make_sandbox, tmp_path, sweep(total, 54)[part::4])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
@pytest.mark.timeout(3600)
def test_killed_at_every_effect(make_sandbox, tmp_path: Path, part: int) -> None:
    total = measured(make_sandbox, tmp_path)
    moments = sweep(total, 1)[part::8]
    print(f"{len(moments)} kills of {total} effects")
    kill_at(make_sandbox, tmp_path, moments)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_disk_that_fails(make_sandbox, tmp_path: Path, share: float, number: int) -> None:
    total = measured(make_sandbox, tmp_path)
    sandbox = begun(make_sandbox, "full")
    env = {
        **FINE,
        "FORGE_TEST_FAIL_AT": str(int(total * share)),
        "FORGE_TEST_FAIL_WITH": str(number),
    }
    result = sandbox.forge("execute", "01-01", "--approve", env=env)
    assert result.code == 1, result.err
    assert "forge resume" in result.err or "try again" in result.err, result.err
    whole(sandbox, carry_on(sandbox))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of a process")
def test_an_unrecorded_runner_is_ended(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where forge is killed between the start of a runner and noting it down, that runner does not
    work on beside the next.
    """
    case, left = two_steps(sandbox), tmp_path / "left"
    good = case.work[2]
    pid = f"pathlib.Path({str(left)!r}).write_text(str(os.getpid()))"
    case.work[2] = f"import signal; {pid}; os.kill(os.getppid(), 9); signal.pause()"
    case.set_up()
    sandbox.start("execute", "01-01", "--approve").wait(timeout=60)
    (record,) = (sandbox.root / ".git/forge/runs").glob("*/child.json")
    record.unlink()
    runner = int(left.read_text())
    assert ProcessId.of(runner).start
    case.set_work({2: good})
    assert sandbox.call("resume").code == 0 and not ProcessId.of(runner).start
    whole(sandbox, record.parent.name)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of a process")
@pytest.mark.parametrize("which", ["check", "hook"])
def test_an_unrecorded_command_is_ended(sandbox: Sandbox, tmp_path: Path, which: str) -> None:
    """The same of a verify command, and of a hook of the step's commit."""
    case, left, above = (
        two_steps(sandbox),
        tmp_path / "left",
        "$PPID" if which == "check" else "$(ps -o ppid= -p $PPID)",
    )
    stay = tmp_path / "stay.sh"
    stay.write_text(
        f"#!/bin/sh\n[ -e {left} ] && exit 0\necho $$ > {left}; kill -9 {above}; exec sleep 600\n"
    )
    stay.chmod(0o755)
    if which == "check":
        case.tasks[1].verify = auto(f"exec {stay}")
    case.set_up()
    if which == "hook":
        (sandbox.root / ".git/hooks/pre-commit").symlink_to(stay)
    sandbox.start("execute", "01-01", "--approve").wait(timeout=60)
    (record,) = (sandbox.root / ".git/forge/runs").glob("*/child.json")
    record.unlink()
    child = int(left.read_text())
    assert ProcessId.of(child).start
    assert sandbox.call("resume").code in (0, 1) and not ProcessId.of(child).start
    whole(sandbox, record.parent.name)


def test_a_torn_tail_is_set_aside(sandbox: Sandbox) -> None:
    case = two_steps(sandbox)
    case.work[2] = "sys.exit(1)"
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    live = sandbox.root / ".git/forge/runs" / run / "timeline.jsonl"
    lines = live.read_bytes()
    live.write_bytes(lines + b'{"v":1,"seq":99,"ts":"2026')
    case.set_work({2: two_steps(sandbox).work[2]})
    assert sandbox.call("retry", run).code == 0
    assert [path.read_bytes() for path in (sandbox.root / ".git/forge/torn").iterdir()] == [
        b'{"v":1,"seq":99,"ts":"2026'
    ]
    whole(sandbox, run)


def test_damage_in_the_middle_is_refused_and_named(sandbox: Sandbox) -> None:
    case = two_steps(sandbox)
    case.work[2] = "sys.exit(1)"
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    live = sandbox.root / ".git/forge/runs" / run / "timeline.jsonl"
    raw = live.read_bytes()
    live.write_bytes(raw.replace(b'"step_started"', b'"step_startet"', 1))
    result = sandbox.call("resume", run)
    assert (
        result.code == 1
        and result.json["error"]["kind"] == "damaged_log"
        and "line 4" in result.json["error"]["message"]
    )
    result = sandbox.call("timeline", run)
    assert result.code == 1 and result.data["valid"] is False
    live.write_bytes(raw)
    case.set_work({2: two_steps(sandbox).work[2]})
    assert sandbox.call("retry", run).code == 0


def test_every_command_leaves_its_start_and_finish(sandbox: Sandbox) -> None:
    two_steps(sandbox).set_up()
    sandbox.forge("--version")
    sandbox.forge("execute", "--help")
    assert not (sandbox.root / ".git/forge").exists()
    sandbox.call("execute", "nothing")
    sandbox.call("execute", "01-01", "--approve")
    sandbox.call("status")
    records = [
        json.loads(line)
        for line in (sandbox.root / ".git/forge/executions.jsonl").read_text().splitlines()
    ]
    by_id: dict[str, list[dict]] = {}
    for record in records:
        by_id.setdefault(record["execution"], []).append(record)
    assert [[record["outcome"] for record in records] for records in by_id.values()] == [
        ["running", "error"],
        ["running", "success"],
        ["running", "success"],
    ]
    first = records[1]
    assert first["args"] == ["execute", "nothing", "--json"] and "nothing" in first["error_message"]
    assert first["duration_ms"] >= 0 and first["finished_at"] and first["root"] == str(sandbox.root)
    assert {"pid", "start", "boot"} <= set(records[0])
