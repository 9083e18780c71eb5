"""Kinds and states of repositories: a run works there, or is refused by name before anything is
written.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.git.commits.stale_locks import blocking_locks
from forge.git.repository import Repository
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

Make = Callable[[str], Sandbox]
EDITS = ("a.txt", "deep/b.txt")


def one_edit(sandbox: Sandbox) -> Sandbox:
    work = "; ".join(writes(path, "x\n") for path in EDITS)
    case = Case(
        sandbox,
        [Task("Task 1: Write", ", ".join(EDITS), auto("test -s a.txt -a -s deep/b.txt"))],
        {1: work},
        files=EDITS,
    )
    sandbox.write("deep/old.txt", "old\n")
    return case.set_up()


def listing(sandbox: Sandbox) -> tuple[str, dict[str, object], dict[str, bytes]]:
    """Return status, every file of the tree with mode and bytes, and every file of git's own folder
    but forge's.
    """
    files: dict[str, object] = {}
    for path in sorted(sandbox.root.rglob("*")):
        if ".git" not in path.relative_to(sandbox.root).parts[:1]:
            content: object = (
                os.readlink(path)
                if path.is_symlink()
                else path.read_bytes()
                if path.is_file()
                else None
            )
            files[str(path)] = (path.lstat().st_mode, content)
    common = Path(sandbox.git("rev-parse", "--path-format=absolute", "--git-common-dir").strip())
    refs = {
        str(path): path.read_bytes()
        for path in sorted(common.rglob("*"))
        if path.is_file() and "forge" not in path.parts
    }
    status = sandbox.git(
        "--no-optional-locks",
        "status",
        "--porcelain=v2",
        "--branch",
        "--untracked-files=all",
        "--ignored",
    )
    return status, files, refs


def refused(sandbox: Sandbox, kind: str, *words: str, code: int = 2) -> None:
    before = listing(sandbox)
    result = sandbox.call("execute", "01-01", "--approve")
    error = result.json["error"]
    assert (result.code, error["kind"]) == (code, kind) and error["hint"], result.out
    for word in words:
        assert word in error["message"], error
    assert listing(sandbox) == before
    assert sandbox.call("runs").data["runs"] == []


def works(sandbox: Sandbox) -> None:
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["status"] == "completed", result.out + result.err
    assert sandbox.status() == [] and not blocking_locks(Repository.discover(sandbox.root))
    assert sandbox.git("show", "--format=", "--name-only", "HEAD~1").split() == list(EDITS)
    assert sandbox.git("fsck", "--no-dangling") == ""


def conflict(sandbox: Sandbox, *words: str) -> None:
    sandbox.git("switch", "-qc", "other")
    sandbox.write("README.md", "theirs\n")
    sandbox.commit("Theirs")
    sandbox.git("switch", "-q", "main")
    sandbox.write("README.md", "ours\n")
    sandbox.commit("Ours")
    done = subprocess.run(
        ["git", *words],
        cwd=sandbox.root,
        env=sandbox.environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["merge", "other"], "a merge"),
        (["rebase", "other"], "a rebase"),
        (["cherry-pick", "other"], "a cherry-pick"),
    ],
)
def test_an_operation_in_progress_is_named(sandbox: Sandbox, words: list[str], name: str) -> None:
    one_edit(sandbox)
    conflict(sandbox, *words)
    refused(sandbox, "repository", f"{name} is in progress")


def test_what_else_is_under_way_or_missing_is_named(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    sandbox.git("bisect", "start")
    refused(sandbox, "repository", "a bisect is in progress")
    sandbox.git("bisect", "reset")
    sandbox.git("checkout", "-q", "--detach")
    refused(sandbox, "repository", "HEAD is detached")
    sandbox.git("checkout", "-q", "--orphan", "unborn")
    refused(sandbox, "repository", "no commit yet")


def test_what_is_uncommitted_is_named(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    sandbox.write("README.md", "dirty\n")
    refused(sandbox, "dirty_tree", " M README.md")
    sandbox.git("add", "README.md")
    refused(sandbox, "dirty_tree", "M  README.md")
    sandbox.git("commit", "-qm", "It")
    sandbox.write("new.txt", "new\n")
    sandbox.git("add", "-N", "new.txt")
    refused(sandbox, "dirty_tree", " A new.txt")


def test_repositories_inside_are_named(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    for name in ("empty", "full"):
        (sandbox.root / name).mkdir()
        subprocess.run(
            ["git", "init", "-q", str(sandbox.root / name)], env=sandbox.environment(), check=True
        )
    sandbox.write("full/x.txt", "x\n")
    inside = Sandbox(sandbox.root / "full", sandbox.home)
    inside.commit("Inside")
    refused(
        sandbox,
        "dirty_tree",
        "?? empty/ (a git repository of its own",
        "?? full/ (a git repository of its own",
    )
    sandbox.write(".git/info/exclude", "/empty/\n/full/\n")
    works(sandbox)
    assert inside.status() == [] and (sandbox.root / "empty/.git").is_dir(), (
        "ignored ones are left alone"
    )


def test_a_submodule(sandbox: Sandbox, make_sandbox: Make) -> None:
    other = make_sandbox("other")
    other.write("x.txt", "x\n")
    other.commit("Other")
    one_edit(sandbox)
    sandbox.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "lib"
    )
    sandbox.commit("A submodule")
    sandbox.write("lib/x.txt", "dirty\n")
    refused(sandbox, "dirty_tree", " M lib")
    sandbox.git("-C", "lib", "checkout", "-q", "x.txt")
    works(sandbox)
    assert sandbox.git("ls-tree", "HEAD", "lib").startswith("160000 commit")


def clone(source: Sandbox, place: Path, *words: str) -> Sandbox:
    source.git("config", "uploadpack.allowFilter", "true")
    source.git("clone", "-q", *words, f"file://{source.root}", str(place))
    return Sandbox(place, source.home)


@pytest.mark.parametrize(
    "words",
    [
        ["--depth=1"],
        ["--filter=blob:none"],
        ["--filter=tree:0"],
        ["--filter=blob:none", "--sparse"],
    ],
)
def test_a_clone_that_leaves_something_out(
    sandbox: Sandbox, tmp_path: Path, words: list[str]
) -> None:
    one_edit(sandbox)
    sandbox.commit("One more")
    made = clone(sandbox, tmp_path / "clone", *words)
    if "--sparse" in words:
        made.git("sparse-checkout", "add", ".planning")
    works(made)


def test_a_linked_work_tree(sandbox: Sandbox, tmp_path: Path) -> None:
    one_edit(sandbox)
    sandbox.git("worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked"))
    before = listing(sandbox)
    works(Sandbox(tmp_path / "linked", sandbox.home))
    assert listing(sandbox)[:2] == before[:2], "the main work tree is not touched"


@pytest.mark.parametrize(
    "kind", ["split", "version 4", "sparse checkout", "sparse index", "untracked cache"]
)
def test_kinds_of_indexes(sandbox: Sandbox, kind: str) -> None:
    one_edit(sandbox)
    words = {
        "split": ["update-index", "--split-index"],
        "version 4": ["update-index", "--index-version", "4"],
        "sparse checkout": ["sparse-checkout", "set", "--cone", ".planning"],
        "sparse index": ["sparse-checkout", "set", "--cone", "--sparse-index", ".planning"],
        "untracked cache": ["update-index", "--untracked-cache"],
    }[kind]
    sandbox.git(*words)
    works(sandbox)
    assert (sandbox.root / "deep/old.txt").exists() is not kind.startswith("sparse"), (
        "what was left out stays out"
    )
    assert "deep/old.txt" in sandbox.git("ls-tree", "-r", "--name-only", "HEAD").split()


VERBS = (
    "status",
    "validate",
    "runs",
    "verify 01-01",
    "audit",
    "init",
    "approve 01-01",
    "timeline",
    "execute",
    "resume",
    "retry",
    "stop",
    "skip --reason x",
    "pause",
    "attest 01-01 truth:1 --evidence x",
    "waive 01-01 truth:1 --reason x",
    "reject",
)


@pytest.mark.parametrize("kind", ["sha256", "reftable", "bare"])
def test_formats_that_forge_does_not_read_are_named_by_every_verb(
    sandbox: Sandbox, tmp_path: Path, kind: str
) -> None:
    sandbox.root = tmp_path / kind
    sandbox.root.mkdir()
    sandbox.git(
        "init", "-q", *{"sha256": ["--object-format=sha256"], "bare": ["--bare"]}.get(kind, [])
    )
    if kind == "reftable":  # an older git process does not open such a repository at all
        sandbox.git("config", "core.repositoryFormatVersion", "1")
        sandbox.git("config", "extensions.refStorage", "reftable")
        (sandbox.root / ".git/reftable").mkdir()
    names = {"sha256": "sha256", "reftable": "ref", "bare": "bare"}
    hints = {"sha256": "fast-import", "reftable": "git refs migrate", "bare": "git worktree"}
    before = sorted(map(str, sandbox.root.rglob("*")))
    for verb in VERBS[:4] if kind == "bare" else VERBS:
        error = sandbox.call(*verb.split()).json["error"]
        assert (
            error["kind"] == "repository"
            and names[kind] in error["message"]
            and hints[kind] in error["hint"]
        ), verb
    assert sorted(map(str, sandbox.root.rglob("*"))) == before


@pytest.mark.parametrize(
    "name", ["index.lock", "HEAD.lock", "refs/heads/main.lock", "packed-refs.lock"]
)
def test_a_lock_of_another_git_is_never_touched(sandbox: Sandbox, name: str) -> None:
    one_edit(sandbox)
    lock = sandbox.write(f".git/{name}", "")
    refused(sandbox, "held", name, code=5)
    assert lock.read_bytes() == b""
    lock.write_text(sandbox.head() + "\n")
    refused(sandbox, "held", name, code=5)
    lock.unlink()
    works(sandbox)


def test_locks_that_a_killed_git_of_forge_left_are_removed(sandbox: Sandbox) -> None:
    """Killed while git holds the locks of HEAD and of the branch, and one of them contains the new
    commit.
    """
    one_edit(sandbox)
    hook = (
        "#!/bin/sh\n[ $1 = prepared ] && [ ! -e .git/once ] && grep -q refs/heads/main && touch"
        " .git/once && sleep 60\nexit 0\n"
    )
    sandbox.write(".git/hooks/reference-transaction", hook).chmod(0o755)
    sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\nrm -f .git/once\n").chmod(0o755)
    sandbox.write(".git/once", "")
    process = sandbox.start("execute", "01-01", "--approve")
    head, branch = sandbox.root / ".git/HEAD.lock", sandbox.root / ".git/refs/heads/main.lock"
    deadline = time.monotonic() + 30
    while not (
        (sandbox.root / ".git/hooks/pre-commit").exists()
        and head.exists()
        and (sandbox.root / ".git/once").exists()
    ):
        assert time.monotonic() < deadline and process.poll() is None
        os.sched_yield()
    (child,) = (sandbox.root / ".git/forge/runs").glob("*/child.json")
    group = json.loads(child.read_text())["pid"]
    process.kill()
    os.killpg(group, 9)
    process.wait()
    assert head.exists() and branch.read_text().strip()
    (sandbox.root / ".git/hooks/reference-transaction").unlink()
    result = sandbox.call("resume")
    assert result.data["status"] == "completed", result.out + result.err
    assert sandbox.status() == [] and not head.exists() and not branch.exists()
    assert sandbox.subjects().count("Task 1: Write") == 1


@pytest.mark.parametrize(
    ("age", "removed"), [(0.0, True), (60.0, False)], ids=["taken since", "older"]
)
def test_an_empty_branch_lock_of_a_killed_forge(
    sandbox: Sandbox, age: float, removed: bool
) -> None:
    """libgit2 and git take the lock of a branch before they write into it: killed in between, they
    leave an empty one.
    """
    case = Case(sandbox, [Task("Task 1: Write", "a.txt", auto("test -s a.txt"))], files=("a.txt",))
    case.work = {1: "os.kill(os.getppid(), 9)"}
    case.set_up()
    sandbox.start("execute", "01-01", "--approve").communicate(timeout=60)
    case.set_work({1: writes("a.txt", "one\n")})
    lock = sandbox.write(".git/refs/heads/main.lock", "")
    os.utime(lock, (time.time() - age, time.time() - age))
    result = sandbox.call("resume")
    assert (result.code, lock.exists()) == ((1, False) if removed else (5, True)), (
        result.out + result.err
    )
    lock.unlink(missing_ok=True)
    assert removed or sandbox.call("resume").data["status"] == "completed"
