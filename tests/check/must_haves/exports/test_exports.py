"""Exports beyond one file's syntax tree: re-exported names, inherited members, text without a tree,
broken files.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.check.must_haves import exports
from forge.check.must_haves.code import grammars
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.exports import outline
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.outcome import Outcome
from tests.check.must_haves.memory_tree import MemoryTree


def look(texts: dict[str, str], name: str) -> Outcome:
    """Look for a name in the first of the files."""
    path, text = next(iter(texts.items()))
    (wanted,) = exports.wanted(name)
    return exports.find(Code(path, text), wanted, Files(MemoryTree(texts), 1 << 20))


@pytest.mark.parametrize(
    "texts",
    [
        {"src/index.ts": 'export * from "./a";', "src/a.ts": "export const wanted = 1;"},
        {
            "src/index.ts": 'export * from "./b";',
            "src/b.ts": 'export * from "./c";',
            "src/c.ts": "export class wanted {}",
        },
        {"src/index.ts": 'export * from "./d";', "src/d/index.ts": "export { wanted } from './e';"},
        {"index.js": 'module.exports = require("./a");', "a.js": "exports.wanted = 1;"},
        {
            "index.js": 'module.exports = { ...require("./a") };',
            "a.js": "module.exports = { wanted() {} };",
        },
        {"pkg/__init__.py": "from .core import *\n", "pkg/core.py": "def wanted(): ...\n"},
        {"pkg/__init__.py": "from .core import wanted\n", "pkg/core.py": ""},
        {"src/lib.rs": "mod core;\npub use core::*;", "src/core.rs": "pub fn wanted() {}"},
    ],
)
def test_a_name_that_a_file_passes_on_is_exported(texts: dict[str, str]) -> None:
    outcome = look(texts, "wanted")
    assert outcome.verdict == "pass", outcome.reason
    assert outcome.evidence[0].path == next(iter(texts))
    assert outcome.evidence[0].how == "re-export (syntax tree)"


@pytest.mark.parametrize(
    "texts",
    [
        {"src/index.ts": 'export * from "./a";', "src/a.ts": "const wanted = 1;"},
        {"src/index.ts": 'export * from "./a";', "src/a.ts": 'export * from "./index";'},
        {"src/index.ts": 'export * from "./a";', "src/a.ts": "export default 1;"},
        {"pkg/__init__.py": "from .core import *\n", "pkg/core.py": "def _wanted(): ...\n"},
        {"pkg/mod.py": "from .core import wanted\n", "pkg/core.py": "def wanted(): ...\n"},
    ],
)
def test_what_is_not_public_there_is_not_passed_on(texts: dict[str, str]) -> None:
    assert (
        look(texts, "default" if "default" in texts.get("src/a.ts", "") else "wanted").verdict
        == "fail"
    )


def test_a_module_that_cannot_be_looked_into_leaves_the_name_undecided() -> None:
    outcome = look({"index.ts": 'export * from "some-package";'}, "wanted")
    assert outcome.verdict == "unproven"
    assert "some-package" in outcome.reason


@pytest.mark.parametrize(
    ("texts", "name", "verdict"),
    [
        (
            {
                "UserStore.php": "<?php class UserStore extends Base {}",
                "lib/Base.php": "<?php class Base { function find() {} }",
            },
            "find()",
            "pass",
        ),
        (
            {
                "A.java": "public class A extends B {}",
                "B.java": "public class B extends C {}",
                "C.java": "public class C { public void run() {} }",
            },
            "A.run",
            "pass",
        ),
        (
            {"A.cs": "public class A : B {}", "B.cs": "public class B { private void Run() {} }"},
            "Run",
            "fail",
        ),
        ({"A.java": "public class A extends Elsewhere {}"}, "run", "fail"),
        ({"A.java": "public class A extends Elsewhere {}"}, "A.run", "unproven"),
        (
            {
                "A.php": "<?php class A { use Shared; }",
                "Shared.php": "<?php trait Shared { public function share() {} }",
            },
            "A::share",
            "pass",
        ),
    ],
)
def test_members_of_a_base_type_are_members(texts: dict[str, str], name: str, verdict: str) -> None:
    assert look(texts, name).verdict == verdict


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.kt", "class Store { fun save() {} }", "Store.save"),
        ("a.dart", "class Store {}", "Store"),
        ("bus.lua", "local Bus = {}\nfunction Bus:on() end\nreturn Bus", "bus:on"),
        ("a.sql", "create table users (id int);", "users"),
        ("a.h", "int store_open(void);", "store_open()"),
        ("a.md", "name: silver-add\n", "name: silver-add"),
        ("Card.vue", "<script setup></script>", "default"),
        ("Card.svelte", "<p>x</p>", "Card"),
        ("Card.vue", "<script>export const size = 1</script>", "size"),
    ],
)
def test_without_a_syntax_tree_a_whole_word_is_found_and_labelled(
    path: str, text: str, name: str
) -> None:
    outcome = look({path: text}, name)
    assert outcome.verdict == "pass", outcome.reason
    assert outcome.evidence[0].how in ("export (text)", "component file")


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.kt", 'class Stores // Store\nval s = "Store"', "Store"),
        ("a.lua", "-- Bus\nlocal Busy = 1", "Bus"),
        ("a.kt", "class Store", "Store.save"),
        ("Card.vue", "<!-- size --><script>// size</script>", "size"),
        ("a.txt", "stores", "Store"),
    ],
)
def test_parts_of_words_comments_and_strings_do_not_count(path: str, text: str, name: str) -> None:
    assert look({path: text}, name).verdict == "fail"


def test_a_missing_grammar_falls_back_to_labelled_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        grammars, "_GRAMMARS", {"go": ("tree_sitter_that_is_not_installed", "language")}
    )
    grammars._parser.cache_clear()
    outline.outline_of.cache_clear()
    try:
        outcome = look({"a.go": "func Run() {}"}, "Run")
        assert outcome.verdict == "pass"
        assert outcome.evidence[0].how == "export (text)"
        assert look({"a.go": "// Run"}, "Run").verdict == "fail"
    finally:
        monkeypatch.undo()
        grammars._parser.cache_clear()
        outline.outline_of.cache_clear()


def test_python_that_does_not_parse_is_read_as_text_at_the_line_start_only() -> None:
    broken = (
        "def run():\n    return 1\n\nprint 'x'\nclass Box: pass\nLIMIT = 1\n    inner ="
        " 2\ncall(used)\n"
    )
    for name in ("run", "Box", "LIMIT"):
        outcome = look({"a.py": broken}, name)
        assert outcome.verdict == "pass"
        assert outcome.evidence[0].how == "export (text)"
    for name in ("inner", "used", "missing", "_run"):
        assert look({"a.py": broken}, name).verdict == "unproven", name


def test_a_broken_file_still_shows_what_its_tree_holds() -> None:
    broken = "export const one = 1;\nexport const = ;\nexport function two( {\n use(three);"
    assert look({"a.ts": broken}, "one").verdict == "pass"
    outcome = look({"a.ts": broken}, "three")
    assert outcome.verdict == "unproven"
    assert "does not parse" in outcome.reason
    assert look({"a.ts": broken}, "four").verdict == "fail"


def test_a_file_too_large_for_a_syntax_tree_is_not_decided() -> None:
    assert look({"a.ts": "x;" * grammars.MOST_BYTES}, "x").verdict == "unproven"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("java", "a<" * 100_000),
        ("rust", "%w[" * 50_000),
        ("go", "{[" * 50_000),
        ("csharp", "a<a<" * 50_000),
        ("typescript", "a<b,c>(" * 50_000),
        ("ruby", "([" * 50_000),
        ("php", "<?php " + "[" * 100_000),
        ("tsx", "<a>" * 3_000),
    ],
)
def test_source_that_would_exhaust_a_parser_is_refused_and_the_next_is_parsed(
    language: str, text: str
) -> None:
    grammars.parse(language, text.encode())  # without its bounds, gigabytes of memory or a crash
    tree = grammars.parse(language, b"<?php f();" if language == "php" else b"f();")
    assert tree is not None


def test_deep_nesting_ends_in_a_verdict() -> None:
    for path, text in {
        "a.ts": "export namespace A {" * 900 + "}" * 900,
        "A.java": "public class A {" * 900 + "}" * 900,
        "a.rs": "pub mod a {" * 900 + "}" * 900,
        "a.rb": "module A\n" * 900 + "end\n" * 900,
        "a.py": (
            "class A:\n"
            + "".join("    " * depth + "class B:\n" for depth in range(1, 90))
            + "    " * 90
            + "x = 1\n"
        ),
        "b.ts": "export const a = " + "f(" * 900 + ")" * 900,
        "c.ts": "export const [" + "[" * 900 + "a" + "]" * 900 + "] = b;",
        "b.py": "x = " + "(" * 3000,
        "c.py": "x = " + "-" * 100_000 + "1",
        "d.py": "__all__ = [" + " + ".join(["'a'"] * 3000) + "]",
    }.items():
        assert look({path: text}, "wanted").verdict in ("fail", "unproven"), path


PIECES = st.sampled_from(
    [
        "export ",
        "default ",
        "* ",
        "from ",
        '"./a"',
        "{ a as b }",
        "class A ",
        "{",
        "}",
        "(",
        ")",
        "=",
        "a",
        "module.exports",
        ";",
        "pub ",
        "fn ",
        "impl ",
        "use ",
        "a::{b, *}",
        "func ",
        "type ",
        "struct ",
        "def ",
        "private ",
        "end ",
        "<?php ",
        "\n",
        "//",
        "'",
        "interface ",
        "record R(int a)",
        "@",
        "#[x]",
        "namespace ",
        "import ",
        "__all__ = ",
        "[",
        "]",
        ",",
        "é",
        "\ud800",
        "`",
        "${",
    ]
)


@pytest.mark.parametrize(
    "extension",
    ["py", "js", "ts", "tsx", "rs", "go", "java", "cs", "php", "rb", "vue", "kt", "d.ts"],
)
@settings(max_examples=40)
@given(
    pieces=st.lists(PIECES, max_size=40),
    name=st.sampled_from(["a", "A.b", "default", "*", "b()", "class A"]),
)
def test_no_source_makes_the_look_raise(extension: str, pieces: list[str], name: str) -> None:
    path, text = f"x.{extension}", "".join(pieces)
    (wanted,) = exports.wanted(name)
    outcome = exports.find(Code(path, text), wanted, Files(MemoryTree({path: text}), 1 << 20))
    assert outcome.verdict in ("pass", "fail", "unproven")
    assert outcome.reason or outcome.evidence
