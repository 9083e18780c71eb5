"""How many runs that are killed at a random moment are resumed with nothing lost and nothing
doubled: all of them, or it fails.

Ten scenes (execute, approve a plan, resume behind a crash, retry, approve, the end of a run;
rollback and undo, of an ended run and within an open one), three victims in turn: forge alone,
forge with all that it started, only the youngest child. Behind each kill the repository is sound;
the next commands lead to the tree, the folded state and the result commits of an unbroken run, with
every step's effect there once. Run: python -m benchmarks.crashes [--kills N] [--seed N]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.run.crashing import SCENES, VICTIMS, kill_at_random, set_up


def main() -> int:
    """Kill, and print the figure, also where it is ended by Ctrl-C."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    told: list[bool] = []  # for each kill, whether all held
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as base,
        contextlib.suppress(KeyboardInterrupt),
    ):
        for held in sweep(Path(base), random.Random(options.seed)):
            told.append(held)
            if len(told) >= options.kills:
                break
    share = 100 * sum(told) / max(len(told), 1)
    print(f"kill sweep: resumed with nothing lost or doubled: {share:.1f} % of {len(told)} kills")
    return 0 if told and all(told) else 1


def sweep(base: Path, chance: random.Random) -> Iterator[bool]:
    """Yield for each kill whether all held; a command that had ended before its moment came is no
    kill.
    """
    grounds = [set_up(scene, base / scene.name.replace(" ", "-")) for scene in SCENES]
    for number in itertools.count():
        ground, victim = (
            grounds[number % len(grounds)],
            VICTIMS[number // len(grounds) % len(VICTIMS)],
        )
        try:
            if kill_at_random(ground, base / str(number), victim, chance):
                yield True
        except AssertionError as error:
            print(f"{ground.scene.name}, {victim}, try {number}: {error}", file=sys.stderr)
            yield False


if __name__ == "__main__":
    sys.exit(main())
