"""Commands that write documents, killed at any effect or with a disk that fails: the next command
finds all of the change or nothing of it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.conftest import ROOT, Sandbox

FAULTS = str(ROOT / "tests/run/faults")
TRUTHS = """\
must_haves:
  truths:
    - statement: It is there
      verify: "test -s README.md"
    - statement: It is nice
  artifacts:
    - path: README.md
"""
TASK = (
    '<task type="auto">\n<name>Write</name>\n<files>README.md</files>\n<action>Do.</action>\n'
    "<verify><automated>test -s README.md</automated></verify>\n<done>Done.</done>\n</task>\n"
)
RANDOM = re.compile(r"(?<=-)[0-9a-z]{4,}(?=\.yaml)|(?<=backlog/)[a-z][0-9a-z]{6}(?=-new)")
State = dict[str, object]


def plan(sandbox: Sandbox, path: str, depends: str) -> None:
    phase, number = path.split("/", maxsplit=1)[0], path.split("-")[-2]
    front = f"phase: {phase}\nplan: {number}\nwave: 1\ndepends_on: [{depends}]\n"
    front += f"files_modified: [README.md]\n{TRUTHS}"
    text = f"---\n{front}---\n<objective>\nWrite.\n</objective>\n{TASK}"
    sandbox.write(f".planning/phases/{path}", text)


def planned(sandbox: Sandbox) -> None:
    sandbox.write("README.md", "hello\n")
    plan(sandbox, "01-a/01-01-PLAN.md", "")
    plan(sandbox, "01-a/01-02-PLAN.md", "01-01")
    plan(sandbox, "02-b/02-01-PLAN.md", "'01-01', '01-02'")
    sandbox.write(".planning/phases/01-a/README.md", "---\nphase: 01-a\ntitle: A\n---\n")
    sandbox.write(".planning/phases/01-a/01-02-SUMMARY.md", "done\n")
    sandbox.write(".planning/missions/win.yaml", "title: Win\ngoal: To win\nphases: [01-a, 02-b]\n")
    item = "---\nid: k3f\ntitle: X\nstatus: todo\nacceptance: [one, two]\n---\n"
    sandbox.write(".planning/backlog/k3f-x.md", item)
    sandbox.write(".planning/forge.yaml", "version: 1\n")
    sandbox.commit("Plans")


def approved(sandbox: Sandbox) -> None:
    planned(sandbox)
    assert sandbox.forge("approve", "01-01").code == 0


def bare(sandbox: Sandbox) -> None:
    sandbox.write("README.md", "hello\n")
    sandbox.commit("Begin")


@dataclass(frozen=True)
class Scene:
    """What is there, the command that is killed, and how many effects it has at least."""

    name: str
    words: tuple[str, ...]
    prepare: Callable[[Sandbox], None] = planned
    env: dict[str, str] = field(default_factory=dict)


EDITOR = {"VISUAL": "sed -i s/Write\\./Say./", "EDITOR": ""}
SCENES = (
    Scene("move a plan", ("move", "01-02", "2")),
    Scene("move a phase", ("move", "01-a", "05-new name")),
    Scene("move an item", ("move", "k3f", "Another title")),
    Scene("archive a plan", ("archive", "01-02")),
    Scene("archive a phase", ("archive", "01-a")),
    Scene("new plan", ("new", "plan", "New", "--phase", "2")),
    Scene("new phase", ("new", "phase", "New")),
    Scene("first item", ("new", "item", "New"), bare),
    Scene("new mission", ("new", "mission", "New", "--goal", "It")),
    Scene("set two", ("set", "01-01", "02-01", "wave=2")),
    Scene("set one", ("set", "01-01", "wave=2")),
    Scene("tick", ("tick", "k3f", "1")),
    Scene("edit", ("edit", "01-01"), env=EDITOR),
    Scene("init", ("init",), bare),
    Scene("waive", ("waive", "01-01", "truth:2", "--reason", "not now")),
    Scene("attest", ("attest", "01-01", "truth:2", "--evidence", "README.md")),
    Scene("verify --run", ("verify", "01-01", "--run"), approved),
)
IDS = [scene.name for scene in SCENES]


def state(sandbox: Sandbox) -> State:
    """Return all that the user sees: files and folders, what git says of them, and the numbers."""
    found: State = {}
    for folder, folders, files in os.walk(sandbox.root):
        folders[:] = [name for name in folders if name != ".git"]
        for name in (*folders, *files):
            path = Path(folder, name)
            shown = RANDOM.sub("RANDOM", path.relative_to(sandbox.root).as_posix())
            hidden = path.is_dir() or "RANDOM" in shown
            found[shown] = None if hidden else path.read_bytes()
    found["status"] = sorted(RANDOM.sub("RANDOM", line) for line in sandbox.status())
    found["subjects"] = sandbox.subjects()
    numbers = sandbox.root / ".git/forge/numbers"
    found["numbers"] = sorted(
        str(path.relative_to(numbers)) for path in numbers.rglob("*") if path.is_file()
    )
    return found


def without_leftovers(sandbox: Sandbox) -> None:
    forge = sandbox.root / ".git/forge"
    assert [path.name for path in (forge / "intents").glob("*.json")] == []
    assert [path.name for path in (forge / "tmp").glob("*")] == []
    assert [path.name for path in (forge / "torn").glob("*")] == []
    assert sandbox.git("fsck", "--no-dangling", "--strict") == ""
    assert not list((sandbox.root / ".git").glob("*.lock"))


@dataclass
class Stage:
    """A scene that is set up once and copied for each fault, and what its command leads to."""

    scene: Scene
    template: Sandbox
    before: State
    after: State
    total: int

    def copy(self, name: str) -> Sandbox:
        root = self.template.root.with_name(name)
        shutil.copytree(self.template.root, root, symlinks=True)
        home = self.template.home.with_name(f"{name}-home")
        shutil.copytree(self.template.home, home)
        copied = replace(self.template, root=root, home=home)
        if self.scene.prepare is approved:  # a copy is another clone
            assert copied.forge("approve", "01-01").code == 0
        return copied

    def end(self, sandbox: Sandbox, *, done: bool) -> None:
        """Check that the change is there whole or not at all; the same command then makes it."""
        seen = sandbox.forge("list", "--archived")
        assert seen.code == 0, seen.err
        now = state(sandbox)
        assert now == self.after or (not done and now == self.before), seen.err
        without_leftovers(sandbox)
        if now != self.after:
            again = sandbox.forge(*self.scene.words, env=self.scene.env)
            assert again.code == self.code, again.err
            assert state(sandbox) == self.after
        shutil.rmtree(sandbox.root)
        shutil.rmtree(sandbox.home)

    @property
    def code(self) -> int:
        return 1 if self.scene.words[0] == "verify" else 0  # another truth is not proven


def set_up(scene: Scene, sandbox: Sandbox, tmp_path: Path) -> Stage:
    scene.prepare(sandbox)
    sandbox.forge("status")
    stage = Stage(scene, sandbox, state(sandbox), {}, 0)
    counted, unbroken = tmp_path / "count", stage.copy("unbroken")
    env = {"PYTHONPATH": FAULTS, "FORGE_TEST_FINE": "1", "FORGE_TEST_COUNT_TO": str(counted)}
    result = unbroken.forge(*scene.words, env={**env, **scene.env})
    assert result.code == stage.code, result.err
    stage.after, stage.total = state(unbroken), int(counted.read_text())
    assert stage.after != stage.before and stage.total > 6
    without_leftovers(unbroken)
    return stage


def kill(stage: Stage, moment: int) -> None:
    sandbox = stage.copy(f"kill-{moment}")
    env = {"PYTHONPATH": FAULTS, "FORGE_TEST_FINE": "1", "FORGE_TEST_KILL_AT": str(moment)}
    process = sandbox.start(*stage.scene.words, env={**env, **stage.scene.env})
    _, error = process.communicate(timeout=60)
    assert process.returncode in (-signal.SIGKILL, stage.code), (moment, error)
    stage.end(sandbox, done=process.returncode == stage.code)


def fail(stage: Stage, moment: int, number: int) -> None:
    sandbox = stage.copy(f"fail-{moment}-{number}")
    env = {
        "PYTHONPATH": FAULTS,
        "FORGE_TEST_FINE": "1",
        "FORGE_TEST_FAIL_AT": str(moment),
        "FORGE_TEST_FAIL_WITH": str(number),
    }
    result = sandbox.forge(*stage.scene.words, env={**env, **stage.scene.env})
    assert result.code in (stage.code, 1), (moment, result.err)
    if result.code and "storage" not in result.err and stage.code == 0:
        assert os.strerror(number) in result.err, (moment, result.err)
    stage.end(sandbox, done=result.code == 0)


def moments(stage: Stage, every: int) -> list[int]:
    """Return each moment, or every so many, another one first in each scene."""
    first = 1 + SCENES.index(stage.scene) * 5 % every
    return list(range(first, stage.total + 1, every))


@pytest.mark.parametrize("scene", SCENES, ids=IDS)
def test_killed_at_an_effect(sandbox: Sandbox, tmp_path: Path, scene: Scene) -> None:
    stage = set_up(scene, sandbox, tmp_path)
    kill(stage, max(1, stage.total * 2 // 3))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("scene", SCENES, ids=IDS)
def test_killed_at_every_effect(sandbox: Sandbox, tmp_path: Path, scene: Scene) -> None:
    stage = set_up(scene, sandbox, tmp_path)
    for moment in moments(stage, 1):
        kill(stage, moment)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("scene", SCENES, ids=IDS)
def test_a_disk_that_fails_at_every_effect(
    sandbox: Sandbox, tmp_path: Path, scene: Scene, number: int
) -> None:
    stage = set_up(scene, sandbox, tmp_path)
    for moment in moments(stage, 1):
        fail(stage, moment, number)


@pytest.mark.parametrize("scene", [SCENES[0], SCENES[5], SCENES[14]], ids=lambda scene: scene.name)
def test_a_disk_that_fails(sandbox: Sandbox, tmp_path: Path, scene: Scene) -> None:
    stage = set_up(scene, sandbox, tmp_path)
    fail(stage, stage.total // 2, errno.ENOSPC)


@pytest.mark.parametrize(
    ("words", "place", "kept"),
    [
        (("approve", "01-01"), "home/.local/state/forge/approvals", ".json"),
        (("report", "win", "--output", "pages/page.md"), "repo/pages", "page.md"),
    ],
    ids=["approve", "report"],
)
def test_what_is_left_outside_of_git_is_removed(
    sandbox: Sandbox, tmp_path: Path, words: tuple[str, ...], place: str, kept: str
) -> None:
    """Killed at one of its last effects, so that an unfinished file is left, then called again."""
    planned(sandbox)
    (sandbox.root / "pages").mkdir()
    base, inside = place.split("/", 1)
    folder = (sandbox.home if base == "home" else sandbox.root) / inside
    env, counted = {"PYTHONPATH": FAULTS, "FORGE_TEST_FINE": "1"}, tmp_path / "count"
    assert sandbox.forge(*words, env={**env, "FORGE_TEST_COUNT_TO": str(counted)}).code == 0
    for moment in range(int(counted.read_text()), 0, -1):
        process = sandbox.start(*words, env={**env, "FORGE_TEST_KILL_AT": str(moment)})
        _, error = process.communicate(timeout=60)
        assert process.returncode in (0, -signal.SIGKILL), error
        if list(folder.rglob(".forge-*.tmp")):
            break
    else:
        raise AssertionError("no kill left an unfinished file")
    assert sandbox.forge(*words).code == 0
    names = [path.name for path in folder.rglob("*") if path.is_file()]
    assert len(names) == 1 and names[0].endswith(kept), names
