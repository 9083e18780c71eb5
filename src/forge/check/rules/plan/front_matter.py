"""Rules about a plan as a file: that it is text, has front matter, steps and paths inside. The
reader finds these itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from forge.check import schema
from forge.check.rules.model import Rule
from forge.planning.names.plan_files import FOLDER
from forge.planning.plan.plan import Plan
from forge.text import tags
from forge.text.finding import Finding

_PLACES = ("phases", "quick")
_SECTIONS = (
    "objective",
    "context",
    "execution_context",
    "tasks",
    "verification",
    "success_criteria",
)
RULES = (
    Rule(
        "unreadable",
        "error",
        True,
        "the file is no text: binary, or not in the encoding that it seems to be in",
    ),
    Rule(
        "front-matter-missing",
        "warning",
        False,
        "a plan begins with front matter between two lines `---`",
    ),
    Rule("front-matter-unclosed", "error", True, "the front matter is opened and never closed"),
    Rule("front-matter-yaml", "error", False, "the front matter is YAML 1.2"),
    Rule("front-matter-shape", "error", False, "the front matter is a mapping of keys"),
    Rule(
        "front-matter-schema",
        "warning",
        False,
        "known keys of the front matter have the types of the schema",
    ),
    Rule("no-steps", "error", True, "a plan has at least one step"),
    Rule("duplicate-step-id", "error", True, "a step's id is its own"),
    Rule("unknown-stage", "warning", False, "a step's stage is one of the six"),
    Rule("path-outside", "error", True, "no path of a plan leads out of the repository"),
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield what the reader found, and what the schema finds wrong with the front matter."""
    for finding in plan.findings:
        yield (
            replace(finding, severity="warning")
            if finding.rule == "no-steps" and _prose(plan)
            else finding
        )
    yield from schema.front_matter(plan.source, plan.front)


def _prose(plan: Plan) -> bool:
    """Say whether a file only has the name of a plan: no front matter, and no section of a plan or
    not where plans lie.
    """
    text = plan.source.text
    if plan.front_closed or text.startswith("---"):
        return False
    if text.strip() and not any(tags.section(text, name) for name in _SECTIONS):
        return True
    folders = plan.path.split("/")[:-1]
    placed = (
        any(folder in _PLACES or folder.endswith("-phases") for folder in folders)
        or FOLDER not in folders
    )
    return not placed
