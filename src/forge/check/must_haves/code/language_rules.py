"""The lexical rules of each language. A table; `masking` applies it."""

from __future__ import annotations

from msgspec.structs import replace

from forge.check.must_haves.code.lexicon import Lexicon, Quote, Section

SLASHES, HASH, DASHES = r"//[^\n]*", r"#[^\n]*", r"--[^\n]*"
HASH_WORD = r"(?<![^\s;&|()])#[^\n]*"
C_BLOCK, XML_BLOCK = (r"/\*", "*/"), (r"<!--", "-->")
DOUBLE, SINGLE = Quote('"', '"'), Quote("'", "'")
LONG_DOUBLE, LONG_SINGLE = Quote('"', '"', lines=True), Quote("'", "'", lines=True)
TRIPLE, TRIPLE_SINGLE = Quote('"""', '"""', lines=True), Quote("'''", "'''", lines=True)
RAW_BACKTICK = Quote("`", "`", escape="", lines=True)
PLAIN_SINGLE = Quote("'", "'", escape="")
CHARACTER = r"'(?:\\[^\n']{1,10}|[^\\'\n])'"

C = Lexicon((SLASHES,), (C_BLOCK,), (DOUBLE, SINGLE))
CPP = replace(
    C,
    quotes=(
        Quote(r'\bR"(?P<tag>[^()\\\s]{0,16})\(', ')TAG"', escape="", lines=True),
        DOUBLE,
        SINGLE,
    ),
    skips=(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])",),
)
JAVA = replace(C, quotes=(TRIPLE, DOUBLE, SINGLE))
JAVASCRIPT = replace(
    C, quotes=(DOUBLE, SINGLE, Quote("`", "`", lines=True, hole=r"\$\{")), regex=True
)
CSHARP = replace(
    C,
    quotes=(
        Quote(r'\$"""', '"""', escape=r"\{\{", lines=True, hole=r"\{"),
        Quote(r'\$\$+"""', '"""', escape="", lines=True, hole=r"\{\{"),
        Quote(r'"""(?P<tag>"*)', '"""TAG', escape="", lines=True),
        Quote(r'(?:\$@|@\$)"', '"', escape=r'""|\{\{', lines=True, hole=r"\{"),
        Quote(r'@"', '"', escape='""', lines=True),
        Quote(r'\$"', '"', escape=r"\\[\s\S]|\{\{", hole=r"\{"),
        DOUBLE,
        SINGLE,
    ),
)
RUST = Lexicon(
    (SLASHES,),
    (C_BLOCK,),
    (Quote(r'\bb?c?r(?P<tag>#*)"', '"TAG', escape="", lines=True), LONG_DOUBLE),
    (CHARACTER,),
    True,
)
GO = replace(C, quotes=(DOUBLE, SINGLE, RAW_BACKTICK))
KOTLIN = Lexicon(
    (SLASHES,),
    (C_BLOCK,),
    (
        Quote('"""', '"""', escape="", lines=True, hole=r"\$\{"),
        Quote('"', '"', hole=r"\$\{"),
        SINGLE,
    ),
    (),
    True,
)
SCALA = Lexicon(
    (SLASHES,), (C_BLOCK,), (Quote('"""', '"""', escape="", lines=True), DOUBLE), (CHARACTER,), True
)
SWIFT = Lexicon(
    (SLASHES,),
    (C_BLOCK,),
    (
        Quote(r'(?P<tag>#+)"', '"TAG', escape="", lines=True),
        Quote('"""', '"""', escape=r"\\[^(]", lines=True, hole=r"\\\("),
        Quote('"', '"', escape=r"\\[^(]", hole=r"\\\("),
    ),
    (),
    True,
)
DART_HOLE = r"\$\{"
DART = Lexicon(
    (SLASHES,),
    (C_BLOCK,),
    (
        Quote(r"\br(?P<tag>'''|\"\"\"|'|\")", "TAG", escape="", lines=True),
        *(
            Quote(mark, mark, lines=len(mark) > 1, hole=DART_HOLE)
            for mark in ("'''", '"""', "'", '"')
        ),
    ),
    (),
    True,
)
GROOVY = replace(
    C,
    quotes=(
        Quote('"""', '"""', lines=True, hole=r"\$\{"),
        TRIPLE_SINGLE,
        Quote('"', '"', hole=r"\$\{"),
        SINGLE,
    ),
)
F_STRING = r"(?<![\w])[fF][rR]?|(?<![\w])[rR][fF]"
PYTHON = Lexicon(
    (HASH,),
    quotes=(
        *(
            Quote(f"(?:{F_STRING}){mark}", mark, r"\\[\s\S]|\{\{", len(mark) > 1, r"\{")
            for mark in ('"""', "'''", '"', "'")
        ),
        TRIPLE,
        TRIPLE_SINGLE,
        DOUBLE,
        SINGLE,
    ),
)
RUBY = Lexicon(
    (HASH, r"^__END__[\s\S]*"),
    ((r"^=begin\b", "\n=end"),),
    (
        Quote('"', '"', lines=True, hole=r"#\{"),
        Quote("`", "`", lines=True, hole=r"#\{"),
        LONG_SINGLE,
        *(
            Quote(f"%[qQwWiI]?{re_open}", close, lines=True)
            for re_open, close in (
                (r"(?<=[qQwWiI])\(", ")"),
                (r"(?<=[qQwWiI])\[", "]"),
                (r"(?<=[qQwWiI])\{", "}"),
            )
        ),
    ),
    (r"[$?]['\"`#]", r"\\."),
    heredoc=r"<<[~-]?(?P<mark>['\"]?)(?P<word>[A-Z_]\w*)(?P=mark)",
    regex=True,
)
SHELL = Lexicon(
    (HASH_WORD,),
    (),
    (
        Quote(r"\$'", "'", lines=True),
        Quote("'", "'", "", True),
        Quote('"', '"', lines=True, hole=r"\$\("),
    ),
    (r"\\[\s\S]", r"<<<", r"\$\(\(", r"\$\{#"),
    heredoc=r"<<-?[ \t]*(?P<mark>['\"\\]?)(?P<word>\w+)['\"]?",
)
PERL = Lexicon(
    (r"(?<![$\w])#[^\n]*", r"^__(?:END|DATA)__[\s\S]*"),
    ((r"^=[a-z]\w*", "\n=cut"),),
    (LONG_DOUBLE, LONG_SINGLE),
    (r"[$@&]['\"#]", r"\\.", r"(?<=\w)'(?=\w)"),
    heredoc=r"<<~?(?P<mark>['\"]?)(?P<word>[A-Z_]\w*)(?P=mark)",
)
PHP_CODE = Lexicon(
    (r"(?://|#(?!\[))(?:(?!\?>)[^\n])*",),
    (C_BLOCK,),
    (LONG_DOUBLE, LONG_SINGLE, Quote("`", "`", lines=True)),
    heredoc=r"<<<[ \t]*(?P<mark>['\"]?)(?P<word>\w+)(?P=mark)",
    heredoc_end=r"^[ \t]*(\w+)",
)
SQL = Lexicon((DASHES,), (C_BLOCK,), (Quote("'", "'", "", True),))
MYSQL_HASH = r"^[ \t]*#[^\n]*"
CSS = Lexicon((), (C_BLOCK,), (DOUBLE, SINGLE))
SCSS = replace(CSS, comments=(r"(?<!:)//[^\n]*",))
LUA = Lexicon(
    (DASHES,),
    ((r"--\[\[", "]]"), (r"--\[=\[", "]=]"), (r"--\[==\[", "]==]")),
    (Quote(r"\[(?P<tag>=*)\[", "]TAG]", escape="", lines=True), DOUBLE, SINGLE),
)
HASKELL = Lexicon(
    (r"--+(?![!#$%&*+./<=>?@\\^|~:])[^\n]*",),
    ((r"\{-", "-}"),),
    (LONG_DOUBLE,),
    (CHARACTER, r"(?<=\w)'+"),
    True,
)
OCAML = Lexicon((), ((r"\(\*(?!\))", "*)"),), (LONG_DOUBLE,), (CHARACTER, r"(?<=\w)'+"), True)
FSHARP = Lexicon(
    (SLASHES,),
    ((r"\(\*(?!\))", "*)"),),
    (TRIPLE, Quote('@"', '"', '""', True), LONG_DOUBLE),
    (CHARACTER, r"(?<=\w)'+"),
)
ELIXIR = Lexicon(
    (HASH,),
    (),
    (
        Quote('"""', '"""', lines=True, hole=r"#\{"),
        TRIPLE_SINGLE,
        Quote('"', '"', lines=True, hole=r"#\{"),
        SINGLE,
    ),
    (r"\?\\?.",),
)
ERLANG = Lexicon((r"%[^\n]*",), (), (LONG_DOUBLE, SINGLE), (r"\$\\?.",))
LISP = Lexicon((r";[^\n]*",), ((r"#\|", "|#"),), (LONG_DOUBLE,), (r"\\.",))
JULIA = Lexicon((HASH,), ((r"#=", "=#"),), (TRIPLE, LONG_DOUBLE), (CHARACTER,), True)
R = Lexicon((HASH,), (), (LONG_DOUBLE, LONG_SINGLE))
POWERSHELL = Lexicon(
    (r"(?<![\w`$])#[^\n]*",),
    ((r"<#", "#>"),),
    (
        Quote(r'@"(?=\s)', '\n"@', "", True),
        Quote(r"@'(?=\s)", "\n'@", "", True),
        Quote('"', '"', r"`[\s\S]", True, r"\$\("),
        Quote("'", "'", "", True),
    ),
)
BATCH = Lexicon((r"(?im:^[ \t]*@?rem\b[^\n]*)", r"^[ \t]*::[^\n]*"))
BASIC = Lexicon((r"'[^\n]*", r"(?im:^[ \t]*rem\b[^\n]*)"), (), (Quote('"', '"', '""'),))
PASCAL = Lexicon((SLASHES,), ((r"\{", "}"), (r"\(\*", "*)")), (PLAIN_SINGLE,))
ADA = Lexicon((DASHES,), (), (Quote('"', '"', ""),), (r"'.'",))
FORTRAN = Lexicon((r"![^\n]*",), (), (Quote('"', '"', ""), PLAIN_SINGLE))
MATLAB = Lexicon((r"%(?!\{)[^\n]*",), ((r"^[ \t]*%\{", "%}"),), (Quote('"', '"', ""),))
NIX = Lexicon(
    (HASH,),
    (C_BLOCK,),
    (Quote("''", "''", r"''['$\\]", True, r"\$\{"), Quote('"', '"', lines=True, hole=r"\$\{")),
)
ZIG = Lexicon((SLASHES,), (), (Quote(r"\\\\", "\n", "", True), DOUBLE, SINGLE))
NIM = Lexicon((HASH,), ((r"#\[", "]#"),), (TRIPLE, DOUBLE), (CHARACTER,), True)
GRAPHQL = Lexicon((HASH,), (), (TRIPLE, DOUBLE))
ASSEMBLY = Lexicon((r"[;#][^\n]*", SLASHES), (C_BLOCK,), (DOUBLE,))
GDSCRIPT = Lexicon((HASH,), (), (TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE))
CMAKE = Lexicon((HASH,), ((r"#\[\[", "]]"),), (LONG_DOUBLE,), (r"\\.",))

VALUE = r"(?<![^\s:=,\[{(!-])"
YAML = Lexicon(
    (r"(?<!\S)#[^\n]*",),
    (),
    (Quote(VALUE + '"', '"', lines=True), Quote(VALUE + "'", "'", "''", True)),
    data=True,
)
TOML = Lexicon(
    (HASH,), (), (TRIPLE, Quote("'''", "'''", "", True), DOUBLE, PLAIN_SINGLE), data=True
)
JSON = Lexicon((SLASHES,), (C_BLOCK,), (DOUBLE,), data=True)
HCL = Lexicon((HASH, SLASHES), (C_BLOCK,), (DOUBLE,), data=True)
INI = Lexicon((r"^[ \t]*[#;!][^\n]*",), data=True)
HASH_LINES = Lexicon((r"^[ \t]*#[^\n]*",), data=True)
MAKE = Lexicon((r"(?<!\S)#[^\n]*",), (), (), (r"\\[\s\S]",), data=True)
TEX = Lexicon((r"%[^\n]*",), (), (), (r"\\[\s\S]",), data=True)
XML = Lexicon((), (XML_BLOCK,), data=True)

SCRIPT = Section(r"<script\b[^>]{0,400}>", JAVASCRIPT, "</script")
STYLE = Section(r"<style\b[^>]{0,400}>", SCSS, "</style")
COMMENT = Lexicon((r"[\s\S]+",))
HTML = replace(XML, sections=(Section("<!--", COMMENT, "-->"), SCRIPT, STYLE))
ASTRO = replace(HTML, sections=(Section(r"\A---\n", JAVASCRIPT, "\n---"), *HTML.sections))
PHP = replace(XML, sections=(Section(r"<\?(?:php\b|=)?", PHP_CODE, leave=r"\?>"),))
