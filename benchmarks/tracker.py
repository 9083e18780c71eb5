"""What the tracker's commands cost, whole processes, as ratios to bare Python; and beside two other
trackers where they are.

    python benchmarks/tracker.py [ROUNDS]

`BACKLOG` and `GSD_TOOLS` name the programs of npm's `backlog.md` and `@opengsd/gsd-core`; without
them they are looked for on PATH, and left out where they are not. Each gets the same number of
documents with the same titles in its own format. Printed is processor time of the process and its
children, the median over rounds, as a ratio to that of bare Python in turn with it, since
processors change their pace; with the wall time behind it. Nothing asserts a time.
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

SMALL, LARGE, AT_ONCE = 1000, 10_000, 20
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
    """Return processor and wall time of a command, in seconds."""
    environment = {**os.environ, "NO_COLOR": "1", "CI": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed forge is compiled
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
    seconds, once it has run.
    """
    once(command, folder)
    found = [(*once(command, folder), once(BARE, folder)[0]) for _ in range(rounds)]
    used, wall, bare = (statistics.median(column) for column in zip(*found, strict=True))
    return used, wall, bare


def at_once(folder: Path) -> tuple[int, int]:
    """Create items in as many processes at once, and return how many items and how many ids there
    are more.
    """
    place = folder / ".planning/backlog"
    before = set(os.listdir(place))
    running = [
        subprocess.Popen([*FORGE, "new", "item", "At once"], cwd=folder, stdout=subprocess.DEVNULL)
        for _ in range(AT_ONCE)
    ]
    assert [process.wait() for process in running] == [0] * AT_ONCE
    made = set(os.listdir(place)) - before
    return len(made), len({name.partition("-")[0] for name in made})


def rows(root: Path) -> dict[str, dict[str, tuple[list[str], Path]]]:
    """Return for each row of the table who does it how, and where."""
    backlog = os.environ.get("BACKLOG") or shutil.which("backlog")
    gsd = os.environ.get("GSD_TOOLS") or shutil.which("gsd-tools")
    plans, many = with_plans(root / "plans", SMALL), with_plans(root / "many", LARGE)
    items = with_items(root / "items", SMALL)
    plan = ".planning/phases/07-part-7/07-03-PLAN.md"
    found: dict[str, dict[str, tuple[list[str], Path]]] = {
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
            "forge": ([*FORGE, "set", "07-03", "wave=2"], plans)
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
            found[key]["backlog"] = ([backlog, *words], tasks)
    if gsd:
        found[f"list {SMALL:,} plans"]["gsd-tools"] = ([gsd, "stats"], plans)
        found[f"list {LARGE:,} plans"]["gsd-tools"] = ([gsd, "stats"], many)
        words = ["frontmatter", "set", plan, "--field", "wave", "--value", "2"]
        found[f"set a field among {SMALL:,} plans"]["gsd-tools"] = ([gsd, *words], plans)
    return found


def main(rounds: int) -> None:
    root = Path(tempfile.mkdtemp(prefix="forge-benchmark-"))
    show: Callable[[str], None] = lambda line: print(line, flush=True)  # noqa: E731
    try:
        table = rows(root)
        first: dict[str, float] = {}
        for name, commands in table.items():
            parts = []
            for who, (command, folder) in commands.items():
                used, wall, bare = cost(command, folder, rounds)
                parts.append(
                    f"{who} {used * 1000:.0f} ms, {used / bare:.1f} times bare"
                    f" ({wall * 1000:.0f} ms)"
                )
                first.setdefault(name, used)
            show(f"{name}: " + "; ".join(parts))
        for verb in ("list", "status", "ready", "next"):
            ratio = first[f"{verb} {LARGE:,} plans"] / first[f"{verb} {SMALL:,} plans"]
            show(f"{verb}: {LARGE:,} plans cost {ratio:.1f} times {SMALL:,}")
        show("{} at once: {} items, {} ids".format(AT_ONCE, *at_once(root / "items")))
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
