"""Every place that git obeys outside of a diff is signed, also one that does not exist yet."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.git import guarded_files
from forge.git.repository import Repository
from tests.conftest import Sandbox

Act = Callable[[Sandbox], object]


def setting(*words: str) -> Act:
    return lambda sandbox: sandbox.git("config", *words)


def written(path: str, text: str = "x\n", mode: int = 0o644) -> Act:
    return lambda sandbox: sandbox.write(path, text).chmod(mode)


def both(*acts: Act) -> Act:
    def act(sandbox: Sandbox) -> None:
        for one in acts:
            one(sandbox)

    return act


def linked(path: str, target: str) -> Act:
    def act(sandbox: Sandbox) -> None:
        place = sandbox.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(target)

    return act


def submodule(sandbox: Sandbox) -> None:
    other = sandbox.root.parent / "other"
    sandbox.git("init", "-q", str(other))
    sandbox.git("-C", str(other), "commit", "-q", "--allow-empty", "-m", "x")
    sandbox.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    sandbox.commit()


def old_submodule(sandbox: Sandbox) -> None:
    """A submodule whose git directory is in the work tree."""
    sandbox.git("init", "-q", "nested")
    sandbox.git("-C", "nested", "commit", "-q", "--allow-empty", "-m", "x")
    sandbox.git("add", "nested")
    sandbox.commit()


def replaced(sandbox: Sandbox) -> None:
    tree = sandbox.git("rev-parse", "HEAD^{tree}").strip()
    other = sandbox.git("commit-tree", tree, "-m", "x").strip()
    sandbox.git("replace", "HEAD", other)


def nothing(sandbox: Sandbox) -> None:
    pass


HOME = "../home-work"
CHANGED: dict[str, tuple[Act, Act]] = {
    "a hook": (nothing, written(".git/hooks/pre-commit")),
    "a script that hooks call": (nothing, written(".git/hooks/lib/run.sh")),
    "the folder of hooks became a link": (
        lambda sandbox: os.rename(sandbox.root / ".git/hooks", sandbox.root / ".git/h"),
        both(written("elsewhere/pre-commit"), linked(".git/hooks", "../elsewhere")),
    ),
    "what a linked hook leads to": (
        both(written("run.sh"), linked(".git/hooks/pre-commit", "../../run.sh")),
        written("run.sh", "y\n"),
    ),
    "the mode of a hook": (
        written(".git/hooks/pre-commit"),
        written(".git/hooks/pre-commit", mode=0o755),
    ),
    "a hook of core.hooksPath": (
        setting("core.hooksPath", ".husky/_"),
        written(".husky/_/pre-commit"),
    ),
    "a hook that husky calls": (setting("core.hooksPath", ".husky/_"), written(".husky/pre-push")),
    "a hook in the root of the work tree": (setting("core.hooksPath", "."), written("pre-commit")),
    "a hook in the home folder": (
        setting("--global", "core.hooksPath", "~/hooks"),
        written(f"{HOME}/hooks/pre-commit"),
    ),
    "an included file": (
        both(written("gitconfig", "# x\n"), setting("include.path", "../gitconfig")),
        written("gitconfig", "[a]\nb = c\n"),
    ),
    "an included file that was missing": (
        setting("include.path", "../gitconfig"),
        written("gitconfig", "[a]\nb = c\n"),
    ),
    "a file included by one that is included": (
        both(setting("include.path", "one"), written(".git/one", "[include]\npath = sub/two\n")),
        written(".git/sub/two", "[a]\nb = c\n"),
    ),
    "a file that another branch would include": (
        setting("includeIf.onbranch:later.path", "later"),
        written(".git/later", "[a]\nb = c\n"),
    ),
    "hooks that another branch would use": (
        both(
            setting("includeIf.onbranch:later.path", "later"),
            written(".git/later", "[core]\nhooksPath = later-hooks\n"),
        ),
        written("later-hooks/pre-commit"),
    ),
    "attributes that a setting names": (
        setting("core.attributesFile", "~/attributes"),
        written(f"{HOME}/attributes"),
    ),
    "ignore rules that a setting names": (
        setting("core.excludesFile", "rules/ignore"),
        written("rules/ignore"),
    ),
    "a sparse checkout": (nothing, written(".git/info/sparse-checkout")),
    "objects from elsewhere": (nothing, written(".git/objects/info/alternates")),
    "a remote of old": (nothing, written(".git/remotes/origin")),
    "settings of the work tree": (nothing, written(".git/config.worktree")),
    "the program of a filter": (
        both(written("tools/clean"), setting("filter.z.clean", "tools/clean %f")),
        written("tools/clean", "y\n"),
    ),
    "the missing program of a filter": (
        setting("filter.z.process", "sh -c 'exec ./tools/clean'"),
        written("tools/clean"),
    ),
    "the program of a merge driver": (
        both(written("drive.py"), setting("merge.z.driver", "python3 drive.py %A")),
        written("drive.py", "y\n"),
    ),
    "the program of an alias": (setting("alias.z", "!tools/z now"), written("tools/z")),
    "a git program in front of the real one": (nothing, written("../bin/git", mode=0o755)),
    "a git program where a relative part of PATH leads": (nothing, written("bin/git")),
    "a program in the environment of a project": (nothing, written(".venv/bin/gpg")),
    "a filter that is looked for on PATH": (
        setting("filter.lfs.process", "git-lfs filter-process"),
        written(".venv/bin/git-lfs"),
    ),
    "an object that replaces another one": (nothing, replaced),
    "the same, packed": (
        nothing,
        both(replaced, lambda sandbox: sandbox.git("pack-refs", "--all")),
    ),
    "a history that was cut off": (
        nothing,
        lambda sandbox: sandbox.write(".git/shallow", sandbox.git("rev-parse", "HEAD")),
    ),
    "old parents of commits": (nothing, written(".git/info/grafts")),
    "a folder of objects that became a link": (
        lambda sandbox: os.rename(sandbox.root / ".git/objects", sandbox.root / "../objects"),
        linked(".git/objects", "../../objects"),
    ),
    "settings of a submodule": (submodule, written(".git/modules/sub/config", "[a]\nb = c\n")),
    "a hook of a submodule": (submodule, written(".git/modules/sub/hooks/pre-commit")),
    "where a submodule's repository is": (submodule, written("sub/.git", "gitdir: ../x\n")),
    "what a submodule's settings include": (
        both(submodule, setting("-f", ".git/modules/sub/config", "include.path", "more")),
        written(".git/modules/sub/more", "[a]\nb = c\n"),
    ),
    "hooks that a submodule's settings name": (
        both(submodule, setting("-f", ".git/modules/sub/config", "core.hooksPath", "h")),
        written("sub/h/pre-commit"),
    ),
    "settings of a submodule in the work tree": (
        old_submodule,
        written("nested/.git/config", "[a]\nb = c\n"),
    ),
    "a new submodule": (nothing, old_submodule),
}


@pytest.fixture
def first_in_path(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    first = (f"{sandbox.root.parent}/bin", "bin", f"{sandbox.root}/.venv/bin", os.environ["PATH"])
    monkeypatch.setenv("PATH", os.pathsep.join(first))


@pytest.mark.usefixtures("first_in_path")
@pytest.mark.parametrize("case", CHANGED)
def test_a_change_shows_without_a_start_of_git(
    sandbox: Sandbox, repository: Repository, case: str
) -> None:
    before, change = CHANGED[case]
    before(sandbox)
    places = guarded_files.places(repository)
    signed = guarded_files.signatures(repository, places)
    assert guarded_files.signatures(repository, places) == signed
    change(sandbox)
    assert guarded_files.signatures(repository, places) != signed


UNCHANGED: dict[str, tuple[Act, Act]] = {
    "a file of the work tree": (nothing, written("src/a.py")),
    "git's samples": (nothing, written(".git/hooks/pre-commit.sample")),
    "a commit": (nothing, both(written("a.txt"), lambda sandbox: sandbox.commit())),
    "a branch": (nothing, lambda sandbox: sandbox.git("branch", "other")),
    "another work tree": (
        nothing,
        lambda sandbox: sandbox.git("worktree", "add", "-q", "../another"),
    ),
    "a tree that holds its own hooks": (setting("core.hooksPath", "."), written("src/tool.py")),
    "a word of an alias": (setting("alias.z", "!git log -- README.md"), written("README.md")),
    "the same bytes again": (
        written(".git/hooks/pre-commit", mode=0o755),
        written(".git/hooks/pre-commit", mode=0o755),
    ),
}


@pytest.mark.parametrize("case", UNCHANGED)
def test_what_git_does_not_obey_is_not_signed(
    sandbox: Sandbox, repository: Repository, case: str
) -> None:
    before, change = UNCHANGED[case]
    before(sandbox)
    places = guarded_files.places(repository)
    signed = guarded_files.signatures(repository, places)
    change(sandbox)
    assert guarded_files.signatures(repository, places) == signed


def test_new_settings_are_listed_again(sandbox: Sandbox, repository: Repository) -> None:
    guarded_files.places(repository)
    sandbox.git("config", "core.hooksPath", ".githooks")
    assert f"{repository.root}/.githooks" in guarded_files.places(repository).folders


def test_settings_of_the_environment_are_followed(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.hooksPath")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path / "hooks"))
    assert str(tmp_path / "hooks") in guarded_files.places(repository).folders


def test_special_files_are_signed_without_opening_them(
    sandbox: Sandbox, repository: Repository
) -> None:
    os.mkfifo(sandbox.root / ".git/hooks/pre-commit")
    (sandbox.root / ".git/hooks/loop").symlink_to(".")
    assert f"{repository.common_dir}/hooks/pre-commit" in guarded_files.signatures(repository)
