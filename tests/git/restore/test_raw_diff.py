from __future__ import annotations

from forge.git import modes
from forge.git.repository import Repository
from forge.git.restore.raw_diff import parse_raw_diff
from tests.conftest import Sandbox

ONE, TWO, NONE = "1" * 40, "2" * 40, "0" * 40


def test_new_entries_by_path() -> None:
    output = "".join(
        [
            f":100644 100755 {ONE} {TWO} M\0changed\0",
            f":000000 120000 {NONE} {TWO} A\0a b\nc\0",
            f":100644 000000 {ONE} {NONE} D\0gone\0",
            f":100644 120000 {ONE} {TWO} T\0kind\0",
        ]
    )
    assert parse_raw_diff(output.encode()) == {
        "changed": (modes.EXECUTABLE, TWO),
        "a b\nc": (modes.LINK, TWO),
        "gone": None,
        "kind": (modes.LINK, TWO),
    }
    assert parse_raw_diff(b"") == {}


def test_the_output_of_git(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("rm", "-q", ".gitignore")
    sandbox.write("new", "x\n")
    commit = sandbox.commit()
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev")
    blob = sandbox.git("rev-parse", "HEAD:new").strip()
    output = repository.git(*words, f"{commit}^", commit)
    assert parse_raw_diff(output) == {".gitignore": None, "new": (modes.FILE, blob)}
