"""The clean check finds everything that `git status` finds, and starts git only if something may
have changed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.errors import GitFailed
from forge.git.index import clean_check
from forge.git.index.clean_check import CleanCheck
from forge.git.open import open_repository
from forge.git.repository import Repository
from tests.conftest import Sandbox
from tests.git.index.states import git_status, nothing

Change = Callable[[Sandbox], object]


def same_size(sandbox: Sandbox) -> Path:
    """Change a file without changing its size or its time of modification."""
    before = (sandbox.root / "src/a.txt").stat()
    place = sandbox.write("src/a.txt", "two\n")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    return place


def replaced(sandbox: Sandbox) -> None:
    """Replace a file by another one of the same size and time."""
    other, place = sandbox.write("../other", "two\n"), sandbox.root / "src/a.txt"
    os.utime(other, ns=(place.stat().st_atime_ns, place.stat().st_mtime_ns))
    other.replace(place)


def link_to_the_folder(sandbox: Sandbox) -> None:
    (sandbox.root / "src").rename(sandbox.root / "../elsewhere")
    (sandbox.root / "src").symlink_to("../elsewhere")


def link_to_the_file(sandbox: Sandbox) -> None:
    (sandbox.root / "src/a.txt").rename(sandbox.root / "ignored/a.txt")
    (sandbox.root / "src/a.txt").symlink_to("../ignored/a.txt")


def ignore_nothing(sandbox: Sandbox) -> None:
    sandbox.write(".gitignore", "# nothing\n")


def no_rules_of_the_clone(sandbox: Sandbox) -> None:
    sandbox.write(".git/info/exclude", "# nothing\n")


def no_rules_of_the_user(sandbox: Sandbox) -> None:
    sandbox.write("../home-work/.config/git/ignore", "# nothing\n")


def rules_elsewhere(sandbox: Sandbox) -> None:
    sandbox.git("config", "core.excludesFile", str(sandbox.write("../rules", "*.other\n")))


def staged_and_back(sandbox: Sandbox) -> None:
    sandbox.write("src/a.txt", "two\n")
    sandbox.git("add", "src/a.txt")
    sandbox.write("src/a.txt", "one\n")


def committed_rules(sandbox: Sandbox) -> None:
    """Commit rules that ignore less; the ignored files stay."""
    ignore_nothing(sandbox)
    sandbox.git("commit", "-qam", "Ignore nothing")


def nested_repository(sandbox: Sandbox) -> None:
    sandbox.git("init", "-q", "nested")
    sandbox.write("nested/x", "x\n")


CHANGES: dict[str, Change] = {
    "same size and time": same_size,
    "another file": replaced,
    "a link to the folder": link_to_the_folder,
    "a link": link_to_the_file,
    "executable": lambda sandbox: (sandbox.root / "src/a.txt").chmod(0o755),
    "gone": lambda sandbox: (sandbox.root / "src/a.txt").unlink(),
    "new": lambda sandbox: sandbox.write("new.txt", "x\n"),
    "new, in new folders": lambda sandbox: sandbox.write("new/er/x", "x\n"),
    "new, beside ignored ones": lambda sandbox: sandbox.write("cache/new.txt", "x\n"),
    "an ignored folder under another name": (
        lambda sandbox: (sandbox.root / "ignored").rename(sandbox.root / "not-ignored")
    ),
    "staged": lambda sandbox: (same_size(sandbox), sandbox.git("add", "src/a.txt")),
    "staged and back": staged_and_back,
    "no longer tracked": lambda sandbox: sandbox.git("rm", "-q", "--cached", "src/a.txt"),
    "intended": lambda sandbox: (
        sandbox.write("new.txt", "x\n"),
        sandbox.git("add", "-N", "new.txt"),
    ),
    "not looked at": lambda sandbox: (
        sandbox.git("update-index", "--assume-unchanged", "src/a.txt"),
        same_size(sandbox),
    ),
    "HEAD went back": lambda sandbox: sandbox.git("reset", "-q", "--soft", "HEAD^"),
    "no index": lambda sandbox: (sandbox.root / ".git/index").unlink(),
    "index of another version": lambda sandbox: (
        sandbox.git("update-index", "--index-version", "4"),
        same_size(sandbox),
    ),
    "rules in the tree": ignore_nothing,
    "rules committed": committed_rules,
    "rules of the clone": no_rules_of_the_clone,
    "rules at home": no_rules_of_the_user,
    "rules elsewhere": rules_elsewhere,
    "nested repository": nested_repository,
}


@pytest.fixture
def place(sandbox: Sandbox, home_of_git: None) -> Sandbox:
    """A repository with ignore rules from every source; the process and git have the same home."""
    sandbox.write("src/a.txt", "one\n")
    sandbox.write(".gitignore", "*.pyc\nignored/\n")
    sandbox.commit()
    sandbox.write(".git/info/exclude", "*.clone\n")
    sandbox.write("../home-work/.config/git/ignore", "*.home\n")
    for path in ("cache/a.pyc", "src/b.pyc", "src/a.clone", "src/a.home", "ignored/deep/file.txt"):
        sandbox.write(path, "ignored\n")
    return sandbox


def without_git(check: CleanCheck, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        return check.changed(nothing)


def settled(place: Sandbox) -> None:
    """Make the index newer than every file."""
    index, file = place.root / ".git/index", place.root / "src/a.txt"
    while index.stat().st_mtime_ns <= file.stat().st_ctime_ns:
        os.utime(index)


@pytest.mark.parametrize("old", [False, True], ids=["just now", "long ago"])
@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_found(
    place: Sandbox, monkeypatch: pytest.MonkeyPatch, what: str, old: bool
) -> None:
    check = CleanCheck(Repository.discover(place.root))
    if old:
        settled(place)
    assert check.changed(nothing) == []
    assert without_git(check, monkeypatch) == []
    CHANGES[what](place)
    paths = check.changed(nothing)
    assert paths == git_status(place)
    assert check.changed(nothing) == paths
    if what != "not looked at":
        assert paths


def test_an_unchanged_tree_needs_no_git(place: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    check = CleanCheck(Repository.discover(place.root))
    assert check.changed(nothing) == []
    os.utime(place.root / "src/a.txt")
    (place.root / "empty/folder").mkdir(parents=True)
    place.write("ignored/deep/er/more.txt", "x\n")
    place.git("commit", "-q", "--allow-empty", "-m", "Nothing")
    assert without_git(check, monkeypatch) == []
    place.write("src/new.pyc", "ignored, as git has to say once\n")
    with pytest.raises(GitFailed):
        without_git(check, monkeypatch)
    assert check.changed(nothing) == []
    assert without_git(check, monkeypatch) == []


def test_excluded_paths_are_not_reported(place: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    check = CleanCheck(Repository.discover(place.root))
    check.changed(nothing)
    same_size(place)
    place.write("own/x", "x\n")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        assert check.changed(lambda path: path == "src/a.txt" or path.startswith("own/")) == []
    assert check.changed(lambda path: path == "src/a.txt") == ["own/x"]


@pytest.mark.parametrize("conversion", ["attribute", "at home", "setting"])
def test_a_file_that_git_converts_is_left_to_git(
    place: Sandbox, monkeypatch: pytest.MonkeyPatch, conversion: str
) -> None:
    if conversion == "setting":
        place.git("config", "core.autocrlf", "true")
    elif conversion == "attribute":
        place.write(".gitattributes", "*.txt text\n")
    else:
        Path(place.home, ".config/git/attributes").write_text("*.txt text\n")
    place.commit()
    check = CleanCheck(Repository.discover(place.root))
    settled(place)
    assert check.changed(nothing) == []
    with pytest.raises(GitFailed):
        without_git(check, monkeypatch)
    assert check.changed(nothing) == []


def test_a_submodule_is_left_to_git(place: Sandbox, make_sandbox: Callable[[str], Sandbox]) -> None:
    other = make_sandbox("other")
    other.write("x", "x\n")
    other.commit()
    place.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "sub"
    )
    place.commit()
    check = CleanCheck(Repository.discover(place.root))
    assert check.changed(nothing) == []
    place.write("sub/x", "y\n")
    assert check.changed(nothing) == ["sub"]


@pytest.mark.parametrize(
    ("text", "needs_git"),
    [
        ("*.bin binary -diff merge=ours\n", False),
        ("# text eol=lf filter=x\n\n*.txt -text !eol -filter\n", False),
        ("*.txt text\n", True),
        ("*.txt text=auto\n", True),
        ("*.txt eol=lf\n", True),
        ("*.txt filter=lfs diff=lfs merge=lfs -text\n", True),
        ("*.c ident\n", True),
        ("*.txt working-tree-encoding=ISO-8859-1\n", True),
        ("[attr]source text\n*.c source\n", True),
    ],
)
def test_only_converting_attributes_need_git(
    place: Sandbox, monkeypatch: pytest.MonkeyPatch, text: str, needs_git: bool
) -> None:
    place.write("src/.gitattributes", text)
    place.commit()
    check = CleanCheck(Repository.discover(place.root))
    assert check.changed(nothing) == []
    if needs_git:
        with pytest.raises(GitFailed):
            without_git(check, monkeypatch)
    else:
        assert without_git(check, monkeypatch) == []


def test_excluded_rule_files_need_git(place: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An excluded file is not reported, but its rules apply to other files."""

    def exclude(path: str) -> bool:
        return path.startswith("own/")

    check = CleanCheck(Repository.discover(place.root))
    assert check.changed(exclude) == []
    place.write("own/log", "x\n")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        assert check.changed(exclude) == []
        for name in (".gitignore", ".gitattributes"):
            rules = place.write(f"own/{name}", "x\n")
            with pytest.raises(GitFailed):
                check.changed(exclude)
            rules.unlink()


def test_many_files_are_left_to_git(place: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    check = CleanCheck(Repository.discover(place.root))
    assert check.changed(nothing) == []
    monkeypatch.setattr("forge.git.index.clean_check.MOST_FILES", 1)
    with pytest.raises(GitFailed):
        without_git(check, monkeypatch)
    assert check.changed(nothing) == []


def test_known_ignored_paths_are_forgotten_with_the_rules(place: Sandbox) -> None:
    check = CleanCheck(Repository.discover(place.root))
    assert check.known_ignored(nothing) == frozenset()
    check.changed(nothing)
    assert "ignored/" in check.known_ignored(nothing)
    assert "cache/a.pyc" in check.known_ignored(nothing)
    assert check.known_ignored(lambda path: path == ".gitignore") == frozenset()
    place.write(".git/info/exclude", "*.clone\n*.other\n")
    assert check.known_ignored(nothing) == frozenset()


def test_a_copy_of_a_linked_work_tree_is_not_taken_for_the_original(place: Sandbox) -> None:
    linked, copy = place.root.parent / "linked", place.root.parent / "copy"
    place.git("worktree", "add", "-q", str(linked))
    shutil.copytree(linked, copy, symlinks=True)
    (copy / "src/a.txt").write_text("two\n")
    assert CleanCheck(Repository.discover(copy)).changed(nothing) == ["src/a.txt"]
    assert CleanCheck(Repository.discover(linked)).changed(nothing) == []


def test_a_setting_in_the_environment_overrides_that_of_the_clone(
    place: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libgit2 reads only the settings file, and would not see the changed mode."""
    place.git("config", "core.fileMode", "false")
    for name, value in {"COUNT": "1", "KEY_0": "core.fileMode", "VALUE_0": "true"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    check = CleanCheck(Repository.discover(place.root))
    assert check.changed(nothing) == []
    (place.root / "src/a.txt").chmod(0o755)
    assert check.changed(nothing) == ["src/a.txt"]


def test_a_setting_that_changes_between_checks_holds_at_once(place: Sandbox) -> None:
    check = CleanCheck(Repository.discover(place.root))
    assert check.changed(nothing) == []
    (place.root / "src/a.txt").chmod(0o755)
    assert check.changed(nothing) == ["src/a.txt"]
    place.git("config", "core.fileMode", "false")
    assert check.changed(nothing) == []
    place.git("config", "core.fileMode", "true")
    assert check.changed(nothing) == ["src/a.txt"]


def test_the_repository_is_opened_again_only_after_a_new_setting(
    place: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(
        clean_check,
        "open_repository",
        lambda git_dir: opened.append(git_dir) or open_repository(git_dir),
    )
    check = CleanCheck(Repository.discover(place.root))
    for text in ("one\n", "two\n", "one\n"):
        place.write("src/a.txt", text)
        check.changed(nothing)
    assert len(opened) == 1
    place.git("config", "user.name", "Grace")
    check.changed(nothing)
    assert len(opened) == 2
