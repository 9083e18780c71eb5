"""A repository that was made anew below a run, by its runner or by the user."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, by_hand, writes

SETUP = ("init -q -b main", "config user.name Ada", "config user.email a@b.c", "add -A")
ANEW = (
    "import subprocess, shutil; shutil.rmtree('.git'); "
    f"[subprocess.run(['git', *words.split()], check=True) for words in {SETUP}]; "
    "subprocess.run(['git', 'commit', '-qm', 'new'], check=True); " + writes("a.txt", "x")
)


def test_a_runner_that_makes_the_repository_anew(sandbox: Sandbox) -> None:
    case = Case(sandbox, [Task("Write a", "a.txt")], {1: ANEW}, files=("a.txt",))
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    result = sandbox.call("resume", run)
    assert (result.code, result.data["waiting_for"]["kind"]) == (4, "head_moved")
    assert "its history was removed" in result.data["waiting_for"]["text"]
    stopped = sandbox.call("stop", run)
    assert (stopped.code, stopped.data["status"]) == (0, "stopped")
    assert (sandbox.root / "a.txt").read_text() == "x"
    assert sandbox.git("log", "-1", "--format=%s").endswith("record — stopped\n")


@pytest.mark.parametrize("commit", [True, False])
def test_objects_that_are_gone_are_named(sandbox: Sandbox, commit: bool) -> None:
    run = by_hand(sandbox)
    objects = sandbox.root / ".git/objects"
    for folder in objects.glob("??"):
        shutil.rmtree(folder)
    if commit:
        for path in (".git/index", ".git/refs/heads/main"):
            (sandbox.root / path).unlink()
        sandbox.git("add", "-A")
        sandbox.git("commit", "-qm", "new")
    for words in (["resume", run], ["retry"], ["status"], ["runs"], ["log"], ["replay", run]):
        result = sandbox.forge(*words)
        assert result.code in (0, 1, 2, 4), (words, result.err)
        assert "bug in forge" not in result.err
    assert sandbox.forge("stop", run).code in ((0,) if commit else (1, 4))


@pytest.mark.parametrize("damage", ["file", "folder", "link", "nothing"])
def test_a_git_folder_that_was_replaced(sandbox: Sandbox, damage: str) -> None:
    by_hand(sandbox)
    git = sandbox.root / ".git"
    shutil.rmtree(git)
    if damage == "file":
        git.write_text("garbage\n")
    elif damage == "folder":
        git.mkdir()
    elif damage == "link":
        git.symlink_to("/dev/zero")
    for verb in ("status", "resume", "stop"):
        result = sandbox.call(verb)
        assert (result.code, result.json["error"]["kind"]) == (2, "repository"), verb
    assert sandbox.forge("rules").code == 0


@pytest.mark.parametrize("path", [".git/index", ".git/info/exclude", ".gitignore"])
def test_a_pipe_that_git_would_wait_for(sandbox: Sandbox, path: str) -> None:
    by_hand(sandbox)
    place = sandbox.root / path
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    for verb in ("status", "resume", "stop"):
        result = sandbox.call(verb)
        assert (result.code, result.json["error"]["kind"]) == (2, "repository"), verb
        assert path in result.json["error"]["message"]
