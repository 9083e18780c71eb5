"""must-haves-unread: blocks that look like must-haves, in places that forge does not read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from forge.check.rules import known_keys
from forge.check.rules.model import Rule, shown
from forge.planning.plan.must_haves import BLOCKS, Kind
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding
from forge.text.source import Span
from forge.text.yaml.parse import Value

RULE = Rule(
    "must-haves-unread", "error", False, "forge reads every block and every condition of must-haves"
)
KEY = "must_haves"
_CLOSE = 0.75
_DEEPEST = 20
_LABEL = re.compile(r"[a-z][a-z0-9_-]*")
_ALSO_CALLED = {
    "artefacts": "artifacts",
    "artefact": "artifacts",
    "keylinks": "key_links",
    "musthave": KEY,
}
_KEYS: Mapping[Kind, frozenset[str]] = {
    "truth": known_keys.TRUTH,
    "artifact": known_keys.ARTIFACT,
    "key_link": known_keys.LINK,
    "prohibition": known_keys.PROHIBITION,
}


class _Place(NamedTuple):
    """A key that is not read, with what it seems to mean."""

    span: Span
    key: str
    meant: str | None


def check(plan: Plan) -> Iterator[Finding]:
    """Yield an error for each block, and each condition of a must-have, that is never judged.

    A plan with one is not proven: what it asks for was not checked.
    """
    for place in (*_outside(plan.front), *_in_block(plan.front.get(KEY)), *_in_entries(plan)):
        yield RULE.at(
            plan.source,
            place.span,
            f"forge does not read {shown(place.key)} here, so what it asks for is not checked",
            f"did you mean `{place.meant}`?" if place.meant else f"known keys are {_blocks()}",
        )


def _outside(front: Value) -> Iterator[_Place]:
    """Yield must-haves, and blocks of them, that are in the wrong place."""
    for key, value in front.items():
        if key == KEY or _is_empty(value):
            continue
        meant = (
            _meant(key, (KEY, *BLOCKS)) if key not in known_keys.FRONT | known_keys.OWN else None
        )
        if meant == KEY and isinstance(value.data, (dict, list)):
            yield _Place(front.keys[key], key, KEY)
        elif meant and meant != KEY and (key in BLOCKS or not _is_label(value)):
            yield _Place(front.keys[key], key, f"{KEY}: {meant}")
        else:
            yield from _nested(value, 1)


def _nested(value: Value, depth: int) -> Iterator[_Place]:
    """Yield must-haves below a key of another name."""
    if depth > _DEEPEST:
        return
    for key, child in value.items():
        if _folded(key) in ("musthaves", "keylinks") and not _is_empty(child):
            yield _Place(value.keys[key], key, f"{KEY} at the top level")
        else:
            yield from _nested(child, depth + 1)
    for child in value.elements() if isinstance(value.data, list) else ():
        yield from _nested(child, depth + 1)


def _in_block(block: Value | None) -> Iterator[_Place]:
    """Yield the keys of `must_haves` that do not name a block."""
    if block is None:
        return
    if isinstance(block.data, dict):
        yield from _unknown_blocks(block)
        return
    for element in block.elements():
        if isinstance(element.data, dict) and (
            set(element.data) & set(BLOCKS) or any(_meant(key, BLOCKS) for key in element.keys)
        ):
            yield from _unknown_blocks(element)


def _unknown_blocks(block: Value) -> Iterator[_Place]:
    for key, value in block.items():
        if key not in BLOCKS and not _is_empty(value):
            yield _Place(block.keys[key], key, _meant(key, BLOCKS))


def _in_entries(plan: Plan) -> Iterator[_Place]:
    """Yield misspelled conditions of must-haves, and blocks that slipped into one."""
    for item in plan.must_haves:
        known = _KEYS[item.kind]
        if not isinstance(item.value.data, dict) or (
            item.kind == "truth" and not known & set(item.value.keys)
        ):
            continue
        for key, value in item.value.items():
            if key in known or _is_empty(value):
                continue
            if isinstance(value.data, (dict, list)) and (meant := _meant(key, BLOCKS)):
                yield _Place(item.value.keys[key], key, f"{KEY}: {meant}")
            elif meant := known_keys.closest(key, known - set(item.value.keys)):
                yield _Place(item.value.keys[key], key, meant)


def _meant(key: str, names: Iterable[str]) -> str | None:
    """Return which of some names a key misspells: other letters, another number, another style."""
    folded = {_folded(name): name for name in names}
    wanted = _folded(key)
    also = _ALSO_CALLED.get(wanted)
    if also in folded.values() and key not in known_keys.OWN:
        return also
    for form in (wanted, f"{wanted}s", wanted.removesuffix("s")):
        if form in folded:
            return folded[form]
    if len(wanted) < 5:
        return None
    similar = difflib.get_close_matches(wanted[:40], folded, 1, _CLOSE)
    return folded[similar[0]] if similar and abs(len(similar[0]) - len(wanted)) <= 2 else None


def _folded(key: str) -> str:
    return "".join(letter for letter in key.lower() if letter.isalnum())


def _is_label(value: Value) -> bool:
    """Return whether a value is one plain word: `artifact: plan` says what a document is."""
    return isinstance(value.data, str) and _LABEL.fullmatch(value.data) is not None


def _is_empty(value: Value) -> bool:
    return value.data in (None, [], {}, "")


def _blocks() -> str:
    return ", ".join(f"`{name}`" for name in BLOCKS)
