"""Anything in any order: the user edits, stages and commits while forge runs, dies, resumes, rolls
back and undoes that.

After each command every byte that the user had is on the disk, in the index, or reachable from a
ref; every timeline is whole; and whatever happened, the plan can still be completed with the result
of an unbroken run.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from forge.git.repository import Repository
from forge.records.record import RunRecord, all_runs
from tests.conftest import Sandbox, new_sandbox
from tests.run.engine.test_crashes import FAULTS
from tests.run.plans import Case, Task, auto, writes
from tests.run.states import essence

PATHS = st.sampled_from(["a.txt", "b.txt", "notes.txt", "kept/deep.txt", ".env"])
TOKEN = re.compile(rb"<user-\d+>")
STEPS = st.sampled_from(["1", "2", "3"])
PART = 10  # stories at once
BEGIN = {"a.txt": "", "b.txt": "begin\n", "kept/deep.txt": "kept\n"}
MUST_HAVES = (
    "must_haves:\n  artifacts:\n    - path: a.txt\n      contains: three\n    - path: b.txt\n"
)
ANEW = ("execute", "01-01", "--approve", "--from", "1")


def set_up(base: Path) -> Sandbox:
    """Make a repository with a plan of three steps, of which the second waits for a yes."""
    sandbox = new_sandbox(base)
    for path, text in {".gitignore": ".env\n", **BEGIN}.items():
        sandbox.write(path, text)
    tasks = [
        Task("Write a", "a.txt", auto("grep -q one a.txt")),
        Task("Write b", "b.txt", "Look at it."),
        Task("Drop a file", "a.txt, kept/deep.txt", auto("test -s a.txt")),
    ]
    work = {
        1: "open('a.txt', 'a').write('one\\n')",
        2: writes("b.txt", "two\n"),
        3: (
            "[os.unlink(p) for p in ('kept/deep.txt',) if os.path.exists(p)]; open('a.txt',"
            " 'a').write('three\\n')"
        ),
    }
    front, files = "files_deleted: [kept/deep.txt]\n", ("a.txt", "b.txt", "kept/deep.txt")
    return Case(sandbox, tasks, work, front, files, must_haves=MUST_HAVES).set_up()


def runs(sandbox: Sandbox) -> list[RunRecord]:
    return all_runs(Repository.discover(sandbox.root))


def to_the_end(sandbox: Sandbox, call: Callable[..., object]) -> RunRecord:
    """Execute the plan again and complete it, as the user would; `call` runs the commands."""
    before = {record.card.run for record in runs(sandbox)}
    for _ in range(12):
        made = [record for record in runs(sandbox) if record.card.run not in before]
        if made and not made[-1].open:
            return made[-1]
        waits = (
            bool(made) and made[-1].state.status == "paused" and made[-1].state.waiting is not None
        )
        call(*(("approve",) if waits else ("resume",) if made else ANEW))
    raise AssertionError("it never ends")


@functools.cache
def unbroken() -> tuple[Sandbox, dict[str, Any]]:
    """Return the repository of all stories, and the result of an unbroken run in it."""
    base = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, base)
    template = set_up(base)
    sandbox = copy_of(template, base / "unbroken")
    return template, essence(to_the_end(sandbox, sandbox.call).state)


def copy_of(template: Sandbox, root: Path) -> Sandbox:
    shutil.copytree(template.root, root)
    return Sandbox(root, template.home)


class Machine(RuleBasedStateMachine):
    """What the user and forge do in one repository; `moments` are the effects at which the last
    run is killed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.number = 0

    @initialize(moments=st.lists(st.integers(1, 110), max_size=2))
    def begin(self, moments: list[int]) -> None:
        base = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.moments = moments
        self.sandbox = copy_of(unbroken()[0], base / "work")

    def teardown(self) -> None:
        try:
            if hasattr(self, "sandbox"):
                self.bring_to_an_end()
        finally:
            self.stack.close()

    @rule(path=PATHS)
    def edit(self, path: str) -> None:
        self.number += 1
        if (self.sandbox.root / path).parent.is_dir() or not (
            self.sandbox.root / path
        ).parent.exists():
            self.sandbox.write(path, f"<user-{self.number}>\n")

    @rule(path=PATHS)
    def append(self, path: str) -> None:
        self.number += 1
        if (self.sandbox.root / path).is_file():
            with (self.sandbox.root / path).open("a") as file:
                file.write(f"<user-{self.number}>\n")

    @rule()
    def stage(self) -> None:
        self.unlock()
        self.sandbox.git("add", "-A")

    @rule()
    def commit(self) -> None:
        self.unlock()
        self.sandbox.commit("Mine")

    def unlock(self) -> None:
        """Remove a stale lock of a killed forge process, with a forge command that writes."""
        for words in (("resume",), ("execute", "01-01", "--approve"), ("rollback",)):
            if any(
                "locks" not in path.parts for path in (self.sandbox.root / ".git").rglob("*.lock")
            ):
                self.forge(*words)

    @rule()
    def execute(self) -> None:
        self.forge("execute", "01-01", "--approve")

    @rule(verb=st.sampled_from(["resume", "resume", "retry", "approve", "stop"]))
    def control(self, verb: str) -> None:
        self.forge(verb)

    @rule(to=st.none() | STEPS)
    def rollback(self, to: str | None) -> None:
        self.forge("rollback", *(["--to", to] if to else []))

    @rule()
    def undo(self) -> None:
        self.forge("undo")

    @rule(
        words=st.sampled_from(
            [
                ("execute", "01-01", "--approve"),
                ("resume",),
                ("rollback",),
                ("rollback", "--to", "2"),
                ("undo",),
                ("retry",),
            ]
        ),
        moment=st.integers(1, 90),
    )
    def crash(self, words: tuple[str, ...], moment: int) -> None:
        with self.nothing_lost():
            process = self.sandbox.start(
                *words, env={"PYTHONPATH": FAULTS, "FORGE_TEST_KILL_AT": str(moment)}
            )
            process.communicate(timeout=120)
            assert process.returncode in (0, 1, 2, 4, -signal.SIGKILL), (words, process.returncode)

    def forge(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Call a command; whatever it answers, no work of the user is lost."""
        with self.nothing_lost():
            result = self.sandbox.call(*words)
        assert result.code in (0, 1, 2, 4), result
        return result.code, dict(result.json.get("data") or result.json["error"])

    @contextlib.contextmanager
    def nothing_lost(self) -> Iterator[None]:
        before = self.held()
        yield
        assert before <= self.held(), before - self.held()

    def held(self) -> set[bytes]:
        """Return what the user wrote and is on the disk, in the index, or reachable from a ref."""
        tokens = set()
        for folder, names, files in os.walk(self.sandbox.root):
            names[:] = [name for name in names if name != ".git"]
            for name in files:
                tokens |= set(TOKEN.findall(Path(folder, name).read_bytes()))
        listed = self.sandbox.git(
            "rev-list", "--objects", "--all", "--indexed-objects"
        ).splitlines()
        objects = {line.split(" ")[0] for line in listed}
        store = Repository.discover(self.sandbox.root).objects
        for object_id in objects - self.known.keys():
            self.known[object_id] = frozenset(TOKEN.findall(store[object_id].read_raw()))
        return tokens.union(*(self.known[object_id] for object_id in objects))

    @property
    def known(self) -> dict[str, frozenset[bytes]]:
        """What each object holds that was looked at."""
        return self.__dict__.setdefault("_known", {})

    def bring_to_an_end(self) -> None:
        """Whatever happened: `stop` ends the open run, and the plan completes as usual."""
        for _ in range(4):
            _, data = self.forge("resume")
            if data.get("kind") == "no_open_run" or data.get("status") == "completed":
                break
            if (data.get("waiting_for") or {}).get("kind") in (
                "human_verify",
                "scope",
                "diff",
                "command",
            ):
                self.forge("approve")
        self.forge("stop")
        self.sandbox.commit("Mine, at the end")
        for place in (self.sandbox.root / ".planning/runs").glob("*/timeline.jsonl"):
            assert self.forge("timeline", place.parent.name)[1]["valid"], place
        assert self.sandbox.git("fsck", "--no-dangling", "--strict") == ""
        assert list((self.sandbox.root / ".git").glob("*.lock")) == []
        self.from_the_beginning()

    def from_the_beginning(self) -> None:
        """After all that, the plan reaches the state of an unbroken run, field by field, even if
        forge is killed meanwhile.
        """
        for path, text in BEGIN.items():
            self.sandbox.write(path, text)
        self.sandbox.commit("Begin again")
        moments = iter(self.moments)

        def call(*words: str) -> None:
            moment = next(moments, 0)
            self.crash(words, moment) if moment else self.forge(*words)

        record = to_the_end(self.sandbox, call)
        assert (self.sandbox.root / "a.txt").read_text() == "one\nthree\n"
        assert (self.sandbox.root / "b.txt").read_text() == "two\n" and not (
            self.sandbox.root / "kept/deep.txt"
        ).exists()
        assert essence(record.state) == unbroken()[1]


def explore(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples < PART,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


def test_a_few_stories() -> None:
    explore(2, 8)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_many_stories() -> None:
    """FORGE_TEST_STORIES of them, or as many as FORGE_TEST_SECONDS allow, in small parts, so that a
    failure is reported soon.
    """
    wanted, seconds = (
        int(os.environ.get("FORGE_TEST_STORIES") or 200),
        float(os.environ.get("FORGE_TEST_SECONDS") or "inf"),
    )
    began, explored = time.monotonic(), 0
    while explored < wanted and time.monotonic() - began < seconds:
        part = min(PART, wanted - explored)
        explore(part, 14)
        explored += part
        print(f"{explored} stories in {time.monotonic() - began:.0f} s")


def git_locks(sandbox: Sandbox) -> list[Path]:
    return [path for path in (sandbox.root / ".git").rglob("*.lock") if "locks" not in path.parts]


def test_a_stale_lock_is_removed_by_the_next_command_of_any_kind(tmp_path: Path) -> None:
    sandbox = set_up(tmp_path)
    words, seen = ("execute", "01-01", "--approve"), 0
    for moment in range(40, 80):
        sandbox.start(
            *words, env={"PYTHONPATH": FAULTS, "FORGE_TEST_KILL_AT": str(moment)}
        ).communicate(timeout=120)
        if git_locks(sandbox):
            seen += 1
            assert sandbox.forge("status").code == 0
            assert git_locks(sandbox) == []
        if seen == 2:
            break
        sandbox.forge("stop")
    assert seen == 2
    sandbox.forge("stop")
    assert to_the_end(sandbox, sandbox.forge).state.status == "completed"
