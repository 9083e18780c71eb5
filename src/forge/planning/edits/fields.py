"""What may be said of a document with `forge set`: assignments as people type them, and the bytes
that they come to.
"""

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
from forge.planning.names.documents import Kind
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
    """One change of one key: a new value, an element more or less of its list, or no key at all."""

    key: str
    how: How
    value: str = ""


def assignment(text: str) -> Change | None:
    """Return the change that `KEY=VALUE`, `KEY+=VALUE` or `KEY-=VALUE` means; None for a text
    without `=`.

    Raises UsageError for a key that none may be called.
    """
    match = _ASSIGNMENT.fullmatch(text)
    if match is None:
        return None
    key, how = match["key"], match["how"]
    if key.endswith("-") and how == "=":
        key, how = key[:-1], "-="
    return Change(_named(key), how, match["value"])  # type: ignore[arg-type]


def removal(key: str) -> Change:
    """Return the change that takes a key away. Raises UsageError."""
    return Change(_named(key), "unset")


def _named(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise UsageError(
            f"`{key}` cannot be a key",
            "a key begins with a letter and has letters, digits, `_`, `-` and `.`",
        )
    return key


def check(kind: Kind, change: Change) -> None:
    """Raise UsageError for a value that its key does not take, with the one that may have been
    meant.
    """
    choices = _CHOICES.get((kind, change.key))
    if choices is None or change.how == "unset" or (change.how == "=" and change.value in choices):
        return
    if change.how != "=":
        raise UsageError(f"`{change.key}` is no list", f"write `{change.key}=VALUE`")
    folded = {choice.lower().replace("_", ""): choice for choice in choices}
    near = difflib.get_close_matches(re.sub(r"[\s_-]", "", change.value.lower()), folded, 1, 0.5)
    hint = f"did you mean `{folded[near[0]]}`?" if near else ""
    listed = ", ".join(choices)
    raise UsageError(
        f"`{change.value}` is no {change.key} of {_a(kind)}: it is one of {listed}",
        hint or f"use one of {listed}",
    )


def block(kind: Kind, source: Source) -> Block:
    """Return the mapping that a document's fields stand in. Raises NotEditable, with the place,
    where it has none.
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


def _at(source: Source, offset: int) -> str:
    line, column = source.position(offset)
    return f"{source.path}:{line}:{column}"


def changed(kind: Kind, source: Source, changes: Iterable[Change]) -> bytes:
    """Return a document's bytes after changes, made in their order: only their own lines differ.
    Raises NotEditable.
    """
    written = block(kind, source)
    for change in changes:
        written = _made(written, change)
    return written.bytes()


def _made(written: Block, change: Change) -> Block:
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
    """Return the elements of a list as people type it: `a, b` or `[a, "b, c"]`; nothing is an empty
    list.
    """
    if text.strip().startswith("["):
        try:
            found = yaml.parse(text)
        except yaml.YamlProblem as problem:
            raise UsageError(
                f"`{text}` is no list: {problem.message}", "write `[a, b]`, or `a, b`"
            ) from problem
        texts = found.texts()
        if isinstance(found.data, list) and len(texts) == len(found.data):
            return texts
    return [part.strip() for part in text.split(",") if part.strip()]


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
