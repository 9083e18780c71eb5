"""status-without-evidence, state-numbers and summary-without-plan: what plans, VERIFICATION.md and
STATE.md claim against the summaries and runs that exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from forge.check.rules.between.roadmap import EVIDENCE
from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.gsd.reports import ReportFront
from forge.planning.names.plan_files import PlanFile
from forge.planning.numbers import plan_name
from forge.text.finding import Finding
from forge.text.location import TOP

NUMBERS = Rule("state-numbers", "warning", False, "STATE.md counts no more completed than total")
ORPHAN = Rule("summary-without-plan", "warning", False, "a summary is beside its plan")
_PASSED = re.compile(r"(?:pass(?:ed)?|verified)$", re.I)
_SCORE = re.compile(r"\s*(\d{1,4})\s*/\s*(\d{1,4})\b")


def check(project: Project) -> Iterator[Finding]:
    """Yield a finding for each claim without evidence."""
    yield from _plans(project)
    for report in project.verifications:
        yield from _verification(project, report)
    yield from _orphans(project)
    if project.state is not None:
        yield from _state(project.state)


def _plans(project: Project) -> Iterator[Finding]:
    for file, facts in project.read():
        if facts.status is not None and facts.calls_done and not project.settled(file):
            yield EVIDENCE.on(
                file.path,
                facts.status,
                f"the plan says {shown(facts.status.text)}, without a summary or a run",
                f"write {shown(file.summary_path)}, or change the status back",
            )


def _verification(project: Project, report: ReportFront) -> Iterator[Finding]:
    status = report.values.get("status")
    if status is None or not _PASSED.match(status.text):
        return
    score = _SCORE.match(report.values["score"].text) if "score" in report.values else None
    if score and int(score[1]) < int(score[2]):
        yield EVIDENCE.on(
            report.path,
            status,
            f"it says {shown(status.text)} with a score of {score[0].strip()}",
            "correct one of the two",
        )
    folder = report.path.rpartition("/")[0]
    files = [file for file in project.by_folder.get(folder, []) if not file.archived]
    open_plans = [file.id for file in files if not project.done(file)]
    if open_plans and len(open_plans) == len(files):
        yield EVIDENCE.on(
            report.path,
            status,
            f"it says passed, and {', '.join(open_plans[:5])} has no summary",
            "write the summary, or say what was verified",
        )


def _orphans(project: Project) -> Iterator[Finding]:
    for path in sorted(project.summaries.difference(project.summarized.values())):
        folder, _, name = path.rpartition("/")
        plan = plan_name(name.removesuffix("SUMMARY.md").rstrip("-_."))
        siblings = project.by_folder.get(folder, [])
        if plan is None or not siblings or _has_plan(siblings, plan.id):
            continue
        yield ORPHAN.on(
            path,
            TOP,
            f"there is no plan `{plan.id}` beside this summary",
            "restore the plan, or rename the summary after its plan",
            "note" if siblings[0].archived else None,
        )


def _has_plan(siblings: list[PlanFile], number: str) -> bool:
    return any(
        file.id.rpartition("/")[2] == number or file.stem.startswith(number) for file in siblings
    )


def _state(state: ReportFront) -> Iterator[Finding]:
    for unit in ("phases", "plans"):
        done = state.number(f"progress.completed_{unit}")
        total = state.number(f"progress.total_{unit}")
        if done is not None and total is not None and done > total:
            yield NUMBERS.on(
                state.path,
                state.at(f"progress.completed_{unit}"),
                f"{done:g} {unit} are completed, of {total:g}",
                "count again",
            )
