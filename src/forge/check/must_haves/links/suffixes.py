"""Suffixes of files that plans name without a folder."""

from __future__ import annotations

import posixpath

# The last part of a symbol (`db.transaction`) is not a suffix.
_SUFFIXES = frozenset(
    """
    astro bash bat c cc cfg cjs clj cmake cmd conf cpp cs csproj css csv cts cxx dart ejs erb ex exs
    fish go gradle graphql h hbs hpp hs htm html ini ipynb java jinja2 jl js json json5 jsonc jsonl
    jsx kt kts less lua md mdx mjs mk ml mm mts nix php pl plist prisma properties proto ps1 py pyi
    qml rb rs rst sass scala scss sh sol sql sqlite svelte svg swift tcl tf toml ts tsv tsx txt vue
    wasm xaml xcconfig xml yaml yml zig zsh
    """.split()
)


def has_suffix(path: str) -> bool:
    """Return whether a name ends like the name of a file."""
    return posixpath.splitext(path)[1][1:].lower() in _SUFFIXES
