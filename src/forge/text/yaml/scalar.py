"""Writes text as a YAML scalar: plain if it reads back as the same text, otherwise in double
quotes. Needs no YAML parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

# Patterns are compiled on first use: most titles need none.
_TYPED = (
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|<<|=|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"
)  # also the numbers and dates of YAML 1.1, since other tools read the files too
_FIRST = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|[-?:](?=[^\s,\[\]{}])"
_MARKS = r":(?:\s|$)|\s#|[\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
_MARKS += r"|\s$|^(?:---|\.\.\.)(?:\s|$)"
_IN_FLOW = r"^\?|[,\[\]{}]|:$"
_ESCAPED = "[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]"
_RESERVED = frozenset(("null", "true", "false"))


def _words(text: str) -> bool:
    """Return whether a text is only words of ASCII letters and digits: a safe plain scalar."""
    bare = text.replace(" ", "")
    return (
        bare.isascii()
        and bare.isalnum()
        and text[0].isalpha()
        and text[-1] != " "
        and text.lower() not in _RESERVED
    )


def plain(text: str, *, flow: bool = False) -> bool:
    """Return whether a text is valid without quotes, whatever type it then has.

    `flow` says that it is between brackets.
    """
    return _words(text) or (
        bool(re.match(_FIRST, text))
        and not re.search(_MARKS, text)
        and not (flow and re.search(_IN_FLOW, text))
    )


def typed(text: str) -> bool:
    """Return whether a text without quotes is read as another type: a number, true, null."""
    return not _words(text) and re.fullmatch(_TYPED, text) is not None


def quoted(text: str) -> str:
    """Return a text in double quotes, on one line."""
    return re.sub(
        _ESCAPED, lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def scalar(text: str, *, flow: bool = False, as_text: bool = True) -> str:
    """Return a text as a scalar. Without `as_text`, `2` stays a number and `true` a bool."""
    return text if plain(text, flow=flow) and not (as_text and typed(text)) else quoted(text)


def listing(texts: Iterable[str]) -> str:
    """Return texts as a list on one line."""
    return f"[{', '.join(scalar(text, flow=True) for text in texts)}]"
