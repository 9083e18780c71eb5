"""A clone that lacks the commits of a run says which, and tells the rest."""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto

WORK = {1: "pathlib.Path('a.txt').write_text('x')"}


def shallow(sandbox: Sandbox) -> None:
    """Make the work tree one of depth 1."""
    head = sandbox.head()
    (sandbox.root / ".git/shallow").write_text(head + "\n")
    sandbox.git("reflog", "expire", "--expire=now", "--all")
    sandbox.git("gc", "-q", "--prune=now")


def squashed(sandbox: Sandbox) -> None:
    """Leave one commit that holds all of the run's work, and none of the run's own."""
    sandbox.git("checkout", "-q", "--orphan", "squashed")
    sandbox.git("commit", "-qm", "All of it")
    sandbox.git("branch", "-qD", "main")
    sandbox.git("for-each-ref", "--format=%(refname)")
    for ref in sandbox.git("for-each-ref", "--format=%(refname)", "refs/forge").split():
        sandbox.git("update-ref", "-d", ref)
    sandbox.git("reflog", "expire", "--expire=now", "--all")
    sandbox.git("gc", "-q", "--prune=now")


@pytest.mark.parametrize("way", [shallow, squashed])
def test_every_view_tells_what_is_here(sandbox: Sandbox, way) -> None:  # type: ignore[no-untyped-def]
    tasks = [Task("Write it", "a.txt", auto("test -s a.txt"))]
    Case(sandbox, tasks, WORK, files=("a.txt",)).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    commits = sandbox.call("diff", run).data["commits"]
    way(sandbox)
    for verb in (
        ("report", "01-first"),
        ("report", run, "--format", "html"),
        ("diff", run),
        ("diff", run, "--stat"),
        ("diff", f"{run}/1"),
        ("log",),
        ("show", run),
        ("timeline", run),
    ):
        told = sandbox.forge(*verb)
        text = told.out + told.err
        assert told.code == 0 and "not in this clone" in text, verb
        assert commits[-1][:12] in text
    assert sandbox.call("diff", run).data["missing"] == commits
    assert sandbox.call("trace").code == 0
    assert sandbox.call("replay", run).code in (0, 1)
