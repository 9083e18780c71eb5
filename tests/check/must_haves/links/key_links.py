"""Key links as a plan declares them, judged on trees held in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping

from forge.check.must_haves.code.file import Code, as_lines
from forge.check.must_haves.imports import Link, find
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.links.key_link import LIMIT, judge
from forge.check.must_haves.verdict import Verdict
from forge.git.objects.tree import Tree
from forge.planning.plan.must_haves import MustHave, declared
from forge.text.yaml import parse as yaml
from tests.check.must_haves.memory_tree import MemoryTree


def item(text: str) -> MustHave:
    """Return the first key link of a plan's front matter, given as the YAML of its list entry."""
    indented = text.replace("\n", "\n      ")
    return declared(yaml.parse(f"must_haves:\n  key_links:\n    - {indented}\n"))[0]


def link(start: object, goal: object, pattern: object = None, **more: object) -> MustHave:
    """Return a key link of these values."""
    values = {"from": start, "to": goal, "pattern": pattern, **more}
    return item(json.dumps({key: value for key, value in values.items() if value is not None}))


def judged(
    files: Mapping[str, str | bytes | None] | Tree,
    start: object,
    goal: object,
    pattern: object = None,
    limit: int = LIMIT,
) -> Verdict:
    """Return the verdict on a key link; it always has a reason, and a pass always has evidence."""
    tree = MemoryTree(files) if isinstance(files, Mapping) else files
    verdict = judge(link(start, goal, pattern), tree, limit)
    assert verdict.kind == "key_link" and verdict.reason
    assert verdict.verdict != "pass" or verdict.evidence
    return verdict


def shown(verdict: Verdict) -> list[str]:
    """Return a verdict's evidence as `path:line how`."""
    return [f"{evidence.path}:{evidence.line} {evidence.how}" for evidence in verdict.evidence]


def imported(files: Mapping[str, str], start: str, goal: str) -> Link | None:
    """Return the import in one file that leads to another."""
    tree = MemoryTree(files)
    return find(Code(start, as_lines(files[start])), Files(tree, LIMIT, frozenset([goal])))
