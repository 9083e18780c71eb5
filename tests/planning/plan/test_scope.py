"""Paths as plans write them, and which files a plan may write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.plan.scope import (
    WriteScope,
    clean,
    deletes_in,
    glob_regex,
    leaves,
    matcher,
    paths_in,
)


@pytest.mark.parametrize(
    ("text", "path", "note"),
    [
        ("src/a.py", "src/a.py", ""),
        ("  `src/a.py`  ", "src/a.py", ""),
        ("- src/a.py", "src/a.py", ""),
        ("./src/a.py", "src/a.py", ""),
        ("././a", "a", ""),
        ("src/a.py (new)", "src/a.py", "(new)"),
        ("src/a.py — new", "src/a.py", "— new"),
        ("src/a.py - new file", "src/a.py", "- new file"),
        ("src/a.py # new", "src/a.py", "# new"),
        ("`src/a.py` [new]", "src/a.py", "[new]"),
        ("src/a.py（新）", "src/a.py", "（新）"),
        ("src/(group)/page.tsx", "src/(group)/page.tsx", ""),
        ("src/[id]/page.tsx", "src/[id]/page.tsx", ""),
        ("my file.txt", "my file.txt", ""),
        ("", "", ""),
    ],
)
def test_a_note_is_not_part_of_a_path(text: str, path: str, note: str) -> None:
    assert clean(text) == (path, note)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("src/a.py, src/b.py", ["src/a.py", "src/b.py"]),
        ("src/a.py\nsrc/b.py\n", ["src/a.py", "src/b.py"]),
        ("- src/a.py (new)\n- `src/b.py`", ["src/a.py", "src/b.py"]),
        ("src/{a,b}.py, c.py", ["src/a.py", "src/b.py", "c.py"]),
        ("a,{b,c},d", ["a", "b", "c", "d"]),
        ("src/{{name}}.py, src/{x}.py", ["src/{{name}}.py", "src/{x}.py"]),
        ("`a.py` and `b.py`, c.py", ["a.py", "b.py", "c.py"]),
        ("src/a.py src/b.py", ["src/a.py", "src/b.py"]),
        ("my file.txt", ["my file.txt"]),
        ("none", []),
        ("None (verification only)", []),
        ("n/a", []),
        ("(see the plan)", []),
        ("src/a.py, (and its tests)", ["src/a.py"]),
        ("", []),
        (", ,\n", []),
    ],
)
def test_the_paths_of_a_text(text: str, paths: list[str]) -> None:
    assert paths_in(text) == paths


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("a.py (delete), b.py", ["a.py"]),
        ("a.py (removed)\nb.py (renamed to c.py)", ["a.py", "b.py"]),
        ("a.py — moved to b.py", ["a.py"]),
        ("a.py (new), deleted.py", []),
        ("", []),
    ],
)
def test_deleted_files_are_announced(text: str, paths: list[str]) -> None:
    assert deletes_in(text) == paths


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "~/a",
        "../a",
        "a/../../b",
        "..",
        "C:\\a",
        "c:/a",
        "\\\\host\\a",
        "./../a",
        "a/b/../../..",
    ],
)
def test_paths_that_leave_the_repository(path: str) -> None:
    assert leaves(path)


@pytest.mark.parametrize(
    "path", ["a", "a/../b", "..a", "a..", ".../a", ".", "", ".git", "a/./b", "a:b", "ab:/c"]
)
def test_paths_inside_the_repository(path: str) -> None:
    assert not leaves(path)


@pytest.mark.parametrize(
    ("glob", "inside", "outside"),
    [
        ("src/*.py", ["src/a.py", "src/.py"], ["src/a/b.py", "src/a.pyc", "xsrc/a.py"]),
        ("src/**", ["src/a", "src/a/b.py"], ["srcs/a", "src"]),
        ("**/a.py", ["a.py", "x/a.py", "x/y/a.py"], ["ba.py", "a.py/b"]),
        ("src/**/a.py", ["src/a.py", "src/x/y/a.py"], ["a.py", "src/xa.py"]),
        ("a?.py", ["ab.py"], ["a.py", "a/.py", "abc.py"]),
        ("[id]/page.tsx", ["[id]/page.tsx"], ["i/page.tsx", "d/page.tsx"]),
        ("{a,b}.py", ["{a,b}.py"], ["a.py"]),
        ("a.b+c(d)|e$", ["a.b+c(d)|e$"], ["aXb+c(d)|e$", "e"]),
        ("größe/*", ["größe/ä"], ["groesse/a"]),
    ],
)
def test_globs(glob: str, inside: list[str], outside: list[str]) -> None:
    matches = matcher([glob])
    assert [path for path in [*inside, *outside] if matches(path)] == inside


def test_a_glob_matches_the_whole_path() -> None:
    assert glob_regex("**/*.py") == r"(?:.*/)?[^/]*\.py"


def test_the_scope_covers_named_files_and_folders() -> None:
    scope = WriteScope.of(
        [
            "src",
            "docs/a.md",
            "./tests/",
            "app/[id]/page.tsx",
            "lib/*.py",
            "src",
            "",
            "../out",
            "/etc",
        ]
    )
    assert scope.paths == ("src", "docs/a.md", "tests", "app/[id]/page.tsx", "lib/*.py")
    covered = ["src/a/b.py", "src", "docs/a.md", "tests/x.py", "app/[id]/page.tsx", "lib/a.py"]
    other = [
        "srcs/a.py",
        "docs/b.md",
        "docs",
        "app/i/page.tsx",
        "lib/a/b.py",
        "out",
        "etc",
        "etc/passwd",
    ]
    assert [path for path in [*covered, *other] if scope.covers(path)] == covered


def test_an_empty_scope_covers_nothing() -> None:
    assert not WriteScope.of([]).covers("a")


def test_paths_that_are_not_utf_8_are_covered_by_name_and_glob() -> None:
    scope = WriteScope.of(["a\udc80", "b/*"])
    assert scope.covers("a\udc80")
    assert scope.covers("b/\udc80")
    assert not scope.covers("c/\udc80")


MANY = 150_000


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "a," * MANY,
        "a" + " " * MANY + "b",
        "./" * MANY,
        "{," * MANY,
        "a.b " * MANY,
        "(" * MANY,
        "x - " * MANY,
        "{}" * MANY,
        "\n" * MANY,
        "{" + "a," * MANY + "}}",
        "`" * MANY,
    ],
    ids=[
        "commas",
        "blanks",
        "dots",
        "braces",
        "words",
        "brackets",
        "dashes",
        "pairs",
        "lines",
        "double",
        "ticks",
    ],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    assert paths_in(text) is not None
    assert deletes_in(text) is not None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "glob", ["**/a/" * 12 + "x", "*a" * 25 + "x", "?*" * 500, "**/" * 300, "*" * 5000]
)
def test_hostile_globs_take_linear_time(glob: str) -> None:
    scope = WriteScope.of([glob])
    assert not scope.covers("a/" * 200 + "b") or "a/" not in glob
    scope.covers("a" * 500 + "/b")


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("ab/.*?[]{}()-, \n`'\"~#—"), max_size=25))
def test_any_text_has_paths_and_a_scope(text: str) -> None:
    paths = paths_in(text)
    assert all(path.strip() for path in paths)
    scope = WriteScope.of(paths)
    assert not any(leaves(path) for path in scope.paths)
    for path in scope.paths:
        assert scope.covers(path) or path == "."
    assert not scope.covers("zzz/zzz") or any("*" in path for path in scope.paths)
