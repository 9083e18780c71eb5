"""The stage of a step, by the first rule that applies."""

from __future__ import annotations

import re
from typing import Literal, get_args

Stage = Literal["retrieve", "plan", "edit", "test", "repair", "checkpoint"]
STAGES: tuple[Stage, ...] = get_args(Stage)

_FIRST_WORDS: dict[str, Stage] = {
    **dict.fromkeys(("analyze", "gather", "research", "review", "read", "explore"), "retrieve"),
    **dict.fromkeys(("design", "plan", "clarify"), "plan"),
    **dict.fromkeys(("test", "verify", "validate", "check"), "test"),
    **dict.fromkeys(("fix", "repair", "debug", "resolve"), "repair"),
}
_LABEL = re.compile(r"(?:task\s+)?(?:(?=\S*\d)\S++\s+)?(?:[:–—-]\s+)?(?:\[.*?\]\s*)*", re.I)
_ASIDE = re.compile(r"\([^)]*\)|\bn/a\b", re.I)
_NO_PATH = re.compile(r"\bn/a\b", re.I)
_PATH = re.compile(r"\w[./]\w|\w/|(?<![\w.])\.\w")
_BARE_FILES = re.compile(
    r"\b(?:\w*(?:Make|Docker|Just|Proc|Gem|Rake|Vagrant|Jenkins)file|LICENSE|README|CHANGELOG)\b"
)

EDITING: frozenset[Stage] = frozenset(("edit", "repair"))


def names_a_path(files: str) -> bool:
    """Return whether a `<files>` text names a path; "none", "n/a" and "(verification only)" do
    not.
    """
    # An unclosed parenthesis in the tail would make the search for its end quadratic.
    head, closing, tail = files.rpartition(")")
    text = _ASIDE.sub("", head + closing) + _NO_PATH.sub("", tail)
    return bool(_PATH.search(text) or _BARE_FILES.search(text))


def stage_of(attributes: dict[str, str], name: str, files: str) -> Stage:
    """Return a step's stage from its attributes, its name and its `<files>`."""
    declared = attributes.get("stage", "").strip()
    if declared in STAGES:
        return declared
    kind = attributes.get("type", "").strip()
    if kind.startswith("checkpoint") or kind == "human":
        return "checkpoint"
    if names_a_path(files):
        return "edit"
    label = _LABEL.match(name.strip())
    words = name.strip()[label.end() if label else 0 :].lower().split(" ")
    return _FIRST_WORDS.get(words[0], "edit") if len(words) > 1 else "edit"
