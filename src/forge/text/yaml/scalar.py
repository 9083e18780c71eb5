"""Text as a YAML scalar: plain where it reads back as the same text, else in double quotes. Needs
no YAML parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

# Patterns are compiled when they are first needed: what most titles are made of needs none.
_TYPED = (
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|<<|=|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"
)  # also what YAML 1.1 takes for a number or a date, since other tools read the files too
_FIRST = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|[-?:](?=[^\s,\[\]{}])"
_MARKS = r":(?:\s|$)|\s#|[\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
_MARKS += r"|\s$|^(?:---|\.\.\.)(?:\s|$)"
_IN_FLOW = r"[,\[\]{}]|:$"
_ESCAPED = "[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]"
_RESERVED = frozenset(("null", "true", "false"))


def _words(text: str) -> bool:
    """Say whether a text is nothing but words of ASCII letters and digits, so that there is nothing
    to ask about it.
    """
    bare = text.replace(" ", "")
    return (
        bare.isascii()
        and bare.isalnum()
        and text[0].isalpha()
        and text[-1] != " "
        and text.lower() not in _RESERVED
    )


def plain(text: str, *, flow: bool = False) -> bool:
    """Say whether a text needs no quotes, whatever type it then has; `flow` says that it stands
    between brackets.
    """
    return _words(text) or (
        bool(re.match(_FIRST, text))
        and not re.search(_MARKS, text)
        and not (flow and re.search(_IN_FLOW, text))
    )


def typed(text: str) -> bool:
    """Say whether a text without quotes would be read as something else than a text: a number,
    true, null.
    """
    return not _words(text) and re.fullmatch(_TYPED, text) is not None


def quoted(text: str) -> str:
    """Return a text in double quotes, in one line."""
    return re.sub(
        _ESCAPED, lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def scalar(text: str, *, flow: bool = False, as_text: bool = True) -> str:
    """Return a text as a scalar; where `as_text` is not asked for, `2` and `true` stay a number and
    a truth value.
    """
    return text if plain(text, flow=flow) and not (as_text and typed(text)) else quoted(text)


def listing(texts: Iterable[str]) -> str:
    """Return texts as a list in one line."""
    return f"[{', '.join(scalar(text, flow=True) for text in texts)}]"
