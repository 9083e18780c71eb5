"""How many runs that are killed at a random moment are resumed with nothing lost and nothing doubled: all of them, or it fails.

Five scenes (execute, resume behind a crash, retry, approve, the end of a run), three victims in turn: forge alone, forge with
all that it started, only the youngest child. Behind each kill the repository is sound; the next commands lead to the tree, the
verdicts and the result commits of an unbroken run, with every step's effect there once.
Run: python -m benchmarks.crashes [--kills N] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.run.crashing import SCENES, VICTIMS, kill_at_random, set_up


def main() -> int:
    """Kill, and print the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, killed, tried, bad = random.Random(options.seed), 0, 0, 0
    with tempfile.TemporaryDirectory() as base:
        grounds = [set_up(scene, Path(base) / scene.name.replace(" ", "-")) for scene in SCENES]
        while killed < options.kills:
            ground, victim = grounds[tried % len(grounds)], VICTIMS[tried // len(grounds) % len(VICTIMS)]
            tried += 1
            try:
                killed += kill_at_random(ground, Path(base) / str(tried), victim, chance)
            except AssertionError as error:
                killed, bad = killed + 1, bad + 1
                print(f"{ground.scene.name}, {victim}, try {tried}: {error}", file=sys.stderr)
    share = 100 * (killed - bad) / killed
    print(f"kill sweep: resumed with nothing lost or doubled: {share:.1f} % of {killed} kills ({tried} tries)")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
