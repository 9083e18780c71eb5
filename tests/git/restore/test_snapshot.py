from __future__ import annotations

import pytest

from forge.git import modes, program
from forge.git.objects.commit import file_at, read_commit
from forge.git.repository import Repository
from forge.git.restore import snapshot as snapshots
from forge.git.restore.snapshot import (
    CHECKPOINTS,
    SAFETY,
    PathBlocked,
    capture,
    changed_entries,
    changed_since,
    keep,
    keep_reachable,
    require_unblocked,
    restore_paths,
    snapshot,
    staged_entries,
)
from tests.conftest import Sandbox


def nothing(path: str) -> bool:
    return False


def refs(sandbox: Sandbox) -> list[str]:
    return sandbox.git("for-each-ref", "--format=%(refname)", "refs/forge").split()


@pytest.fixture
def dirty(sandbox: Sandbox) -> Sandbox:
    sandbox.write("staged", "staged\n")
    sandbox.git("add", "staged")
    sandbox.write("staged", "later\n")
    sandbox.write("untracked", "x\n")
    sandbox.write("__pycache__/ignored", "x\n")
    (sandbox.root / "README.md").unlink()
    return sandbox


def test_capture_changes_nothing(dirty: Sandbox, repository: Repository) -> None:
    before = dirty.status()
    captured = capture(repository)
    assert dirty.status() == before
    names = dirty.git("ls-tree", "-r", "--name-only", captured.tree).split()
    assert names == [".gitignore", "staged", "untracked"]
    assert captured.staged is not None
    assert dirty.git("show", f"{captured.staged}:staged") == "staged\n"
    assert dirty.git("show", f"{captured.tree}:staged") == "later\n"
    assert refs(dirty) == []


def test_a_conflict_has_no_staged_tree(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("checkout", "-qb", "side")
    sandbox.write("README.md", "theirs\n")
    sandbox.commit()
    sandbox.git("checkout", "-q", "main")
    sandbox.write("README.md", "ours\n")
    sandbox.commit()
    assert program.attempt(sandbox.root, "merge", "-q", "side").returncode == 1
    captured = capture(repository)
    assert captured.staged is None
    commit = keep(repository, captured, "run", "reason")
    assert len(read_commit(repository, commit).parents) == 1


def test_snapshots_are_numbered(dirty: Sandbox, repository: Repository) -> None:
    head = dirty.head()
    first = snapshot(repository, "run", "why")
    second = snapshot(repository, "run", "why")
    assert refs(dirty) == [f"{SAFETY}/run/1", f"{SAFETY}/run/2"]
    assert repository.commit_of(f"{SAFETY}/run/1") == first
    assert repository.commit_of(f"{SAFETY}/run/2") == second
    commit = read_commit(repository, first)
    assert (commit.subject, commit.parents[0]) == ("why", head)
    assert file_at(repository, first, "untracked") == b"x\n"
    assert dirty.head() == head


def test_a_snapshot_can_be_kept_elsewhere(dirty: Sandbox, repository: Repository) -> None:
    keep(repository, capture(repository), "run", "why", CHECKPOINTS)
    assert refs(dirty) == [f"{CHECKPOINTS}/run/1"]


def test_what_was_staged_is_in_the_second_parent(dirty: Sandbox, repository: Repository) -> None:
    commit = snapshot(repository, "run", "why")
    blob = dirty.git("rev-parse", ":staged").strip()
    assert staged_entries(repository, commit, ["staged", "README.md"]) == {
        "staged": (modes.FILE, blob)
    }
    assert staged_entries(repository, commit, ["untracked"]) == {}
    assert staged_entries(repository, dirty.head(), ["staged"]) == {}


def test_only_an_unreachable_commit_gets_a_ref(sandbox: Sandbox, repository: Repository) -> None:
    lost = sandbox.commit()
    keep_reachable(repository, lost, "run")
    assert refs(sandbox) == []
    sandbox.git("reset", "-q", "--hard", "HEAD^")
    keep_reachable(repository, lost, "run")
    assert refs(sandbox) == [f"{SAFETY}/run/1"]
    keep_reachable(repository, lost, "run")
    keep_reachable(repository, "1" * 40, "run")
    assert refs(sandbox) == [f"{SAFETY}/run/1"]


@pytest.mark.parametrize("most_arguments", [500, 1])
def test_paths_that_changed_since(
    dirty: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch, most_arguments: int
) -> None:
    monkeypatch.setattr(snapshots, "_MOST_ARGUMENTS", most_arguments)
    kept = snapshot(repository, "run", "why")
    paths = ["staged", "untracked", "README.md", ".gitignore", "new"]
    assert changed_since(repository, kept, paths) == []
    assert changed_since(repository, kept, []) == []
    dirty.write("untracked", "changed\n")
    dirty.write("new", "x\n")
    dirty.write("README.md", "restored\n")
    changed = changed_since(repository, kept, paths)
    assert sorted(changed) == ["README.md", "new", "untracked"]
    assert changed_since(repository, kept, ["staged"]) == []


def test_changed_entries_leave_out_excluded_paths(sandbox: Sandbox, repository: Repository) -> None:
    old = sandbox.head()
    sandbox.write("new", "x\n")
    sandbox.git("rm", "-q", "README.md")
    new = sandbox.commit()
    blob = sandbox.git("rev-parse", "HEAD:new").strip()
    everything = changed_entries(repository, old, new, nothing)
    assert everything == {"README.md": None, "new": (modes.FILE, blob)}
    assert changed_entries(repository, old, new, lambda path: path == "new") == {"README.md": None}


def test_restore_the_work_tree(dirty: Sandbox, repository: Repository) -> None:
    head, kept = dirty.head(), snapshot(repository, "run", "why")
    restored = restore_paths(repository, kept, head, nothing)
    assert set(restored) == {"README.md", "staged", "untracked"}
    assert (dirty.root / "README.md").read_text() == "# A repository\n"
    assert not (dirty.root / "untracked").exists()
    assert (dirty.root / "__pycache__/ignored").exists()
    back = snapshot(repository, "run", "restored")
    restore_paths(repository, back, kept, nothing)
    assert (dirty.root / "staged").read_text() == "later\n"
    assert not (dirty.root / "README.md").exists()


def test_excluded_paths_are_not_restored(dirty: Sandbox, repository: Repository) -> None:
    kept = snapshot(repository, "run", "why")
    restore_paths(repository, kept, dirty.head(), lambda path: path == "untracked")
    assert (dirty.root / "untracked").exists()


def test_an_ignored_file_blocks_restoring(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("data", "tracked\n")
    target = sandbox.commit()
    sandbox.git("rm", "-q", "data")
    sandbox.write(".gitignore", "data\n")
    sandbox.commit()
    sandbox.write("data", "mine\n")
    kept = snapshot(repository, "run", "why")
    for function in (require_unblocked, restore_paths):
        with pytest.raises(PathBlocked, match="data, which git does not track, is in the way"):
            function(repository, kept, target, nothing)
    assert (sandbox.root / "data").read_text() == "mine\n"
    assert (sandbox.root / ".gitignore").read_text() == "data\n"
