"""Parses ordinary YAML fast with libyaml: used only for YAML on which both parsers agree.

libyaml implements YAML 1.1, ruamel.yaml 1.2, and each has its own deviations. They agree on what
nearly all files contain: mappings and lists by indentation, plain scalars of one line, quoted ones
of one line with the most common escapes, block scalars whose first line is not empty, and brackets
on one line. Any other text, and every text that libyaml refuses, is parsed by ruamel.yaml, so that
messages and places are always the same. The only importer of PyYAML; it loads in a fifth of the
time of ruamel.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

_DEEPEST = 50  # deeper nesting is rare, and left to ruamel.yaml
# Tabs, carriage returns and other line ends, byte-order marks, unprintable characters.
_DOUBTFUL_CHARACTER = re.compile(
    "[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_DOUBTFUL_LINE = re.compile(
    r"^(?:---|\.\.\.|%|[ -]*\?(?:[ \n]|\Z))", re.MULTILINE
)  # documents, directives, keys after `?`
_SINGLE = r"'(?:[^'\n]|'')*+'"
_DOUBLE = r'"(?:[^"\\\n]|\\["\\/nt])*+"'
_QUOTED = {"'": re.compile(_SINGLE), '"': re.compile(_DOUBLE)}
_BLOCK = re.compile(r"[|>][-+]?\n *[^ \n]")  # the first line determines the indentation
# A colon between two tokens is followed by a space, one inside a word by more of the word.
_IN_BRACKETS = re.compile(
    rf"(?:[\[\]{{}}, ]|:(?=\ )|{_SINGLE}|{_DOUBLE}"
    r"|[^\s\[\]{},:?#&*!|>'\"%@`-](?:[^\n\[\]{},:?#'\"]|:(?=[\w/.\\-]))*+)*+"
)
_NULL = frozenset(("~", "null", "Null", "NULL"))
_BOOL = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
    r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


class Node(Struct):
    """A value and its place, with the field names of ruamel.yaml's nodes; `id` is scalar, sequence
    or mapping.
    """

    id: str
    tag: str
    value: Any
    start_mark: Any
    end_mark: Any


class _NotOrdinary(Exception):
    """Raised for anything that the two libraries could read differently."""


def compose(text: str) -> Node | None:
    """Return the mapping of a text; None if ruamel.yaml has to parse it."""
    if not yaml.__with_libyaml__ or _DOUBTFUL_CHARACTER.search(text) or _DOUBTFUL_LINE.search(text):
        return None
    events = yaml.parse(
        text, Loader=yaml.CBaseLoader
    )  # not `compose`, which recurses in C without limit
    try:
        next(events), next(events)  # the stream starts, and the document
        first = next(events, None)
        if not isinstance(first, yaml.MappingStartEvent):
            return None
        node = _Composer(text, events).node(first, 0)
        next(events)  # the document ends
        return node if isinstance(next(events), yaml.StreamEndEvent) else None
    except (yaml.YAMLError, _NotOrdinary):
        return None


class _Composer:
    """Makes nodes from events; raises _NotOrdinary for an event that is not ordinary."""

    def __init__(self, text: str, events: Iterator[Any]) -> None:
        self.text = text
        self.events = events

    def node(self, event: Any, depth: int, *, in_brackets: bool = False) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if (
            depth > _DEEPEST
            or isinstance(event, yaml.AliasEvent)
            or event.anchor is not None
            or event.tag is not None
        ):
            raise _NotOrdinary
        kind = "sequence" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
        node = Node(kind, "", [], event.start_mark, None)
        fill = self.elements if kind == "sequence" else self.pairs
        node.end_mark = fill(node.value, depth + 1, event.flow_style)
        if event.flow_style and not in_brackets:
            self.check_brackets(node)
        return node

    def elements(self, nodes: list[Any], depth: int, in_brackets: bool) -> Any:
        """Add the elements of a list to `nodes`; return the mark of its end."""
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self.node(event, depth, in_brackets=in_brackets))
        return event.end_mark

    def pairs(self, pairs: list[Any], depth: int, in_brackets: bool) -> Any:
        """Add the keys and values of a mapping to `pairs`; return the mark of its end."""
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _NotOrdinary
            pairs.append(
                (self.scalar(event), self.node(next(self.events), depth, in_brackets=in_brackets))
            )
        return event.end_mark

    def check_brackets(self, node: Node) -> None:
        if not _IN_BRACKETS.fullmatch(self.text, node.start_mark.index, node.end_mark.index):
            raise _NotOrdinary

    def scalar(self, event: Any) -> Node:
        start, end, style = event.start_mark, event.end_mark, event.style
        if not style:
            # on one line, without anchor and tag, and not empty: ruamel.yaml places an empty value
            # at the next token
            ordinary = event.value and event.value == self.text[start.index : end.index]
        elif style in _QUOTED:
            ordinary = _QUOTED[style].fullmatch(self.text, start.index, end.index)
        else:
            ordinary = _BLOCK.match(self.text, start.index, end.index)
        if not ordinary:
            raise _NotOrdinary
        return Node("scalar", "str" if style else _kind(event.value), event.value, start, end)


def _kind(text: str) -> str:
    """Return the type of a plain scalar in YAML 1.2; an "int" may turn out not to be a number."""
    if text[0] in "+-.0123456789":
        return "float" if _FLOAT.fullmatch(text) else "int"
    return "null" if text in _NULL else "bool" if text in _BOOL else "str"
