"""A rollback, or an undo, that is killed at any effect or finds the disk full: the next command
brings it to its end.
"""

from __future__ import annotations

import errno
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from forge.timeline.run.state import FINAL
from tests.conftest import Sandbox
from tests.copies import stand_in
from tests.run.engine.actions.test_rollback import failing, tree
from tests.run.engine.test_crashes import FAULTS, sweep, two_steps

Tree = dict[str, tuple[int, bytes]]


@dataclass
class Stage:
    """A repository in which a command is about to take something back: copies of it are broken, it
    itself is not touched.
    """

    sandbox: Sandbox
    words: tuple[str, ...]
    before: Tree
    wanted: Tree

    def copy(self, name: str) -> Sandbox:
        root = self.sandbox.root.with_name(name)
        shutil.copytree(self.sandbox.root, root, symlinks=True)
        stand_in(root)
        return replace(self.sandbox, root=root)


def of_an_ended_run(sandbox: Sandbox) -> Stage:
    two_steps(sandbox).set_up()
    before = tree(sandbox)
    assert sandbox.call("execute", "01-01", "--approve").code == 0
    sandbox.write("README.md", "mine, uncommitted\n")
    wanted = {**before, "README.md": tree(sandbox)["README.md"]}
    return Stage(sandbox, ("rollback",), tree(sandbox), wanted)


def of_a_rollback(sandbox: Sandbox) -> Stage:
    stage = of_an_ended_run(sandbox)
    assert sandbox.call("rollback").code == 0
    return Stage(sandbox, ("undo",), tree(sandbox), stage.before)


def of_an_open_run(sandbox: Sandbox) -> Stage:
    failing(sandbox).set_up()
    before = tree(sandbox)
    assert sandbox.call("execute", "01-01", "--approve").code == 1
    return Stage(sandbox, ("rollback", "--to", "1"), tree(sandbox), before)


def of_a_rollback_in_an_open_run(sandbox: Sandbox) -> Stage:
    stage = of_an_open_run(sandbox)
    assert sandbox.call(*stage.words).code == 0
    return Stage(sandbox, ("undo",), tree(sandbox), stage.before)


STAGES: list[Callable[[Sandbox], Stage]] = [
    of_an_ended_run,
    of_a_rollback,
    of_an_open_run,
    of_a_rollback_in_an_open_run,
]


def bring_to_its_end(stage: Stage, sandbox: Sandbox) -> None:
    """Complete what was begun with `resume`, or repeat the command if nothing was begun."""
    live = {path.name for path in (sandbox.root / ".git/forge/runs").glob("*")}
    runs = sandbox.call("runs").data["runs"]
    newest = next(
        (run for run in runs if run["run"] in live), runs[-1]
    )  # ids of one second of two clones are in no order
    unclosed = newest["status"] in FINAL and newest["run"] in live
    if (
        unclosed
        or newest["status"] == "interrupted"
        or (newest["kind"] != "execute" and newest["status"] == "paused")
    ):
        sandbox.call("resume")
    if tree(sandbox) == stage.before:
        result = sandbox.call(*stage.words)
        assert result.code == 0, result.out
    if newest["kind"] == "execute" and newest["status"] == "paused":
        assert (
            sandbox.call("pause").code == 0
        )  # changes nothing, but takes the run in hand: what was left is removed
    whole(stage, sandbox)


def whole(stage: Stage, sandbox: Sandbox) -> None:
    assert tree(sandbox) == stage.wanted
    assert sandbox.git("fsck", "--no-dangling", "--strict") == ""
    locks = [path for path in (sandbox.root / ".git").rglob("*.lock") if "forge" not in path.parts]
    assert locks == [] and not list((sandbox.root / ".git/forge/tmp").glob("tree-*"))
    runs = sorted(
        path.name for path in (sandbox.root / ".planning/runs").iterdir() if path.is_dir()
    )
    assert sandbox.call("timeline", runs[-1]).data["valid"]
    took_back = [
        event
        for run in runs
        for event in sandbox.events(run)
        if event["type"] == "checkpoint_restored"
    ]
    made = sandbox.git("log", "--format=%H", "--grep=^Forge-Rollback: ").split()
    assert sorted(event["data"]["made"] for event in took_back) == sorted(
        made
    )  # a copy is another clone, with ids of its own


def killed(stage: Stage, moment: int, total: int) -> None:
    """Kill the command at an effect and go on. Git is asked once more, or once less, if a file time
    is as new as the index: the last two of the measured effects may be missing.
    """
    sandbox = stage.copy(f"kill-{moment}")
    process = sandbox.start(
        *stage.words, env={"PYTHONPATH": FAULTS, "FORGE_TEST_KILL_AT": str(moment)}
    )
    process.communicate(timeout=60)
    if process.returncode == 0 and moment > total - 2:
        whole(stage, sandbox)
    else:
        assert process.returncode == -signal.SIGKILL, f"effect {moment} was never reached"
        bring_to_its_end(stage, sandbox)
    shutil.rmtree(sandbox.root)


def measured(stage: Stage, tmp_path: Path) -> int:
    sandbox = stage.copy("unbroken")
    counted = tmp_path / "count"
    assert (
        sandbox.forge(
            *stage.words, env={"PYTHONPATH": FAULTS, "FORGE_TEST_COUNT_TO": str(counted)}
        ).code
        == 0
    )
    whole(stage, sandbox)
    return int(counted.read_text())


@pytest.mark.parametrize("prepare", STAGES, ids=lambda prepare: prepare.__name__)
def test_killed_at_an_effect(
    sandbox: Sandbox, tmp_path: Path, prepare: Callable[[Sandbox], Stage]
) -> None:
    stage = prepare(sandbox)
    total = measured(stage, tmp_path)
    assert total > 20
    for moment in sweep(total, total // 2 - 3):
        killed(stage, moment, total)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("prepare", STAGES, ids=lambda prepare: prepare.__name__)
def test_killed_at_every_effect(
    sandbox: Sandbox, tmp_path: Path, prepare: Callable[[Sandbox], Stage]
) -> None:
    stage = prepare(sandbox)
    total = measured(stage, tmp_path)
    for moment in sweep(total, 1):
        killed(stage, moment, total)


@pytest.mark.parametrize(("share", "number"), [(0.4, errno.ENOSPC), (0.7, errno.EIO)])
def test_a_disk_that_fails(sandbox: Sandbox, tmp_path: Path, share: float, number: int) -> None:
    stage = of_an_ended_run(sandbox)
    moment = int(measured(stage, tmp_path) * share)
    broken = stage.copy("full")
    env = {
        "PYTHONPATH": FAULTS,
        "FORGE_TEST_FAIL_AT": str(moment),
        "FORGE_TEST_FAIL_WITH": str(number),
    }
    result = broken.forge(*stage.words, env=env)
    assert result.code == 1 and ("forge resume" in result.err or "try again" in result.err), (
        result.err
    )
    bring_to_its_end(stage, broken)
