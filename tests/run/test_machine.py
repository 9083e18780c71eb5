"""Anything in any order: a person edits, stages and commits while forge runs, dies, goes on, goes back and undoes that.

After each command every byte that the person had is on the disk, in the index, or reachable from a ref; every timeline is
whole; and whatever happened, the plan can be brought to the end that an unbroken run comes to.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from forge.front.cli.main import main
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes
from tests.run.test_crashes import FAULTS

PATHS = st.sampled_from(["a.txt", "b.txt", "notes.txt", "kept/deep.txt", ".env"])
TOKEN = re.compile(rb"<user-\d+>")
STEPS = st.sampled_from(["1", "2", "3"])


class Machine(RuleBasedStateMachine):
    """A repository with a plan of three steps, of which the second waits for a yes."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.number = 0

    @initialize()
    def begin(self) -> None:
        base = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        (base / "home").mkdir()
        (base / "home/.gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n")
        (base / "work").mkdir()
        self.sandbox = Sandbox(base / "work", base / "home")
        self.sandbox.git("init", "-q")
        self.sandbox.write(".gitignore", ".env\n")
        self.sandbox.write("kept/deep.txt", "kept\n")
        self.sandbox.write("b.txt", "begin\n")
        tasks = [
            Task("Write a", "a.txt", auto("grep -q one a.txt")),
            Task("Write b", "b.txt", "Look at it."),
            Task("Drop a file", "a.txt, kept/deep.txt", auto("test -s a.txt")),
        ]
        work = {
            1: "open('a.txt', 'a').write('one\\n')", 2: writes("b.txt", "two\n"),
            3: "[os.unlink(p) for p in ('kept/deep.txt',) if os.path.exists(p)]; open('a.txt', 'a').write('three\\n')",
        }  # fmt: skip
        front = "files_deleted: [kept/deep.txt]\n"
        Case(self.sandbox, tasks, work, front, files=("a.txt", "b.txt", "kept/deep.txt")).set_up()

    def teardown(self) -> None:
        try:
            if hasattr(self, "sandbox"):
                self.bring_to_an_end()
        finally:
            self.stack.close()

    @rule(path=PATHS)
    def edit(self, path: str) -> None:
        self.number += 1
        if (self.sandbox.root / path).parent.is_dir() or not (self.sandbox.root / path).parent.exists():
            self.sandbox.write(path, f"<user-{self.number}>\n")

    @rule(path=PATHS)
    def append(self, path: str) -> None:
        self.number += 1
        if (self.sandbox.root / path).is_file():
            with (self.sandbox.root / path).open("a") as file:
                file.write(f"<user-{self.number}>\n")

    @rule()
    def stage(self) -> None:
        self.sandbox.git("add", "-A")

    @rule()
    def commit(self) -> None:
        self.sandbox.commit("Mine")

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

    @rule(words=st.sampled_from([("execute", "01-01", "--approve"), ("resume",), ("rollback",), ("rollback", "--to", "2"),
                                 ("undo",), ("retry",)]), moment=st.integers(1, 90))  # fmt: skip
    def crash(self, words: tuple[str, ...], moment: int) -> None:
        with self.nothing_lost():
            process = self.sandbox.start(*words, env={"PYTHONPATH": FAULTS, "FORGE_TEST_KILL_AT": str(moment)})
            process.communicate(timeout=120)
            assert process.returncode in (0, 1, 2, 4, -signal.SIGKILL), (words, process.returncode)

    def forge(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Call a command in this process; whatever it answers, nothing of the person's is lost by it."""
        told = io.TextIOWrapper(io.BytesIO())
        before = os.getcwd()
        with self.nothing_lost(), patch.dict(os.environ, self.sandbox.environment(), clear=True):
            os.chdir(self.sandbox.root)
            try:
                with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
                    code = main([*words, "--json"])
            finally:
                os.chdir(before)
        envelope = json.loads(told.buffer.getvalue())  # type: ignore[attr-defined]
        assert code in (0, 1, 2, 4), envelope
        return code, dict(envelope.get("data") or envelope["error"])

    @contextlib.contextmanager
    def nothing_lost(self) -> Iterator[None]:
        before = self.held()
        yield
        assert before <= self.held(), before - self.held()

    def held(self) -> set[bytes]:
        """Return what the person wrote that is on the disk, in the index, or reachable from a ref."""
        found = set()
        for folder, names, files in os.walk(self.sandbox.root):
            names[:] = [name for name in names if name != ".git"]
            for name in files:
                found |= set(TOKEN.findall(Path(folder, name).read_bytes()))
        objects = [line.split(" ")[0] for line in self.sandbox.git("rev-list", "--objects", "--all").splitlines()]
        objects += [line.split(" ")[1] for line in self.sandbox.git("ls-files", "-s").splitlines()]
        for blob in set(objects) - self.known.keys():
            self.known[blob] = frozenset(TOKEN.findall(self.sandbox.git("cat-file", "-p", blob).encode()))
        return found.union(*(self.known[blob] for blob in objects))

    @property
    def known(self) -> dict[str, frozenset[bytes]]:
        """What each object holds that was looked at."""
        return self.__dict__.setdefault("_known", {})

    def bring_to_an_end(self) -> None:
        """Whatever happened: a stop ends what is open, and the plan comes to the end that it comes to in a fresh clone."""
        for _ in range(4):
            _, data = self.forge("resume")
            if data.get("kind") == "no_open_run" or data.get("status") == "completed":
                break
            if (data.get("waiting_for") or {}).get("kind") in ("human_verify", "scope", "diff", "command"):
                self.forge("approve")
        self.forge("stop")
        self.sandbox.commit("Mine, at the end")
        for place in (self.sandbox.root / ".planning/runs").glob("*/timeline.jsonl"):
            assert self.forge("timeline", place.parent.name)[1]["valid"], place
        assert self.sandbox.git("fsck", "--no-dangling", "--strict") == ""
        assert list((self.sandbox.root / ".git").glob("*.lock")) == []
        self.sandbox.write("a.txt", "")
        self.sandbox.commit("Begin again")
        _, data = self.forge("execute", "01-01", "--approve")
        for _ in range(6):
            if data["status"] == "completed":
                break
            assert data["waiting_for"] or data["status"] == "paused", data
            if data["waiting_for"]:
                self.forge("approve")
            _, data = self.forge("resume")
        assert data["status"] == "completed", data
        assert (self.sandbox.root / "a.txt").read_text() == "one\nthree\n"
        assert (self.sandbox.root / "b.txt").read_text() == "two\n" and not (self.sandbox.root / "kept/deep.txt").exists()


def explore(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=examples < 10, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip


def test_a_few_stories() -> None:
    explore(2, 8)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_many_stories() -> None:
    explore(int(os.environ.get("FORGE_TEST_STORIES") or 200), 14)
