"""pattern-invalid and pattern-matches-all: the patterns of key links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding
from forge.text.pattern import BadPattern, compile_pattern

INVALID = Rule("pattern-invalid", "error", False, "the pattern of a key link compiles (RE2)")
MATCHES_ALL = Rule(
    "pattern-matches-all", "warning", False, "the pattern of a key link does not match everything"
)
_OTHER_DIALECT = re.compile(r"\(\?(?:[=!>]|<[=!]|#|\()|\\[1-9]|[*+?}]\+|\\[GKRXhZ]|\(\?P[=>]|\(\?&")
_PROBE = "\u2603 zq\u2603"  # nothing that a link could be about


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each pattern that no file can be searched for, or that every file has."""
    for item in plan.must_haves:
        value = item.value.get("pattern") if item.kind == "key_link" else None
        if value is None or not isinstance(value.data, str) or not value.data:
            continue
        try:
            compiled = compile_pattern(value.raw)
        except BadPattern as problem:
            known_elsewhere = bool(_OTHER_DIALECT.search(value.raw))
            hint = (
                "RE2 has no look-around and no back-references: write it without"
                if known_elsewhere
                else "escape what is meant literally: `\\(`, `\\[`, `\\*`"
            )
            yield INVALID.at(
                plan.source,
                value.span,
                f"the pattern {shown(value.raw)} does not compile: {problem}",
                hint,
                "warning" if known_elsewhere else None,
            )
            continue
        if compiled.search("") is not None or compiled.fullmatch(_PROBE) is not None:
            yield MATCHES_ALL.at(
                plan.source,
                value.span,
                f"the pattern {shown(value.raw)} is found in every file",
                "name what only the link brings in",
            )
