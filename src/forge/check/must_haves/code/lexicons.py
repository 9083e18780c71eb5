"""The lexical rules of languages, as far as they tell code from comments and strings. A table;
`masking.py` reads by it.

Patterns are regular expressions of `re`. They are tried at each place in the order blocks,
comments, quotes, here-documents.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace


class Quote(Struct, frozen=True, eq=False):
    """A kind of string: how it opens, the literal text that closes it, what in it does not close
    it.

    A group `tag` in `opening` stands for `TAG` in `closing` (`r##"…"##`). `lines`: it may cross
    lines. `hole` opens code inside the string and ends in the bracket whose partner closes it.
    """

    opening: str
    closing: str
    escape: str = r"\\[\s\S]"
    lines: bool = False
    hole: str = ""


class Lexicon(Struct, frozen=True, eq=False):
    """The rules of one language.

    `comments` match a comment to the end of its line, `blocks` are pairs of an opening pattern and
    a closing text, `skips` are stepped over (an escaped quote, a character literal). `heredoc` has
    a group `word`, and `heredoc_end` is a line that holds such a word. `regex`: a `/` may open a
    regular expression. `data`: strings are what the file says. `sections`: stretches under rules of
    their own.
    """

    comments: tuple[str, ...] = ()
    blocks: tuple[tuple[str, str], ...] = ()
    quotes: tuple[Quote, ...] = ()
    skips: tuple[str, ...] = ()
    nested: bool = False
    heredoc: str = ""
    heredoc_end: str = r"^[ \t]*(\w+)[ \t]*\r?$"
    regex: bool = False
    data: bool = False
    sections: tuple[Section, ...] = ()


class Section(Struct, frozen=True, eq=False):
    """A stretch with rules of its own: from `opening` to before `closing`, or to where its code
    meets `leave`.
    """

    opening: str
    lexicon: Lexicon
    closing: str = ""
    leave: str = ""


_SLASHES, _HASH, _DASHES = r"//[^\n]*", r"#[^\n]*", r"--[^\n]*"
_HASH_WORD = r"(?<![^\s;&|()])#[^\n]*"
_C_BLOCK, _XML_BLOCK = (r"/\*", "*/"), (r"<!--", "-->")
_DOUBLE, _SINGLE = Quote('"', '"'), Quote("'", "'")
_LONG_DOUBLE, _LONG_SINGLE = Quote('"', '"', lines=True), Quote("'", "'", lines=True)
_TRIPLE, _TRIPLE_SINGLE = Quote('"""', '"""', lines=True), Quote("'''", "'''", lines=True)
_RAW_BACKTICK = Quote("`", "`", escape="", lines=True)
_PLAIN_SINGLE = Quote("'", "'", escape="")
_CHARACTER = r"'(?:\\[^\n']{1,10}|[^\\'\n])'"

_C = Lexicon((_SLASHES,), (_C_BLOCK,), (_DOUBLE, _SINGLE))
_CPP = replace(
    _C,
    quotes=(
        Quote(r'\bR"(?P<tag>[^()\\\s]{0,16})\(', ')TAG"', escape="", lines=True),
        _DOUBLE,
        _SINGLE,
    ),
    skips=(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])",),
)
_JAVA = replace(_C, quotes=(_TRIPLE, _DOUBLE, _SINGLE))
_JAVASCRIPT = replace(
    _C, quotes=(_DOUBLE, _SINGLE, Quote("`", "`", lines=True, hole=r"\$\{")), regex=True
)
_CSHARP = replace(
    _C,
    quotes=(
        Quote(r'\$"""', '"""', escape=r"\{\{", lines=True, hole=r"\{"),
        Quote(r'\$\$+"""', '"""', escape="", lines=True, hole=r"\{\{"),
        Quote(r'"""(?P<tag>"*)', '"""TAG', escape="", lines=True),
        Quote(r'(?:\$@|@\$)"', '"', escape=r'""|\{\{', lines=True, hole=r"\{"),
        Quote(r'@"', '"', escape='""', lines=True),
        Quote(r'\$"', '"', escape=r"\\[\s\S]|\{\{", hole=r"\{"),
        _DOUBLE,
        _SINGLE,
    ),
)
_RUST = Lexicon(
    (_SLASHES,),
    (_C_BLOCK,),
    (Quote(r'\bb?c?r(?P<tag>#*)"', '"TAG', escape="", lines=True), _LONG_DOUBLE),
    (_CHARACTER,),
    True,
)
_GO = replace(_C, quotes=(_DOUBLE, _SINGLE, _RAW_BACKTICK))
_KOTLIN = Lexicon(
    (_SLASHES,),
    (_C_BLOCK,),
    (
        Quote('"""', '"""', escape="", lines=True, hole=r"\$\{"),
        Quote('"', '"', hole=r"\$\{"),
        _SINGLE,
    ),
    (),
    True,
)
_SCALA = Lexicon(
    (_SLASHES,),
    (_C_BLOCK,),
    (Quote('"""', '"""', escape="", lines=True), _DOUBLE),
    (_CHARACTER,),
    True,
)
_SWIFT = Lexicon(
    (_SLASHES,),
    (_C_BLOCK,),
    (
        Quote(r'(?P<tag>#+)"', '"TAG', escape="", lines=True),
        Quote('"""', '"""', escape=r"\\[^(]", lines=True, hole=r"\\\("),
        Quote('"', '"', escape=r"\\[^(]", hole=r"\\\("),
    ),
    (),
    True,
)
_DART_HOLE = r"\$\{"
_DART = Lexicon(
    (_SLASHES,),
    (_C_BLOCK,),
    (
        Quote(r"\br(?P<tag>'''|\"\"\"|'|\")", "TAG", escape="", lines=True),
        *(
            Quote(mark, mark, lines=len(mark) > 1, hole=_DART_HOLE)
            for mark in ("'''", '"""', "'", '"')
        ),
    ),
    (),
    True,
)
_GROOVY = replace(
    _C,
    quotes=(
        Quote('"""', '"""', lines=True, hole=r"\$\{"),
        _TRIPLE_SINGLE,
        Quote('"', '"', hole=r"\$\{"),
        _SINGLE,
    ),
)
_F_STRING = r"(?<![\w])[fF][rR]?|(?<![\w])[rR][fF]"
_PYTHON = Lexicon(
    (_HASH,),
    quotes=(
        *(
            Quote(f"(?:{_F_STRING}){mark}", mark, r"\\[\s\S]|\{\{", len(mark) > 1, r"\{")
            for mark in ('"""', "'''", '"', "'")
        ),
        _TRIPLE,
        _TRIPLE_SINGLE,
        _DOUBLE,
        _SINGLE,
    ),
)
_RUBY = Lexicon(
    (_HASH, r"^__END__[\s\S]*"),
    ((r"^=begin\b", "\n=end"),),
    (
        Quote('"', '"', lines=True, hole=r"#\{"),
        Quote("`", "`", lines=True, hole=r"#\{"),
        _LONG_SINGLE,
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
_SHELL = Lexicon(
    (_HASH_WORD,),
    (),
    (
        Quote(r"\$'", "'", lines=True),
        Quote("'", "'", "", True),
        Quote('"', '"', lines=True, hole=r"\$\("),
    ),
    (r"\\[\s\S]", r"<<<", r"\$\(\(", r"\$\{#"),
    heredoc=r"<<-?[ \t]*(?P<mark>['\"\\]?)(?P<word>\w+)['\"]?",
)
_PERL = Lexicon(
    (r"(?<![$\w])#[^\n]*", r"^__(?:END|DATA)__[\s\S]*"),
    ((r"^=[a-z]\w*", "\n=cut"),),
    (_LONG_DOUBLE, _LONG_SINGLE),
    (r"[$@&]['\"#]", r"\\.", r"(?<=\w)'(?=\w)"),
    heredoc=r"<<~?(?P<mark>['\"]?)(?P<word>[A-Z_]\w*)(?P=mark)",
)
_PHP_CODE = Lexicon(
    (r"(?://|#(?!\[))(?:(?!\?>)[^\n])*",),
    (_C_BLOCK,),
    (_LONG_DOUBLE, _LONG_SINGLE, Quote("`", "`", lines=True)),
    heredoc=r"<<<[ \t]*(?P<mark>['\"]?)(?P<word>\w+)(?P=mark)",
    heredoc_end=r"^[ \t]*(\w+)",
)
_SQL = Lexicon((_DASHES,), (_C_BLOCK,), (Quote("'", "'", "", True),))
_MYSQL_HASH = r"^[ \t]*#[^\n]*"
_CSS = Lexicon((), (_C_BLOCK,), (_DOUBLE, _SINGLE))
_SCSS = replace(_CSS, comments=(r"(?<!:)//[^\n]*",))
_LUA = Lexicon(
    (_DASHES,),
    ((r"--\[\[", "]]"), (r"--\[=\[", "]=]"), (r"--\[==\[", "]==]")),
    (Quote(r"\[(?P<tag>=*)\[", "]TAG]", escape="", lines=True), _DOUBLE, _SINGLE),
)
_HASKELL = Lexicon(
    (r"--+(?![!#$%&*+./<=>?@\\^|~:])[^\n]*",),
    ((r"\{-", "-}"),),
    (_LONG_DOUBLE,),
    (_CHARACTER, r"(?<=\w)'+"),
    True,
)
_OCAML = Lexicon((), ((r"\(\*(?!\))", "*)"),), (_LONG_DOUBLE,), (_CHARACTER, r"(?<=\w)'+"), True)
_FSHARP = Lexicon(
    (_SLASHES,),
    ((r"\(\*(?!\))", "*)"),),
    (_TRIPLE, Quote('@"', '"', '""', True), _LONG_DOUBLE),
    (_CHARACTER, r"(?<=\w)'+"),
)
_ELIXIR = Lexicon(
    (_HASH,),
    (),
    (
        Quote('"""', '"""', lines=True, hole=r"#\{"),
        _TRIPLE_SINGLE,
        Quote('"', '"', lines=True, hole=r"#\{"),
        _SINGLE,
    ),
    (r"\?\\?.",),
)
_ERLANG = Lexicon((r"%[^\n]*",), (), (_LONG_DOUBLE, _SINGLE), (r"\$\\?.",))
_LISP = Lexicon((r";[^\n]*",), ((r"#\|", "|#"),), (_LONG_DOUBLE,), (r"\\.",))
_JULIA = Lexicon((_HASH,), ((r"#=", "=#"),), (_TRIPLE, _LONG_DOUBLE), (_CHARACTER,), True)
_R = Lexicon((_HASH,), (), (_LONG_DOUBLE, _LONG_SINGLE))
_POWERSHELL = Lexicon(
    (r"(?<![\w`$])#[^\n]*",),
    ((r"<#", "#>"),),
    (
        Quote(r'@"(?=\s)', '\n"@', "", True),
        Quote(r"@'(?=\s)", "\n'@", "", True),
        Quote('"', '"', r"`[\s\S]", True, r"\$\("),
        Quote("'", "'", "", True),
    ),
)
_BATCH = Lexicon((r"(?im:^[ \t]*@?rem\b[^\n]*)", r"^[ \t]*::[^\n]*"))
_BASIC = Lexicon((r"'[^\n]*", r"(?im:^[ \t]*rem\b[^\n]*)"), (), (Quote('"', '"', '""'),))
_PASCAL = Lexicon((_SLASHES,), ((r"\{", "}"), (r"\(\*", "*)")), (_PLAIN_SINGLE,))
_ADA = Lexicon((_DASHES,), (), (Quote('"', '"', ""),), (r"'.'",))
_FORTRAN = Lexicon((r"![^\n]*",), (), (Quote('"', '"', ""), _PLAIN_SINGLE))
_MATLAB = Lexicon((r"%(?!\{)[^\n]*",), ((r"^[ \t]*%\{", "%}"),), (Quote('"', '"', ""),))
_NIX = Lexicon(
    (_HASH,),
    (_C_BLOCK,),
    (Quote("''", "''", r"''['$\\]", True, r"\$\{"), Quote('"', '"', lines=True, hole=r"\$\{")),
)
_ZIG = Lexicon((_SLASHES,), (), (Quote(r"\\\\", "\n", "", True), _DOUBLE, _SINGLE))
_NIM = Lexicon((_HASH,), ((r"#\[", "]#"),), (_TRIPLE, _DOUBLE), (_CHARACTER,), True)
_GRAPHQL = Lexicon((_HASH,), (), (_TRIPLE, _DOUBLE))
_ASSEMBLY = Lexicon((r"[;#][^\n]*", _SLASHES), (_C_BLOCK,), (_DOUBLE,))
_GDSCRIPT = Lexicon((_HASH,), (), (_TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE))
_CMAKE = Lexicon((_HASH,), ((r"#\[\[", "]]"),), (_LONG_DOUBLE,), (r"\\.",))

_VALUE = r"(?<![^\s:=,\[{(!-])"
_YAML = Lexicon(
    (r"(?<!\S)#[^\n]*",),
    (),
    (Quote(_VALUE + '"', '"', lines=True), Quote(_VALUE + "'", "'", "''", True)),
    data=True,
)
_TOML = Lexicon(
    (_HASH,), (), (_TRIPLE, Quote("'''", "'''", "", True), _DOUBLE, _PLAIN_SINGLE), data=True
)
_JSON = Lexicon((_SLASHES,), (_C_BLOCK,), (_DOUBLE,), data=True)
_HCL = Lexicon((_HASH, _SLASHES), (_C_BLOCK,), (_DOUBLE,), data=True)
_INI = Lexicon((r"^[ \t]*[#;!][^\n]*",), data=True)
_HASH_LINES = Lexicon((r"^[ \t]*#[^\n]*",), data=True)
_MAKE = Lexicon((r"(?<!\S)#[^\n]*",), (), (), (r"\\[\s\S]",), data=True)
_TEX = Lexicon((r"%[^\n]*",), (), (), (r"\\[\s\S]",), data=True)
_XML = Lexicon((), (_XML_BLOCK,), data=True)

_SCRIPT = Section(r"<script\b[^>]{0,400}>", _JAVASCRIPT, "</script")
_STYLE = Section(r"<style\b[^>]{0,400}>", _SCSS, "</style")
_COMMENT = Lexicon((r"[\s\S]+",))
_HTML = replace(_XML, sections=(Section("<!--", _COMMENT, "-->"), _SCRIPT, _STYLE))
_ASTRO = replace(_HTML, sections=(Section(r"\A---\n", _JAVASCRIPT, "\n---"), *_HTML.sections))
_PHP = replace(_XML, sections=(Section(r"<\?(?:php\b|=)?", _PHP_CODE, leave=r"\?>"),))

_BY_EXTENSION: dict[str, Lexicon] = {
    extension: lexicon
    for extensions, lexicon in (
        ("c h m mm proto thrift glsl vert frag wgsl hlsl metal sol v sv prisma jsonnet cel d", _C),
        ("cc cpp cxx c++ hh hpp hxx inl ino cu cuh ipp tpp", _CPP),
        ("java", _JAVA),
        ("js jsx mjs cjs ts tsx mts cts es6 qml", _JAVASCRIPT),
        ("cs csx", _CSHARP),
        ("rs", _RUST),
        ("go", _GO),
        ("kt kts", _KOTLIN),
        ("scala sc sbt", _SCALA),
        ("swift", _SWIFT),
        ("dart", _DART),
        ("groovy gradle", _GROOVY),
        ("py pyi pyx pxd pyw bzl star", _PYTHON),
        ("rb rake gemspec ru podspec", _RUBY),
        ("sh bash zsh ksh fish bats ebuild envrc", _SHELL),
        ("pl pm t", _PERL),
        ("php phtml", _PHP),
        ("sql psql pgsql", _SQL),
        ("mysql", replace(_SQL, comments=(_DASHES, _MYSQL_HASH))),
        ("css", _CSS),
        ("scss sass less styl", _SCSS),
        ("lua luau", _LUA),
        ("hs lhs elm purs", _HASKELL),
        ("ml mli", _OCAML),
        ("fs fsi fsx", _FSHARP),
        ("ex exs", _ELIXIR),
        ("erl hrl", _ERLANG),
        ("clj cljs cljc edn lisp el scm rkt", _LISP),
        ("jl", _JULIA),
        ("r", _R),
        ("ps1 psm1 psd1", _POWERSHELL),
        ("bat cmd", _BATCH),
        ("vb vbs bas", _BASIC),
        ("pas dpr pp", _PASCAL),
        ("adb ads vhd vhdl", _ADA),
        ("f90 f95 f03 f08", _FORTRAN),
        ("mat", _MATLAB),
        ("nix", _NIX),
        ("zig", _ZIG),
        ("nim", _NIM),
        ("gql graphql", _GRAPHQL),
        ("asm s", _ASSEMBLY),
        ("gd", _GDSCRIPT),
        ("cmake", _CMAKE),
        ("yml yaml", _YAML),
        ("toml", _TOML),
        ("json jsonc json5", _JSON),
        ("tf tfvars hcl", _HCL),
        ("ini cfg conf properties editorconfig desktop service", _INI),
        ("env", _HASH_LINES),
        ("mk mak", _MAKE),
        ("tex sty bib", _TEX),
        (
            (
                "xml xsd xsl xslt svg plist csproj fsproj vbproj props targets xaml axaml resx"
                " storyboard"
            ),
            _XML,
        ),
        ("html htm xhtml vue svelte", _HTML),
        ("astro", _ASTRO),
    )
    for extension in extensions.split()
}

_BY_NAME: dict[str, Lexicon] = {
    "makefile": _MAKE,
    "gnumakefile": _MAKE,
    "justfile": _MAKE,
    "dockerfile": _HASH_LINES,
    "containerfile": _HASH_LINES,
    "gemfile": _RUBY,
    "rakefile": _RUBY,
    "podfile": _RUBY,
    "brewfile": _RUBY,
    "vagrantfile": _RUBY,
    "fastfile": _RUBY,
    "cmakelists.txt": _CMAKE,
    "jenkinsfile": _GROOVY,
    "build": _PYTHON,
    "workspace": _PYTHON,
    "tiltfile": _PYTHON,
    "requirements.txt": _HASH_LINES,
    ".gitignore": _HASH_LINES,
    ".dockerignore": _HASH_LINES,
    ".npmrc": _INI,
    ".gitattributes": _HASH_LINES,
    "codeowners": _HASH_LINES,
    "procfile": _HASH_LINES,
    ".bashrc": _SHELL,
    ".zshrc": _SHELL,
}


def lexicon_of(path: str) -> Lexicon | None:
    """Return the rules for a file by its name, None where its language has none here."""
    name = posixpath.basename(path).lower()
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.startswith(("dockerfile.", ".env")):
        return _HASH_LINES
    return _BY_EXTENSION.get(posixpath.splitext(name)[1][1:])


def openings(patterns: Sequence[str]) -> list[str]:
    """Return patterns whose groups `tag` capture nothing, so that several fit into one
    expression.
    """
    return [pattern.replace("(?P<tag>", "(?:") for pattern in patterns]
