"""Paths of artifacts among the files of a tree."""

from __future__ import annotations

import pytest

from forge.check.must_haves.artifacts.paths import exact, matches, similar
from tests.check.must_haves.memory_tree import MemoryTree

TREE = MemoryTree(
    dict.fromkeys(
        ["README.md", "src/a.py", "src/b.py", "src/x/a.py", "src/x/c.ts", "tests/a.py", "t/a.py"],
        "",
    )
)


@pytest.mark.parametrize(
    ("path", "there"), [("src/a.py", True), ("src", False), ("", False), ("z", False), ("A", False)]
)
def test_an_exact_path(path: str, there: bool) -> None:
    assert exact(path, TREE) == ([path] if there else [])


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("src/*.py", ["src/a.py", "src/b.py"]),
        ("src/**/*.py", ["src/a.py", "src/b.py", "src/x/a.py"]),
        ("**/c.ts", ["src/x/c.ts"]),
        ("src/?.py", ["src/a.py", "src/b.py"]),
        ("*", ["README.md"]),
        ("src/[ab].py", []),
        ("src/{a,b}.py", []),
        ("none/*", []),
        ("\udcff*", []),
    ],
)
def test_globs(glob: str, expected: list[str]) -> None:
    assert matches(glob, TREE) == expected


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("readme.md", "; `README.md` is, in other upper and lower case"),
        ("lib/b.py", "; a file of that name is at `src/b.py`"),
        ("lib/a.py", "; a file of that name is at 4 other places"),
        ("src\\a.py", ": a backslash is part of the name here; write `src/a.py`"),
        ("lib/d.py", ""),
        ("", ""),
    ],
)
def test_hints_for_a_missing_file(path: str, hint: str) -> None:
    assert similar(path, TREE) == hint
