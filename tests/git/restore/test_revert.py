from __future__ import annotations

from collections.abc import Sequence

import pytest

from forge.git.objects.commit import read_commit
from forge.git.repository import Repository
from forge.git.restore.revert import ChangedSince, RevertPlan, commits_of, plan_revert
from forge.git.restore.snapshot import capture
from tests.conftest import Sandbox


def nothing(path: str) -> bool:
    return False


def step(sandbox: Sandbox, run: str = "r1", **files: str | None) -> str:
    """Commit files of a run, with names like `a_txt` for `a.txt`; None deletes one."""
    for name, text in files.items():
        path = name.replace("_", ".")
        if text is None:
            (sandbox.root / path).unlink()
        else:
            sandbox.write(path, text)
    return sandbox.commit(f"Step\n\nForge-Run: {run}\n")


def revert(
    repository: Repository, commits: Sequence[str], reverted: Sequence[str] | None = None
) -> RevertPlan:
    read = [read_commit(repository, commit) for commit in commits]
    return plan_revert(repository, read, reverted or commits, nothing)


def problems(
    repository: Repository, plan: RevertPlan, *own: str, under_way: bool = False
) -> list[str]:
    head = str(repository.head().commit)
    tree = capture(repository).tree
    return list(plan.problems(repository, head, tree, own, under_way=under_way))


def test_commits_of_runs_are_known_by_their_trailer(
    sandbox: Sandbox, repository: Repository
) -> None:
    base = sandbox.head()
    first = step(sandbox, a="1")
    other = sandbox.commit("Somebody else's")
    second = step(sandbox, "r2", a="2")
    head = sandbox.head()

    def ids(runs: set[str], also: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
        return [commit.id for commit in commits_of(repository, runs, base, head, also)]

    assert ids({"r1"}) == [first]
    assert ids({"r1", "r2"}) == [first, second]
    assert ids(set(), {other}) == [other]


def test_several_changes_of_a_path_are_one(sandbox: Sandbox, repository: Repository) -> None:
    base = sandbox.head()
    commits = [
        step(sandbox, a="1\n", b="1\n", c="1\n"),
        step(sandbox, a="2\n", c=None, README_md="changed\n"),
    ]
    plan = revert(repository, commits)
    assert plan.target == base
    assert plan.before.keys() == plan.after.keys() == {"a", "b", "README.md"}
    assert plan.before["a"] is None
    assert plan.before["README.md"] is not None
    assert plan.due(repository, sandbox.head()) == plan.before
    assert plan.due(repository, base) == {}


def test_excluded_paths_are_left_out(sandbox: Sandbox, repository: Repository) -> None:
    commit = read_commit(repository, step(sandbox, a="1", b="1"))
    plan = plan_revert(repository, [commit], [commit.id], lambda path: path == "a")
    assert set(plan.before) == {"b"}


def test_commits_that_stay_only_follow_the_same_paths(
    sandbox: Sandbox, repository: Repository
) -> None:
    first, second = step(sandbox, a="1"), step(sandbox, a="2", b="2")
    plan = revert(repository, [first, second], [first])
    assert set(plan.before) == {"a"}
    assert plan.before["a"] is None
    assert plan.after["a"] is not None
    blob = sandbox.git("rev-parse", f"{second}:a").strip()
    assert plan.after["a"][1] == blob


def test_a_change_by_others_in_between_is_refused(sandbox: Sandbox, repository: Repository) -> None:
    first = step(sandbox, a="1")
    sandbox.write("a", "theirs")
    sandbox.commit()
    second = step(sandbox, a="2")
    with pytest.raises(ChangedSince, match="a was changed by others before"):
        revert(repository, [first, second])


def test_the_error_lists_ten_problems() -> None:
    message = ChangedSince([f"path {number}" for number in range(13)]).message
    assert "path 9" in message
    assert "path 10" not in message
    assert message.endswith("and 3 more")
    assert "more" not in ChangedSince(["one"]).message


@pytest.fixture
def plan(sandbox: Sandbox, repository: Repository) -> RevertPlan:
    return revert(repository, [step(sandbox, a="1\n", README_md="changed\n")])


def test_an_unchanged_repository_has_no_problems(repository: Repository, plan: RevertPlan) -> None:
    assert problems(repository, plan) == []


def test_a_later_commit_is_a_problem(
    sandbox: Sandbox, repository: Repository, plan: RevertPlan
) -> None:
    sandbox.write("a", "theirs\n")
    commit = sandbox.commit("Theirs")
    assert problems(repository, plan) == [f"a was changed by {commit[:7]} (Theirs)"]


def test_a_commit_that_already_reverted_is_not_a_problem(
    sandbox: Sandbox, repository: Repository, plan: RevertPlan
) -> None:
    sandbox.git("revert", "--no-edit", "HEAD")
    assert problems(repository, plan) == []
    assert plan.due(repository, sandbox.head()) == {}


def test_uncommitted_changes_are_a_problem_unless_they_are_own(
    sandbox: Sandbox, repository: Repository, plan: RevertPlan
) -> None:
    sandbox.write("a", "mine\n")
    assert problems(repository, plan) == ["a has uncommitted changes"]
    assert problems(repository, plan, "a") == []


def test_staged_changes_are_a_problem(
    sandbox: Sandbox, repository: Repository, plan: RevertPlan
) -> None:
    sandbox.write("a", "staged\n")
    sandbox.git("add", "a")
    sandbox.write("a", "1\n")
    assert problems(repository, plan) == ["a has staged changes"]
    assert problems(repository, plan, "a") == []


def test_a_revert_that_is_under_way_may_be_half_done(
    sandbox: Sandbox, repository: Repository, plan: RevertPlan
) -> None:
    (sandbox.root / "a").unlink()
    assert problems(repository, plan) == ["a has uncommitted changes"]
    assert problems(repository, plan, under_way=True) == []
    sandbox.git("rm", "-q", "--cached", "a")
    assert problems(repository, plan, under_way=True) == []


def test_a_file_in_place_of_a_needed_folder(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("folder/file", "x\n")
    sandbox.commit()
    sandbox.git("rm", "-q", "folder/file")
    commit = sandbox.commit("Step\n\nForge-Run: r1\n")
    plan = revert(repository, [commit])
    assert problems(repository, plan) == []
    sandbox.write("folder", "a file\n")
    sandbox.commit("Theirs")
    assert problems(repository, plan) == ["folder is a file, and folder/file needs a folder there"]


def test_a_folder_of_removed_files_counts_as_nothing(
    sandbox: Sandbox, repository: Repository
) -> None:
    sandbox.write("place", "file\n")
    sandbox.commit()
    sandbox.git("rm", "-q", "place")
    sandbox.write("place/inside", "x\n")
    plan = revert(repository, [sandbox.commit("Step\n\nForge-Run: r1\n")])
    assert set(plan.before) == {"place", "place/inside"}
    assert problems(repository, plan) == []
    sandbox.write("place/theirs", "x\n")
    sandbox.commit("Theirs")
    assert any("place was changed" in problem for problem in problems(repository, plan))


def test_a_submodule_is_set_by_hand(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("update-index", "--add", "--cacheinfo", f"160000,{sandbox.head()},library")
    sandbox.git("commit", "-qm", "Step\n\nForge-Run: r1")
    plan = revert(repository, [sandbox.head()])
    assert problems(repository, plan) == ["library is a submodule: set it by hand"]
