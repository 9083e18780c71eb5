"""status-without-evidence and state-numbers: what STATE.md, VERIFICATION.md and plans claim against
what is there.
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

NUMBERS = Rule(
    "state-numbers", "warning", False, "STATE.md counts no more as completed than there is"
)
ORPHAN = Rule("summary-without-plan", "warning", False, "a summary lies beside its plan")
_PASSED = re.compile(r"(?:pass(?:ed)?|verified)$", re.I)
_SCORE = re.compile(r"\s*(\d{1,4})\s*/\s*(\d{1,4})\b")


def check(project: Project) -> Iterator[Finding]:
    """Yield a finding for each claim that nothing stands behind."""
    yield from _plans(project)
    yield from _verifications(project)
    yield from _orphans(project)
    if project.state is not None:
        yield from _state(project.state)


def _plans(project: Project) -> Iterator[Finding]:
    for file, facts in project.read():
        if facts.status is not None and facts.calls_done and not project.settled(file):
            yield EVIDENCE.on(
                file.path,
                facts.status,
                f"the plan says {shown(facts.status.text)}, without summary and run",
                f"write {shown(file.summary_path)}, or take the status back",
            )


def _verifications(project: Project) -> Iterator[Finding]:
    for report in project.verifications:
        status = report.values.get("status")
        score = _SCORE.match(report.values["score"].text) if "score" in report.values else None
        if (
            status is not None
            and _PASSED.match(status.text)
            and score
            and int(score[1]) < int(score[2])
        ):
            yield EVIDENCE.on(
                report.path,
                status,
                f"it says {shown(status.text)} with a score of {score[0].strip()}",
                "say which of the two holds",
            )
        if status is not None and _PASSED.match(status.text):
            yield from _unfinished(project, report)


def _unfinished(project: Project, report: ReportFront) -> Iterator[Finding]:
    folder = report.path.rpartition("/")[0]
    files = [file for file in project.by_folder.get(folder, []) if not file.archived]
    waiting = [file.id for file in files if not project.done(file)]
    if waiting and len(waiting) == len(files):
        yield EVIDENCE.on(
            report.path,
            report.at("status"),
            f"it says passed, and {', '.join(waiting[:5])} has no summary",
            "write the summary, or say what was verified",
        )


def _orphans(project: Project) -> Iterator[Finding]:
    for path in sorted(project.summaries.difference(project.summarised.values())):
        folder, _, name = path.rpartition("/")
        stem = plan_name(name.removesuffix("SUMMARY.md").rstrip("-_."))
        siblings = project.by_folder.get(folder, [])
        if stem is None or not siblings or _has(siblings, stem.id):
            continue
        place = ReportFront(path, {}, None).at("")
        yield ORPHAN.on(
            path,
            place,
            f"there is no plan `{stem.id}` beside this summary",
            "bring the plan back, or rename the summary after its plan",
            "note" if siblings[0].archived else None,
        )


def _has(siblings: list[PlanFile], number: str) -> bool:
    return any(
        file.id.rpartition("/")[2] == number or file.stem.startswith(number) for file in siblings
    )


def _state(state: ReportFront) -> Iterator[Finding]:
    for what in ("phases", "plans"):
        done, total = (
            state.number(f"progress.completed_{what}"),
            state.number(f"progress.total_{what}"),
        )
        if done is not None and total is not None and done > total:
            spot = state.at(f"progress.completed_{what}")
            yield NUMBERS.on(
                state.path, spot, f"{done:g} {what} are completed, of {total:g}", "count again"
            )
