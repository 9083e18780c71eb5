"""truth-uncovered: truths that no artifact, link, step or command of the plan mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding

RULE = Rule(
    "truth-uncovered", "note", False, "some artifact, link, step or command mentions each truth"
)
_WORD = re.compile(r"[A-Za-z]{4,40}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STEM = 5
_COMMON = frozenset(
    word[:_STEM]
    for word in """
    able about across after again against allow allows also always another anything back because
    been before being below between both cannot correct correctly could does done each either
    else ensure every everything exactly exist existing exists first following from full fully
    given have having here into instead itself just keep later least less like list make makes
    many more most must need needs never next none nothing only other over provided proper
    properly same several shall should show shows shown since some still successfully such than
    that their them then there these they this those through time together under unless until
    upon used user users uses using value valid very well were what when where which while will
    with within without work working works would
    """.split()
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a note for each truth without a command that shares no significant word with the rest
    of the plan.

    Words are compared by their first letters, so that "rejects" matches "rejected". A truth with
    fewer than two significant words is not checked.
    """
    truths = [item for item in plan.must_haves if item.kind == "truth" and item.command is None]
    if not truths or not plan.steps:
        return
    mentioned = _stems(" ".join(_rest_of_plan(plan)))
    for item in truths:
        stems = _stems(item.statement)
        if len(stems) > 1 and not stems & mentioned:
            yield RULE.at(
                plan.source,
                item.span,
                f"no artifact, link, step or command mentions {shown(item.statement)}",
                "add what would show it, or give it a `verify` command",
            )


def _rest_of_plan(plan: Plan) -> Iterator[str]:
    for item in plan.must_haves:
        if item.kind in ("artifact", "key_link"):
            yield " ".join(_texts(item.value.plain()))
    yield from (step.text for step in plan.steps)
    yield plan.section("verification")


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for child in data.values():
            yield from _texts(child)
    elif isinstance(data, list):
        for child in data:
            yield from _texts(child)
    else:
        yield str(data)


def _stems(text: str) -> set[str]:
    """Return the first letters of a text's significant words, also of the parts of `parseRow`."""
    words = {
        part.lower()
        for word in _WORD.findall(text)
        for part in (word, *_HUMP.split(word))
        if len(part) > 3
    }
    return {word[:_STEM] for word in words} - _COMMON
