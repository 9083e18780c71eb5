"""A declared path that git does not keep is never a silent pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto

TRUTH = 'must_haves:\n  truths:\n    - statement: "It is built"\n      verify: "test -s {}"\n'
ARTIFACT = "must_haves:\n  artifacts:\n    - path: {}\n"
WRITE = "os.makedirs('dist', exist_ok=True); pathlib.Path('{}').write_text('new')"


def ignored(sandbox: Sandbox) -> None:
    sandbox.write(".gitignore", "dist/\n")
    sandbox.commit("Ignore")


def excluded(sandbox: Sandbox) -> None:
    (sandbox.root / ".git/info/exclude").write_text("/dist\n")


def flagged(flag: str) -> Callable[[Sandbox], None]:
    def hide(sandbox: Sandbox) -> None:
        sandbox.write("dist/out.js", "old")
        sandbox.commit("Old")
        sandbox.git("update-index", flag, "dist/out.js")

    return hide


@pytest.mark.parametrize(
    "way",
    [ignored, excluded, flagged("--skip-worktree"), flagged("--assume-unchanged")],
    ids=["ignored", "excluded", "skip", "assume"],
)
@pytest.mark.parametrize("must_have", [TRUTH, ARTIFACT], ids=["truth", "artifact"])
def test_it_is_unproven_with_the_reason(
    sandbox: Sandbox, way: Callable[[Sandbox], None], must_have: str
) -> None:
    path = "dist/out.js"
    tasks = [Task("Build it", path, auto(f"test -s {path}"))]
    case = Case(
        sandbox, tasks, {1: WRITE.format(path)}, files=(path,), must_haves=must_have.format(path)
    )
    case.set_up()
    way(sandbox)
    done = sandbox.call("execute", "01-01", "--approve")
    assert (done.data["status"], done.data["verdict"]) != ("completed", "proven")
    started = sandbox.events(done.data["run"])[0]
    assert any(
        path in note and "will not be proven" in note for note in started["data"]["findings"]
    )
    judged = sandbox.call("verify", "01-01")
    assert judged.code == 1
    (item,) = judged.data["plans"][0]["must_haves"]
    assert item["verdict"] in ("unproven", "fail")
    if way not in (ignored, excluded):
        kept = sandbox.git("for-each-ref", "--format=%(refname)", "refs/forge/safety").split()
        assert kept == []  # it was as the index has it
        (sandbox.root / path).write_text("mine")


def test_hidden_files_are_kept_before_a_runner_overwrites_them(sandbox: Sandbox) -> None:
    tasks = [Task("Write it", "a.txt", auto("test -s a.txt"))]
    work = {1: "pathlib.Path('a.txt').write_text('x'); pathlib.Path('mine').write_text('theirs')"}
    Case(sandbox, tasks, work, files=("a.txt",)).set_up()
    sandbox.write("mine", "committed")
    sandbox.commit("Mine")
    sandbox.git("update-index", "--skip-worktree", "mine")
    sandbox.write("mine", "my own edit")
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    kept = sandbox.git("for-each-ref", "--format=%(refname)", f"refs/forge/safety/{run}").split()
    assert "my own edit" in [sandbox.git("show", f"{ref}:mine").strip() for ref in kept]


def test_what_git_keeps_and_what_a_command_makes_is_proven(sandbox: Sandbox) -> None:
    sandbox.write(".gitignore", "out/\n")
    truth = (
        'must_haves:\n  truths:\n    - statement: "It builds"\n'
        '      verify: "mkdir -p out && cp a.txt out/b && test -s out/b"\n'
    )
    tasks = [Task("Write it", "a.txt", auto("test -s a.txt"))]
    work = {1: "pathlib.Path('a.txt').write_text('x')"}
    Case(sandbox, tasks, work, files=("a.txt",), must_haves=truth).set_up()
    assert sandbox.call("execute", "01-01", "--approve").data["verdict"] == "proven"
    assert sandbox.call("verify", "01-01").code == 0
    sandbox.git("update-index", "--assume-unchanged", "a.txt")
    assert sandbox.call("verify", "01-01").code == 1
    assert sandbox.call("audit").code == 1
