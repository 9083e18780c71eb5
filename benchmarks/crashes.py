"""Share of runs that are killed at a random moment and then resumed with nothing lost and nothing
done twice; it fails unless that is all of them.

Ten scenes (execute, approve a plan, resume after a crash, retry, approve, the end of a run;
rollback and undo, of an ended run and within an open one), three victims in turn: forge alone,
forge with all its child processes, only the youngest child. After each kill the repository is
sound; the next commands lead to the tree, the folded state and the result commits of an
uninterrupted run, with every step's effect exactly once.
Run: python -m benchmarks.crashes [--kills N] [--seed N]
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
    """Kill runs and print the share, also after Ctrl-C."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcomes: list[bool] = []  # for each kill, whether every check passed
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as base,
        contextlib.suppress(KeyboardInterrupt),
    ):
        for passed in sweep(Path(base), random.Random(options.seed)):
            outcomes.append(passed)
            if len(outcomes) >= options.kills:
                break
    share, kills = 100 * sum(outcomes) / max(len(outcomes), 1), len(outcomes)
    print(f"kill sweep: resumed with nothing lost or done twice: {share:.1f} % of {kills} kills")
    return 0 if outcomes and all(outcomes) else 1


def sweep(base: Path, chance: random.Random) -> Iterator[bool]:
    """Yield for each kill whether every check passed; a command that ended by itself before the
    moment of its kill is not counted.
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
