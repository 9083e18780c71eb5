"""reference-outside: references that are not files of the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from forge.check.rules.model import Rule, shown
from forge.check.rules.places import Finder, part
from forge.check.secrets.file_names import holds_secrets
from forge.planning.plan.plan import Plan
from forge.planning.plan.references import leads_out, links_out, path_of
from forge.text import tags
from forge.text.finding import Finding
from forge.text.source import Span

RULE = Rule(
    "reference-outside",
    "warning",
    False,
    "each reference of a plan is a file of the repository that holds no secrets",
)
_HINT = "the runner is not told to read it; name a file of the repository, or remove the reference"
_TOOLS = re.compile(
    r"/\.(?:config/)?[a-z]+/(?:get-shit-done|gsd-core)/|^(?:~|\$HOME)/\.claude/commands/"
)
"""What the GSD workflow installs in an agent's folder, in any home, and names in every plan."""


def check_in(plan: Plan, root: Path) -> Iterator[Finding]:
    """Yield a finding for each reference that a runner is not told to read."""
    seen: set[tuple[int, str]] = set()
    for reference, place in _references(plan):
        why = why_refused(reference, str(root))
        span = Finder(plan.source, place).find(reference) if why else place
        if why and (span.start, reference) not in seen:
            seen.add((span.start, reference))
            yield RULE.at(
                plan.source,
                span,
                f"{shown(reference)} {why}",
                _HINT,
                "note" if _is_of_tools(reference) else None,
            )


def why_refused(reference: str, root: str) -> str | None:
    """Return why a runner is not told to read what a reference names; None if it is."""
    if leads_out(reference):
        return "leaves the repository"
    if links_out(root, reference):
        return "is a link that leaves the repository"
    return "holds secrets, as its name says" if holds_secrets(path_of(reference)) else None


def _is_of_tools(reference: str) -> bool:
    path = posixpath.normpath(path_of(reference).replace("\\", "/"))
    return _TOOLS.search(path) is not None


def _references(plan: Plan) -> Iterator[tuple[str, Span]]:
    """Yield each reference with the part of the document that it is in."""
    for name in ("context", "execution_context"):
        section = tags.section(plan.source.text, name, plan.body_start)
        place = section.inner if section is not None else Span(0, 0)
        yield from ((reference, place) for reference in plan.references_of(name))
    for step in plan.steps:
        named = step.read_first
        yield from ((path, part(plan.source, step, "read_first")) for path in named)
        rest = [path for path in step.references if path not in named]
        yield from ((path, part(plan.source, step, "context")) for path in rest)
