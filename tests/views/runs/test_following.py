"""A run's events as they come: followed from the first to the last, wherever the log goes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from forge.git.repository import Repository
from forge.records.find import one_run
from forge.timeline import log
from forge.views.runs.following import Following
from tests.conftest import FORGE, Sandbox
from tests.run.plans import Case, Task, auto, writes


def waits_for_a_person(sandbox: Sandbox) -> str:
    """An open run that waits after its first step."""
    tasks = [
        Task("Task 1: Write a", "a.txt", auto("test -s a.txt")),
        Task("Look", kind="checkpoint:human-verify"),
    ]
    Case(sandbox, tasks, {1: writes("a.txt", "one\n")}, files=("a.txt",)).set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.code == 4
    return str(reply.data["run"])


@contextmanager
def following(sandbox: Sandbox, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*FORGE, "timeline", "--follow", *words],
        cwd=sandbox.root,
        env=sandbox.environment(),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_run_is_followed_until_it_ends(sandbox: Sandbox) -> None:
    run = waits_for_a_person(sandbox)
    written = (sandbox.root / ".git/forge/runs" / run / "timeline.jsonl").read_bytes().splitlines()
    with following(sandbox, "--json", "--after", "2") as process:
        assert process.stdout
        first = [process.stdout.readline() for _ in written[2:]]
        assert [line.encode().rstrip() for line in first] == written[2:], (
            "each line exactly as in the file"
        )
        sandbox.call("approve")
        sandbox.call("resume")
        rest = process.stdout.read().splitlines()
        assert process.wait(30) == 0
    events = [json.loads(line) for line in [*first, *rest[:-1]]]
    assert [event["seq"] for event in events] == list(range(3, len(sandbox.types(run)) + 1))
    assert events[-1]["type"] == "final"
    answer = json.loads(rest[-1])
    assert (
        answer["schema"] == "forge.timeline/1"
        and answer["data"]["status"] == "completed"
        and answer["ok"]
    )


def test_following_ends_with_an_interrupt_or_a_closed_pipe(sandbox: Sandbox) -> None:
    run = waits_for_a_person(sandbox)
    with following(sandbox, "--json", run) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read().splitlines()
        assert process.wait(30) == 130
        assert json.loads(rest[-1])["data"] == {
            "run": run,
            "status": "paused",
            "valid": True,
            "problem": None,
        }
    with following(sandbox, run) as process:
        assert process.stdout
        assert process.stdout.readline() == f"run {run}: paused\n"
        process.stdout.close()
        sandbox.call("approve")
        sandbox.call("resume")
        assert process.wait(30) == 0 and process.stderr and "Traceback" not in process.stderr.read()


def test_a_log_that_moves_to_the_record_or_to_another_branch(sandbox: Sandbox) -> None:
    """In process, with what happens between two looks in place of the wait."""
    run = waits_for_a_person(sandbox)
    repository = Repository.discover(sandbox.root)
    live = sandbox.root / ".git/forge/runs" / run / "timeline.jsonl"
    steps = iter(
        [
            lambda: live.write_bytes(live.read_bytes() + b'{"torn'),
            lambda: live.write_bytes(live.read_bytes().removesuffix(b'{"torn')),
            lambda: os.replace(live.with_name("copy"), live),
            lambda: sandbox.call("approve"),
            lambda: sandbox.call("resume"),
            lambda: sandbox.git("checkout", "-q", "-b", "other", "main~8"),
        ]
    )
    live.with_name("copy").write_bytes(live.read_bytes())
    followed = Following(
        repository, one_run(repository, run, among_open=False), wait=lambda _: next(steps)()
    )
    events = list(followed)
    assert followed.problem is None and events[-1].type == "final"
    assert (
        log.encode(events)
        == sandbox.git("show", f"main:.planning/runs/{run}/timeline.jsonl").encode()
    )
    again = Following(repository, followed.record, after=len(events) - 2)
    assert [event.seq for event in again] == [len(events) - 1, len(events)], (
        "from the branch, as the run is not checked out"
    )


def test_a_damaged_log_ends_it_with_the_reason(sandbox: Sandbox) -> None:
    run = waits_for_a_person(sandbox)
    live = sandbox.root / ".git/forge/runs" / run / "timeline.jsonl"
    live.write_bytes(live.read_bytes().replace(b'"step_started"', b'"step_startet"'))
    result = sandbox.forge("timeline", "--follow")
    assert result.code == 1 and result.out.splitlines()[-1].startswith("NOT VALID: line ")


def test_following_after_an_event(sandbox: Sandbox) -> None:
    run = waits_for_a_person(sandbox)
    whole = sandbox.call("timeline", run).data["events"]
    assert sandbox.call("timeline", run, "--after", "3").data["events"] == whole[3:]
    assert sandbox.call("timeline", run, "--after", "999").data["events"] == []
    assert sandbox.call("timeline", "--after", "-1").code == 2
