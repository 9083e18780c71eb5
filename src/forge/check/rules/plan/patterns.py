"""pattern-invalid and pattern-matches-all: the patterns of key links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding
from forge.text.pattern import BadPattern, compile_pattern
from forge.text.yaml.parse import Value

INVALID = Rule("pattern-invalid", "error", False, "the pattern of a key link compiles (RE2)")
MATCHES_ALL = Rule(
    "pattern-matches-all", "warning", False, "the pattern of a key link does not match everything"
)
_NOT_IN_RE2 = re.compile(r"\(\?(?:[=!>]|<[=!]|#|\()|\\[1-9]|[*+?}]\+|\\[GKRXhZ]|\(\?P[=>]|\(\?&")
_UNLIKELY_TEXT = "\u2603 zq\u2603"


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each pattern that does not compile, or that matches every file."""
    for item in plan.must_haves:
        value = item.value.get("pattern") if item.kind == "key_link" else None
        if value is None or not isinstance(value.data, str) or not value.data:
            continue
        try:
            compiled = compile_pattern(value.raw)
        except BadPattern as problem:
            yield _invalid(plan, value, problem)
            continue
        if compiled.search("") is not None or compiled.fullmatch(_UNLIKELY_TEXT) is not None:
            yield MATCHES_ALL.at(
                plan.source,
                value.span,
                f"every file matches the pattern {shown(value.raw)}",
                "name what only the link contains",
            )


def _invalid(plan: Plan, value: Value, problem: BadPattern) -> Finding:
    other_dialect = _NOT_IN_RE2.search(value.raw) is not None
    hint = (
        "RE2 has no look-around and no back-references: write it without"
        if other_dialect
        else "escape what is meant literally: `\\(`, `\\[`, `\\*`"
    )
    return INVALID.at(
        plan.source,
        value.span,
        f"the pattern {shown(value.raw)} does not compile: {problem}",
        hint,
        "warning" if other_dialect else None,
    )
