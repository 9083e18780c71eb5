"""Compiled patterns of the tokens that masking looks for."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from forge.check.must_haves.code.lexicon import Lexicon, Quote, openings


@cache
def tokens(lexicon: Lexicon, leave: str, in_hole: bool) -> re.Pattern[str]:
    """Return the pattern of what matters in code: the start of a comment, of a string, and so on.

    The name of the group that matches is a letter for the kind, with the number of the rule.
    """
    groups = {
        "leave": [leave] if leave else [],
        **{f"s{number}": [pattern] for number, pattern in enumerate(lexicon.skips)},
        **{f"b{number}": [pattern] for number, (pattern, _) in enumerate(lexicon.blocks)},
        **{f"c{number}": [pattern] for number, pattern in enumerate(lexicon.comments)},
        **{
            f"q{number}": [pattern]
            for number, pattern in enumerate(openings([q.opening for q in lexicon.quotes]))
        },
        "h": [lexicon.heredoc] if lexicon.heredoc else [],
        "n": ["\n"] if lexicon.heredoc else [],
        "r": ["/"] if lexicon.regex else [],
        "o": [r"[({]"] if in_hole else [],
        "x": [r"[)}]"] if in_hole else [],
    }
    return re.compile(
        "|".join(f"(?P<{name}>{pattern[0]})" for name, pattern in groups.items() if pattern)
        or "(?!)",
        re.M,
    )


@cache
def section_openings(lexicon: Lexicon) -> re.Pattern[str]:
    """Return the pattern of the starts of sections; the group `s<number>` names the section."""
    patterns = (
        f"(?P<s{number}>{section.opening})" for number, section in enumerate(lexicon.sections)
    )
    return re.compile("|".join(patterns), re.I)


@cache
def block_edges(opening: str, closing: str) -> re.Pattern[str]:
    """Return the pattern of the start of a nested block comment and of its end."""
    return re.compile(f"(?P<opening>{opening or '(?!)'})|(?P<closing>{re.escape(closing)})", re.M)


@lru_cache(maxsize=256)
def string_parts(quote: Quote, closing: str) -> re.Pattern[str]:
    """Return the pattern of what matters in a string: an escape, its end, a hole, and a line end if
    it must be on one line.
    """
    groups = {
        "escape": quote.escape,
        "close": re.escape(closing),
        "hole": quote.hole,
        "line": "" if quote.lines else "\n",
    }
    return re.compile(
        "|".join(f"(?P<{name}>{pattern})" for name, pattern in groups.items() if pattern)
    )
