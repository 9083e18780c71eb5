"""Rules about a plan as a file: it is text, and has front matter, steps and paths inside the
repository. Loading the plan finds violations of all of them but front-matter-schema.
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

_FOLDERS_OF_PLANS = ("phases", "quick")
_SECTIONS = (
    "objective",
    "context",
    "execution_context",
    "tasks",
    "verification",
    "success_criteria",
)
RULES = (
    Rule("unreadable", "error", True, "the file is text in the encoding that it seems to have"),
    Rule(
        "front-matter-missing",
        "warning",
        False,
        "a plan begins with front matter between two lines `---`",
    ),
    Rule("front-matter-unclosed", "error", True, "the front matter is closed by a line `---`"),
    Rule("front-matter-yaml", "error", False, "the front matter is YAML 1.2"),
    Rule("front-matter-shape", "error", False, "the front matter is a mapping of keys"),
    Rule(
        "front-matter-schema",
        "warning",
        False,
        "known keys of the front matter have the types of the schema",
    ),
    Rule("no-steps", "error", True, "a plan has at least one step"),
    Rule("duplicate-step-id", "error", True, "each step of a plan has its own id"),
    Rule("unknown-stage", "warning", False, "a step's stage is one of the six"),
    Rule("path-outside", "error", True, "no path of a plan leads out of the repository"),
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield what loading the plan found, and what the schema finds in the front matter."""
    for finding in plan.findings:
        if finding.rule == "no-steps" and _only_named_like_a_plan(plan):
            yield replace(finding, severity="warning")
        else:
            yield finding
    yield from schema.front_matter(plan.source, plan.front)


def _only_named_like_a_plan(plan: Plan) -> bool:
    """Return whether a file has no front matter, and either no section of a plan or is not in a
    folder of plans.
    """
    text = plan.source.text
    if plan.front_closed or text.startswith("---"):
        return False
    if text.strip() and not any(tags.section(text, name) for name in _SECTIONS):
        return True
    folders = plan.path.split("/")[:-1]
    in_folder_of_plans = any(
        folder in _FOLDERS_OF_PLANS or folder.endswith("-phases") for folder in folders
    )
    return FOLDER in folders and not in_folder_of_plans
