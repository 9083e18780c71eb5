"""Source files of a tree: their text, without comments, and without strings."""

from __future__ import annotations

import pytest

from forge.check.must_haves.code.file import Code, as_lines, python_tree, read
from forge.check.must_haves.code.grammars import language_of, line_of, parse, text_of, walk
from tests.check.must_haves.memory_tree import MemoryTree


@pytest.mark.parametrize(
    ("path", "text", "code", "bare"),
    [
        ("a.py", "x = 'a'  # b\n", "x = 'a'     \n", "x = ' '     \n"),
        ("a.py", '"""Doc."""\nx = "a"\n', '          \nx = "a"\n', '"""    """\nx = " "\n'),
        ("a.go", "//go:embed x\n// note\n", "//go:embed x\n       \n", "            \n       \n"),
        (
            "a.ts",
            '/// <reference path="b" />\n// c\n',
            '/// <reference path="b" />\n    \n',
            "                          \n    \n",
        ),
        ("a.unknown", "# a 'b'\n", "# a 'b'\n", "# a 'b'\n"),
    ],
)
def test_the_three_texts(path: str, text: str, code: str, bare: str) -> None:
    file = Code(path, text)
    assert file.code == code and file.bare == bare
    assert len(file.text) == len(file.code) == len(file.bare)


@pytest.mark.parametrize(("offset", "line"), [(0, 1), (1, 1), (2, 2), (4, 3), (5, 3)])
def test_the_line_of_an_offset(offset: int, line: int) -> None:
    assert Code("x", "a\nb\nc").line(offset) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\n", "a\n"), ("a\udcffb", "a\ufffdb"), ("", "")],
)
def test_line_ends_and_invalid_characters(text: str, expected: str) -> None:
    assert as_lines(text) == expected


TREE = MemoryTree({"a.py": "x = 1\r\n", "src/b.py": "", "bin": b"\0\1", "gone.py": None})


@pytest.mark.parametrize(
    ("path", "limit", "expected"),
    [
        ("missing.py", 100, "`missing.py` is not there"),
        ("src", 100, "`src` is a folder"),
        ("gone.py", 100, "`gone.py` has no git object here"),
        ("a.py", 3, "`a.py` is too large to read: 7 bytes, the limit is 3"),
        ("bin", 100, "`bin` is not text: it contains NUL bytes"),
    ],
)
def test_a_file_that_cannot_be_read(path: str, limit: int, expected: str) -> None:
    assert read(TREE, path, limit) == expected


def test_a_file_that_can_be_read() -> None:
    assert read(TREE, "a.py", 100) == Code("a.py", "x = 1\n")
    assert read(TREE, "src/b.py", 0) == Code("src/b.py", "")


@pytest.mark.parametrize(
    "text", ["def", "x = (", "\0", "import a" + ".b" * 600, "x = 1\n" * 400_000]
)
def test_python_that_is_not_parsed(text: str) -> None:
    assert python_tree(text) is None


def test_python_that_is_parsed_once() -> None:
    assert python_tree("x = 1\n") is python_tree("x = 1\n") is not None
    assert python_tree("x = '\\d'\n") is not None


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.py", "python"),
        ("a.TSX", "tsx"),
        ("a.mjs", "javascript"),
        ("a.d.ts", "typescript"),
        ("a.rs", "rust"),
        ("a.go", "go"),
        ("A.java", "java"),
        ("a.cs", "csharp"),
        ("a.php", "php"),
        ("a.rb", "ruby"),
        ("a.swift", None),
        ("a", None),
    ],
)
def test_languages(path: str, language: str | None) -> None:
    assert language_of(path) == language


def test_a_syntax_tree() -> None:
    tree = parse("go", b"package a\n\nfunc Run() {}\n")
    assert tree is not None
    names = [node for node in walk(tree.root_node) if node.type == "identifier"]
    assert [(text_of(node), line_of(node)) for node in names] == [("Run", 3)]
    assert text_of(None) == ""


@pytest.mark.parametrize("language", ["python", "cobol", ""])
def test_a_language_without_grammar(language: str) -> None:
    assert parse(language, b"x") is None


def test_open_brackets_that_pile_up_are_refused() -> None:
    assert parse("go", b"(" * 3000) is None
    assert parse("go", b"()" * 3000) is not None
