"""Cost of commands about runs with many of them, as ratios to few.

    python benchmarks/runs.py [FEW] [MANY] [EVENTS]

Processor time and peak memory of whole processes with MANY runs of EVENTS events (600 of 200 by
default), as ratios to FEW (6): `1.0` means that the number of runs costs nothing. No time is
asserted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FEW, MANY, EVENTS = (int(word) for word in (*sys.argv[1:4], "6", "600", "200")[:3])
FORGE = str(Path(sys.executable).with_name("forge"))
VERBS = (
    ["runs", "--json"],
    ["timeline", "RUN"],
    ["show", "RUN"],
    ["log", "-n", "5"],
    ["log"],
    ["runs"],
    ["status"],
)


def main() -> None:
    """Print a line for each command."""
    with tempfile.TemporaryDirectory() as folder:
        places = {count: repository(Path(folder) / str(count), count) for count in (FEW, MANY)}
        print(f"{'command':16} {'time':>6} {'memory':>7}   {MANY} runs to {FEW}")
        for verb in VERBS:
            few, many = (cost(*places[count], verb) for count in (FEW, MANY))
            print(f"{' '.join(verb):16} {many[0] / few[0]:6.1f} {many[1] / few[1]:7.1f}")


def repository(place: Path, count: int) -> tuple[Path, str]:
    """Make a repository with a number of runs; return it with the newest run."""
    environment = {**os.environ, "HOME": str(place), "XDG_STATE_HOME": str(place / "state")}
    place.mkdir()
    subprocess.run(
        [FORGE, "demo", "work"], cwd=place, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    root = next(path.parent for path in place.rglob(".git"))
    runs = root / ".planning/runs"
    newest = sorted(path.name for path in runs.iterdir() if path.is_dir())[-1]
    for number in range(count - 1):
        copied(runs, newest, f"20250101T{number // 60:02}{number % 60:02}00Z-01-01-a{number:03}")
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "add", "-A"], cwd=root, check=True)
    subprocess.run([*git, "commit", "-qm", "Runs"], cwd=root, check=True)
    return root, newest


def copied(runs: Path, model: str, run: str) -> None:
    """Write a run like another one, with more events of checks."""
    folder = runs / run
    folder.mkdir()
    (folder / "run.yaml").write_text((runs / model / "run.yaml").read_text().replace(model, run))
    lines = (runs / model / "timeline.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    checks = [event for event in events if event["type"].startswith("test_")][:2]
    more = checks * ((EVENTS - len(events)) // 2) if checks else []
    previous, written = "0" * 32, []
    for number, event in enumerate([*events[:10], *more, *events[10:]], 1):
        own = {**event, "seq": number, "run": run, "prev": previous}
        text = json.dumps(own, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(text.encode()).hexdigest()[:32]
        written.append(text)
    (folder / "timeline.jsonl").write_text("\n".join(written) + "\n")


def cost(root: Path, run: str, verb: list[str]) -> tuple[float, float]:
    """Return the processor time and the peak memory of a command, the second time it is called."""
    words = [FORGE, *(run if word == "RUN" else word for word in verb)]
    subprocess.run(words, cwd=root, check=False, stdout=subprocess.DEVNULL)
    process = subprocess.Popen(words, cwd=root, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime, float(usage.ru_maxrss)


if __name__ == "__main__":
    if shutil.which(FORGE) is None:
        sys.exit(f"{FORGE} is not installed")
    main()
