"""unknown-key: keys, attributes and tags that look like a slip of a known one, or that nobody
reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from forge.check.rules import known_keys as known
from forge.check.rules.model import Rule, shown
from forge.planning.plan.plan import Plan, Step
from forge.text.finding import Finding
from forge.text.source import Span
from forge.text.yaml.parse import Value

RULE = Rule("unknown-key", "warning", False, "no key, attribute or tag is a slip of a known one")
_OF_KIND = {
    "truth": known.TRUTH,
    "artifact": known.ARTIFACT,
    "key_link": known.LINK,
    "prohibition": known.PROHIBITION,
}
_TAG = re.compile(r"^[ \t]*<([A-Za-z][\w-]{2,30})>", re.M)
_MARKUP = frozenset(
    "body code col data div em file form head html img input label li link list main nav ol option"
    " options p param pre root script section slot span step style sub summary svg table task td"
    " template text th time title tr ul var video view text action-item test-command"
    " feature".split()
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each key that nobody reads: a warning where it is a slip, a note inside
    of must-haves.
    """
    yield from _slips(plan, plan.front, known.FRONT)
    yield from _misplaced(plan)
    block = plan.front.get("must_haves")
    if block is not None:
        yield from _slips(plan, block, known.MUST_HAVES)
    for item in plan.must_haves:
        if (
            item.value.get("path")
            or item.value.get("from")
            or item.kind in ("artifact", "key_link")
        ):
            yield from _of_item(plan, item.value, _OF_KIND[item.kind])
        elif item.kind == "truth" and known.TRUTH & set(item.value.keys):
            yield from _of_item(plan, item.value, known.TRUTH)
    for step in plan.steps:
        yield from _attributes(plan, step)
        yield from _tags(plan, step)


def _slips(plan: Plan, value: Value, names: frozenset[str]) -> Iterator[Finding]:
    for key, span in value.keys.items():
        wanted = None if key in names else known.meant(key, names - set(value.keys))
        if wanted:
            yield _slip(plan, span, key, wanted)


def _slip(plan: Plan, span: Span, key: str, wanted: str) -> Finding:
    return RULE.at(
        plan.source, span, f"nobody reads the key {shown(key)}", f"did you mean `{wanted}`?"
    )


def _misplaced(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for blocks of must-haves that stand beside `must_haves`, where nobody looks
    for them.
    """
    for key in sorted(known.MUST_HAVES & set(plan.front.keys)):
        hint = f"move `{key}` below `must_haves`"
        yield RULE.at(
            plan.source,
            plan.front.keys[key],
            f"`{key}` stands at the top, where it is not read",
            hint,
        )


def _of_item(plan: Plan, value: Value, names: frozenset[str]) -> Iterator[Finding]:
    for key, span in value.keys.items():
        if key in names:
            continue
        wanted = known.meant(key, names - set(value.keys))
        if wanted:
            yield _slip(plan, span, key, wanted)
        else:
            yield RULE.at(
                plan.source,
                span,
                f"nobody reads the key {shown(key)}",
                f"known are {_list(names)}",
                "note",
            )


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _attributes(plan: Plan, step: Step) -> Iterator[Finding]:
    for key in step.attributes:
        wanted = None if key in known.TASK else known.meant(key, known.TASK - set(step.attributes))
        if wanted:
            at = plan.source.text.find(key, step.span.start, step.span.end)
            span = Span(max(at, step.span.start), max(at, step.span.start) + len(key))
            yield RULE.at(
                plan.source,
                span,
                f"nobody reads the attribute {shown(key)}",
                f"did you mean `{wanted}`?",
            )


def _tags(plan: Plan, step: Step) -> Iterator[Finding]:
    """Yield a finding for each tag of a step that is one letter away from a part which the step
    lacks.
    """
    for match in _TAG.finditer(plan.source.text, step.span.start + 1, step.span.end):
        name = match[1]
        if name in known.PARTS or name in _MARKUP or name.lower() in _MARKUP:
            continue
        wanted = known.meant(name, known.PARTS - set(step.parts))
        if wanted and wanted not in ("name", "files", "options", "context"):
            said = f"`<{name}>` is no part of a step, and nobody reads it"
            yield RULE.at(plan.source, Span(*match.span(1)), said, f"did you mean `<{wanted}>`?")
