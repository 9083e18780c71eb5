"""`forge demo`: creates a small repository with a plan that has every stage, and executes it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from forge import regular
from forge.errors import UsageError
from forge.git import program
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.settings import load
from forge.records.record import RunRecord
from forge.run.approvals.prompter import Answer
from forge.run.engine.context import Context
from forge.run.engine.parts.live_log import Notify
from forge.run.start.first_events import Options
from forge.run.start.start import execute
from forge.shipped import resource
from forge.text.command_line import command_line
from forge.text.printable import Line, Text, block
from forge.timeline.run.state import Question
from forge.views.runs.next_commands import next_commands

_PLAN = "01-01"


@dataclass(frozen=True)
class Demo:
    """The demo repository and the result of its run."""

    path: Path
    record: RunRecord
    log: str

    @property
    def verdict(self) -> str | None:
        """The verdict on the plan."""
        return self.record.state.verdict

    def as_data(self) -> dict[str, object]:
        return {
            "path": str(self.path),
            "run": self.record.card.run,
            "verdict": self.verdict,
            "next": self.next,
        }

    @property
    def next(self) -> list[str]:
        """Return the commands that show the result in detail, or that continue the run."""
        if self.record.open:
            return [
                command.replace("forge", _program(), 1) for command in next_commands(self.record)
            ]
        return [f"{_program()} verify 01-01", f"{_program()} timeline", "git show HEAD~1"]

    def describe(self) -> list[Line]:
        """Return the commits of the run and the commands to type next."""
        steps = [command_line("cd", str(self.path)), *self.next]
        return ["", *block(self.log, ""), "", *self._result(), *(f"  {step}" for step in steps)]

    def _result(self) -> list[str]:
        if not self.record.open:
            return [f"the plan is {self.verdict}; for details:"]
        first, *more = block(self.record.state.pause_text, "  ")
        lines = [f"the run is paused, so nothing is proven: {first.strip()}", *more]
        last = self.record.state.work.failure
        if last is not None and last.kind == "commit":
            lines += [
                "your git settings refuse its commits (a hook or signing); to go on without",
                "these, in the demo's repository alone, type first:",
                f"  git -C {shlex.quote(str(self.path))} config core.hooksPath .git/hooks",
                f"  git -C {shlex.quote(str(self.path))} config commit.gpgsign false",
            ]
        return [*lines, "then go on:" if last else "go on:"]


class _DemoUser:
    """Answers the demo's checkpoint; the record names `forge demo` as the one who answered."""

    present = True

    def ask(self, question: Question, broken_off: Callable[[], bool], shown: str = "") -> Answer:
        choice = question.options[0]["id"] if question.options else None
        return Answer(True, choice, "answered by forge demo")

    def approve(self, text: Text) -> bool:
        """Return False: the demo's plan is approved by an option of `execute`."""
        return False


def make_and_execute(
    folder: Path | None, execution: str, notify: Notify, say: Callable[[str], None]
) -> Demo:
    """Create the repository in a new folder and execute its plan.

    Raises UsageError if the folder is not empty.
    """
    place = _new_folder(folder)
    say(f"forge demo works in {place}")
    _copy_files(place)
    repository = Repository.discover(place)
    _set_identity(repository)
    repository.git("add", "-A")
    repository.git(
        "commit", "-q", "--no-gpg-sign", "-m", "A small calculator, and a plan to extend it"
    )
    context = Context(repository, load(place), execution, _DemoUser(), notify)
    (file,) = Catalog(place).named(_PLAN)
    record = execute(context, file, Options(approve=True))
    log = program.run(place, "log", "--oneline", "--no-decorate").decode("utf-8", "replace")
    return Demo(place, record, log)


def _program() -> str:
    """Return how to call forge: by its name if it is on PATH, else by its path."""
    return "forge" if shutil.which("forge") else shlex.quote(os.path.abspath(sys.argv[0]))


def _new_folder(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="forge-demo-"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists already", "name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _copy_files(place: Path) -> None:
    """Copy the demo's files; without `python3` on PATH its commands name this interpreter."""
    program.run(place, "init", "-q", "-b", "main")
    shutil.copytree(resource("templates", "demo"), place, dirs_exist_ok=True)
    (place / "gitignore").rename(place / ".gitignore")
    (place / "planning").rename(place / ".planning")
    if shutil.which("python3") is None:
        for path in (place / ".planning").rglob("*.*"):
            path.write_text(
                regular.read_text(path).replace("python3 ", f"{sys.executable} "), "utf-8"
            )


def _set_identity(repository: Repository) -> None:
    """Give the demo repository an identity if git has none."""
    if program.attempt(
        repository.root, "var", "GIT_COMMITTER_IDENT", env={"GIT_EDITOR": os.devnull}
    ).returncode:
        repository.git("config", "user.name", "forge demo")
        repository.git("config", "user.email", "demo@forge.invalid")
