"""List the rules of `forge validate`."""

from __future__ import annotations

from typing import NamedTuple

from forge.check.rules.catalog import RULES, Rule
from forge.front.envelope import Reply
from forge.front.operations.call import Call

_HINT = "`forge help RULE` explains one, with a bad and a good example"


class Arguments(NamedTuple):
    """Rules takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    lines = [*map(_line, RULES), "", _HINT]
    return Reply({"rules": [_as_data(rule) for rule in RULES]}, [*lines])


def _as_data(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "severity": rule.severity,
        "blocks": rule.blocks,
        "summary": rule.summary,
    }


def _line(rule: Rule) -> str:
    return f"{rule.id:22} {rule.severity:8} {'blocks' if rule.blocks else '':7} {rule.summary}"
