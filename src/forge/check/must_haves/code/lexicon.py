"""The lexical rules of a language, as far as they separate code from comments and strings.

Patterns are regular expressions of `re`. At each place they are tried in the order blocks,
comments, quotes, here-documents.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Quote(Struct, frozen=True, eq=False):
    """A kind of string: the pattern that opens it, the literal text that closes it, and the pattern
    of escapes in it.

    A group `tag` in `opening` is inserted for `TAG` in `closing` (`r##"…"##`). `lines`: it may span
    several lines. `hole` opens code inside the string; it ends in a bracket, and the matching
    bracket closes the hole.
    """

    opening: str
    closing: str
    escape: str = r"\\[\s\S]"
    lines: bool = False
    hole: str = ""


class Lexicon(Struct, frozen=True, eq=False):
    """The lexical rules of one language.

    `comments` match a comment up to the end of its line, `blocks` are pairs of an opening pattern
    and a closing text, `nested` says that blocks nest, `skips` match text to ignore (an escaped
    quote, a character literal). `heredoc` has a group `word`, `heredoc_end` matches a line with
    such a word. `regex`: a `/` may open a regular expression. `data`: strings are content and stay.
    `sections`: parts of the file with other rules.
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
    """A part of a file with its own rules: from `opening` up to `closing`, or to the first match of
    `leave` in its code.
    """

    opening: str
    lexicon: Lexicon
    closing: str = ""
    leave: str = ""


def openings(patterns: Sequence[str]) -> list[str]:
    """Return patterns without the group name `tag`, so that several fit into one expression."""
    return [pattern.replace("(?P<tag>", "(?:") for pattern in patterns]
