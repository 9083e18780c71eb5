"""Cost of a step, as a ratio to the same work done by a shell loop with plain git.

The overhead of a step is the slope between runs of 2 and 22 steps (start-up cancels out). The floor
of an edit step is `git add -A && git commit` before and after the same runner, with the same verify
command; that of a test step is `sh -c`. Wall-clock seconds include the waits for the disk, which
plain git does not have (forge flushes what it commits and records); processor seconds, which
include all child processes, do not. If `SPECIFY` names the command `specify` (PyPI: specify-cli),
20 test-only steps as a whole process are compared with `specify workflow run` with 20 shell steps
of the same command. Run: python benchmarks/steps.py [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from forge.timeline.event import Event
from forge.timeline.log import Log

FORGE = [sys.executable, "-m", "forge"]
RUNNER = 'sh -c \'echo "$FORGE_STEP_INDEX" > "f$FORGE_STEP_INDEX.txt"\''
FEW, MANY = 2, 22


def environment(home: Path) -> dict[str, str]:
    kept = {
        name: os.environ[name] for name in ("PATH", "PYTHONPYCACHEPREFIX") if name in os.environ
    }
    return {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}


class Spent(NamedTuple):
    """Wall-clock seconds and processor seconds."""

    clock: float
    processors: float


def spent(words: Sequence[str], place: Place) -> tuple[Spent, str]:
    """Run a command in a repository; return its cost and its output."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        words, cwd=place.root, env=place.env, check=True, capture_output=True, text=True
    )
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        Spent(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
        done.stdout + done.stderr,
    )


class Place:
    """A repository in a temporary folder, with an empty home."""

    def __init__(self, base: Path, files: int) -> None:
        self.root, home = base / "work", base / "home"
        self.env = environment(home)
        for folder in (self.root, home):
            folder.mkdir(parents=True)
        (home / ".gitconfig").write_text(
            "[user]\nname=Ada\nemail=ada@example.org\n[gc]\nauto=0\n[init]\ndefaultBranch=main\n"
        )
        self.run("git", "init", "-q")
        for number in range(files):
            path = self.root / f"src/{number // 200}/{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{number}\n")
        (self.root / "README.md").write_text("x\n")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", "Begin")

    def run(self, *words: str) -> Spent:
        return spent(words, self)[0]


def plan(kind: str, steps: int) -> str:
    tasks = []
    for number in range(1, steps + 1):
        files = f"<files>f{number}.txt</files>" if kind == "edit" else ""
        name = f"Write {number}" if kind == "edit" else f"Test {number}"
        tasks.append(
            f'<task type="auto">\n<name>Task {number}: {name}</name>\n{files}\n'
            "<verify><automated>test -d .</automated></verify>\n</task>\n"
        )
    modified = (
        "".join(f"  - f{number}.txt\n" for number in range(1, steps + 1))
        if kind == "edit"
        else "  []\n"
    )
    front = (
        "phase: 01-x\nplan: 01\ntype: execute\nwave: 1\ndepends_on:"
        f" []\nfiles_modified:\n{modified}"
    )
    return f"---\n{front}---\n" + "\n".join(tasks)


def forge_seconds(kind: str, steps: int, files: int) -> Spent:
    with tempfile.TemporaryDirectory() as base:
        place = Place(Path(base), files)
        folder = place.root / ".planning/phases/01-x"
        folder.mkdir(parents=True)
        (folder / "01-01-PLAN.md").write_text(plan(kind, steps))
        (place.root / ".planning/forge.yaml").write_text(
            "runner: sh\nrunners:\n  sh: {command: [sh, -c, 'echo $FORGE_STEP_INDEX >"
            " f$FORGE_STEP_INDEX.txt'], prompt: file}\n"
        )
        place.run("git", "add", "-A")
        place.run("git", "commit", "-qm", "Plan")
        # without must-haves a completed run is unproven, which is exit status 1
        cost, output = spent(
            ["sh", "-c", '"$@" || test $? = 1', "sh", *FORGE, "execute", "01-01", "--approve"],
            place,
        )
        assert "completed" in output, output
        return cost


def shell_seconds(kind: str, steps: int, files: int) -> Spent:
    commit = "git add -A && git commit -q --allow-empty -m"
    edit = f'{commit} "before $i"; echo $i > f$i.txt; {commit} "step $i"; '
    loop = f"for i in $(seq {steps}); do {edit if kind == 'edit' else ''}sh -c 'test -d .'; done"
    with tempfile.TemporaryDirectory() as base:
        return Place(Path(base), files).run("sh", "-c", loop)


def slopes(kind: str, files: int, rounds: int) -> list[Spent]:
    """Return the cost of one more step for forge and for the shell, from the minima of few and of
    many steps.

    The four measures take turns, so that other load on the machine affects all of them equally.
    """
    both = (forge_seconds, shell_seconds)
    costs: dict[tuple[object, int], list[Spent]] = {}
    for _ in range(rounds):
        for measure in both:
            for steps in (MANY, FEW):
                costs.setdefault((measure, steps), []).append(measure(kind, steps, files))

    def least(measure: object, steps: int) -> Spent:
        return Spent(*map(min, zip(*costs[measure, steps], strict=True)))

    pairs = [zip(least(measure, MANY), least(measure, FEW), strict=True) for measure in both]
    return [Spent(*((many - few) / (MANY - FEW) for many, few in pair)) for pair in pairs]


def specify_seconds(steps: int) -> float:
    """Return the seconds of a workflow with this number of shell steps."""
    with tempfile.TemporaryDirectory() as base:
        place = Place(Path(base), 0)
        shell_steps = "".join(
            f'  - {{id: s{number}, type: shell, run: "test -d ."}}\n' for number in range(steps)
        )
        head = (
            'schema_version: "1.0"\nworkflow: {id: bench, name: Bench, version: "1.0.0",'
            " description: Steps}\nsteps:\n"
        )
        (place.root / "workflow.yml").write_text(head + shell_steps)
        return place.run(os.environ["SPECIFY"], "workflow", "run", "workflow.yml").clock


def append_ratio(rounds: int) -> tuple[float, float]:
    """Return the seconds of an event's append and of write + fdatasync of the same bytes."""
    with tempfile.TemporaryDirectory() as base:
        log = Log(Path(base) / "timeline.jsonl")
        log.open()
        descriptor = os.open(Path(base) / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        ours, plain = [], []
        for number in range(1, rounds + 1):
            event = Event(
                number,
                "2026-01-01T00:00:00.000000Z",
                "step_started",
                "r",
                "01-01/1",
                1,
                "Ada <a@b.c>",
                "01J",
                {"step_index": 1, "description": "x" * 80, "stage": "edit"},
                [],
                log.previous,
            )
            line = event.encode()
            began = time.perf_counter()
            log.append(event)
            middle = time.perf_counter()
            os.write(descriptor, line)
            os.fdatasync(descriptor)
            ours.append(middle - began)
            plain.append(time.perf_counter() - middle)
        return statistics.median(ours), statistics.median(plain)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--files", type=int, nargs="*", default=[0], help="tracked files beside the plan's"
    )
    options = parser.parse_args()
    print(f"{'measure':<34}{'forge ms':>10}{'floor ms':>10}{'ratio':>8}")
    for files in options.files:
        for kind in ("edit", "test"):
            for name, *both in zip(
                ("clock", "processors"), *slopes(kind, files, options.rounds), strict=True
            ):
                ours, floor = (seconds * 1000 for seconds in both)
                print(
                    f"{f'{kind} step, {files} more, {name}':<34}"
                    f"{ours:>10.2f}{floor:>10.2f}{ours / floor:>8.2f}"
                )
    if "SPECIFY" in os.environ:
        pairs = [
            (forge_seconds("test", 20, 0).clock, specify_seconds(20)) for _ in range(options.rounds)
        ]
        ours, floor = (min(seconds) * 1000 for seconds in zip(*pairs, strict=True))
        print(
            f"{'20 test steps, against specify':<34}{ours:>10.2f}{floor:>10.2f}{ours / floor:>8.2f}"
        )
    ours, plain = append_ratio(options.rounds * 200)
    print(
        f"{'append, against write+fdatasync':<34}"
        f"{ours * 1000:>10.3f}{plain * 1000:>10.3f}{ours / plain:>8.2f}"
    )


if __name__ == "__main__":
    main()
