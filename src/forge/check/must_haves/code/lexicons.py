"""Finds the lexical rules for a file by its name."""

from __future__ import annotations

import posixpath

from msgspec.structs import replace

from forge.check.must_haves.code import language_rules as rules
from forge.check.must_haves.code.lexicon import Lexicon

_BY_EXTENSION: dict[str, Lexicon] = {
    extension: lexicon
    for extensions, lexicon in (
        (
            "c h m mm proto thrift glsl vert frag wgsl hlsl metal sol v sv prisma jsonnet cel d",
            rules.C,
        ),
        ("cc cpp cxx c++ hh hpp hxx inl ino cu cuh ipp tpp", rules.CPP),
        ("java", rules.JAVA),
        ("js jsx mjs cjs ts tsx mts cts es6 qml", rules.JAVASCRIPT),
        ("cs csx", rules.CSHARP),
        ("rs", rules.RUST),
        ("go", rules.GO),
        ("kt kts", rules.KOTLIN),
        ("scala sc sbt", rules.SCALA),
        ("swift", rules.SWIFT),
        ("dart", rules.DART),
        ("groovy gradle", rules.GROOVY),
        ("py pyi pyx pxd pyw bzl star", rules.PYTHON),
        ("rb rake gemspec ru podspec", rules.RUBY),
        ("sh bash zsh ksh fish bats ebuild envrc", rules.SHELL),
        ("pl pm t", rules.PERL),
        ("php phtml", rules.PHP),
        ("sql psql pgsql", rules.SQL),
        ("mysql", replace(rules.SQL, comments=(rules.DASHES, rules.MYSQL_HASH))),
        ("css", rules.CSS),
        ("scss sass less styl", rules.SCSS),
        ("lua luau", rules.LUA),
        ("hs lhs elm purs", rules.HASKELL),
        ("ml mli", rules.OCAML),
        ("fs fsi fsx", rules.FSHARP),
        ("ex exs", rules.ELIXIR),
        ("erl hrl", rules.ERLANG),
        ("clj cljs cljc edn lisp el scm rkt", rules.LISP),
        ("jl", rules.JULIA),
        ("r", rules.R),
        ("ps1 psm1 psd1", rules.POWERSHELL),
        ("bat cmd", rules.BATCH),
        ("vb vbs bas", rules.BASIC),
        ("pas dpr pp", rules.PASCAL),
        ("adb ads vhd vhdl", rules.ADA),
        ("f90 f95 f03 f08", rules.FORTRAN),
        ("mat", rules.MATLAB),
        ("nix", rules.NIX),
        ("zig", rules.ZIG),
        ("nim", rules.NIM),
        ("gql graphql", rules.GRAPHQL),
        ("asm s", rules.ASSEMBLY),
        ("gd", rules.GDSCRIPT),
        ("cmake", rules.CMAKE),
        ("yml yaml", rules.YAML),
        ("toml", rules.TOML),
        ("json jsonc json5", rules.JSON),
        ("tf tfvars hcl", rules.HCL),
        ("ini cfg conf properties editorconfig desktop service", rules.INI),
        ("env", rules.HASH_LINES),
        ("mk mak", rules.MAKE),
        ("tex sty bib", rules.TEX),
        (
            (
                "xml xsd xsl xslt svg plist csproj fsproj vbproj props targets xaml axaml resx"
                " storyboard"
            ),
            rules.XML,
        ),
        ("html htm xhtml vue svelte", rules.HTML),
        ("astro", rules.ASTRO),
    )
    for extension in extensions.split()
}

_BY_NAME: dict[str, Lexicon] = {
    "makefile": rules.MAKE,
    "gnumakefile": rules.MAKE,
    "justfile": rules.MAKE,
    "dockerfile": rules.HASH_LINES,
    "containerfile": rules.HASH_LINES,
    "gemfile": rules.RUBY,
    "rakefile": rules.RUBY,
    "podfile": rules.RUBY,
    "brewfile": rules.RUBY,
    "vagrantfile": rules.RUBY,
    "fastfile": rules.RUBY,
    "cmakelists.txt": rules.CMAKE,
    "jenkinsfile": rules.GROOVY,
    "build": rules.PYTHON,
    "workspace": rules.PYTHON,
    "tiltfile": rules.PYTHON,
    "requirements.txt": rules.HASH_LINES,
    ".gitignore": rules.HASH_LINES,
    ".dockerignore": rules.HASH_LINES,
    ".npmrc": rules.INI,
    ".gitattributes": rules.HASH_LINES,
    "codeowners": rules.HASH_LINES,
    "procfile": rules.HASH_LINES,
    ".bashrc": rules.SHELL,
    ".zshrc": rules.SHELL,
}


def lexicon_of(path: str) -> Lexicon | None:
    """Return the lexical rules for a file by its name, None if its language is not in the table."""
    name = posixpath.basename(path).lower()
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.startswith(("dockerfile.", ".env")):
        return rules.HASH_LINES
    return _BY_EXTENSION.get(posixpath.splitext(name)[1][1:])
