"""Kills forge, its children, or all of them; then carries on as a person would and holds the end to an unbroken run's."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from forge.git.repository import Repository
from forge.views.replay import replay
from forge.views.runs import RunRecord, all_runs
from tests.conftest import Sandbox, new_sandbox
from tests.run.plans import Case, Task, auto

Victim = Literal["forge", "family", "child"]
VICTIMS: tuple[Victim, ...] = ("forge", "family", "child")
STEPS = ("Task 1: Write a", "Task 2: Write b", "Task 5: Write c")
OURS = re.compile(r"\.planning/|counter\.txt$|([abcx]|half)\.txt$")
MUST_HAVES = """\
must_haves:
  truths:
    - statement: "They say what they are"
      verify: "cat a.txt b.txt c.txt | grep -q b"
  artifacts:
    - path: a.txt
      contains: "a"
    - path: counter.txt
      min_lines: 3
"""


def _work(step: int, name: str) -> str:
    return (
        f"import time; open('{name}.txt', 'w').write('{name}'); time.sleep(0.05); open('counter.txt', 'a').write('{step}\\n')"
    )


WORK = {1: _work(1, "a"), 2: _work(2, "b"), 5: _work(5, "c")}


def _case(sandbox: Sandbox) -> Case:
    tasks = [
        Task(STEPS[0], "a.txt, counter.txt", auto("grep -q a a.txt")),
        Task(STEPS[1], "b.txt, counter.txt", auto("grep -q b b.txt")),
        Task("Task 3: Test both", "", auto("cat a.txt b.txt")),
        Task("Look at it", kind="checkpoint:human-verify"),
        Task(STEPS[2], "c.txt, counter.txt", auto("grep -q c c.txt")),
    ]
    return Case(sandbox, tasks, WORK, files=("a.txt", "b.txt", "c.txt", "counter.txt"), must_haves=MUST_HAVES)


@dataclass(frozen=True)
class Scene:
    """A state of the repository, and the command that is killed in it."""

    name: str
    prepare: Callable[[Sandbox, Case], None]
    words: tuple[str, ...]


def _nothing(sandbox: Sandbox, case: Case) -> None:
    """The plan is written, nothing has run."""


def _killed_in_the_runner(sandbox: Sandbox, case: Case) -> None:
    case.set_work({**WORK, 2: "open('half.txt', 'w'); os.kill(os.getppid(), 9)"})
    sandbox.forge("execute", "01-01", "--approve")
    case.set_work(WORK)


def _failed(sandbox: Sandbox, case: Case) -> None:
    case.set_work({**WORK, 2: f"{_work(2, 'x')}; sys.exit(1)"})
    sandbox.forge("execute", "01-01", "--approve")
    case.set_work(WORK)


def _asked(sandbox: Sandbox, case: Case) -> None:
    sandbox.forge("execute", "01-01", "--approve")


def _answered(sandbox: Sandbox, case: Case) -> None:
    _asked(sandbox, case)
    sandbox.forge("approve")


SCENES = (
    Scene("execute", _nothing, ("execute", "01-01", "--approve")),
    Scene("resume", _killed_in_the_runner, ("resume",)),
    Scene("retry", _failed, ("retry",)),
    Scene("approve", _asked, ("approve",)),
    Scene("the end", _answered, ("resume",)),
)


@dataclass
class Ground:
    """A scene that is set up once and copied for each kill, with what an unbroken run leads to and how long it takes."""

    scene: Scene
    template: Sandbox
    end: dict[str, object]
    seconds: float

    def copy(self, folder: Path) -> Sandbox:
        """Return the scene as it was set up, in a folder of its own."""
        shutil.copytree(self.template.root, folder, symlinks=True)
        for place in (folder / ".git/forge/runs").glob("*/work-tree"):
            place.write_text(str(folder / ".git"))
        return Sandbox(folder, self.template.home)


def set_up(scene: Scene, folder: Path) -> Ground:
    """Make a scene, and run it unbroken once."""
    folder.mkdir()
    template = new_sandbox(folder)
    template.write(".gitignore", ".env\n")
    template.write("README.md", "mine\n")
    template.commit("Begin")
    template.write(".env", "KEY=mine\n")
    template.git("branch", "side")
    case = _case(template)
    case.set_up()
    template.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n").chmod(0o755)
    scene.prepare(template, case)
    ground = Ground(scene, template, {}, 0)
    unbroken = ground.copy(folder / "unbroken")
    began = time.monotonic()
    unbroken.forge(*scene.words)
    ground.seconds = time.monotonic() - began
    carry_on(unbroken)
    ground.end = end_of(unbroken)
    return ground


def kill_at_random(ground: Ground, folder: Path, victim: Victim, chance: random.Random) -> bool:
    """Kill the scene's command at a random moment and hold what comes of it to its contract; False where it had ended."""
    sandbox = ground.copy(folder)
    foreign = [sandbox.write(".git/refs/heads/side.lock", ""), sandbox.write(".git/refs/heads/new.lock", sandbox.head())]
    side = sandbox.git("rev-parse", "side")
    process = sandbox.start(*ground.scene.words)
    time.sleep(chance.uniform(0.02, ground.seconds))
    killed = process.poll() is None and _kill(process, victim)
    process.communicate(timeout=60)
    foreign.append(sandbox.write(".git/refs/heads/late.lock", "no commit\n"))
    check_untouched(sandbox)
    carry_on(sandbox)
    check_end(sandbox, ground)
    assert all(lock.exists() for lock in foreign) and sandbox.git("rev-parse", "side") == side
    shutil.rmtree(folder)
    return killed


def _kill(process: subprocess.Popen[bytes], victim: Victim) -> bool:
    below = descendants(process.pid)
    chosen = {"forge": [process.pid], "family": [process.pid, *below], "child": below[-1:]}[victim]
    for pid in chosen:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return bool(chosen)


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return children + [below for child in children for below in descendants(child)]


def check_untouched(sandbox: Sandbox) -> None:
    """Right behind a kill: the object store is sound, and nothing but the run's own is on its way."""
    assert sandbox.git("fsck", "--no-dangling", "--strict") == ""
    assert (sandbox.root / "README.md").read_text() == "mine\n" and (sandbox.root / ".env").read_text() == "KEY=mine\n"
    for entry in sandbox.status():
        assert OURS.match(entry[3:].strip('"')), entry
    assert sandbox.git("symbolic-ref", "HEAD") == "refs/heads/main\n"


def _newest(sandbox: Sandbox) -> RunRecord | None:
    return next(reversed(all_runs(Repository.discover(sandbox.root))), None)


def carry_on(sandbox: Sandbox) -> None:
    """Go on as a person would: execute, answer what is asked, retry what failed, resume what is open."""
    for _ in range(12):
        record = _newest(sandbox)
        if record is None:
            said = sandbox.forge("execute", "01-01", "--approve")
        elif not record.open:
            return
        elif not record.state.ended and record.state.status == "paused" and record.state.waiting is not None:
            said = sandbox.forge("approve")
        elif record.state.status == "paused" and record.state.pause == "failure":
            said = sandbox.forge("retry")
        else:
            said = sandbox.forge("resume")
        assert said.code in (0, 1, 4, 130), said.out + said.err
    raise AssertionError(f"it never ends: {said.out} {said.err}")


def end_of(sandbox: Sandbox) -> dict[str, object]:
    """Return what a run has led to: the tree less its record, the verdicts, the result commits."""
    record = _newest(sandbox)
    assert record is not None
    listed = sandbox.git("ls-tree", "-r", "HEAD").splitlines()
    return {
        "tree": [line for line in listed if "\t.planning/runs/" not in line and "SUMMARY" not in line],
        "status": record.status, "verdict": record.state.verdict,
        "verdicts": [(item["kind"], item["index"], item["verdict"]) for item in record.state.verdicts],
        "results": [subject for subject in sandbox.subjects() if subject in STEPS],
    }  # fmt: skip


def check_end(sandbox: Sandbox, ground: Ground) -> None:
    """The end is that of an unbroken run; nothing is lost, nothing done twice, and nothing of forge's lies about."""
    assert end_of(sandbox) == ground.end
    assert (sandbox.root / "counter.txt").read_text() == "1\n2\n5\n"
    assert sandbox.status() == [] and sandbox.git("fsck", "--no-dangling", "--strict") == ""
    assert (sandbox.root / "README.md").read_text() == "mine\n" and (sandbox.root / ".env").read_text() == "KEY=mine\n"
    left = [path for path in (sandbox.root / ".git").rglob("*.lock") if "locks" not in path.parts]
    assert {path.name for path in left} <= {"side.lock", "new.lock", "late.lock"}, left
    repository, record = Repository.discover(sandbox.root), _newest(sandbox)
    assert record is not None
    found = replay(repository, record)
    assert found.problems == [] and found.unchecked == []
