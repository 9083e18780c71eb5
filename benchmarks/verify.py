"""Cost of deciding must-haves, compared with one `gsd-tools` process per plan.

Rows of forge are always measured: one plan and all plans, cold (without caches of earlier calls)
and warm, as whole processes. If `GSD_TOOLS` names the command of gsd-tools (`GSD_TOOLS="node
…/gsd-tools.cjs"`), the same plans are given to `verify artifacts` and `verify key-links`, one
process each, and the ratios are printed: of wall time, and of processor time, which is steadier on
a busy machine. Without a repository, one is created. Run: python benchmarks/verify.py [REPOSITORY]
[--rounds N] [--plans N]
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

FORGE = [sys.executable, "-m", "forge"]
GSD = shlex.split(os.environ.get("GSD_TOOLS", ""))
SETTLED = 2.5  # seconds after which files are old enough for answers about them to be cached


class Spent(NamedTuple):
    """Wall-clock and processor seconds of a command."""

    wall: float
    processor: float


def spent(root: Path, *words: str) -> Spent:
    """Return the cost of a command with any result; Python may keep bytecode, as if installed."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, cwd=root, env=env, capture_output=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def least(rounds: int, measures: Mapping[str, Callable[[], Sequence[Spent]]]) -> dict[str, Spent]:
    """Return the minimum of each measure; they take turns, so that other load on the machine
    affects all of them equally.
    """
    costs: dict[str, list[Spent]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            walls, processors = zip(*measure(), strict=True)
            costs[name].append(Spent(sum(walls), sum(processors)))
    return {name: Spent(*map(min, zip(*spent, strict=True))) for name, spent in costs.items()}


def remove_caches(root: Path) -> None:
    shutil.rmtree(root / ".git/forge/cache", ignore_errors=True)


def cold(root: Path, *words: str) -> Spent:
    """Return the cost of a forge command without caches of earlier calls."""
    remove_caches(root)
    return spent(root, *FORGE, *words)


def make_repository(root: Path, plans: int) -> None:
    """Create a repository with plans that each have an artifact with exports and a key link, and
    are called complete.
    """
    for number in range(plans):
        phase, plan = divmod(number, 5)
        folder = root / f".planning/phases/{phase + 1:02}-p"
        folder.mkdir(parents=True, exist_ok=True)
        source = root / f"src/m{number}.py"
        source.parent.mkdir(exist_ok=True)
        source.write_text(
            f"from src.m{max(0, number - 1)} import f{max(0, number - 1)}\n\n\ndef f{number}():\n  "
            "  return 1\n" * 3
        )
        (folder / f"{phase + 1:02}-{plan + 1:02}-PLAN.md").write_text(
            f"---\nphase: {phase + 1:02}-p\nplan: {plan + 1:02}\ntype: execute\nwave:"
            " 1\ndepends_on: []\n"
            f"files_modified:\n  - src/m{number}.py\nautonomous: true\nmust_haves:\n  truths:\n   "
            f" - Function {number} works\n"
            f"  artifacts:\n    - path: src/m{number}.py\n      provides: function {number}\n     "
            f" exports: [f{number}]\n"
            f"  key_links:\n    - from: src/m{number}.py\n      to: src/m{max(0, number - 1)}.py\n "
            "     via: import\n"
            f'      pattern: "from src.m{max(0, number - 1)}"\n---\n\n'
            '<tasks>\n<task type="auto">\n<name>Write</name>\n</task>\n</tasks>\n'
        )
        (folder / f"{phase + 1:02}-{plan + 1:02}-SUMMARY.md").write_text("done\n")
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=Ada", "-c", "user.email=a@b.c", "commit", "-qm", "All"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)


def listed(root: Path) -> list[str]:
    """Return the plans of a repository."""
    output = subprocess.run(
        ["git", "ls-files", "-z", ".planning"], cwd=root, capture_output=True, check=True
    ).stdout
    return [os.fsdecode(path) for path in output.split(b"\0") if path.endswith(b"PLAN.md")]


def measures(root: Path, plan: str) -> dict[str, Callable[[], Sequence[Spent]]]:
    """Return the measures by name; the floor of one plan first."""
    rows: dict[str, Callable[[], Sequence[Spent]]] = {}
    if GSD:
        rows["gsd-tools, one plan"] = lambda: [
            spent(root, *GSD, "verify", what, plan) for what in ("artifacts", "key-links")
        ]
    for name, words in (
        ("one plan", ["verify", plan]),
        ("all plans, work tree", ["verify", "--all"]),
        ("all plans, HEAD", ["verify", "--all", "--rev", "HEAD"]),
        ("audit", ["audit"]),
        ("audit --at-completion", ["audit", "--at-completion"]),
    ):
        rows[f"{name}, cold"] = lambda words=words: [cold(root, *words)]  # type: ignore[misc]
        rows[f"{name}, warm"] = lambda words=words: [spent(root, *FORGE, *words)]  # type: ignore[misc]
    return rows


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "repository", nargs="?", help="a repository with plans; it is cloned, never changed"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--plans", type=int, default=200, help="number of plans in the created repository"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        root = Path(base) / "work"
        if options.repository:
            subprocess.run(
                ["git", "clone", "-q", "--shared", options.repository, str(root)], check=True
            )
        else:
            root.mkdir()
            make_repository(root, options.plans)
        time.sleep(SETTLED)
        plans = listed(root)
        plan = plans[len(plans) // 2]
        print(f"{len(plans)} plans; one plan: {plan}")
        rows = least(options.rounds, measures(root, plan))
        one = rows.pop("gsd-tools, one plan", None)
        costs = [spent(root, *GSD, "verify", "artifacts", path) for path in plans] if GSD else []
        every = Spent(*map(sum, zip(*costs, strict=True))) if costs else None
        print(
            f"{'measure':<30}{'ms':>8}{'cpu ms':>8}"
            + (f"{'gsd ms':>9}{'cpu ms':>9}{'forge/gsd':>11}{'cpu':>6}" if one else "")
        )
        for name, ours in rows.items():
            floor = one if name.startswith("one") else every
            line = f"{name:<30}{ours.wall * 1000:>8.0f}{ours.processor * 1000:>8.0f}"
            if floor:
                ratios = ours.wall / floor.wall, ours.processor / floor.processor
                line += f"{floor.wall * 1000:>9.0f}{floor.processor * 1000:>9.0f}"
                line += f"{ratios[0]:>11.3f}{ratios[1]:>6.3f}"
            print(line)


if __name__ == "__main__":
    main()
