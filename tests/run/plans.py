"""Small plans for the tests: their front matter and steps from a few words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.conftest import Sandbox

WORKER = """\
import os, sys, pathlib
step = os.environ["FORGE_STEP_INDEX"]
for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
    number, code = line.split(" ", 1)
    if number == step:
        exec(code)
"""
DECISION = """
  <decision>Which store?</decision>
  <options>
    <option id="option-a"><name>SQLite</name></option>
    <option id="option-b"><name>Files</name></option>
  </options>
"""
"""The parts of a checkpoint step that asks for a decision."""


@dataclass
class Task:
    """One step of a test plan."""

    name: str = "Write"
    files: str = ""
    verify: str = ""
    kind: str = "auto"
    extra: str = ""

    def render(self) -> str:
        parts = [f'<task type="{self.kind}">', f"  <name>{self.name}</name>"]
        parts += [f"  <files>{self.files}</files>"] if self.files else []
        parts += ["  <action>Do it.</action>"] if self.kind == "auto" and self.files else []
        parts += [f"  <verify>{self.verify}</verify>"] if self.verify else []
        return "\n".join([*parts, self.extra, "</task>"])


def auto(command: str) -> str:
    return f"<automated>{command}</automated>"


@dataclass
class Case:
    """A plan in a repository whose runner does, for step N, the Python code of `work[N]`."""

    sandbox: Sandbox
    tasks: list[Task]
    work: dict[int, str] = field(default_factory=dict)
    front: str = ""
    files: tuple[str, ...] = ()
    must_haves: str = ""
    settings: str = ""
    verification: str = ""
    path: str = ".planning/phases/01-first/01-01-PLAN.md"

    def plan_text(self) -> str:
        listed = "".join(f"  - {path}\n" for path in self.files)
        modified = f"files_modified:\n{listed}" if listed else "files_modified: []\n"
        steps = "\n\n".join(task.render() for task in self.tasks)
        verification = (
            f"<verification>\n{self.verification}\n</verification>\n" if self.verification else ""
        )
        return (
            "---\nphase: 01-first\nplan: 01\ntype: execute\nwave: 1\ndepends_on:"
            f" []\n{modified}autonomous:"
            f" true\n{self.front}{self.must_haves}---\n\n<objective>\nMake it"
            f" so.\n</objective>\n\n<tasks>\n\n{steps}\n\n</tasks>\n\n{verification}"
        )

    def set_up(self) -> Sandbox:
        """Write plan, settings and runner, and commit them."""
        outside = self.sandbox.root.with_name("worker")
        outside.mkdir(exist_ok=True)
        (outside / "worker.py").write_text(WORKER)
        self.set_work(self.work)
        command = json.dumps(["python3", str(outside / "worker.py"), str(outside / "work.txt")])
        self.sandbox.write(
            ".planning/forge.yaml",
            f"version: 1\nrunner: worker\nrunners:\n  worker:\n    command: {command}\n    prompt:"
            f" file\n{self.settings}",
        )
        self.sandbox.write(self.path, self.plan_text())
        self.sandbox.commit("Plan")
        return self.sandbox

    def set_work(self, work: dict[int, str]) -> None:
        lines = "".join(f"{step} {code}\n" for step, code in work.items())
        (self.sandbox.root.with_name("worker") / "work.txt").write_text(lines)


def writes(path: str, text: str) -> str:
    return (
        f"p = pathlib.Path({path!r}); p.parent.mkdir(parents=True, exist_ok=True);"
        f" p.write_text({text!r})"
    )


def by_hand(sandbox: Sandbox, verify: str = auto("test -s a.txt")) -> str:
    Case(sandbox, [Task("Task 1: Write it", "a.txt", verify)], files=("a.txt",)).set_up()
    result = sandbox.call("execute", "01-01", "--approve", "--runner", "manual")
    assert (
        result.code == 4
        and result.data["waiting_for"]["kind"] == "manual"
        and result.data["waiting_for"]["approval_id"] is None
    )
    assert "Task 1: Write it" in result.data["waiting_for"]["text"]
    run: str = result.data["run"]
    return run
