"""Comments and strings of each language, in a table of small samples."""

from __future__ import annotations

import pytest

from forge.check.must_haves.code.lexicons import lexicon_of
from forge.check.must_haves.code.masking import masked

# A path, the text, and what is left when comments and the contents of strings are blank.
SAMPLES = [
    ("a.py", "x = 1  # note", "x = 1        "),
    ("a.py", "x = 'a#b'", "x = '   '"),
    ("a.py", 'x = """a\nb"""', 'x = """ \n """'),
    ("a.py", "f'{name} text'", "f'{name}     '"),
    ("a.py", r"x = 'it\'s'  # n", "x = '     '     "),
    ("a.js", "a(); // note", "a();        "),
    ("a.js", "a(/* b */ c)", "a(        c)"),
    ("a.js", "x = `a ${b} c`", "x = `  ${b}  `"),
    ("a.js", "x = /a'b/g", "x = /     "),
    ("a.js", "x = a / b / c", "x = a / b / c"),
    ("a.ts", "const s = 'a//b'", "const s = '    '"),
    ("a.tsx", "// only", "       "),
    ("a.go", "x := `a\nb` // c", "x := ` \n `     "),
    ("a.go", 'x := "a" /* b */', 'x := " "        '),
    ("a.rs", "/* a /* b */ c */ d", "                  d"),
    ("a.rs", 'let s = r#"a"b"#;', 'let s = r#"   "#;'),
    ("a.rs", "let c = 'a'; // b", "let c = 'a';     "),
    ("a.java", 'x = "a"; // b', 'x = " ";     '),
    ("a.c", "int a; /* b\nc */ int d;", "int a;     \n     int d;"),
    ("a.cpp", 'auto s = R"(a"b)";', 'auto s = R"(   )";'),
    ("a.cpp", "int n = 1'000; // a", "int n = 1'000;     "),
    ("a.cs", 'x = $"a {b} c";', 'x = $"  {b}  ";'),
    ("a.cs", 'x = @"a\\"; // b', 'x = @"  ";     '),
    ("a.kt", 'x = "a ${b} c" // d', 'x = "  ${b}  "     '),
    ("a.swift", 'x = "a \\(b) c"', 'x = "  \\(b)  "'),
    ("a.scala", "/* a /* b */ */ c", "                c"),
    ("a.dart", "x = 'a ${b}'; // c", "x = '  ${b}';     "),
    ("a.groovy", "x = 'a' // b", "x = ' '     "),
    ("a.rb", "x = 'a' # b", "x = ' '    "),
    ("a.rb", 'x = "a #{b} c"', 'x = "  #{b}  "'),
    ("a.rb", "=begin\na\n=end\nb", "      \n \n    \nb"),
    ("a.rb", "x = <<~EOS\na\nEOS\nb", "x = <<~EOS\n \nEOS\nb"),
    ("a.sh", "echo a # b", "echo a    "),
    ("a.sh", "echo $# a#b", "echo $# a#b"),
    ("a.sh", "echo 'a # b'", "echo '     '"),
    ("a.pl", "my $x = 1; # a", "my $x = 1;    "),
    ("a.php", "<p>#</p><?php a(); // b", "<p>#</p><?php a();     "),
    ("a.php", "<?php a(); ?> // b", "<?php a(); ?> // b"),
    ("a.sql", "SELECT 1 -- a", "SELECT 1     "),
    ("a.sql", "SELECT 'a--b'", "SELECT '    '"),
    ("a.mysql", "# a\nSELECT 1", "   \nSELECT 1"),
    ("a.css", "a { } /* b */", "a { }        "),
    ("a.css", "a { } // b", "a { } // b"),
    ("a.scss", "a { } // b", "a { }     "),
    ("a.lua", "x = 1 -- a", "x = 1     "),
    ("a.lua", "--[[ a\nb ]] x", "      \n     x"),
    ("a.hs", "x = 1 -- a", "x = 1     "),
    ("a.hs", "{- a {- b -} -} x", "                x"),
    ("a.hs", "x --> y", "x --> y"),
    ("a.ml", "(* a *) let x = 1", "        let x = 1"),
    ("a.fs", "let x = 1 // a", "let x = 1     "),
    ("a.ex", 'x = "a" # b', 'x = " "    '),
    ("a.erl", "x() -> 1. % a", "x() -> 1.    "),
    ("a.clj", "(a) ; b", "(a)    "),
    ("a.jl", "x = 1 #= a =# + 2", "x = 1         + 2"),
    ("a.r", "x <- 'a' # b", "x <- ' '    "),
    ("a.ps1", "$x = 1 # a", "$x = 1    "),
    ("a.ps1", "<# a #> $x", "        $x"),
    ("a.bat", "REM a\necho b", "     \necho b"),
    ("a.vb", "x = 1 ' a", "x = 1    "),
    ("a.pas", "{ a } x := 1;", "      x := 1;"),
    ("a.adb", "x := 1; -- a", "x := 1;     "),
    ("a.f90", "x = 1 ! a", "x = 1    "),
    ("a.nix", "x = 1; # a", "x = 1;    "),
    ("a.zig", "x = 1; // a", "x = 1;     "),
    ("a.nim", "x = 1 # a", "x = 1    "),
    ("a.graphql", "type A # b", "type A    "),
    ("a.asm", "mov a, b ; c", "mov a, b    "),
    ("a.gd", "x = 1 # a", "x = 1    "),
    ("a.cmake", "set(A b) # c", "set(A b)    "),
    ("a.yaml", "a: b # c", "a: b    "),
    ("a.yaml", "a: b#c", "a: b#c"),
    ("a.yaml", "a: '# b'", "a: '# b'"),
    ("a.toml", "a = 'b' # c", "a = 'b'    "),
    ("a.json", '{"a": 1} // b', '{"a": 1}     '),
    ("a.tf", "a = 1 # b", "a = 1    "),
    ("a.ini", "; a\nb = 1", "   \nb = 1"),
    ("a.env", "# a\nB=1", "   \nB=1"),
    ("a.mk", "a: b # c", "a: b    "),
    ("a.tex", "a % b", "a    "),
    ("a.tex", "a \\% b", "a \\% b"),
    ("a.xml", "<a/><!-- b -->", "<a/>          "),
    ("a.html", "<p>a</p><!-- b -->", "<p>a</p><!--   -->"),
    ("a.html", "<script>a(); // b\n</script>", "<script>a();     \n</script>"),
    ("a.vue", "<style>a { } // b\n</style>", "<style>a { }     \n</style>"),
    ("a.astro", "---\na(); // b\n---\n<p>//</p>", "---\na();     \n---\n<p>//</p>"),
    ("Makefile", "a: b # c", "a: b    "),
    ("Dockerfile", "# a\nRUN b", "   \nRUN b"),
    ("Dockerfile.dev", "# a\nRUN b", "   \nRUN b"),
    ("Gemfile", "gem 'a' # b", "gem ' '    "),
    (".env.local", "# a\nB=1", "   \nB=1"),
    (".gitignore", "# a\nb", "   \nb"),
    ("CMakeLists.txt", "set(A b) # c", "set(A b)    "),
    ("BUILD", "x = 1  # a", "x = 1     "),
]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    SAMPLES,
    ids=[f"{path}-{n}" for n, (path, _, _) in enumerate(SAMPLES)],
)
def test_a_sample(path: str, text: str, expected: str) -> None:
    result = masked(path, text)
    assert result is not None and len(result) == len(text)
    assert result.replace(" ", "") == expected.replace(" ", ""), result
    assert result.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "path", ["a", "README", "a.unknown", "a.md", "a.txt", "a.png", "Dockerfile2", "", "py", ".py"]
)
def test_files_without_rules(path: str) -> None:
    assert lexicon_of(path) is None and masked(path, "# a 'b' // c") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("a.py", "b/C.PY"), ("a.ts", "a.js"), ("a.yml", "a.yaml"), ("makefile", "x/Makefile")],
)
def test_names_with_the_same_rules(one: str, other: str) -> None:
    assert lexicon_of(one) is lexicon_of(other) is not None


@pytest.mark.parametrize(("path", "text"), [(path, text) for path, text, _ in SAMPLES])
def test_strings_stay_if_only_comments_are_masked(path: str, text: str) -> None:
    comments, both = masked(path, text, strings=False), masked(path, text)
    assert comments is not None and both is not None
    for at, char in enumerate(both):
        assert not char.strip() or comments[at] == char == text[at]
