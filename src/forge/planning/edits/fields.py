"""Parses `forge set` assignments and applies them to a document's bytes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from forge.errors import UsageError
from forge.planning import migrations
from forge.planning.backlog import paths
from forge.planning.mission.mission import MISSION_STATUSES
from forge.planning.names.document import Kind
from forge.planning.plan.front_matter import front_matter
from forge.text.edit import NotEditable
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.edit import Block

_TEXTS = frozenset(("id", "title", "goal", "name", "description", "objective", "forced_reason"))
_LISTS = frozenset(
    """
    depends_on files_modified files_deleted requirements acceptance links success_criteria
    phases tags
    """.split()
)
_CHOICES: dict[tuple[Kind, str], tuple[str, ...]] = {
    ("item", "status"): paths.STATUSES,
    ("item", "priority"): paths.PRIORITIES,
    ("mission", "status"): MISSION_STATUSES,
}
_ASSIGNMENT = re.compile(r"(?P<key>[^=+\s][^=+]*?)(?P<how>\+=|-=|=)(?P<value>.*)", re.S)
_KEY = re.compile(r"[^\W\d][\w.-]*")
How = Literal["=", "+=", "-=", "unset"]


class Change(Struct, frozen=True):
    """One change of one key: set its value, add to or remove from its list, or remove the key."""

    key: str
    how: How
    value: str = ""


def assignment(text: str) -> Change | None:
    """Parse `KEY=VALUE`, `KEY+=VALUE` or `KEY-=VALUE`; return None for a text without `=`.

    Raises UsageError if the key is not a valid name.
    """
    match = _ASSIGNMENT.fullmatch(text)
    if match is None:
        return None
    key, how = match["key"], match["how"]
    if key.endswith("-") and how == "=":
        key, how = key[:-1], "-="
    return Change(_valid(key), how, match["value"])  # type: ignore[arg-type]


def removal(key: str) -> Change:
    """Return the change that removes a key. Raises UsageError."""
    return Change(_valid(key), "unset")


def _valid(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise UsageError(
            f"`{key}` cannot be a key",
            "a key begins with a letter and has letters, digits, `_`, `-` and `.`",
        )
    return key


def check(kind: Kind, change: Change) -> None:
    """Raise UsageError for a value that its key does not accept, with the closest valid one."""
    choices = _CHOICES.get((kind, change.key))
    if choices is None or change.how == "unset" or (change.how == "=" and change.value in choices):
        return
    if change.how != "=":
        raise UsageError(f"`{change.key}` is not a list", f"write `{change.key}=VALUE`")
    folded = {choice.lower().replace("_", ""): choice for choice in choices}
    near = difflib.get_close_matches(re.sub(r"[\s_-]", "", change.value.lower()), folded, 1, 0.5)
    listed = ", ".join(choices)
    raise UsageError(
        f"`{change.value}` is not a {change.key} of {_with_article(kind)}: it is one of {listed}",
        f"did you mean `{folded[near[0]]}`?" if near else f"use one of {listed}",
    )


def block(kind: Kind, source: Source) -> Block:
    """Return the mapping that holds a document's fields.

    Raises NotEditable, with the place, if it has none or is not of the current version.
    """
    place: Span | None = Span(0, len(source.text))
    if kind != "mission":
        place, body_start = front_matter(source)
        if place is None or not body_start:
            raise NotEditable(f"{source.path}: it has no closed front matter")
    assert place is not None
    try:
        written = Block.of(source, place)
        if kind in ("mission", "item"):
            migrations.refuse_other(kind, written.top)
    except yaml.YamlProblem as problem:
        at = _at(source, place.start + problem.offset)
        raise NotEditable(f"{at}: it is not valid YAML: {problem.message}") from problem
    except migrations.WrongVersion as problem:
        at = _at(source, problem.span.start)
        raise NotEditable(f"{at}: {problem.message}; {problem.hint}") from problem
    return written


def changed(kind: Kind, source: Source, changes: Iterable[Change]) -> bytes:
    """Return a document's bytes after changes, in order; only the lines of their keys differ.

    Raises NotEditable.
    """
    written = block(kind, source)
    for change in changes:
        written = _apply(written, change)
    return written.bytes()


def _apply(written: Block, change: Change) -> Block:
    if change.how == "unset":
        return written.unset(change.key)
    if change.how == "+=":
        return written.extend(change.key, change.value)
    if change.how == "-=":
        return written.shorten(change.key, change.value)
    present = written.top.get(change.key)
    if change.key in _LISTS or (present is not None and isinstance(present.data, list)):
        return written.set(change.key, elements(change.value))
    if present is not None and isinstance(present.data, dict) and present.data:
        raise NotEditable(f"{written.source.path}: `{change.key}` holds keys of its own")
    return written.set(change.key, change.value, as_text=change.key in _TEXTS)


def elements(text: str) -> list[str]:
    """Return the elements of a typed list: `a, b` or `[a, "b, c"]`; an empty text is an empty list.

    Raises UsageError.
    """
    if text.strip().startswith("["):
        try:
            value = yaml.parse(text)
        except yaml.YamlProblem as problem:
            raise UsageError(
                f"`{text}` is not a list: {problem.message}", "write `[a, b]`, or `a, b`"
            ) from problem
        texts = value.texts()
        if isinstance(value.data, list) and len(texts) == len(value.data):
            return texts
    return [part.strip() for part in text.split(",") if part.strip()]


def _at(source: Source, offset: int) -> str:
    line, column = source.position(offset)
    return f"{source.path}:{line}:{column}"


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
