"""Rollbacks in a sparse checkout: files that a step wrote outside the cone become as committed,
and files that were left out stay out.

A tracked file that a step wrote there is in the tree with its committed bytes, as git itself
leaves such files, until `git sparse-checkout reapply`.
"""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

OUTSIDE = {"deep/old.txt": "old\n", "deep/er/kept.txt": "kept\n"}
WORK = "; ".join(
    [
        writes("a.txt", "a\n"),
        writes("deep/old.txt", "changed\n"),
        writes("deep/new.txt", "new\n"),
        writes("other/new.txt", "new\n"),
    ]
)
FILES = ("a.txt", "deep/old.txt", "deep/new.txt", "other/new.txt")


def sparse(sandbox: Sandbox, kind: str, verify: str) -> tuple[list[str], str]:
    """Set up a plan whose step writes outside the cone; return the files and the index flags."""
    for path, text in OUTSIDE.items():
        sandbox.write(path, text)
    Case(sandbox, [Task("Write", ", ".join(FILES), auto(verify))], {1: WORK}, files=FILES).set_up()
    sandbox.git(
        "sparse-checkout",
        "set",
        *(["--cone"] if kind == "cone" else ["--cone", "--sparse-index"]),
        ".planning",
    )
    assert not (sandbox.root / "deep").exists()
    return listing(sandbox), flags(sandbox)


def listing(sandbox: Sandbox) -> list[str]:
    state = (
        path for path in sandbox.root.rglob("*") if path.is_file() and ".git" not in path.parts
    )
    names = sorted((path.relative_to(sandbox.root).as_posix(), path.read_text()) for path in state)
    return [f"{name} {text!r}" for name, text in names if not name.startswith(".planning/runs/")]


def is_back(sandbox: Sandbox, before: list[str], index: str) -> bool:
    """Return whether all is as before: clean now, and the same files after git reapplied the
    cone.
    """
    assert sandbox.status() == [] and sandbox.git("show", "HEAD:deep/old.txt") == "old\n"
    assert [line for line in listing(sandbox) if line not in before] == ["deep/old.txt 'old\\n'"]
    sandbox.git("sparse-checkout", "reapply")
    return (listing(sandbox), flags(sandbox), sandbox.status()) == (before, index, [])


def flags(sandbox: Sandbox) -> str:
    lines = sandbox.git("ls-files", "-t").splitlines()
    return "\n".join(line for line in lines if ".planning/" not in line)


@pytest.mark.parametrize("kind", ["cone", "sparse index"])
def test_retry_reverts_files_outside_the_cone(sandbox: Sandbox, kind: str) -> None:
    before, index = sparse(sandbox, kind, "false")
    result = sandbox.call("execute", "01-01", "--approve")
    run = result.data["run"]
    assert result.code == 1 and "failed" in str(result.data), result
    Case(sandbox, [], {}).set_work({1: "pass"})
    result = sandbox.call("retry", run)
    assert result.data["status"] == "paused", result
    assert is_back(sandbox, before, index)
    sandbox.call("stop", run)
    assert sandbox.call("replay", run).data["valid"]


@pytest.mark.parametrize("kind", ["cone", "sparse index"])
def test_rollback_and_undo(sandbox: Sandbox, kind: str) -> None:
    before, index = sparse(sandbox, kind, "true")
    result = sandbox.call("execute", "01-01", "--approve")
    run = result.data["run"]
    assert result.data["status"] == "completed" and sandbox.status() == [], result
    assert sandbox.git("show", "HEAD:deep/old.txt") == "changed\n"
    assert sandbox.call("rollback", run).data["status"] == "completed"
    assert is_back(sandbox, before, index)
    result = sandbox.call("undo")
    assert result.data["status"] == "completed", str(result.json)
    assert sandbox.status() == [] and sandbox.git("show", "HEAD:deep/old.txt") == "changed\n"
    assert sandbox.git("fsck", "--no-dangling") == ""
