"""The SUMMARY.md of a run, made from its record alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from forge import regular
from forge.git.repository import Repository
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.plan import Plan
from forge.records.card import RunCard
from forge.text.command_line import forge_command
from forge.text.markdown import code, inline
from forge.text.yaml import parse as yaml
from forge.timeline.run.state import RunState

_MARKS = {"pass": "x", "waived": "x"}


def place_for_summary(repository: Repository, card: RunCard, text: str) -> str:
    """Return the path of a summary: next to the plan, or in the run's folder if the user wrote a
    SUMMARY.md there.
    """
    path = PlanFile(card.plan_path, card.plan).summary_path
    place = repository.root / path
    if not os.path.lexists(place) or _holds(place, text) or _written_by_forge(repository, path):
        return path
    return f"{card.folder}/summary.md"


def _holds(place: Path, text: str) -> bool:
    try:
        return regular.read(place) == text.encode("utf-8", "replace")
    except OSError:
        return False


def _written_by_forge(repository: Repository, path: str) -> bool:
    """Return whether forge made the last commit that changed a file, and it is unchanged since."""
    trailer = repository.git(
        "log", "-1", "--format=%(trailers:key=Forge-Final,valueonly)", "--", path
    ).strip()
    return bool(trailer) and not repository.git("status", "--porcelain", "--", path)


def summary_text(card: RunCard, plan: Plan, state: RunState) -> str:
    """Return what was done, what was verified, and what is not proven, as Markdown."""
    front = {
        "phase": plan.front.get("phase").raw if plan.front.get("phase") else "",  # type: ignore[union-attr]
        "plan": plan.front.get("plan").raw if plan.front.get("plan") else card.plan,  # type: ignore[union-attr]
        "status": (
            "complete" if state.verdict == "proven" and state.status == "completed" else "halted"
        ),
        "verdict": state.verdict or "unproven",
        "run": card.run,
        "generated_by": "forge",
        "started": state.started_at,
        "finished": state.finished_at or "",
    }
    parts = [
        _title(card, plan),
        "## Steps",
        *_steps(plan, state),
        "## Must-haves",
        *_must_haves(state),
        *_open_ends(plan, state),
        *_by_hooks(state),
    ]
    return f"---\n{yaml.dump(front)}---\n\n" + "\n".join(parts) + "\n"


def _title(card: RunCard, plan: Plan) -> str:
    source = (
        f"Written by forge from the record of run {code(card.run)}; see"
        f" {code(forge_command('timeline', card.run))}."
    )
    return f"# {inline(card.plan)}: {inline(plan.title)}\n\n{source}\n"


def _steps(plan: Plan, state: RunState) -> Iterator[str]:
    yield "| step | stage | outcome | commits | verified |\n|---|---|---|---|---|"
    for step in state.steps:
        declared = plan.steps[step.number - 1].checks if step.number <= len(plan.steps) else []
        outcomes = [str(outcome) for outcome in step.work.checks.values()]
        verified = ", ".join(
            f"{outcomes.count(outcome)} {outcome}" for outcome in dict.fromkeys(outcomes)
        ) or ("—" if declared else "nothing to verify")
        verified = (
            f"failed before the work, {verified}"
            if "failed" in step.work.before.values()
            else verified
        )
        outcome = f"skipped: {step.skip_reason}" if step.status == "skipped" else step.status
        outcome = step.skip_reason if step.carried_from else outcome
        commits = ", ".join(code(commit[:10]) for commit in step.commits) or "—"
        yield (
            f"| {step.number}. {inline(step.name)} | {inline(step.stage)} | {inline(outcome)} |"
            f" {commits} | {inline(verified)} |"
        )
    yield ""


def _must_haves(state: RunState) -> Iterator[str]:
    if not state.verdicts:
        yield "The plan declares none, so nothing is proven.\n"
        return
    for verdict in state.verdicts:
        mark = _MARKS.get(str(verdict.get("verdict")), " ")
        name, answer = f"{verdict.get('kind')}:{verdict.get('index')}", verdict.get("verdict")
        target, reason = inline(verdict.get("target")), inline(verdict.get("reason"))
        yield f"- [{mark}] {inline(name)} {target} — {inline(answer)}: {reason}"
    yield ""


def _open_ends(plan: Plan, state: RunState) -> Iterator[str]:
    lines = [
        f"- step {step.number} has no `<verify>`: completed on its diff alone"
        for step in state.steps
        if step.status == "completed" and step.commits and not plan.steps[step.number - 1].checks
    ]
    lines += [
        f"- not run: {code(command, cell=False)} ({inline(reason)})"
        for _, command, reason in state.not_run
    ]
    if lines:
        yield "## Not verified\n"
        yield from lines


def _by_hooks(state: RunState) -> Iterator[str]:
    """Yield what the user's hooks did to the run's commits."""
    if state.by_hooks:
        yield "\n## Changed by hooks\n"
        yield from (f"- {inline(line)}" for line in state.by_hooks)
