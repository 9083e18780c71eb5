"""Killed at a random moment, alone, with its children, or only a child of it: the next commands
lead to the same end.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.run.crashing import (
    SCENES,
    VICTIMS,
    Ground,
    Scene,
    carry_on,
    check_end,
    check_untouched,
    kill_at_random,
    set_up,
)

STRACE = shutil.which("strace")
# System calls that change what others see, and how many of each to try; strace counts each one by
# itself.
EFFECTS = {"rename": 4, "link": 4, "unlink": 10, "fsync": 6, "mkdir": 3, "openat": 24}
# Runs git, the first call of one verb of it under strace, which kills it at its nth effect, and
# with it, if asked, forge.
SHIM = """\
#!/bin/bash
if [[ " $* " == *" $SHIM_VERB "* ]] && mkdir "$SHIM_ONCE" 2>/dev/null; then
  strace -f -qq -o /dev/null -e trace=$SHIM_EFFECT -e "inject=$SHIM_EFFECT:$SHIM_FAULT:when=$SHIM_WHEN" "$SHIM_GIT" "$@"
  code=$?
  [ $code -gt 128 ] && touch "$SHIM_ONCE/killed"
  [ -n "$SHIM_FORGE" ] && [ $code -gt 128 ] && kill -9 $PPID
  exit $code
fi
exec "$SHIM_GIT" "$@"
"""


def shim(folder: Path, **words: str) -> Mapping[str, str]:
    """Return the environment in which a call of git goes wrong."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    (place / "git").write_text(SHIM)
    (place / "git").chmod(0o755)
    variables = {f"SHIM_{name.upper()}": value for name, value in words.items()}
    return {
        "PATH": f"{place}:{os.environ['PATH']}",
        "SHIM_GIT": str(shutil.which("git")),
        **variables,
    }


def kill_git(ground: Ground, folder: Path, verb: str, effect: str, when: int, forge: str) -> bool:
    """Kill the first git of a verb at its nth effect of a kind; return False if it has fewer."""
    sandbox, once = ground.copy(folder), folder.with_suffix(".once")
    env = shim(
        folder.parent,
        verb=verb,
        effect=effect,
        when=str(when),
        forge=forge,
        once=str(once),
        fault="signal=KILL",
    )
    sandbox.start(*ground.scene.words, env=env).communicate(timeout=60)
    check_untouched(sandbox)
    carry_on(sandbox, ground)
    check_end(sandbox, ground)
    return (once / "killed").exists()


def test_a_sample_of_kills(tmp_path: Path) -> None:
    """A sample: one random moment, and a git process that dies with forge after it moved the branch,
    so that HEAD's lock stays.
    """
    ground = set_up(SCENES[0], tmp_path / "ground")
    kill_at_random(ground, tmp_path / "random", "family", random.Random(7))
    if STRACE:
        assert kill_git(ground, tmp_path / "git", "commit", "unlink", 3, "too")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_killed_at_random_moments(tmp_path: Path, scene: Scene) -> None:
    """Ten scenes: three hundred moments in all; `python -m benchmarks.crashes` prints the
    figure.
    """
    ground, chance = set_up(scene, tmp_path / "ground"), random.Random(scene.name)
    for number in range(30):
        kill_at_random(ground, tmp_path / str(number), VICTIMS[number % len(VICTIMS)], chance)


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("forge", ["", "too"], ids=["git", "git-and-forge"])
@pytest.mark.parametrize("verb", ["commit", "update-index", "add"])
@pytest.mark.parametrize("effect", EFFECTS)
def test_git_killed_at_each_of_its_effects(
    tmp_path: Path, verb: str, effect: str, forge: str
) -> None:
    ground = set_up(SCENES[0], tmp_path / "ground")
    for when in range(1, EFFECTS[effect] + 1):
        if not kill_git(ground, tmp_path / str(when), verb, effect, when, forge):
            return
