"""What it costs to decide must-haves, against one `gsd-tools` process per plan.

Rows of forge are measured always: one plan and all plans, cold (nothing kept from earlier calls) and warm, whole
processes. Where `GSD_TOOLS` names the command of gsd-tools (`GSD_TOOLS="node …/gsd-tools.cjs"`), the same plans are
given to `verify artifacts` and `verify key-links`, and the ratios are printed. Without a repository, one is made.
Run: python benchmarks/verify.py [REPOSITORY] [--rounds N] [--plans N]
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

FORGE = [sys.executable, "-m", "forge"]
GSD = shlex.split(os.environ.get("GSD_TOOLS", ""))
SETTLED = 2.5  # seconds after which files count as settled, and answers about them are kept


def seconds(root: Path, *words: str) -> float:
    """Return how long a command takes, whatever it says."""
    began = time.perf_counter()
    subprocess.run(words, cwd=root, capture_output=True, check=False)
    return time.perf_counter() - began


def median(rounds: int, measure: Callable[[], float]) -> float:
    """Return the median of what several measurements say."""
    return statistics.median(measure() for _ in range(rounds))


def forget(root: Path) -> None:
    """Remove what forge keeps from earlier calls."""
    shutil.rmtree(root / ".git/forge/cache", ignore_errors=True)


def cold(root: Path, *words: str) -> float:
    """Return how long forge takes with nothing kept from earlier calls."""
    forget(root)
    return seconds(root, *FORGE, *words)


def made(root: Path, plans: int) -> None:
    """Make a repository with plans that each have an artifact with exports and a link, and are called complete."""
    for number in range(plans):
        phase, plan = divmod(number, 5)
        folder = root / f".planning/phases/{phase + 1:02}-p"
        folder.mkdir(parents=True, exist_ok=True)
        source = root / f"src/m{number}.py"
        source.parent.mkdir(exist_ok=True)
        source.write_text(
            f"from src.m{max(0, number - 1)} import f{max(0, number - 1)}\n\n\ndef f{number}():\n    return 1\n" * 3
        )
        (folder / f"{phase + 1:02}-{plan + 1:02}-PLAN.md").write_text(
            f"---\nphase: {phase + 1:02}-p\nplan: {plan + 1:02}\ntype: execute\nwave: 1\ndepends_on: []\n"
            f"files_modified:\n  - src/m{number}.py\nautonomous: true\nmust_haves:\n  truths:\n    - Function {number} works\n"
            f"  artifacts:\n    - path: src/m{number}.py\n      provides: function {number}\n      exports: [f{number}]\n"
            f"  key_links:\n    - from: src/m{number}.py\n      to: src/m{max(0, number - 1)}.py\n      via: import\n"
            f'      pattern: "from src.m{max(0, number - 1)}"\n---\n\n'
            '<tasks>\n<task type="auto">\n<name>Write</name>\n</task>\n</tasks>\n'
        )
        (folder / f"{phase + 1:02}-{plan + 1:02}-SUMMARY.md").write_text("done\n")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=Ada", "-c", "user.email=a@b.c", "commit", "-qm", "All"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def listed(root: Path) -> list[str]:
    """Return the plans of a repository."""
    output = subprocess.run(["git", "ls-files", "-z", ".planning"], cwd=root, capture_output=True, check=True).stdout
    return [os.fsdecode(path) for path in output.split(b"\0") if path.endswith(b"PLAN.md")]


def of_forge(root: Path, plan: str, rounds: int) -> dict[str, float]:
    """Return the seconds of each row of forge."""
    rows = {"one plan, cold": median(rounds, lambda: cold(root, "verify", plan))}
    rows["one plan, warm"] = median(rounds, lambda: seconds(root, *FORGE, "verify", plan))
    for name, words in (
        ("all plans, work tree", ["verify", "--all"]), ("all plans, HEAD", ["verify", "--all", "--rev", "HEAD"]),
        ("audit", ["audit"]), ("audit --at-completion", ["audit", "--at-completion"]),
    ):  # fmt: skip
        rows[f"{name}, cold"] = median(rounds, lambda words=words: cold(root, *words))
        rows[f"{name}, warm"] = median(rounds, lambda words=words: seconds(root, *FORGE, *words))
    return rows


def of_gsd(root: Path, plan: str, plans: Sequence[str], rounds: int) -> tuple[float, float]:
    """Return the seconds of one plan's two commands, and of one `verify artifacts` process for each plan."""
    both = median(rounds, lambda: sum(seconds(root, *GSD, "verify", what, plan) for what in ("artifacts", "key-links")))
    each = sum(seconds(root, *GSD, "verify", "artifacts", path) for path in plans)
    return both, each


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", nargs="?", help="a repository with plans; it is cloned, never touched")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plans", type=int, default=200, help="plans of the repository that is made where none is given")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        root = Path(base) / "work"
        if options.repository:
            subprocess.run(["git", "clone", "-q", "--shared", options.repository, str(root)], check=True)
        else:
            root.mkdir()
            made(root, options.plans)
        time.sleep(SETTLED)
        plans = listed(root)
        plan = plans[len(plans) // 2]
        print(f"{len(plans)} plans; one plan: {plan}")
        rows = of_forge(root, plan, options.rounds)
        floors = of_gsd(root, plan, plans, options.rounds) if GSD else None
        print(f"{'what':<34}{'forge ms':>10}" + (f"{'gsd ms':>12}{'forge/gsd':>11}{'gsd/forge':>11}" if floors else ""))
        for name, spent in rows.items():
            line = f"{name:<34}{spent * 1000:>10.0f}"
            if floors:
                floor = floors[0 if name.startswith("one") else 1]
                line += f"{floor * 1000:>12.0f}{spent / floor:>11.2f}{floor / spent:>11.1f}"
            print(line)


if __name__ == "__main__":
    main()
