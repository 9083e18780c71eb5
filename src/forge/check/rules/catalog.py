"""Every rule with its severity, and whether it refuses a run. Ids are stable; `docs/rules.md` has a section for each."""

from __future__ import annotations

from dataclasses import dataclass

from forge.text.finding import Severity


@dataclass(frozen=True)
class Rule:
    """A rule: what a finding of it is called, how bad it is, and whether it blocks execution."""

    id: str
    severity: Severity
    blocks: bool
    summary: str


RULES = (
    Rule("unreadable", "error", True, "the file is no text: binary, or not in the encoding that it seems to be in"),
    Rule("front-matter-missing", "warning", False, "a plan begins with front matter between two lines `---`"),
    Rule("front-matter-unclosed", "error", True, "the front matter is opened and never closed"),
    Rule("front-matter-yaml", "error", False, "the front matter is YAML 1.2"),
    Rule("front-matter-shape", "error", False, "the front matter is a mapping of keys"),
    Rule("front-matter-schema", "warning", False, "known keys of the front matter have the types of the schema"),
    Rule("no-steps", "error", True, "a plan has at least one step"),
    Rule("duplicate-step-id", "error", True, "a step's id is its own"),
    Rule("unknown-stage", "warning", False, "a step's stage is one of the six"),
    Rule("path-outside", "error", True, "no path of a plan leads out of the repository"),
    Rule("settings", "error", False, "forge.yaml can be used"),
    Rule("settings-key", "warning", False, "forge.yaml has no unknown keys"),
    Rule("mission-yaml", "error", False, "a mission is YAML 1.2"),
    Rule("timeline-damaged", "error", False, "a timeline has no gap, no repeat, and an unbroken chain"),
)
