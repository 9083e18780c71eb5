"""The files that imports are resolved among."""

from __future__ import annotations

import pytest

from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports import specifiers, tsconfig
from forge.check.must_haves.imports.declared import declared
from forge.check.must_haves.imports.model import Files, upwards
from tests.check.must_haves.memory_tree import MemoryTree


def files(**texts: str) -> Files:
    return Files(MemoryTree(texts), 1 << 20)


def of(texts: dict[str, str]) -> Files:
    return files(**texts)


@pytest.mark.parametrize(
    ("path", "expected"), [("a/b/c.py", ["a/b", "a", ""]), ("a.py", [""]), ("", [""])]
)
def test_folders_upwards(path: str, expected: list[str]) -> None:
    assert list(upwards(path)) == expected


def test_the_way_upwards_is_bounded() -> None:
    assert len(list(upwards("a/" * 100 + "x"))) == 40


TREE = {"a.py": "", "src/b.py": "", "src/x/c.py": "", "src/package.json": '{"name": "own"}'}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.py", "a.py"),
        ("./a.py", "a.py"),
        ("src/../a.py", "a.py"),
        ("src", None),
        ("", None),
        (".", None),
        ("../a.py", None),
        ("missing", None),
    ],
)
def test_a_file_at_a_path(path: str, expected: str | None) -> None:
    assert of(TREE).at(path) == expected


def test_files_by_folder_and_by_name() -> None:
    files = of(TREE)
    assert files.inside("src") == ["src/b.py", "src/package.json"]
    assert files.inside("") == ["a.py"] and files.inside("none") == []
    assert files.named("c.py") == ["src/x/c.py"] and files.named("d.py") == []
    assert files.first(iter(["x", "src/b.py", "a.py"])) == "src/b.py"
    assert files.above("src/x/c.py", "package.json") == "src"
    assert files.above("a.py", "package.json") is None
    assert files.packages == {"own": "src"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"a": 1, /* why */ "b": [1, 2,],}', {"a": 1, "b": [1, 2]}),
        ('// top\n{"url": "http://x", }', {"url": "http://x"}),
        ('{"a": ",]"}', {"a": ",]"}),
        ("[1]", {}),
        ("{", {}),
        ("", {}),
    ],
)
def test_json_with_comments(text: str, expected: dict[str, object]) -> None:
    assert of({"x.json": text}).json("x.json") == expected


def test_toml_and_missing_files() -> None:
    assert of({"x.toml": "[a]\nb = 1\n"}).toml("x.toml") == {"a": {"b": 1}}
    assert of({"x.toml": "a ="}).toml("x.toml") == {}
    assert of({}).toml("x.toml") == {} == of({}).json("x.json")


def test_a_file_is_read_once() -> None:
    tree = MemoryTree({"a.py": "x"})
    files = Files(tree, 1 << 20)
    assert files.code("a.py") is files.code("a.py") and tree.reads == ["a.py"]
    assert files.code("missing.py") is None


@pytest.mark.parametrize(
    ("specifier", "others", "expected"),
    [
        ("./b", {"src/b.ts": ""}, "src/b.ts"),
        ("./b.js", {"src/b.ts": ""}, "src/b.ts"),
        ("./b", {"src/b/index.tsx": ""}, "src/b/index.tsx"),
        ("../c", {"c.mjs": ""}, "c.mjs"),
        ("./b?raw", {"src/b.ts": ""}, "src/b.ts"),
        ("raw-loader!./b", {"src/b.ts": ""}, "src/b.ts"),
        ("@/b", {"src/b.ts": ""}, "src/b.ts"),
        ("~/b", {"app/b.ts": ""}, "app/b.ts"),
        ("$lib/b", {"src/lib/b.svelte": ""}, "src/lib/b.svelte"),
        ("/logo.svg", {"public/logo.svg": ""}, "public/logo.svg"),
        ("#own", {"package.json": '{"imports": {"#own": "./x.js"}}', "x.js": ""}, "x.js"),
        ("pkg", {"p/package.json": '{"name": "pkg", "main": "m.js"}', "p/m.js": ""}, "p/m.js"),
        ("pkg/sub", {"p/package.json": '{"name": "pkg"}', "p/src/sub.ts": ""}, "p/src/sub.ts"),
        (
            "pkg",
            {"p/package.json": '{"name": "pkg", "exports": "./dist/i.js"}', "p/src/i.ts": ""},
            "p/src/i.ts",
        ),
        (
            "pkg/a",
            {"p/package.json": '{"name": "pkg", "exports": {"./*": "./s/*.js"}}', "p/s/a.js": ""},
            "p/s/a.js",
        ),
        ("react", {}, None),
        ("./missing", {}, None),
        ("", {}, None),
    ],
)
def test_javascript_specifiers(
    specifier: str, others: dict[str, str], expected: str | None
) -> None:
    assert specifiers.resolve(specifier, "src/a.ts", of(others)) == expected


@pytest.mark.parametrize(
    ("settings", "specifier", "expected"),
    [
        ('{"compilerOptions": {"paths": {"@app/*": ["src/*"]}}}', "@app/b", ["src/b"]),
        ('{"compilerOptions": {"baseUrl": "src"}}', "b", ["src/b"]),
        (
            '{"compilerOptions": {"baseUrl": ".", "paths": {"one": ["x/one"]}}}',
            "one",
            ["./x/one", "./one"],
        ),
        ('{"compilerOptions": {"paths": {"@app/*": "src/*"}}}', "@app/b", []),
        ('{"compilerOptions": 3}', "b", []),
        ("{}", "b", []),
    ],
)
def test_aliases_of_tsconfig(settings: str, specifier: str, expected: list[str]) -> None:
    files = of({"tsconfig.json": settings})
    assert list(tsconfig.bases(specifier, "a.ts", files)) == expected


def test_a_tsconfig_that_extends_another() -> None:
    base = '{"compilerOptions": {"paths": {"@/*": ["s/*"]}}}'
    files = of({"tsconfig.json": '{"extends": "./base.json"}', "base.json": base})
    assert list(tsconfig.bases("@/b", "a.ts", files)) == ["s/b"]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "def f(): pass\nclass C: pass\nx = 1\ny: int = 2\n", {"f", "C", "x", "y"}),
        ("a.py", "# def no()\ns = 'def no2()'\n", {"s"}),
        ("a.ts", "export function f() {}\nconst c = 1;\ninterface I {}\n", {"f", "c", "I"}),
        ("a.rs", "fn f() {}\nstruct S;\nmod m;\n", {"f", "S", "m"}),
        ("a.go", "func F() {}\ntype T struct{}\nconst (\n\tA = 1\n\tB\n)\n", {"F", "T", "A", "B"}),
        ("a.go", "func (t T) M() {}\n", set()),
        ("a.py", "", set()),
    ],
)
def test_declared_names(path: str, text: str, expected: set[str]) -> None:
    assert declared(Code(path, text)) == expected
