"""Plans to hold rules against: a sound one, and the same with a change."""

from __future__ import annotations

from pathlib import Path

from forge.check.rules.catalog import check_plan
from forge.planning.names.plan_files import plan_id
from forge.planning.plan.plan import load
from forge.text.finding import Finding
from forge.text.source import Source

PATH = ".planning/phases/01-start/01-01-PLAN.md"
SOUND = """---
phase: 01-start
plan: 01
wave: 1
autonomous: true
files_modified: [docs/notes.md]
must_haves:
  truths:
    - "the notes are written"
  artifacts:
    - path: docs/notes.md
      contains: Notes
  key_links:
    - from: docs/notes.md
      to: README.md
      via: a link
      pattern: "README[.]md"
---
<objective>
Write the notes.
</objective>
<tasks>
<task type="auto">
  <name>Task 1: Write the notes</name>
  <files>docs/notes.md</files>
  <action>Write them.</action>
  <verify><automated>test -s docs/notes.md</automated></verify>
  <done>The notes are there.</done>
</task>
</tasks>
"""


def changed(old: str, new: str) -> str:
    """Return the sound plan with one text replaced by another."""
    assert old in SOUND, old
    return SOUND.replace(old, new, 1)


def findings(text: str, path: str = PATH, root: Path = Path("/nowhere/at/all")) -> list[Finding]:
    """Return everything that is wrong with a plan by itself."""
    return list(check_plan(load(Source.of(path, text.encode()), plan_id(path)), root))


def of_rule(rule: str, text: str, path: str = PATH) -> list[Finding]:
    return [finding for finding in findings(text, path) if finding.rule == rule]


def characters(text: str, finding: Finding) -> str:
    """Return the very characters that a finding points at."""
    lines = text.split("\n")[finding.line - 1 : finding.end_line]
    if len(lines) == 1:
        return lines[0][finding.column - 1 : finding.end_column - 1]
    return "\n".join(
        [lines[0][finding.column - 1 :], *lines[1:-1], lines[-1][: finding.end_column - 1]]
    )
