"""The clean check gives git's own answer for every kind of change, settings and index, and needs no
git where libgit2 may decide.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.errors import GitFailed
from forge.git.index.clean_check import CleanCheck
from forge.git.repository import Repository
from tests.conftest import Sandbox
from tests.git.index.states import git_status, nothing

Change = Callable[[Sandbox], object]


def edit(sandbox: Sandbox, path: str = "src/a.txt", text: str = "two\n") -> Path:
    return sandbox.write(path, text)


def stage(sandbox: Sandbox) -> None:
    edit(sandbox)
    sandbox.git("add", "src/a.txt")


def nest(sandbox: Sandbox, *, empty: bool) -> None:
    sandbox.git("init", "-q", "nested")
    if not empty:
        sandbox.write("nested/x", "x\n")


def conflict(sandbox: Sandbox) -> None:
    """Leave a merge with a conflict in the index."""
    sandbox.git("checkout", "-qb", "other")
    edit(sandbox, text="theirs\n")
    sandbox.git("commit", "-qam", "Theirs")
    sandbox.git("checkout", "-q", "main")
    edit(sandbox, text="ours\n")
    sandbox.git("commit", "-qam", "Ours")
    with contextlib.suppress(AssertionError):
        sandbox.git("merge", "-q", "other")


def link_folder(sandbox: Sandbox) -> None:
    (sandbox.root / "src").rename(sandbox.root.parent / "moved")
    (sandbox.root / "src").symlink_to(sandbox.root.parent / "moved")


def same_times(sandbox: Sandbox) -> None:
    """Edit a file without changing its size or its time of modification."""
    before = (sandbox.root / "src/a.txt").stat()
    os.utime(edit(sandbox), ns=(before.st_atime_ns, before.st_mtime_ns))


def racy(sandbox: Sandbox) -> None:
    """Edit a file in the same tick in which it was staged, keeping its size."""
    edit(sandbox, text="1st\n")
    sandbox.git("commit", "-qam", "First")
    index = (sandbox.root / ".git/index").stat()
    os.utime(edit(sandbox, text="2nd\n"), ns=(index.st_atime_ns, index.st_mtime_ns))


def exclude_globally(sandbox: Sandbox) -> None:
    rules = sandbox.write("../rules", "new.*\n")
    sandbox.git("config", "core.excludesFile", str(rules))
    sandbox.write("new.txt", "x\n")


CHANGES: dict[str, Change] = {
    "clean": lambda sandbox: None,
    "touched": lambda sandbox: os.utime(sandbox.root / "src/a.txt"),
    "empty folder": lambda sandbox: (sandbox.root / "empty").mkdir(),
    "edited": edit,
    "edited, same times": same_times,
    "racy": racy,
    "staged": stage,
    "staged and reverted": lambda sandbox: (stage(sandbox), edit(sandbox, text="one\n")),
    "staged deletion, file kept": lambda sandbox: sandbox.git("rm", "-q", "--cached", "src/a.txt"),
    "deleted": lambda sandbox: (sandbox.root / "src/a.txt").unlink(),
    "untracked": lambda sandbox: edit(sandbox, "new.txt"),
    "untracked folder": lambda sandbox: edit(sandbox, "new/deep/file"),
    "ignored": lambda sandbox: edit(sandbox, "src/b.pyc"),
    "ignored folder": lambda sandbox: edit(sandbox, "build/deep/file"),
    "untracked beside ignored": lambda sandbox: edit(sandbox, "cache/file"),
    "executable": lambda sandbox: (sandbox.root / "src/a.txt").chmod(0o755),
    "link instead of file": lambda sandbox: (
        (sandbox.root / "src/a.txt").unlink(),
        (sandbox.root / "src/a.txt").symlink_to("b.txt"),
    ),
    "link instead of folder": link_folder,
    "link target": lambda sandbox: (
        (sandbox.root / "link").unlink(),
        (sandbox.root / "link").symlink_to("src"),
    ),
    "file instead of folder": lambda sandbox: (
        shutil.rmtree(sandbox.root / "src"),
        edit(sandbox, "src"),
    ),
    "case": lambda sandbox: (sandbox.root / "src/a.txt").rename(sandbox.root / "src/A.txt"),
    "name beyond ASCII": lambda sandbox: edit(sandbox, "n\u00e9w.txt"),
    "intent to add": lambda sandbox: (
        edit(sandbox, "new.txt"),
        sandbox.git("add", "-N", "new.txt"),
    ),
    "assume unchanged": lambda sandbox: (
        sandbox.git("update-index", "--assume-unchanged", "src/a.txt"),
        edit(sandbox),
    ),
    "skip worktree": lambda sandbox: (
        sandbox.git("update-index", "--skip-worktree", "src/a.txt"),
        edit(sandbox),
    ),
    "conflict": conflict,
    "nested repository": lambda sandbox: nest(sandbox, empty=False),
    "empty nested repository": lambda sandbox: nest(sandbox, empty=True),
    "other .gitignore": lambda sandbox: edit(sandbox, ".gitignore", "# nothing\n"),
    "other .gitignore, committed": lambda sandbox: (
        edit(sandbox, ".gitignore", "# nothing\n"),
        sandbox.git("commit", "-qam", "Ignore nothing"),
    ),
    "new .gitignore": lambda sandbox: edit(sandbox, "src/.gitignore", "*.txt\n"),
    "info/exclude": lambda sandbox: edit(sandbox, ".git/info/exclude", "# nothing\n"),
    "core.excludesFile": exclude_globally,
    "HEAD moved": lambda sandbox: sandbox.git("reset", "-q", "--soft", "HEAD^"),
    "no index": lambda sandbox: (sandbox.root / ".git/index").unlink(),
}


def autocrlf(sandbox: Sandbox) -> None:
    sandbox.git("config", "core.autocrlf", "true")


def filtered(sandbox: Sandbox) -> None:
    sandbox.git("config", "filter.up.clean", "tr a-z A-Z")
    sandbox.write(".gitattributes", "*.txt filter=up\n")
    sandbox.git("add", "--renormalize", ".")
    sandbox.commit()


def text_attribute(sandbox: Sandbox) -> None:
    sandbox.write(".gitattributes", "* text=auto\n")
    sandbox.commit()


def harmless_attributes(sandbox: Sandbox) -> None:
    sandbox.write(".gitattributes", "# text\n*.txt -text -filter diff=txt\n")
    sandbox.commit()


def sparse(sandbox: Sandbox) -> None:
    sandbox.write("other/file", "x\n")
    sandbox.commit()
    sandbox.git("sparse-checkout", "set", "--sparse-index", "src")


def submodule(sandbox: Sandbox) -> None:
    sandbox.git("init", "-q", "../library")
    library = ("-C", "../library")
    sandbox.git(*library, "commit", "-q", "--allow-empty", "-m", "Begin")
    allow = ("-c", "protocol.file.allow=always")
    sandbox.git(*allow, "submodule", "--quiet", "add", "../library", "library")
    sandbox.commit()


PLAIN: dict[str, Change] = {
    "plain": lambda sandbox: None,
    "harmless attributes": harmless_attributes,
}
SPECIAL: dict[str, Change] = {
    "autocrlf": autocrlf,
    "filter": filtered,
    "text=auto": text_attribute,
    "sparse": sparse,
    "split index": lambda sandbox: sandbox.git("update-index", "--split-index"),
    "index version 4": lambda sandbox: sandbox.git("update-index", "--index-version", "4"),
    "submodule": submodule,
    "ignore case": lambda sandbox: sandbox.git("config", "core.ignoreCase", "true"),
    "no file mode": lambda sandbox: sandbox.git("config", "core.fileMode", "false"),
}
UNCHANGED = ("clean", "touched", "empty folder", "ignored folder")
FEW = ("clean", "touched", "edited", "edited, same times", "racy", "untracked", "ignored", "case")


@pytest.fixture
def place(sandbox: Sandbox, home_of_git: None) -> Sandbox:
    sandbox.write("src/a.txt", "one\n")
    sandbox.write("src/b.txt", "one\n")
    sandbox.write(".gitignore", "*.pyc\nbuild/\n")
    (sandbox.root / "link").symlink_to("nowhere")
    sandbox.commit()
    sandbox.write(".git/info/exclude", "*.local\n")
    for path in ("cache/a.pyc", "src/a.local", "build/file"):
        sandbox.write(path, "ignored\n")
    return sandbox


def without_git(check: CleanCheck, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        return check.changed(nothing)


def compare(sandbox: Sandbox, change: Change) -> list[str]:
    """Check before and twice after a change; return what git reports then."""
    check = CleanCheck(Repository.discover(sandbox.root))
    assert check.changed(nothing) == []
    change(sandbox)
    index = sandbox.root / ".git/index"
    before = index.read_bytes() if index.exists() else b""
    answer = check.changed(nothing)
    assert before == (index.read_bytes() if index.exists() else b"")
    expected = git_status(sandbox)
    assert answer == expected
    assert check.changed(nothing) == expected
    assert CleanCheck(Repository.discover(sandbox.root)).changed(nothing) == expected
    return expected


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_repository_gets_the_answer_of_git(
    place: Sandbox, monkeypatch: pytest.MonkeyPatch, kind: str, change: str
) -> None:
    PLAIN[kind](place)
    check = CleanCheck(Repository.discover(place.root))
    assert check.changed(nothing) == []
    assert without_git(check, monkeypatch) == []
    expected = compare(place, CHANGES[change])
    with contextlib.suppress(GitFailed):
        assert without_git(check, monkeypatch) == expected
        assert not expected
    if change in UNCHANGED:
        assert without_git(check, monkeypatch) == []


@pytest.mark.parametrize("change", FEW)
@pytest.mark.parametrize("kind", SPECIAL)
def test_git_decides_about_a_special_repository(
    place: Sandbox, monkeypatch: pytest.MonkeyPatch, kind: str, change: str
) -> None:
    SPECIAL[kind](place)
    compare(place, CHANGES[change])
    with pytest.raises(GitFailed):
        without_git(CleanCheck(Repository.discover(place.root)), monkeypatch)
