"""allow-without-reason and allow-unused: comments that silence a finding, by its rule and with a
reason.

`# forge: allow RULE: reason` in YAML and `<!-- forge: allow RULE: reason -->` in a body silence the
findings of that rule on their own line and on the next one; a finding about a document as a whole
is silenced from anywhere in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from forge.check.rules.known_keys import meant
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
    asked: frozenset[str],
    known: frozenset[str],
    path: str,
) -> list[Finding]:
    """Return the findings of one document that no comment silences, and those about the comments
    themselves.

    `known` are all rules, `asked` those that were held against the document: a comment for another
    is not called unused.
    """
    if not comments:
        return list(findings)
    places: dict[tuple[str, int], list[int]] = {}
    whole: dict[str, list[int]] = {}
    for number, comment in enumerate(comments):
        if comment.reason:
            for line in (comment.spot.line, comment.spot.line + 1):
                places.setdefault((comment.rule, line), []).append(number)
            whole.setdefault(comment.rule, []).append(number)
    used: set[int] = set()
    kept = []
    for finding in findings:
        about_all = finding.line == 1 and finding.end_line == 1
        by = places.get((finding.rule, finding.line), []) or (
            whole.get(finding.rule, []) if about_all else []
        )
        used.update(by)
        if not by:
            kept.append(finding)
    idle = [comment for number, comment in enumerate(comments) if number not in used]
    return kept + [found for comment in idle for found in _judged(comment, asked, known, path)]


def _judged(
    comment: Allow, asked: frozenset[str], known: frozenset[str], path: str
) -> Iterator[Finding]:
    if not comment.reason:
        yield REASON.on(
            path,
            comment.spot,
            "without a reason this silences nothing",
            f"write `forge: allow {comment.rule or 'RULE'}: why it is right here`",
        )
    elif comment.rule not in known:
        wanted = meant(comment.rule, known)
        hint = f"did you mean `{wanted}`?" if wanted else "`forge rules` lists them"
        yield UNUSED.on(path, comment.spot, f"there is no rule {shown(comment.rule)}", hint)
    elif comment.rule in asked:
        yield UNUSED.on(
            path,
            comment.spot,
            f"nothing here is a finding of {shown(comment.rule)}",
            "take the comment out",
        )
