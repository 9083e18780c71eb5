"""The demo: its folder, its files, and the text at its end. That it proves its plan is tested with
the installed package.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forge.errors import UsageError
from forge.git.repository import Repository
from forge.run.setup import demo
from forge.run.setup.demo import Demo
from tests.conftest import Sandbox
from tests.run.in_process import enter


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    assert demo._new_folder(tmp_path / "a/b") == (tmp_path / "a/b").resolve()
    assert (tmp_path / "a/b").is_dir()
    assert demo._new_folder(tmp_path / "a/b") == (tmp_path / "a/b").resolve(), "it is empty"


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path, tmp_path / "file"):
        with pytest.raises(UsageError, match="exists already"):
            demo._new_folder(folder)


def test_without_a_folder_a_temporary_one_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert demo._new_folder(None).name.startswith("forge-demo-")


@pytest.mark.parametrize("has_python", [True, False])
def test_the_commands_of_the_demo_use_an_existing_python(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, has_python: bool
) -> None:
    enter(sandbox, monkeypatch)
    which = {"python3": "/usr/bin/python3"} if has_python else {}
    monkeypatch.setattr(demo.shutil, "which", which.get)
    folder = tmp_path / "demo"
    folder.mkdir()
    demo._copy_files(folder)
    text = (folder / ".planning/phases/01-calculator/01-01-PLAN.md").read_text()
    assert ("python3 " in text) is has_python
    assert (f"{sys.executable} " in text) is not has_python
    assert (folder / ".gitignore").exists() and not (folder / "planning").exists()


@pytest.mark.parametrize("known", [True, False])
def test_an_identity_is_set_only_if_git_has_none(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    repository: Repository = enter(sandbox, monkeypatch)
    if not known:
        (sandbox.home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    demo._set_identity(repository)
    expected = "Ada" if known else "forge demo"
    assert sandbox.git("config", "user.name").strip() == expected


def test_the_text_at_the_end_names_the_next_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.shutil, "which", lambda name: "/usr/bin/forge")
    record: Any = SimpleNamespace(
        open=False, state=SimpleNamespace(verdict="proven"), card=SimpleNamespace(run="run-1")
    )
    made = Demo(Path("/tmp/demo"), record, "abc forge: step\n")
    assert made.describe() == [
        "",
        "abc forge: step",
        "",
        "the plan is proven; for details:",
        "  cd /tmp/demo",
        "  forge verify 01-01",
        "  forge timeline",
        "  git show HEAD~1",
    ]
    assert made.as_data() == {
        "path": "/tmp/demo",
        "run": "run-1",
        "verdict": "proven",
        "next": made.next,
    }


def test_forge_off_the_path_is_called_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.shutil, "which", lambda name: None)
    monkeypatch.setattr(demo.sys, "argv", ["/opt/my forge/forge"])
    assert demo._program() == "'/opt/my forge/forge'"


def test_a_hook_that_refuses_the_demo_is_named_with_the_way_on(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "commit-msg").write_text("#!/bin/sh\necho no ticket id; exit 1\n")
    (hooks / "commit-msg").chmod(0o755)
    sandbox.git("config", "--global", "core.hooksPath", str(hooks))
    reply = sandbox.forge("demo", str(tmp_path / "demo"))
    assert reply.code == 1 and "no ticket id" in reply.out and "the plan is" not in reply.out
    _, _, advice = reply.out.partition("type first:\n")
    first, _, then = advice.partition("then go on:\n")
    commands = [line.strip() for line in [*first.splitlines(), *then.splitlines()[:2]]]
    commands[-1] = f"{sys.executable} -m forge {commands[-1].partition(' ')[2]}"
    script = "\n".join(["set -e", *commands])
    done = subprocess.run(
        ["bash", "-c", script],
        env=sandbox.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "answered" in done.stderr or done.returncode in (0, 4), done.stderr
