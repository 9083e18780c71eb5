"""Runners that change what git obeys: the run pauses before git is started again."""

from __future__ import annotations

import os

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

GOOD = writes("a.txt", "x\n")


def one_edit(sandbox: Sandbox, work: str, files: tuple[str, ...] = ("a.txt",)) -> Case:
    task = Task("Task 1: Write it", ", ".join(files), auto("test -s a.txt"))
    case = Case(sandbox, [task], {1: f"{work}; {GOOD}"}, files=files)
    case.set_up()
    return case


def planted(path: str, sandbox: Sandbox) -> str:
    """Return code that writes a hook which would leave a mark."""
    mark = sandbox.root.parent / "mark"
    hook = f"pathlib.Path({path!r}); p.parent.mkdir(parents=True, exist_ok=True)"
    return f"p = {hook}; p.write_text('#!/bin/sh\\ntouch {mark}\\n'); p.chmod(0o755)"


def paused_for(sandbox: Sandbox, *paths: str) -> None:
    """Run the plan; it has to pause, name these paths, and must not have run anything."""
    result = sandbox.forge("execute", "01-01", "--approve")
    assert result.code == 1, result.err
    for path in paths:
        assert path in result.out
    run = sandbox.call("runs").data["runs"][0]["run"]
    failure = next(e for e in sandbox.events(run) if e["type"] == "failure_detected")
    assert failure["data"]["kind"] == "hooks"
    assert not (sandbox.root.parent / "mark").exists()


def test_a_hook_planted_where_core_hooks_path_leads(sandbox: Sandbox) -> None:
    sandbox.write(".hooks/.gitignore", "*\n")
    one_edit(sandbox, planted(".hooks/pre-commit", sandbox))
    sandbox.git("config", "core.hooksPath", ".hooks")
    paused_for(sandbox, ".hooks/pre-commit")


def test_a_tracked_hook_that_the_plan_itself_changes(sandbox: Sandbox) -> None:
    sandbox.write(".husky/_/.gitignore", "*\n")
    files = ("a.txt", ".husky/pre-commit")
    one_edit(sandbox, planted(".husky/pre-commit", sandbox), files)
    sandbox.git("config", "core.hooksPath", ".husky/_")
    paused_for(sandbox, ".husky/pre-commit")
    accepted = sandbox.forge("resume")  # the user looked at it
    assert "hooks" not in accepted.out


@pytest.mark.parametrize("setting", ["include.path", "includeIf.onbranch:main.path"])
def test_a_filter_planted_in_an_included_file(sandbox: Sandbox, setting: str) -> None:
    mark = sandbox.root.parent / "mark"
    sandbox.write(".gitattributes", "*.txt filter=z\n")
    text = f'[filter "z"]\\nclean = touch {mark}; cat\\n'
    one_edit(sandbox, f"pathlib.Path('gitconfig').write_text('{text}')")
    sandbox.git("config", setting, "../gitconfig")
    paused_for(sandbox, "gitconfig")


def test_the_program_of_a_filter_is_replaced(sandbox: Sandbox) -> None:
    sandbox.write("tools/clean", "#!/bin/sh\ncat\n").chmod(0o755)
    sandbox.write(".gitattributes", "*.txt filter=z\n")
    one_edit(sandbox, planted("tools/clean", sandbox))
    sandbox.git("config", "filter.z.clean", "tools/clean")
    paused_for(sandbox, "tools/clean")


def test_a_repository_planted_in_the_place_of_a_submodule(sandbox: Sandbox) -> None:
    code = (
        "import subprocess; g = lambda *w: subprocess.run(['git', *w], check=True); g('init', '-q',"
        " 'n'); g('-C', 'n', '-c', 'user.name=x', '-c', 'user.email=x', 'commit', '-q',"
        " '--allow-empty', '-m', 'x'); g('add', 'n')"
    )
    one_edit(sandbox, code)
    paused_for(sandbox, "n/.git/config")


@pytest.mark.parametrize("folder", [".", "tools", "@/.venv/bin"])
def test_a_git_of_its_own_where_path_leads(sandbox: Sandbox, folder: str) -> None:
    inside = folder.removeprefix("@/")
    sandbox.write(".gitignore", "/git\n/tools\n/.venv\n")
    one_edit(sandbox, planted(f"{inside}/git", sandbox))
    place = folder.replace("@", str(sandbox.root))
    sandbox.env["PATH"] = f"{place}{os.pathsep}{os.environ['PATH']}"
    result = sandbox.forge("execute", "01-01", "--approve")
    assert result.code == 1 and "\n  git" in result.out.replace(f"{inside}/", ""), result
    assert not (sandbox.root.parent / "mark").exists()
