"""forge is killed after it staged a step's work for `git commit`, and before the commit is made."""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

KILLS = "#!/bin/sh\nkill -9 $(cut -d' ' -f4 /proc/$PPID/stat)\nexit 1\n"
REFUSES = "#!/bin/sh\necho not today >&2\nexit 1\n"
HOOK = ".git/hooks/pre-commit"


def killed_before_the_commit(sandbox: Sandbox) -> None:
    """Execute a plan whose commit is begun, with all of it staged, when forge is killed."""
    sandbox.write("old.txt", "old\n")
    task = Task("Task 1: Write it", "a.txt, old.txt", auto("test -s a.txt"))
    work = f"{writes('a.txt', 'x')}; os.unlink('old.txt')"
    front = 'announced_deletes: ["old.txt"]\n'
    Case(sandbox, [task], {1: work}, files=("a.txt", "old.txt"), front=front).set_up()
    sandbox.write(HOOK, KILLS).chmod(0o755)
    assert sandbox.forge("execute", "01-01", "--approve").code < 0
    assert sandbox.git("diff", "--cached", "--name-only").split() == ["a.txt", "old.txt"]


def staged(sandbox: Sandbox) -> str:
    return sandbox.git("diff", "--cached", "--name-only")


def test_resume_makes_the_commit(sandbox: Sandbox) -> None:
    killed_before_the_commit(sandbox)
    (sandbox.root / HOOK).unlink()
    assert "completed" in sandbox.forge("resume").out
    assert sandbox.status() == [] and sandbox.subjects().count("Task 1: Write it") == 1
    assert not (sandbox.root / "old.txt").exists()


def test_a_hook_that_refuses_then_leaves_nothing_staged(sandbox: Sandbox) -> None:
    killed_before_the_commit(sandbox)
    sandbox.write(HOOK, REFUSES)
    assert "not today" in sandbox.forge("resume").out
    assert staged(sandbox) == "" and (sandbox.root / "a.txt").read_text() == "x"
    (sandbox.root / HOOK).unlink()
    assert "completed" in sandbox.forge("resume").out


@pytest.mark.parametrize("hook", [REFUSES, ""])
def test_retry_does_the_step_again(sandbox: Sandbox, hook: str) -> None:
    killed_before_the_commit(sandbox)
    sandbox.write(HOOK, hook or "#!/bin/sh\n")
    retried = sandbox.forge("retry")
    assert ("not today" if hook else "completed") in retried.out
    assert staged(sandbox) == ""


def test_stop_leaves_the_work_as_it_is(sandbox: Sandbox) -> None:
    killed_before_the_commit(sandbox)
    (sandbox.root / HOOK).unlink()
    assert sandbox.forge("stop").code == 0
    assert (sandbox.root / "a.txt").read_text() == "x"
    assert not (sandbox.root / "old.txt").exists()
    assert not [
        path
        for path in sandbox.git("show", "--name-only", "--format=").split()
        if path in ("a.txt", "old.txt")
    ]
