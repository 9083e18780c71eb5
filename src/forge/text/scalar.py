"""Text as a YAML scalar: plain where it reads back as the same text, else in double quotes. Needs no YAML parser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_TYPED = re.compile(
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|<<|=|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"
)  # also what YAML 1.1 takes for a number or a date, since other tools read the files too
_FIRST = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|[-?:](?=[^\s,\[\]{}])")
_MARKS = re.compile(
    r":(?:\s|$)|\s#|[\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\s$|^(?:---|\.\.\.)(?:\s|$)"
)
_IN_FLOW = re.compile(r"[,\[\]{}]|:$")
_ESCAPED = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")


def plain(text: str, *, flow: bool = False) -> bool:
    """Say whether a text needs no quotes, whatever type it then has; `flow` says that it stands between brackets."""
    return bool(_FIRST.match(text)) and not _MARKS.search(text) and not (flow and _IN_FLOW.search(text))


def typed(text: str) -> bool:
    """Say whether a text without quotes would be read as something else than a text: a number, true, null."""
    return _TYPED.fullmatch(text) is not None


def quoted(text: str) -> str:
    """Return a text in double quotes, in one line."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def scalar(text: str, *, flow: bool = False, as_text: bool = True) -> str:
    """Return a text as a scalar; where `as_text` is not asked for, `2` and `true` stay a number and a truth value."""
    return text if plain(text, flow=flow) and not (as_text and typed(text)) else quoted(text)


def listing(texts: Iterable[str]) -> str:
    """Return texts as a list in one line."""
    return f"[{', '.join(scalar(text, flow=True) for text in texts)}]"
