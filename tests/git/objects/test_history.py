from __future__ import annotations

import pytest

from forge.git.objects.history import History, Line
from forge.git.objects.store import ObjectStore
from forge.git.objects.stored_tree import PathsRead
from forge.git.repository import Repository
from tests.conftest import Sandbox
from tests.git.objects.merges import merged


@pytest.fixture
def commits(sandbox: Sandbox) -> dict[str, str]:
    return merged(sandbox, "s", "t")


@pytest.fixture
def history(repository: Repository, commits: dict[str, str]) -> History:
    return History(ObjectStore(repository), commits["2"])


def test_commits_come_after_their_parents(history: History, commits: dict[str, str]) -> None:
    assert set(history.order) == set(commits.values())
    for commit, parents in history.parents.items():
        assert all(history.position[parent] < history.position[commit] for parent in parents)
    assert history.order[-1] == commits["2"]
    assert history.incomplete == set()


def test_descendants(history: History, commits: dict[str, str]) -> None:
    assert history.descendants(commits["s"]) == {commits[name] for name in "stm2"}
    assert history.descendants(commits["2"]) == {commits["2"]}
    assert history.descendants(commits["b"]) == set(commits.values())


def test_the_line_of_a_mainline_commit_is_the_whole_mainline(
    history: History, commits: dict[str, str]
) -> None:
    mainline = tuple(commits[name] for name in "b1m2")
    for name in "b1m2":
        assert history.line(commits[name]) == mainline


def test_the_line_of_a_merged_commit(history: History, commits: dict[str, str]) -> None:
    assert history.line(commits["s"]) == tuple(commits[name] for name in "stm2")
    assert history.line(commits["t"]) == tuple(commits[name] for name in "tm2")


def test_missing_history_ends_the_walk(
    sandbox: Sandbox, repository: Repository, commits: dict[str, str]
) -> None:
    oid = commits["s"]
    (sandbox.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    history = History(ObjectStore(repository), commits["2"])
    assert set(history.order) == {commits[name] for name in "b1tm2"}
    assert history.incomplete == {commits["t"]}


def test_a_shallow_clone_is_incomplete(sandbox: Sandbox, commits: dict[str, str]) -> None:
    clone = sandbox.root.parent / "clone"
    sandbox.git("clone", "-q", "--depth=2", f"file://{sandbox.root}", str(clone))
    history = History(ObjectStore(Repository.discover(clone)), commits["2"])
    assert set(history.order) == {commits["m"], commits["2"]}
    assert history.incomplete == {commits["m"]}


@pytest.fixture
def line(sandbox: Sandbox, repository: Repository) -> Line:
    """Positions: 0 begin, 1 adds a/x, 2 edits README.md, 3 edits a/x, 4 deletes a/x, 5 nothing."""
    commits = [sandbox.head()]
    sandbox.write("a/x", "one\n")
    commits.append(sandbox.commit())
    sandbox.write("README.md", "changed\n")
    commits.append(sandbox.commit())
    sandbox.write("a/x", "two\n")
    commits.append(sandbox.commit())
    sandbox.git("rm", "-q", "a/x")
    commits.append(sandbox.commit())
    commits.append(sandbox.commit())
    return Line(ObjectStore(repository), tuple(commits))


@pytest.mark.parametrize(
    ("read", "up_to", "expected"),
    [
        (PathsRead(), 5, 0),
        (PathsRead(paths={"README.md"}), 5, 2),
        (PathsRead(paths={"README.md"}), 2, 2),
        (PathsRead(paths={"README.md"}), 1, 0),
        (PathsRead(paths={"a/x"}), 5, 4),
        (PathsRead(paths={"a/x"}), 3, 3),
        (PathsRead(paths={"a"}), 5, 4),  # a folder changes with the files in it
        (PathsRead(visited={"a"}), 5, 0),  # a folder on the way does not
        (PathsRead(visited={"README.md"}), 5, 2),
        (PathsRead(paths={"missing"}), 5, 0),
        (PathsRead(listed=True), 5, 4),
        (PathsRead(listed=True), 3, 1),
        (PathsRead(paths={"README.md"}, listed=True), 3, 2),
    ],
)
def test_the_last_change_of_what_was_read(
    line: Line, read: PathsRead, up_to: int, expected: int
) -> None:
    assert line.last_change(read, up_to) == expected


def test_a_missing_folder_changes_everything(sandbox: Sandbox, repository: Repository) -> None:
    first = sandbox.head()
    sandbox.write("a/x", "x\n")
    second = sandbox.commit()
    third = sandbox.commit()
    oid = sandbox.git("rev-parse", f"{second}^{{tree}}").strip()
    (sandbox.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    line = Line(ObjectStore(repository), (first, second, third))
    assert line.last_change(PathsRead(paths={"unrelated"}), 2) == 1
    assert line.position == {first: 0, second: 1, third: 2}
