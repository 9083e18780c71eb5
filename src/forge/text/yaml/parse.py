"""Parses YAML 1.2 with the place of every value. The only importer of ruamel.yaml, which is
authoritative.

Values are composed, not constructed: every value has its own span, an alias or a merge key cannot
run code, and the text as written (`plan: 08`) is kept beside its meaning.
"""

from __future__ import annotations

import io
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from forge.lazy import at_first_use
from forge.text.source import Span
from forge.text.yaml.values import Repeated, Repeats, Value, YamlProblem

if not TYPE_CHECKING:
    ruamel = at_first_use("ruamel.yaml")  # commands that are answered from caches parse no YAML
    libyaml = at_first_use("forge.text.yaml.libyaml")
else:  # not the other way round: import-linter ignores imports below `if TYPE_CHECKING`
    import ruamel.yaml as ruamel

    from forge.text.yaml import libyaml

__all__ = ["Repeated", "Repeats", "Value", "YamlProblem", "dump", "parse"]

_MOST_VALUES = 200_000
# far below Python's own limit, so that the result does not depend on the caller's stack
_DEEPEST = 100
_MOST_REPEATED = 100  # each join copies the value, so there has to be a limit
_LONGEST_INT = 1000  # Python refuses much longer ones
_UNPLAIN = re.compile(
    "[^\n\t -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_TRUE = ("true", "yes", "on", "y")  # the last three only if a file requires YAML 1.1
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")


def parse(text: str, offset: int = 0, repeats: Repeats | None = None) -> Value:
    """Parse one YAML document; spans count from `offset`.

    Raises YamlProblem for text that is not valid YAML, and for a duplicate key in a mapping unless
    `repeats` allows it.
    """
    node = libyaml.compose(text) or _compose(text)
    if node is None:
        return Value({}, "", Span(offset, offset + len(text)), {})
    return _Converter(text, offset, repeats).convert(node, 0)


def _compose(text: str) -> Any:
    """Return ruamel.yaml's node for a text, None for an empty text. Raises YamlProblem."""
    reader = ruamel.YAML(
        typ="safe", pure=True
    )  # nodes and places only; the parser that keeps comments fails on some texts
    reader.max_depth = _DEEPEST
    reader.composer.warn_double_anchors = False
    try:
        return reader.compose(io.StringIO(text))
    except ruamel.error.MarkedYAMLError as error:
        raise _marked(error) from error
    except RecursionError as error:
        raise YamlProblem("nested too deep", 0) from error
    except AssertionError as error:
        raise YamlProblem("cannot be read", 0) from error
    except (ruamel.error.YAMLError, ValueError, UnicodeError) as error:
        raise YamlProblem(
            " ".join(str(error).split())[:200], getattr(error, "position", 0) or 0
        ) from error


def _marked(error: ruamel.error.MarkedYAMLError) -> YamlProblem:
    """Return the problem for an error of ruamel.yaml that has places."""
    mark = error.problem_mark or error.context_mark
    in_token = error.context_mark is not None and str(error.context).startswith("while scanning")
    message = " ".join(str(error.problem or error.context).split())
    message = "nested too deep" if "max_depth" in message else message
    in_brackets = error.context_mark is not None and str(error.context).startswith(
        "while parsing a flow"
    )
    return YamlProblem(
        message,
        mark.index if mark else 0,
        error.context_mark.index if in_token else None,
        opened=error.context_mark.index if in_brackets else None,
    )


class _Converter:
    """Makes values from nodes of either library; their fields have the same names."""

    def __init__(self, text: str, offset: int, repeats: Repeats | None = None) -> None:
        self.text = text
        self.offset = offset
        self.repeats = repeats
        self.count = 0

    def convert(self, node: libyaml.Node, depth: int) -> Value:
        self.count += 1
        if self.count > _MOST_VALUES or depth > _DEEPEST:
            raise YamlProblem("expands to more than a document may hold", node.start_mark.index)
        span = self.span(node)
        if node.id == "scalar":
            return Value(_scalar(node), node.value, span, {})
        if node.id == "sequence":
            return Value([self.convert(item, depth + 1) for item in node.value], "", span, {})
        return self.mapping(node, span, depth)

    def mapping(self, node: libyaml.Node, span: Span, depth: int) -> Value:
        data: dict[str, Value] = {}
        keys: dict[str, Span] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                raise YamlProblem("a key is a list or a mapping", key_node.start_mark.index)
            key = key_node.value
            if key == "<<" and value_node.id == "mapping":
                for name, value in self.convert(value_node, depth + 1).items():
                    data.setdefault(name, value)
                continue
            if key not in keys:
                keys[key] = self.span(key_node)
                data[key] = self.convert(value_node, depth + 1)
            else:
                repeats = self.repeats_for(key, key_node.start_mark.index)
                repeats.found.append(Repeated(key, self.span(key_node), keys[key]))
                data[key] = repeats.join(key, data[key], self.convert(value_node, depth + 1))
        return Value(data, "", span, keys)

    def repeats_for(self, key: str, offset: int) -> Repeats:
        """Return where to collect a duplicate key. Raises YamlProblem if it is not allowed."""
        if self.repeats is None:
            raise YamlProblem(f"the key `{key}` appears a second time", offset)
        if len(self.repeats.found) >= _MOST_REPEATED:
            message = (
                f"the key `{key}` appears a second time, as {_MOST_REPEATED} others before it do:"
                " nothing is read"
            )
            raise YamlProblem(message, offset, final=True)
        return self.repeats

    def span(self, node: libyaml.Node) -> Span:
        start, end = node.start_mark.index, node.end_mark.index
        while end > start and self.text[end - 1] in " \t\r\n":  # other spaces are part of scalars
            end -= 1
        return Span(self.offset + start, self.offset + end)


def _scalar(node: libyaml.Node) -> object:
    kind = str(node.tag).rpartition(":")[2]
    text: str = node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in _TRUE
    if kind == "int" and _INT.fullmatch(text) and len(text) <= _LONGEST_INT:
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if kind == "float":
        return _float(text)
    return text


def _float(text: str) -> object:
    try:
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text


@cache
def _representer() -> Any:
    """Return a representer that quotes strings with characters that YAML reads as line ends."""

    class Representer(ruamel.representer.SafeRepresenter):
        def represent_str(self, data: str) -> ruamel.nodes.ScalarNode:
            style = '"' if _UNPLAIN.search(data) else None
            return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Representer.add_representer(str, Representer.represent_str)
    return Representer


def dump(data: object) -> str:
    """Return plain data as block-style YAML with its keys in order, for files that forge writes."""
    writer = ruamel.YAML(typ="safe", pure=True)
    writer.Representer = _representer()
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = 4096
    writer.allow_unicode = True
    stream = io.StringIO()
    writer.dump(data, stream)
    return stream.getvalue()
