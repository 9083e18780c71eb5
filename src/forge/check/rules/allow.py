"""allow-without-reason and allow-unused: comments that silence findings of a rule.

`# forge: allow RULE: reason` in YAML and `<!-- forge: allow RULE: reason -->` in a body silence
the findings of that rule on the same line and on the next one. A finding about a document as a
whole can be silenced anywhere in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from forge.check.rules.known_keys import closest
from forge.check.rules.model import Rule, shown
from forge.text.finding import Finding
from forge.text.location import Spot
from forge.text.source import Source, Span

REASON = Rule("allow-without-reason", "warning", False, "a comment that silences a rule says why")
UNUSED = Rule("allow-unused", "warning", False, "a comment that silences a rule silences something")
_COMMENT = re.compile(
    r"(?:(?:^|(?<=[ \t]))#[ \t]*|<!--[ \t]*)"
    r"(?P<allow>forge:[ \t]*allow\b[ \t]*(?P<rule>[\w-]*)(?:[ \t]*:[ \t]*(?P<reason>[^\n]*))?)",
    re.M,
)


class Allow(NamedTuple):
    """A comment that silences a rule; without a reason it silences nothing."""

    rule: str
    reason: str
    spot: Spot


def allows(source: Source) -> Iterator[Allow]:
    """Yield the silencing comments of a document."""
    if "forge:" not in source.text:
        return
    for match in _COMMENT.finditer(source.text):
        reason = (match["reason"] or "").partition("-->")[0].strip()
        end = match.start("allow") + len(match["allow"].partition("-->")[0].rstrip())
        yield Allow(match["rule"], reason, Spot.of(source, Span(match.start("allow"), end), ""))


def silenced(
    findings: Iterable[Finding],
    comments: Sequence[Allow],
    checked: frozenset[str],
    known: frozenset[str],
    path: str,
) -> list[Finding]:
    """Return the findings of one document that no comment silences, and those about the comments.

    `known` are the ids of all rules, `checked` those of the rules that were checked here: a comment
    for another rule is not reported as unused.
    """
    if not comments:
        return list(findings)
    lookup = _Lookup(comments)
    used: set[int] = set()
    kept = []
    for finding in findings:
        silencing = lookup.silencing(finding)
        used.update(silencing)
        if not silencing:
            kept.append(finding)
    idle = [comment for number, comment in enumerate(comments) if number not in used]
    return kept + [finding for comment in idle for finding in _check(comment, checked, known, path)]


class _Lookup:
    """The numbers of the comments with a reason, by the rule and lines that they silence."""

    def __init__(self, comments: Sequence[Allow]) -> None:
        self.by_line: dict[tuple[str, int], list[int]] = {}
        self.by_rule: dict[str, list[int]] = {}
        for number, comment in enumerate(comments):
            if comment.reason:
                for line in (comment.spot.line, comment.spot.line + 1):
                    self.by_line.setdefault((comment.rule, line), []).append(number)
                self.by_rule.setdefault(comment.rule, []).append(number)

    def silencing(self, finding: Finding) -> list[int]:
        """Return the numbers of the comments that silence a finding."""
        numbers = self.by_line.get((finding.rule, finding.line), [])
        about_document = finding.line == 1 and finding.end_line == 1
        return numbers or (self.by_rule.get(finding.rule, []) if about_document else [])


def _check(
    comment: Allow, checked: frozenset[str], known: frozenset[str], path: str
) -> Iterator[Finding]:
    """Yield what is wrong with a comment that silences nothing."""
    if not comment.reason:
        yield REASON.on(
            path,
            comment.spot,
            "without a reason this silences nothing",
            f"write `forge: allow {comment.rule or 'RULE'}: why it is right here`",
        )
    elif comment.rule not in known:
        similar = closest(comment.rule, known)
        hint = f"did you mean `{similar}`?" if similar else "`forge rules` lists them"
        yield UNUSED.on(path, comment.spot, f"there is no rule {shown(comment.rule)}", hint)
    elif comment.rule in checked:
        yield UNUSED.on(
            path,
            comment.spot,
            f"there is no finding of {shown(comment.rule)} here",
            "remove the comment",
        )
