"""Masking: what is a comment or a string in each language, and that nothing else of the text
changes.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.check.must_haves.code.masking import masked

C_FAMILY = [
    "c",
    "h",
    "cpp",
    "cs",
    "go",
    "java",
    "js",
    "kt",
    "php",
    "rs",
    "scala",
    "swift",
    "ts",
    "dart",
    "zig",
    "proto",
    "groovy",
]
HASHED = ["py", "rb", "sh", "yaml", "toml", "pl", "r", "ex", "nix", "ps1", "gd", "graphql"]
FRAGMENTS = [
    '"',
    "'",
    "`",
    '"""',
    "'''",
    "/*",
    "*/",
    "//",
    "#",
    "--",
    "{-",
    "-}",
    "(*",
    "*)",
    "${",
    "#{",
    "\\(",
    "$(",
    "{",
    "}",
    ")",
    "\\",
    "\n",
    "\r\n",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<?php",
    "?>",
    "<<~X",
    "<<X",
    "X",
    "[[",
    "]]",
    "=begin",
    "=end",
    'r#"',
    '"#',
    '@"',
    '$"',
    "a",
    " ",
    "/",
    "[",
    "]",
    "é",
    "\ud800",
    "%w[",
    "%",
    ";",
    "'''\n",
    "=",
]
OTHERS = [
    "html",
    "vue",
    "css",
    "scss",
    "lua",
    "sql",
    "hs",
    "ml",
    "clj",
    "jl",
    "xml",
    "json",
    "bat",
    "astro",
    "tf",
]


def hidden(path: str, text: str, word: str) -> bool:
    code = masked(path, text)
    assert code is not None
    return word not in code


@pytest.mark.parametrize("extension", C_FAMILY)
def test_slash_comments_of_the_c_family_are_blanked_and_code_stays(extension: str) -> None:
    start = "<?php " if extension == "php" else ""
    text = f"{start}before(); // secret\nmiddle();\nlast();\n"
    code = masked(f"x.{extension}", text)
    assert code is not None
    assert "secret" not in code
    assert all(word in code for word in ("before", "middle", "last"))


@pytest.mark.parametrize("extension", HASHED)
def test_hash_comments_are_blanked_and_code_stays(extension: str) -> None:
    code = masked(f"x.{extension}", "before = 1 # secret\nafter = 2\n")
    assert code is not None
    assert "secret" not in code
    assert "before = 1" in code
    assert "after = 2" in code


@pytest.mark.parametrize(
    ("path", "text", "gone", "kept"),
    [
        ("a.c", "a(); /* x\n y */ b();", "x", "b();"),
        ("a.rs", "a(); /* x /* y */ z */ b();", "z", "b();"),
        ("a.c", "a(); /* x /* y */ z();", "y", "z();"),
        ("a.rs", "fn f<'a>(s: &'a str) { g('\"'); h() } // x", "x", "h()"),
        ("a.rs", 'let s = r#"a "x" b"#; t()', "x", "t()"),
        ("a.cpp", 'auto s = R"q(a " x)q"; t(1\'000);', "x", "t("),
        ("a.js", "const r = /['\"x]/g; t()", "x", "t()"),
        ("a.js", "const q = a / b / c; // x", "x", "a / b / c"),
        ("a.js", 'return /a"b/.test(s) // x', "x", ".test(s)"),
        ("a.tsx", "<p>Don't</p>; t() // x", "x", "t()"),
        ("a.ts", "const s = `x ${call({ a: `y` })} z`; t()", "x", "call("),
        ("a.py", '"""x\ny"""\nt = f"x {call("y")} {{z}}"', "z", "call("),
        ("a.py", "s = 'a\\'x'; t()", "x", "t()"),
        ("a.rb", "s = <<~SQL, t()\n  x it's\nSQL\nu()", "x", "u()"),
        ("a.rb", "a << b\nc(%w[x y])\n=begin\nz\n=end\nd()", "z", "a << b"),
        ("a.sh", "cat <<'EOF' | t\nit's x\nEOF\nu a#b # y", "x", "u a#b"),
        ("a.sh", 's="x $(call "y") z"; echo ${#s} t', "z", "${#s} t"),
        ("a.php", "<p>Don't</p><?php t('x'); // y ?>it's<?= u() # z", "z", "it's"),
        ("a.php", "<?php $s = <<<EOT\nx's\n  EOT; t(); #[Attr]\n", "x", "#[Attr]"),
        ("a.cs", 't(@"C:\\x\\"); u($"y {call("z")}"); v()', "x", "call("),
        ("a.cs", 't("""a "x" b"""); u()', "x", "u()"),
        (
            "a.cs",
            't($"""x "y" {call("z")}"""); t($$"""x {y} {{call("z")}} w"""); u()',
            "x",
            'call(" ")}',
        ),
        ("a.go", "t(`x \\`, '\"'); u()", "x", "u()"),
        ("a.kt", 't("""x ${call("y")} " """); /* a /* b */ z */ u()', "z", "call("),
        ("a.swift", 't("x \\(call("y")) z"); u()', "z", "call("),
        ("a.dart", 't(r\'x\\\', """y ${call()} \'"""); u()', "x", "call()"),
        ("a.lua", "t([==[ x ]] ]==]) --[[ y\n z ]] u()", "z", "u()"),
        ("a.sql", "select t('it''s x') -- y\nfrom u", "x", "from u"),
        ("a.hs", "f' y = '\"' : t -- x\n{- a {- b -} x -} u", "x", "u"),
        ("a.css", 'a { b: "x" } /* y */ .c {}', "y", ".c {}"),
        ("a.scss", "a { b: url(http://h) } // x", "x", "http://h"),
        ("a.html", "<p>it's</p><!-- x --><script>t('y') // z\n</script><b>", "z", "<b>"),
        ("a.vue", '<p>Don\'t</p><script setup lang="ts">t() // x\n</script>', "x", "t()"),
        ("a.ex", 't("x #{call("y")} z") # w', "z", "call("),
        ("a.ps1", '<# x #> t "y $(call) z" # w', "x", "call"),
        ("Dockerfile", "# x\nRUN t", "x", "RUN t"),
        ("deep/Makefile", "all: t # x", "x", "all: t"),
    ],
)
def test_comments_and_strings_are_separated_from_code(
    path: str, text: str, gone: str, kept: str
) -> None:
    code = masked(path, text)
    assert code is not None
    assert gone not in code
    assert kept in code


@pytest.mark.parametrize(
    ("path", "text", "kept"),
    [
        ("a.yaml", "run: it's # x\nurl: http://h#y\ncolour: '#fff'\n", "'#fff'"),
        ("a.toml", "name = 'x#y' # z\n", "'x#y'"),
        ("a.json", '{"a": "x//y"}', "x//y"),
        ("a.html", '<a href="x.js">', "x.js"),
        ("a.tf", 'source = "./x" # y', "./x"),
    ],
)
def test_strings_stay_in_data_formats(path: str, text: str, kept: str) -> None:
    code = masked(path, text)
    assert code is not None
    assert kept in code


def test_strings_stay_if_only_comments_are_masked_everywhere() -> None:
    assert masked("a.ts", 'import "x" // y', strings=False) == 'import "x"     '
    assert masked("a.ts", 'import "x" // y') == 'import " "     '


@pytest.mark.parametrize("path", ["a.txt", "a.md", "a", "LICENSE", "a.unknown", ""])
def test_a_language_that_is_not_known_is_not_guessed(path: str) -> None:
    assert masked(path, "# a 'text'") is None


def test_an_unclosed_quote_spoils_no_more_than_its_line() -> None:
    assert masked("a.js", "it's\nrun('x')") == "it's\nrun(' ')"
    assert hidden("a.js", "it's // x", "x")


def test_what_is_never_closed_goes_to_the_end() -> None:
    assert masked("a.c", "a /* b") == "a     "
    assert masked("a.js", "a ` b\nc") == "a `  \n "


@pytest.mark.parametrize("extension", [*C_FAMILY, *HASHED, *OTHERS])
@settings(max_examples=30)
@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=60))
def test_length_and_line_ends_stay_and_only_blanks_are_put_in(
    extension: str, parts: list[str]
) -> None:
    text = "".join(parts)
    for strings in (True, False):
        code = masked(f"x.{extension}", text, strings=strings)
        assert code is not None
        assert len(code) == len(text)
        assert all(
            new in (old, " ") and (old != "\n" or new == "\n")
            for old, new in zip(text, code, strict=True)
        )


@pytest.mark.parametrize(
    "extension", ["js", "py", "rb", "sh", "php", "html", "cs", "rs", "cpp", "lua", "kt", "ps1"]
)
@pytest.mark.parametrize(
    "part",
    [
        "'",
        '"',
        "\\'",
        "/[",
        "= /a",
        "<<A ",
        "${",
        '"${',
        'f"{',
        "<script ",
        "<!--",
        'r#"',
        'R"a(',
        "[=[",
        "<?php ",
        "/*",
    ],
)
def test_no_text_takes_more_than_linear_time(extension: str, part: str) -> None:
    text = part * (200_000 // len(part))
    code = masked(
        f"x.{extension}", text
    )  # quadratic reading would take minutes, and the test's time is limited
    assert code is not None
    assert len(code) == len(text)
