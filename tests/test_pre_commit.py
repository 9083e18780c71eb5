"""The published pre-commit hook refuses a commit with a broken plan and accepts a sound one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from forge.text.yaml import parse as yaml
from tests.check.rules.plan_texts import PATH, SOUND, changed
from tests.conftest import Sandbox

PUBLISHED = Path(__file__).parents[1] / ".pre-commit-hooks.yaml"
PAGE = Path(__file__).parents[1] / "docs/pre-commit.md"


def hook() -> dict[str, object]:
    (one,) = yaml.parse(PUBLISHED.read_text()).plain()  # type: ignore[misc]
    assert isinstance(one, dict)
    return one


@pytest.fixture
def guarded(sandbox: Sandbox, tmp_path: Path) -> Sandbox:
    """A repository that runs the hook on each commit as pre-commit does, with this forge."""
    assert hook()["pass_filenames"] is False
    program = tmp_path / "bin/forge"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho called >> "{tmp_path}/calls"\nexec "{sys.executable}" -m forge "$@"\n'
    )
    script = sandbox.root / ".git/hooks/pre-commit"
    script.parent.mkdir(exist_ok=True)
    pattern = f"git diff --cached --name-only | grep -qE '{hook()['files']}' || exit 0"
    script.write_text(
        f"#!/bin/sh\nPATH={program.parent}:$PATH\n{pattern}\nexec {hook()['entry']}\n"
    )
    for executable in (program, script):
        executable.chmod(0o755)
    return sandbox


def try_commit(sandbox: Sandbox) -> tuple[int, str]:
    """Try to commit everything; return git's exit status and its output."""
    sandbox.git("add", "-A")
    done = subprocess.run(
        ["git", "commit", "-q", "-m", "Change"],
        cwd=sandbox.root,
        env=sandbox.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_broken_plan_is_not_committed_and_a_sound_one_is(
    guarded: Sandbox, tmp_path: Path
) -> None:
    head = guarded.head()
    guarded.write(PATH, SOUND.partition("<task")[0])
    code, output = try_commit(guarded)
    assert (code, guarded.head()) == (1, head)
    assert f"{PATH}:1:1: error no-steps" in output
    guarded.write(PATH, changed("<done>The notes are there.</done>", ""))
    assert try_commit(guarded)[0] == 0 and guarded.head() != head, "a warning refuses nothing"
    assert (tmp_path / "calls").read_text() == "called\n" * 2
    guarded.write("src/a.py", "x\n")
    assert try_commit(guarded)[0] == 0
    assert (tmp_path / "calls").read_text() == "called\n" * 2, "other files do not call forge"


@pytest.mark.parametrize(
    "path", [PATH, ".planning/forge.yaml", ".planning/missions/start.yaml", ".planning/ROADMAP.md"]
)
def test_the_pattern_matches_every_document(path: str) -> None:
    assert re.search(str(hook()["files"]), path)


@pytest.mark.parametrize("path", ["src/a.py", "docs/.planning/a.md", "README.md", "planning/a.md"])
def test_the_pattern_matches_nothing_else(path: str) -> None:
    assert not re.search(str(hook()["files"]), path)


def test_the_page_shows_a_configuration_that_names_the_hook() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.S)
    shown = yaml.parse(block).plain()
    assert isinstance(shown, dict)
    (repository,) = shown["repos"]
    assert repository.keys() == {"repo", "rev", "hooks"} and repository["hooks"] == [
        {"id": hook()["id"]}
    ]
