"""Kills forge, its children, or all of them, then carries on as the user would and compares the
result with that of an unbroken run.
"""

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
from forge.records.record import RunRecord, all_runs
from forge.views.runs.replay import replay
from tests.conftest import Sandbox, new_sandbox
from tests.copies import stand_in
from tests.run.plans import Case, Task, auto
from tests.run.states import essence

Victim = Literal["forge", "family", "child"]
VICTIMS: tuple[Victim, ...] = ("forge", "family", "child")
STEPS = ("Task 1: Write a", "Task 2: Write b", "Task 5: Write c")
OURS = re.compile(r"\.planning/|counter\.txt$|[abcx]\.txt$")
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
    """Return a runner's work: two effects. It fails if the disk is full when a file is closed."""
    count = f"file = open('counter.txt', 'a'); file.write('{step}\\n'); file.close()"
    report = "sys.excepthook = lambda kind, error, trace: print(error)"
    return (
        f"import time; {report}; pathlib.Path('{name}.txt').write_text('{name}'); time.sleep(0.05);"
        f" {count}"
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
    return Case(
        sandbox,
        tasks,
        WORK,
        files=("a.txt", "b.txt", "c.txt", "counter.txt"),
        must_haves=MUST_HAVES,
    )


def _nothing_yet(record: RunRecord | None) -> bool:
    return record is None


@dataclass(frozen=True)
class Scene:
    """A state of the repository, and the command that is killed in it.

    `due` says of the newest run whether the command has not begun and is to be given again;
    `counter` is what the effects of the steps add up to at the end.
    """

    name: str
    prepare: Callable[[Sandbox, Case], None]
    words: tuple[str, ...]
    due: Callable[[RunRecord | None], bool] = _nothing_yet
    counter: str | None = "1\n2\n5\n"


def _nothing(sandbox: Sandbox, case: Case) -> None:
    """The plan is written, nothing has run."""


def _killed_in_the_runner(sandbox: Sandbox, case: Case) -> None:
    case.set_work({**WORK, 2: "open('b.txt', 'w'); os.kill(os.getppid(), 9)"})
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


def _completed(sandbox: Sandbox, case: Case) -> None:
    _answered(sandbox, case)
    sandbox.forge("resume")


def _rolled_back(sandbox: Sandbox, case: Case) -> None:
    _completed(sandbox, case)
    sandbox.forge("rollback", "--to", "2")


def _rolled_back_within(sandbox: Sandbox, case: Case) -> None:
    _failed(sandbox, case)
    sandbox.forge("rollback", "--to", "1")


def _no_run_of(kind: str) -> Callable[[RunRecord | None], bool]:
    return lambda record: record is None or record.card.kind != kind


def _not_announced(kind: str) -> Callable[[RunRecord | None], bool]:
    """In an open run a rollback begins with the event that announces it."""
    return lambda record: (
        record is None
        or all(
            event.type != "rollback_started" or event.data["kind"] != kind
            for event in record.reading.events
        )
    )


SCENES = (
    Scene("execute", _nothing, ("execute", "01-01", "--approve")),
    Scene("approve a plan", _nothing, ("approve", "01-01")),
    Scene("resume", _killed_in_the_runner, ("resume",)),
    Scene("retry", _failed, ("retry",)),
    Scene("approve", _asked, ("approve",)),
    Scene("the end", _answered, ("resume",)),
    Scene("rollback", _completed, ("rollback",), _no_run_of("rollback"), None),
    Scene("undo", _rolled_back, ("undo",), _no_run_of("undo")),
    Scene("rollback within", _failed, ("rollback", "--to", "1"), _not_announced("rollback")),
    Scene("undo within", _rolled_back_within, ("undo",), _not_announced("undo")),
)


@dataclass
class Ground:
    """A scene that is set up once and copied for each kill, with what an unbroken run leads to and
    how long it takes.
    """

    scene: Scene
    template: Sandbox
    end: dict[str, object]
    seconds: float

    def copy(self, folder: Path) -> Sandbox:
        """Return the scene as it was set up, in a folder and with a home of its own."""
        home = folder.with_name(f"{folder.name}-home")
        shutil.copytree(self.template.root, folder, symlinks=True)
        shutil.copytree(self.template.home, home)
        stand_in(folder)
        return Sandbox(folder, home)


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
    carry_on(unbroken, ground)
    ground.end = end_of(unbroken)
    check_end(unbroken, ground)
    return ground


def kill_at_random(ground: Ground, folder: Path, victim: Victim, chance: random.Random) -> bool:
    """Kill the scene's command at a random moment and check the result; return False if it had
    ended.
    """
    sandbox = ground.copy(folder)
    foreign = [
        sandbox.write(".git/refs/heads/side.lock", ""),
        sandbox.write(".git/refs/heads/new.lock", sandbox.head()),
    ]
    side = sandbox.git("rev-parse", "side")
    process = sandbox.start(*ground.scene.words)
    time.sleep(chance.uniform(0.02, ground.seconds))
    killed = process.poll() is None and _kill(process, victim)
    process.communicate(timeout=60)
    foreign.append(sandbox.write(".git/refs/heads/late.lock", "no commit\n"))
    check_untouched(sandbox)
    carry_on(sandbox, ground)
    check_end(sandbox, ground)
    assert all(lock.exists() for lock in foreign) and sandbox.git("rev-parse", "side") == side
    shutil.rmtree(sandbox.root)
    shutil.rmtree(sandbox.home)
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
        children = [
            int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []
    return children + [below for child in children for below in descendants(child)]


def check_untouched(sandbox: Sandbox) -> None:
    """Right after a kill: the object store is sound, and only files of the run have changed."""
    assert sandbox.git("fsck", "--no-dangling", "--strict") == ""
    assert (sandbox.root / "README.md").read_text() == "mine\n" and (
        sandbox.root / ".env"
    ).read_text() == "KEY=mine\n"
    for entry in sandbox.status():
        assert OURS.match(entry[3:].strip('"')), entry
    assert sandbox.git("symbolic-ref", "HEAD") == "refs/heads/main\n"


def _newest(sandbox: Sandbox) -> RunRecord | None:
    """Return the run that began last. A copy is another clone; ids of the same second have no
    order across clones.
    """
    return max(
        all_runs(Repository.discover(sandbox.root)),
        key=lambda record: record.card.started_at,
        default=None,
    )


def carry_on(sandbox: Sandbox, ground: Ground) -> None:
    """Go on as the user would: repeat the command, answer questions, retry failures, resume.

    Whether a plan was approved is seen from whether it may be executed.
    """
    words, result = ground.scene.words, None
    for _ in range(12):
        record = _newest(sandbox)
        if ground.scene.due(record):
            approved = words[0] == "approve" and (result is None or result.code == 0)
            result = sandbox.call("execute", "01-01") if approved else sandbox.call(*words)
        elif not record.open:
            return
        elif (
            not record.state.ended
            and record.state.status == "paused"
            and record.state.waiting is not None
        ):
            result = sandbox.call("approve")
        elif record.state.status == "paused" and record.state.pause == "failure":
            result = sandbox.call("retry")
        else:
            result = sandbox.call("resume")
        assert result.code in (0, 1, 4, 130), result.out + result.err
    raise AssertionError(f"it never ends: {result}")


def end_of(sandbox: Sandbox) -> dict[str, object]:
    """Return what a run has led to: the tree less its record, the folded state less its ids and
    times, the result commits.
    """
    record = _newest(sandbox)
    assert record is not None
    listed = sandbox.git("ls-tree", "-r", "HEAD").splitlines()
    return {
        "tree": [
            line.rpartition("\t")[2] if "SUMMARY" in line else line
            for line in listed
            if "\t.planning/runs/" not in line
        ],
        "status": record.status,
        "kind": record.card.kind,
        "state": essence(record.state),
        "results": [subject for subject in sandbox.subjects() if subject in STEPS],
    }


def check_end(sandbox: Sandbox, ground: Ground) -> None:
    """The result is that of an unbroken run; nothing is lost or done twice, and forge left no
    files.
    """
    assert end_of(sandbox) == ground.end
    counter = sandbox.root / "counter.txt"
    assert (counter.read_text() if counter.exists() else None) == ground.scene.counter
    assert sandbox.status() == [] and sandbox.git("fsck", "--no-dangling", "--strict") == ""
    assert (sandbox.root / "README.md").read_text() == "mine\n" and (
        sandbox.root / ".env"
    ).read_text() == "KEY=mine\n"
    left = [path for path in (sandbox.root / ".git").rglob("*.lock") if "locks" not in path.parts]
    assert {path.name for path in left} <= {"side.lock", "new.lock", "late.lock"}, left
    repository, record = Repository.discover(sandbox.root), _newest(sandbox)
    assert record is not None
    replayed = replay(repository, record)
    assert replayed.problems == [] and replayed.unchecked == []
