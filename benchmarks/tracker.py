"""Cost of the tracker's commands, as whole processes, as ratios to bare Python; and next to two
other trackers if they are installed.

    python benchmarks/tracker.py [ROUNDS] [SCALE]

`BACKLOG` and `GSD_TOOLS` name the programs of npm's `backlog.md` and `@opengsd/gsd-core`; without
these variables the programs are searched on PATH, and left out if missing. Each gets the same
number of documents with the same titles in its own format: 1,000 and 10,000 times SCALE (1 by
default). Printed is the processor time of the process and its children, the median over rounds, as
a ratio to that of bare Python measured in turn with it, since processors change their clock; then
the wall time. No time is asserted.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SCALE = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
SMALL, LARGE, AT_ONCE = int(1000 * SCALE), int(10_000 * SCALE), 20
PER_PHASE = 20
BARE = [sys.executable, "-c", "pass"]
FORGE = [str(Path(sys.executable).with_name("forge"))]
TITLE = "Plan number {number} does something useful"
PLAN = """---
phase: {phase:02}-part-{phase}
plan: {plan:02}
type: execute
wave: 1
depends_on: []
files_modified: [src/part{phase}.py]
autonomous: true
must_haves:
  truths:
    - "part {phase} works"
---

<objective>
{title}
</objective>

<task type="auto">
  <name>Task 1: Do it</name>
  <files>src/part{phase}.py</files>
  <action>Do it.</action>
  <verify><automated>true</automated></verify>
  <done>It is done.</done>
</task>
"""
TASK = """---
id: TASK-{number}
title: {title}
status: To Do
assignee: []
created_date: '2026-01-02 03:04'
labels: []
dependencies: []
---
"""
ITEM = (
    "---\nid: {id}\nstatus: todo\ntitle: {title}\npriority: P2\ndepends_on: []\nacceptance:"
    " []\nlinks: []\n---\n"
)


def repository(folder: Path) -> Path:
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "config", "user.name", "Ada"], cwd=folder, check=True)
    subprocess.run(["git", "config", "user.email", "ada@example.org"], cwd=folder, check=True)
    return folder


def with_plans(folder: Path, count: int) -> Path:
    repository(folder)
    lines = ["# Roadmap", ""]
    for number in range(count):
        phase, plan = number // PER_PHASE + 1, number % PER_PHASE + 1
        place = folder / f".planning/phases/{phase:02}-part-{phase}"
        place.mkdir(parents=True, exist_ok=True)
        text = PLAN.format(phase=phase, plan=plan, title=TITLE.format(number=number))
        (place / f"{phase:02}-{plan:02}-PLAN.md").write_text(text)
        lines += [f"### Phase {phase}: part {phase}", ""] if plan == 1 else []
    (folder / ".planning/ROADMAP.md").write_text("\n".join(lines))
    return committed(folder)


def with_items(folder: Path, count: int) -> Path:
    place = repository(folder) / ".planning/backlog"
    place.mkdir(parents=True)
    for number in range(count):
        name = f"b{number:06}"
        (place / f"{name}-plan.md").write_text(
            ITEM.format(id=name, title=TITLE.format(number=number))
        )
    return committed(folder)


def with_tasks(folder: Path, count: int, program: str) -> Path:
    repository(folder)
    subprocess.run(
        [program, "init", "b", "--defaults"], cwd=folder, check=True, capture_output=True
    )
    settings = folder / "backlog/config.yml"
    settings.write_text(
        re.sub(r"remote_operations: true", "remote_operations: false", settings.read_text())
    )
    for number in range(1, count + 1):
        title = TITLE.format(number=number)
        place = folder / f"backlog/tasks/task-{number} - {title.replace(' ', '-')}.md"
        place.write_text(TASK.format(number=number, title=title))
    return committed(folder)


def committed(folder: Path) -> Path:
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    subprocess.run(["git", "commit", "-qm", "Documents"], cwd=folder, check=True)
    return folder


def once(command: list[str], folder: Path) -> tuple[float, float]:
    """Return the processor and wall time of a command, in seconds."""
    environment = {**os.environ, "NO_COLOR": "1", "CI": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed forge has bytecode files
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        command,
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def cost(command: list[str], folder: Path, rounds: int) -> tuple[float, float, float]:
    """Return the medians of processor and wall time, and of bare Python's processor time, in
    seconds, after a first run that is not counted.
    """
    once(command, folder)
    times = [(*once(command, folder), once(BARE, folder)[0]) for _ in range(rounds)]
    used, wall, bare = (statistics.median(column) for column in zip(*times, strict=True))
    return used, wall, bare


def at_once(folder: Path) -> tuple[int, int]:
    """Create items in parallel processes, and return the numbers of new items and of new ids."""
    backlog = folder / ".planning/backlog"
    before = set(os.listdir(backlog))
    running = [
        subprocess.Popen([*FORGE, "new", "item", "At once"], cwd=folder, stdout=subprocess.DEVNULL)
        for _ in range(AT_ONCE)
    ]
    assert [process.wait() for process in running] == [0] * AT_ONCE
    created = set(os.listdir(backlog)) - before
    return len(created), len({name.partition("-")[0] for name in created})


def rows(root: Path) -> dict[str, dict[str, tuple[list[str], Path]]]:
    """Return for each row of the table the command and folder of each program."""
    backlog = os.environ.get("BACKLOG") or shutil.which("backlog")
    gsd = os.environ.get("GSD_TOOLS") or shutil.which("gsd-tools")
    plans, many = with_plans(root / "plans", SMALL), with_plans(root / "many", LARGE)
    items = with_items(root / "items", SMALL)
    plan = ".planning/phases/02-part-2/02-03-PLAN.md"
    table: dict[str, dict[str, tuple[list[str], Path]]] = {
        f"create an item among {SMALL:,}": {"forge": ([*FORGE, "new", "item", "Another"], items)},
        f"list {SMALL:,} plans": {"forge": ([*FORGE, "list", "plans"], plans)},
        f"list {LARGE:,} plans": {"forge": ([*FORGE, "list", "plans"], many)},
        **{
            f"{verb} {count:,} plans": {"forge": ([*FORGE, verb], folder)}
            for verb in ("status", "ready", "next")
            for count, folder in ((SMALL, plans), (LARGE, many))
        },
        f"list {SMALL:,} items": {"forge": ([*FORGE, "list", "items"], items)},
        f"set a status among {SMALL:,} items": {
            "forge": ([*FORGE, "set", "b000007", "status=blocked"], items)
        },
        f"set a field among {SMALL:,} plans": {
            "forge": ([*FORGE, "set", "02-03", "wave=2"], plans)
        },
        f"show one of {SMALL:,} items": {"forge": ([*FORGE, "show", "b000007"], items)},
        f"search {SMALL:,} items": {"forge": ([*FORGE, "search", "number", "77"], items)},
    }
    if backlog:
        tasks = with_tasks(root / "tasks", SMALL, backlog)
        for key, words in (
            (f"create an item among {SMALL:,}", ["task", "create", "Another"]),
            (f"list {SMALL:,} items", ["task", "list", "--plain"]),
            (f"set a status among {SMALL:,} items", ["task", "edit", "7", "-s", "In Progress"]),
            (f"show one of {SMALL:,} items", ["task", "7", "--plain"]),
            (f"search {SMALL:,} items", ["search", "number 77", "--plain"]),
        ):
            table[key]["backlog"] = ([backlog, *words], tasks)
    if gsd:
        table[f"list {SMALL:,} plans"]["gsd-tools"] = ([gsd, "stats"], plans)
        table[f"list {LARGE:,} plans"]["gsd-tools"] = ([gsd, "stats"], many)
        words = ["frontmatter", "set", plan, "--field", "wave", "--value", "2"]
        table[f"set a field among {SMALL:,} plans"]["gsd-tools"] = ([gsd, *words], plans)
    return table


def main(rounds: int) -> None:
    root = Path(tempfile.mkdtemp(prefix="forge-benchmark-"))
    show: Callable[[str], None] = lambda line: print(line, flush=True)  # noqa: E731
    try:
        table = rows(root)
        first: dict[str, float] = {}
        for name, commands in table.items():
            parts = []
            for program, (command, folder) in commands.items():
                used, wall, bare = cost(command, folder, rounds)
                parts.append(
                    f"{program} {used * 1000:.0f} ms, {used / bare:.1f} times bare"
                    f" ({wall * 1000:.0f} ms)"
                )
                first.setdefault(name, used)
            show(f"{name}: " + "; ".join(parts))
        for verb in ("list", "status", "ready", "next"):
            ratio = first[f"{verb} {LARGE:,} plans"] / first[f"{verb} {SMALL:,} plans"]
            show(f"{verb}: {LARGE:,} plans cost {ratio:.1f} times {SMALL:,}")
        show("{} in parallel: {} items, {} ids".format(AT_ONCE, *at_once(root / "items")))
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
