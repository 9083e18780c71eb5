"""duplicate-plan: two files that say they are the same plan."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule
from forge.check.rules.project import Project
from forge.planning.plan_files import plan_id
from forge.text.finding import Finding

RULE = Rule("duplicate-plan", "warning", False, "no two files of a folder are the same plan")


def check(project: Project) -> Iterator[Finding]:
    """Yield a finding for each plan whose id another file of its folder has: nobody can name either by it."""
    for files in project.by_folder.values():
        first: dict[str, str] = {}
        for file in files:
            name = plan_id(file.path)
            other = first.setdefault(name, file.path)
            facts = project.facts(file.path) if other != file.path else None
            if facts is not None and facts.number is not None and not file.archived:
                yield RULE.on(file.path, facts.number, f"`{name}` is also what `{other}` is called",
                              "give one of the two another number", "note" if project.settled(file) else None)  # fmt: skip
