"""YAML 1.2 with the place of every value. The only importer of ruamel.yaml, which has the last word
on every text.

Values are composed, not constructed: a value knows its own characters, an alias or a merge key
cannot run code, and the text that a person wrote (`plan: 08`) stays at hand beside what it means.
"""

from __future__ import annotations

import io
import re
from collections.abc import Container, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from forge.lazy import at_first_use
from forge.text.source import Span

if not TYPE_CHECKING:
    ruamel = at_first_use(
        "ruamel.yaml"
    )  # a command that finds everything in its caches reads no YAML
    libyaml = at_first_use("forge.text.yaml.libyaml")
else:  # not the other way round: import-linter leaves out what stands below `if TYPE_CHECKING`
    import ruamel.yaml as ruamel

    from forge.text.yaml import libyaml

_MOST_VALUES = 200_000
# far below Python's own limit, so that the answer is the same wherever forge is called from
_DEEPEST = 100
_MOST_REPEATED = 100  # joining copies what was there, so it has to end
_LONGEST_INT = 1000  # Python refuses to read much longer ones, and nobody counts so far
_UNPLAIN = re.compile(
    "[^\n\t -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")


class YamlProblem(Exception):
    """Text that is no YAML: what it is, and where (an offset into the text given to `parse`).

    `start` is where the token that could not be read begins; the same place where it is not a
    token's fault. `final` says that no line alone is at fault, so that mending one would not help.
    `opened` is where the brackets begin that it stands in.
    """

    def __init__(
        self,
        message: str,
        offset: int,
        start: int | None = None,
        *,
        final: bool = False,
        opened: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.start = offset if start is None else start
        self.final = final
        self.opened = opened


class Value(Struct, frozen=True):
    """One YAML value: `data` is a str, int, float, bool, None, list of values or dict of values;
    `raw` a scalar's text.
    """

    data: object
    raw: str
    span: Span
    keys: Mapping[str, Span]

    def get(self, key: str) -> Value | None:
        """Return a key's value, where this is a mapping that has it."""
        return self.data.get(key) if isinstance(self.data, dict) else None

    def items(self) -> Iterator[tuple[str, Value]]:
        """Yield key and value, in file order, where this is a mapping."""
        if isinstance(self.data, dict):
            yield from self.data.items()

    def elements(self) -> list[Value]:
        """Return the elements of a list, a lone scalar as a list of one, null as an empty one."""
        if isinstance(self.data, list):
            return self.data
        return [] if self.data is None else [self]

    def texts(self) -> list[str]:
        """Return the scalars of a list (or the lone scalar) as they were written."""
        return [
            element.raw for element in self.elements() if not isinstance(element.data, (dict, list))
        ]

    def plain(self) -> object:
        """Return the value as ordinary Python data."""
        if isinstance(self.data, dict):
            return {key: value.plain() for key, value in self.data.items()}
        if isinstance(self.data, list):
            return [value.plain() for value in self.data]
        return self.data


class Repeated(Struct, frozen=True):
    """A key that stands in a mapping a second time: its name, where it stands, and where it stood
    before.
    """

    key: str
    span: Span
    first: Span


class Repeats(Struct):
    """Lets keys stand twice in a mapping, up to a bound, and collects them.

    Lists are joined to one, mappings key by key; of two scalars the first counts, unless their key
    is one of `listed`: then they are a list of two.
    """

    listed: Container[str] = ()
    found: list[Repeated] = field(default_factory=list)

    def join(self, key: str, first: Value, second: Value) -> Value:
        """Return what two values of one key come to."""
        if first.data is None or second.data is None:
            return second if first.data is None else first
        if isinstance(first.data, dict) and isinstance(second.data, dict):
            data = dict(first.data)
            for name, value in second.data.items():
                data[name] = self.join(name, data[name], value) if name in data else value
            return Value(data, "", first.span, {**second.keys, **first.keys})
        if isinstance(first.data, list) or isinstance(second.data, list):
            return Value([*first.elements(), *second.elements()], "", first.span, {})
        return Value([first, second], "", first.span, {}) if key in self.listed else first


def parse(text: str, offset: int = 0, repeats: Repeats | None = None) -> Value:
    """Parse one YAML document; spans count from `offset`. Raises YamlProblem, never anything else,
    for bad text.

    A key that stands twice in a mapping is a problem too, unless `repeats` lets it pass.
    """
    node = libyaml.compose(text) or _compose(text)
    if node is None:
        return Value({}, "", Span(offset, offset + len(text)), {})
    return _Converter(text, offset, repeats).convert(node, 0)


def _compose(text: str) -> Any:
    """Return the node that a text is, as ruamel.yaml reads it; None where nothing is written.
    Raises YamlProblem.
    """
    reader = ruamel.YAML(
        typ="safe", pure=True
    )  # nodes and places only; what collects comments fails on some texts
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
    """Makes values of nodes, whichever library they come from: the two name alike what is used
    here.
    """

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
            elif self.repeats is None:
                raise YamlProblem(
                    f"the key `{key}` stands here a second time", key_node.start_mark.index
                )
            elif len(self.repeats.found) >= _MOST_REPEATED:
                said = (
                    f"the key `{key}` stands here a second time, as {_MOST_REPEATED} others do"
                    " before it: nothing is read"
                )
                raise YamlProblem(said, key_node.start_mark.index, final=True)
            else:
                self.repeats.found.append(Repeated(key, self.span(key_node), keys[key]))
                data[key] = self.repeats.join(key, data[key], self.convert(value_node, depth + 1))
        return Value(data, "", span, keys)

    def span(self, node: libyaml.Node) -> Span:
        start, end = node.start_mark.index, node.end_mark.index
        while end > start and self.text[end - 1] in " \t\r\n":  # other blanks belong to the scalar
            end -= 1
        return Span(self.offset + start, self.offset + end)


def _scalar(node: libyaml.Node) -> object:
    kind = str(node.tag).rpartition(":")[2]
    text: str = node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in (
            "true",
            "yes",
            "on",
            "y",
        )  # the last three only where a file asks for YAML 1.1
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
    """Return the class that writes strings so that they read back the same.

    Those with characters that YAML takes for line ends are quoted.
    """

    class Representer(ruamel.representer.SafeRepresenter):
        """See `_representer`."""

        def represent_str(self, data: str) -> ruamel.nodes.ScalarNode:
            """Return the node of a text."""
            style = '"' if _UNPLAIN.search(data) else None
            return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Representer.add_representer(str, Representer.represent_str)
    return Representer


def dump(data: object) -> str:
    """Return plain data as block-style YAML, keys in the order given, for files that forge itself
    writes.
    """
    writer = ruamel.YAML(typ="safe", pure=True)
    writer.Representer = _representer()
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = 4096
    writer.allow_unicode = True
    stream = io.StringIO()
    writer.dump(data, stream)
    return stream.getvalue()
