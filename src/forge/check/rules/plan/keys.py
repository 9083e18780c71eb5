"""unknown-key: keys, attributes and tags that misspell a known one, or that forge does not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from forge.check.rules import known_keys
from forge.check.rules.model import Rule, shown
from forge.planning.plan.must_haves import MustHave
from forge.planning.plan.plan import Plan, Step
from forge.text.finding import Finding
from forge.text.source import Span
from forge.text.yaml.parse import Value

RULE = Rule(
    "unknown-key", "warning", False, "no key, attribute or tag is a misspelling of a known one"
)
_KEYS_OF_KIND = {
    "truth": known_keys.TRUTH,
    "artifact": known_keys.ARTIFACT,
    "key_link": known_keys.LINK,
    "prohibition": known_keys.PROHIBITION,
}
_TAG = re.compile(r"^[ \t]*<([A-Za-z][\w-]{2,30})>", re.M)
_MARKUP = frozenset(
    "body code col data div em file form head html img input label li link list main nav ol option"
    " options p param pre root script section slot span step style sub summary svg table task td"
    " template text th time title tr ul var video view text action-item test-command"
    " feature".split()
)
_NEVER_SUGGESTED = ("name", "files", "options", "context")


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each unknown key: a warning if it is a misspelling, a note inside
    must-haves.
    """
    yield from _misspellings(plan, plan.front, known_keys.FRONT)
    for item in plan.must_haves:
        yield from _must_have(plan, item)
    for step in plan.steps:
        yield from _attributes(plan, step)
        yield from _tags(plan, step)


def _misspellings(plan: Plan, value: Value, names: frozenset[str]) -> Iterator[Finding]:
    for key, span in value.keys.items():
        meant = None if key in names else known_keys.closest(key, names - set(value.keys))
        if meant:
            yield _misspelling(plan, span, key, meant)


def _misspelling(plan: Plan, span: Span, key: str, meant: str) -> Finding:
    return RULE.at(
        plan.source, span, f"forge does not read the key {shown(key)}", f"did you mean `{meant}`?"
    )


def _must_have(plan: Plan, item: MustHave) -> Iterator[Finding]:
    value = item.value
    if value.get("path") or value.get("from") or item.kind in ("artifact", "key_link"):
        yield from _keys_of_item(plan, value, _KEYS_OF_KIND[item.kind])
    elif item.kind == "truth" and known_keys.TRUTH & set(value.keys):
        yield from _keys_of_item(plan, value, known_keys.TRUTH)


def _keys_of_item(plan: Plan, value: Value, names: frozenset[str]) -> Iterator[Finding]:
    for key, span in value.keys.items():
        if key in names:
            continue
        meant = known_keys.closest(key, names - set(value.keys))
        if meant:
            yield _misspelling(plan, span, key, meant)
        else:
            message = f"forge does not read the key {shown(key)}"
            yield RULE.at(plan.source, span, message, f"known keys are {_list(names)}", "note")


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _attributes(plan: Plan, step: Step) -> Iterator[Finding]:
    for key in step.attributes:
        if key in known_keys.TASK:
            continue
        meant = known_keys.closest(key, known_keys.TASK - set(step.attributes))
        if meant:
            at = plan.source.text.find(key, step.span.start, step.span.end)
            start = max(at, step.span.start)
            yield RULE.at(
                plan.source,
                Span(start, start + len(key)),
                f"forge does not read the attribute {shown(key)}",
                f"did you mean `{meant}`?",
            )


def _tags(plan: Plan, step: Step) -> Iterator[Finding]:
    """Yield a finding for each tag of a step that misspells a part which the step lacks."""
    for match in _TAG.finditer(plan.source.text, step.span.start + 1, step.span.end):
        name = match[1]
        if name in known_keys.PARTS or name.lower() in _MARKUP:
            continue
        meant = known_keys.closest(name, known_keys.PARTS - set(step.parts))
        if meant and meant not in _NEVER_SUGGESTED:
            yield RULE.at(
                plan.source,
                Span(*match.span(1)),
                f"`<{name}>` is not a part of a step, and forge does not read it",
                f"did you mean `<{meant}>`?",
            )
