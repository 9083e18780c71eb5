"""Cost of reading a long timeline: its fold compared with parsing the same lines, and `forge
resume` with a long timeline compared with a short one.

The floor of the fold is `orjson.loads` of each line, kept in a list; the fold also verifies the
chain, checks every type, and applies the events to a run's state. Both run without the garbage
collector. `orjson` is in the extra `bench`. Run: python benchmarks/timeline.py [--events N]
[--rounds N]
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from steps import FORGE, Place

from forge.timeline.event import GENESIS, Data, Event, link
from forge.timeline.log import Log, read
from forge.timeline.run import events as ev
from forge.timeline.run.fold import fold

COMMIT, HASH = "a" * 40, "b" * 64
STEP: tuple[Data, ...] = (
    ev.StepStarted(1, "Write the module", "edit"),
    ev.StageChanged("plan", "edit"),
    ev.CheckpointCreated("cp-1", COMMIT, "before 01-01/1", ["src/a.py"]),
    ev.RunnerStarted("agent", ["agent", "--prompt", "prompt.md"], HASH, COMMIT),
    ev.RunnerFinished("agent", 0, 1234),
    ev.DiffProposed("d-1", HASH, "1 file, +10 -3", "low", ["src/a.py"], []),
    ev.DiffApplied(COMMIT),
    ev.TestStarted("python -m pytest -q", 1),
    ev.TestCompleted(True, 0, 1234, [], "python -m pytest -q", 1),
    ev.StepCompleted(1),
)
WAITS = """---
phase: 01-x
plan: 01
type: execute
wave: 1
depends_on: []
files_modified: []
---
<tasks>
<task type="checkpoint:human-action" gate="blocking">
<name>Task 1: Look</name>
<instructions>Look.</instructions>
</task>
</tasks>
"""


def lines(count: int) -> bytes:
    """Return a log with this number of events, as runs write them."""
    encoded, previous = [], GENESIS
    for number in range(1, count + 1):
        data = STEP[(number - 1) % len(STEP)]
        place = (
            number,
            "2026-11-20T02:55:49.123456Z",
            data.type,
            "20261120T025549Z-01-01-k3f9",
            "01-01/1",
            1,
        )
        line = Event(
            *place,
            "Ada <ada@example.org>",
            "01JD4ZK8Q0V3T5X7Y9ABCDEFGH",
            data.as_data(),
            [],
            previous,
        ).encode()
        previous = link(line)
        encoded.append(line)
    return b"".join(encoded)


def least(rounds: int, *measures: Callable[[], object]) -> list[float]:
    """Return the minimum processor time of each measure; they take turns."""
    times: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for own_times, measure in zip(times, measures, strict=True):
            began = time.process_time()
            measure()
            own_times.append(time.process_time() - began)
    return [min(own_times) for own_times in times]


def waiting(base: Path, more: int) -> Place:
    """Return a repository with an open run that waits for the user, with this number of further
    events in its live log.
    """
    place = Place(base, 0)
    plan = place.root / ".planning/phases/01-x/01-01-PLAN.md"
    plan.parent.mkdir(parents=True)
    plan.write_text(WAITS)
    place.run("git", "add", "-A")
    place.run("git", "commit", "-qm", "Plan")
    subprocess.run(
        [*FORGE, "execute", "01-01", "--approve"],
        cwd=place.root,
        env=place.env,
        capture_output=True,
        check=False,
    )
    (live,) = (place.root / ".git/forge/runs").iterdir()
    log = Log(live / "timeline.jsonl")
    first, *_ = log.open()
    log.close()
    raw, seq, previous = bytearray(), log.next_seq, log.previous
    for number in range(seq, seq + more):
        data = ev.StageChanged("edit", "checkpoint")
        line = Event(
            number,
            first.ts,
            data.type,
            first.run,
            None,
            None,
            first.actor,
            first.execution,
            data.as_data(),
            [],
            previous,
        ).encode()
        previous = link(line)
        raw += line
    with log.path.open("ab") as file:
        file.write(raw)
    return place


def resume(place: Place) -> float:
    """Return the processor seconds of a resume that still has to wait."""
    began = sum(os.times()[2:4])
    done = subprocess.run(
        [*FORGE, "resume"], cwd=place.root, env=place.env, capture_output=True, check=False
    )
    assert done.returncode == 4, done.stdout + done.stderr
    return sum(os.times()[2:4]) - began


def main() -> None:
    """Measure and print the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        short, long = waiting(Path(base, "short"), 0), waiting(Path(base, "long"), 10_000)
        pairs = [(resume(short), resume(long)) for _ in range(options.rounds)]
    empty, full = (min(seconds) for seconds in zip(*pairs, strict=True))
    print(f"resume: {empty:.3f} s, with 10000 more events {full:.3f} s: {full - empty:.3f} s more")
    raw = lines(options.events)
    split = raw.split(b"\n")[:-1]
    gc.disable()
    steps = [{"id": "01-01/1", "name": "Write the module", "stage": "edit"}]
    whole, floor = least(
        options.rounds,
        lambda: fold("r", steps, read(raw).events),
        lambda: [orjson.loads(line) for line in split],
    )
    print(
        f"read and fold {options.events} events: {whole:.2f} s; orjson.loads of each line:"
        f" {floor:.2f} s: {whole / floor:.2f}"
    )


if __name__ == "__main__":
    main()
