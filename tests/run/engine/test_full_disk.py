"""A full disk: the run pauses, nothing half done is visible, and it goes on once there
is room.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import FORGE, Sandbox
from tests.run.crashing import SCENES, Ground, carry_on, check_end, check_untouched, set_up
from tests.run.engine.test_kill_sweep import STRACE, shim

SIZE = 8 << 20


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return set_up(SCENES[0], tmp_path_factory.mktemp("disk") / "ground")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A separate file system of a few megabytes; skipped if this user cannot mount one."""
    yield from mounted(tmp_path / "disk", f"size={SIZE}")


@pytest.fixture
def few_inodes(tmp_path: Path) -> Iterator[Path]:
    """A separate file system for a few files."""
    yield from mounted(tmp_path / "disk", f"size={8 * SIZE},nr_inodes=1200")


def mounted(place: Path, options: str) -> Iterator[Path]:
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("no small file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Fill a disk except for some bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free.f_bavail * free.f_frsize - leave))
    return ballast


def survives(
    sandbox: Sandbox,
    ground: Ground,
    result: subprocess.CompletedProcess[str],
    room: Callable[[], object],
) -> None:
    """What forge said names a way on; the repository is sound; with room again, the end is that of
    an unbroken run.
    """
    assert "Traceback" not in result.stderr and "bug in forge" not in result.stderr, result.stderr
    assert result.returncode in (1, 4), result.stderr
    shown = result.stdout + result.stderr
    assert result.returncode == 4 or "forge resume" in shown or "room" in shown, shown
    room()
    check_untouched(sandbox)
    carry_on(sandbox, ground)
    check_end(sandbox, ground)


def execute(sandbox: Sandbox, ground: Ground, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FORGE, *ground.scene.words],
        cwd=sandbox.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        **{"env": sandbox.environment(), **more},
    )  # type: ignore[call-overload, no-any-return]


LEAVES = (0, 8 << 10, 32 << 10, 64 << 10, 128 << 10, 192 << 10)


def full(ground: Ground, disk: Path, leave: int) -> None:
    sandbox = ground.copy(disk / "work")
    ballast = fill(disk, leave)
    survives(sandbox, ground, execute(sandbox, ground), ballast.unlink)
    shutil.rmtree(sandbox.root)
    shutil.rmtree(sandbox.home)


def test_a_disk_that_is_full(ground: Ground, small_disk: Path) -> None:
    full(ground, small_disk, 64 << 10)


def no_inodes(ground: Ground, disk: Path, leave: int) -> None:
    """The disk has room, but for `leave` more files and folders only."""
    sandbox = ground.copy(disk / "work")
    ballast = disk / "ballast"
    ballast.mkdir()
    for number in range(os.statvfs(disk).f_favail - leave):
        (ballast / str(number)).touch()
    result = execute(sandbox, ground)
    survives(sandbox, ground, result, lambda: shutil.rmtree(ballast))
    shutil.rmtree(sandbox.root)
    shutil.rmtree(sandbox.home)


def test_a_disk_without_inodes(ground: Ground, few_inodes: Path) -> None:
    no_inodes(ground, few_inodes, 29)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_disk_that_runs_out_of_inodes(ground: Ground, few_inodes: Path) -> None:
    for leave in range(120):
        no_inodes(ground, few_inodes, leave)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_disk_that_becomes_full(ground: Ground, small_disk: Path) -> None:
    for leave in (*LEAVES, *range(4 << 10, 260 << 10, 12 << 10)):
        full(ground, small_disk, leave)


@pytest.mark.parametrize("limit", [2000, 6000])
def test_a_limit_on_the_size_of_files(ground: Ground, tmp_path: Path, limit: int) -> None:
    sandbox = ground.copy(tmp_path / "work")
    result = execute(
        sandbox,
        ground,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    survives(sandbox, ground, result, lambda: None)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
@pytest.mark.parametrize("verb", ["commit", "update-index", "add", "status"])
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("effect", ["write", "rename", "fsync", "link", "mkdir"])
def test_git_that_cannot_write(
    ground: Ground, tmp_path: Path, verb: str, error: str, effect: str
) -> None:
    for when in ("1+", "2+", "1", "3"):
        sandbox = ground.copy(tmp_path / when)
        shim_words = {
            "verb": verb,
            "effect": effect,
            "when": when,
            "fault": f"error={error}",
            "once": str(tmp_path / f"once-{when}"),
        }
        result = execute(
            sandbox, ground, env=sandbox.environment(shim(tmp_path, forge="", **shim_words))
        )
        survives(sandbox, ground, result, lambda: None)
