from __future__ import annotations

import pytest

from forge.errors import GitFailed
from forge.git.blob_id import EMPTY_TREE
from forge.git.commits.patches import FileStat, Range, patch, ranges, show, stats
from forge.git.repository import Repository
from tests.conftest import Sandbox


def write(sandbox: Sandbox, **files: str) -> str:
    for name, text in files.items():
        sandbox.write(name, text)
    return sandbox.commit()


def test_no_commits_have_no_range(repository: Repository) -> None:
    assert ranges(repository, [], ".planning") == []


def test_consecutive_commits_are_one_range(sandbox: Sandbox, repository: Repository) -> None:
    base = sandbox.head()
    commits = [write(sandbox, a="1\n"), write(sandbox, b="1\n"), write(sandbox, a="2\n")]
    assert ranges(repository, commits, ".planning") == [Range(base, commits[2], ("a", "b"))]


def test_commits_of_others_at_other_paths_do_not_matter(
    sandbox: Sandbox, repository: Repository
) -> None:
    base = sandbox.head()
    first = write(sandbox, a="1\n")
    write(sandbox, theirs="x\n")
    last = write(sandbox, a="2\n")
    assert ranges(repository, [first, last], ".planning") == [Range(base, last, ("a",))]


def test_commits_of_others_at_the_same_paths_separate_the_ranges(
    sandbox: Sandbox, repository: Repository
) -> None:
    base = sandbox.head()
    first = write(sandbox, a="1\n")
    theirs = write(sandbox, a="theirs\n")
    last = write(sandbox, a="2\n", b="2\n")
    assert ranges(repository, [first, last], ".planning") == [
        Range(base, first, ("a",)),
        Range(theirs, last, ("a", "b")),
    ]


def test_commits_on_two_branches_are_separate(sandbox: Sandbox, repository: Repository) -> None:
    base = sandbox.head()
    first = write(sandbox, a="1\n")
    sandbox.git("checkout", "-q", "--detach", base)
    second = write(sandbox, b="1\n")
    assert ranges(repository, [first, second], ".planning") == [
        Range(base, first, ("a",)),
        Range(base, second, ("b",)),
    ]


def test_the_ignored_folder_is_left_out(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("runs/log", "x\n")
    sandbox.write("runs-not", "x\n")
    commit = sandbox.commit()
    (only,) = ranges(repository, [commit], "runs")
    assert only.paths == ("runs-not",)


def test_a_first_commit_starts_from_nothing(sandbox: Sandbox, repository: Repository) -> None:
    first = sandbox.head()
    expected = Range(EMPTY_TREE, first, (".gitignore", "README.md"))
    assert ranges(repository, [first], ".planning") == [expected]
    assert stats(repository, expected) == [
        FileStat(".gitignore", 1, 0),
        FileStat("README.md", 1, 0),
    ]


def test_a_missing_commit(repository: Repository) -> None:
    with pytest.raises(GitFailed, match="there is no commit"):
        ranges(repository, ["1" * 40], ".planning")


@pytest.fixture
def change(sandbox: Sandbox) -> Range:
    sandbox.write("a.txt", "one\ntwo\nthree\n")
    sandbox.write("binary", b"\0one")
    sandbox.write("moved.txt", "the same text\nin another place\n" * 5)
    old = sandbox.commit()
    sandbox.write("a.txt", "one\n2\nthree\nfour\n")
    sandbox.write("binary", b"\0two")
    sandbox.git("mv", "moved.txt", "ünï.txt")
    new = sandbox.commit()
    return Range(old, new, ("a.txt", "binary", "moved.txt", "ünï.txt"))


SETTINGS = (
    ("diff.noprefix", "true"),
    ("diff.algorithm", "patience"),
    ("diff.context", "0"),
    ("diff.interHunkContext", "9"),
    ("diff.renames", "false"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.external", "/bin/false"),
    ("diff.orderFile", "order"),
    ("diff.submodule", "log"),
    ("color.ui", "always"),
    ("core.quotePath", "true"),
    ("core.abbrev", "5"),
)


def test_no_setting_changes_the_text(
    sandbox: Sandbox, repository: Repository, change: Range
) -> None:
    before = patch(repository, change), stats(repository, change)
    sandbox.write("order", "z*\n")
    for name, value in SETTINGS:
        sandbox.git("config", name, value)
    sandbox.write("../home-work/.config/git/attributes", "* -diff\n")
    assert (patch(repository, change), stats(repository, change)) == before


def test_the_text_of_a_patch(repository: Repository, change: Range) -> None:
    text = patch(repository, change)
    assert "-two\n+2\n three\n+four\n" in text
    assert "rename from moved.txt\nrename to ünï.txt\n" in text
    assert "Binary files a/binary and b/binary differ" in text


def test_lines_of_each_file(repository: Repository, change: Range) -> None:
    assert stats(repository, change) == [
        FileStat("a.txt", 2, 1),
        FileStat("binary", None, None),
        FileStat("moved.txt", 0, 10),
        FileStat("ünï.txt", 10, 0),
    ]


def test_only_the_paths_of_the_range_count(repository: Repository, change: Range) -> None:
    part = Range(change.old, change.new, ("a.txt",))
    assert [stat.path for stat in stats(repository, part)] == ["a.txt"]


def test_a_path_is_not_a_pattern(sandbox: Sandbox, repository: Repository) -> None:
    old = sandbox.head()
    new = write(sandbox, a="x", b="x")
    assert stats(repository, Range(old, new, ("*",))) == []


def test_bytes_that_are_not_utf8_are_replaced(sandbox: Sandbox, repository: Repository) -> None:
    old = sandbox.head()
    sandbox.write("latin", b"caf\xe9\n")
    assert "+caf�" in patch(repository, Range(old, sandbox.commit(), ("latin",)))


def test_show_prints_to_standard_output(
    sandbox: Sandbox, repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    sandbox.write("README.md", "changed\n")
    show(repository, "--name-only")
    assert capfd.readouterr().out == "README.md\n"


def test_show_reports_a_failure(
    repository: Repository, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GitFailed, match="its message is above") as caught:
        show(repository, "missing")
    assert caught.value.status == 128
    assert "missing" in capfd.readouterr().err
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(GitFailed, match="cannot be started"):
        show(repository)
