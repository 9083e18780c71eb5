"""Plans with front matter to be broken by a test."""

from __future__ import annotations

from forge.planning.plan.plan import Plan, load
from forge.text.finding import Finding
from forge.text.source import Source

PATH = ".planning/phases/01-a/01-01-PLAN.md"
BODY = """\
<objective>
Do it
</objective>
<tasks>
<task type="auto">
  <name>Task 1: Write a</name>
  <files>a.py</files>
  <action>Write it.</action>
  <verify><automated>test -f a.py</automated></verify>
  <done>a.py is there</done>
</task>
</tasks>
"""
HEAD = """\
phase: 01-a
plan: 01
type: execute
wave: 1
depends_on: []
files_modified: [a.py]
autonomous: true
requirements: []
"""


def document(must_haves: str, body: str = BODY) -> str:
    """Return a plan whose must-haves are the given lines."""
    return f"---\n{HEAD}must_haves:\n{must_haves}---\n\n{body}"


def read(text: str | bytes) -> Plan:
    data = text if isinstance(text, bytes) else text.encode()
    return load(Source.of(PATH, data), "01-01")


def yaml_findings(plan: Plan) -> list[Finding]:
    return [finding for finding in plan.findings if finding.rule == "front-matter-yaml"]


def marked(plan: Plan, finding: Finding) -> str:
    """Return the characters that a finding is about."""
    lines = plan.source.text.split("\n")
    if finding.line == finding.end_line:
        return lines[finding.line - 1][finding.column - 1 : finding.end_column - 1]
    first, last = (
        lines[finding.line - 1][finding.column - 1 :],
        lines[finding.end_line - 1][: finding.end_column - 1],
    )
    return "\n".join([first, *lines[finding.line : finding.end_line - 1], last])
