"""Reads and checks one document on its own: findings, silencing comments, facts for other rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from forge.check.rules import allow
from forge.check.rules.catalog import RULES, check_plan
from forge.check.rules.documents import conflict, proof, report, run
from forge.check.rules.documents import item as item_rules
from forge.check.rules.documents import mission as mission_rules
from forge.check.rules.documents import settings as settings_rules
from forge.errors import SettingsError
from forge.planning import settings
from forge.planning.backlog import item
from forge.planning.backlog.facts import ItemFacts
from forge.planning.gsd.reports import ReportFront
from forge.planning.gsd.requirements import Requirements
from forge.planning.gsd.roadmap import Roadmap
from forge.planning.mission import mission
from forge.planning.mission.facts import MissionFacts
from forge.planning.names.plan_files import plan_id
from forge.planning.plan.facts import PlanFacts
from forge.planning.plan.plan import Plan, load
from forge.records.card import RunCard
from forge.records.facts import CardFacts, TimelineFacts
from forge.text.finding import Finding
from forge.text.location import TOP
from forge.text.source import Source
from forge.timeline import log
from forge.views.validation.reading import Reading

_LONGEST_LINE = 400


def read(kind: str, root: Path, source: Source) -> Reading:
    """Read and check a document of a kind; no content of a document makes it raise."""
    return _reading(kind, source, _READERS[kind](root, source))


def read_plan(root: Path, plan: Plan) -> Reading:
    """Return the reading of a plan that is loaded already."""
    return _reading("plan", plan.source, _checked_plan(root, plan))


Checked = tuple[str, int, Iterable[Finding], object]
"""The name of a document, the number of its steps, its findings, and its facts."""


def _reading(kind: str, source: Source, checked: Checked) -> Reading:
    name, steps, findings, facts = checked
    comments = tuple(allow.allows(source)) if kind not in ("timeline", "config") else ()
    ordered = sorted(findings, key=lambda finding: (finding.line, finding.column, finding.rule))
    numbers = {finding.line for finding in ordered} | {comment.spot.line for comment in comments}
    lines = (
        {}
        if kind == "timeline"
        else {number: source.line_text(number)[:_LONGEST_LINE] for number in sorted(numbers)}
    )
    encoded = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
    return Reading(kind, name, steps, tuple(ordered), comments, lines, encoded)


def _plan(root: Path, source: Source) -> Checked:
    return _checked_plan(root, load(source, plan_id(source.path)))


def _checked_plan(root: Path, plan: Plan) -> Checked:
    return plan.id, len(plan.steps), check_plan(plan, root), PlanFacts.of(plan)


def _settings(root: Path, source: Source) -> Checked:
    findings = settings.findings(source)
    try:
        settings.load_user()
    except SettingsError as error:
        findings.append(settings_rules.SETTINGS.on(source.path, TOP, error.message, error.hint))
    unknown_rules = settings_rules.check_rule_names(source, {rule.id for rule in RULES})
    return source.path, 0, [*findings, *unknown_rules, *conflict.check(source)], None


def _mission(root: Path, source: Source) -> Checked:
    loaded = mission.load(root, source.path)
    findings = [*mission_rules.check(source, loaded), *conflict.check(source)]
    return loaded.id, 0, findings, MissionFacts.of(loaded)


def _item(root: Path, source: Source) -> Checked:
    loaded = item.load(source)
    return loaded.id, 0, [*item_rules.check(loaded), *conflict.check(source)], ItemFacts.of(loaded)


def _roadmap(root: Path, source: Source) -> Checked:
    return source.path, 0, conflict.check(source), Roadmap.of(source)


def _requirements(root: Path, source: Source) -> Checked:
    return source.path, 0, conflict.check(source), Requirements.of(source)


def _report(root: Path, source: Source) -> Checked:
    front = ReportFront.of(source)
    return source.path, 0, [*report.check_report(front), *conflict.check(source)], front


def _config(root: Path, source: Source) -> Checked:
    return source.path, 0, report.check_config(source), None


def _timeline(root: Path, source: Source) -> Checked:
    reading = log.read(source.data)
    findings = [*run.check_timeline(source.path, reading), *conflict.check(source)]
    return source.path, 0, findings, TimelineFacts.of(source.path, reading)


def _run(root: Path, source: Source) -> Checked:
    try:
        card = RunCard.decode(source.path, source.data)
        facts: object = CardFacts.of(card)
    except ValueError:
        facts = None
    return source.path, 0, [*run.check_card(source), *conflict.check(source)], facts


def _proof(root: Path, source: Source) -> Checked:
    return source.path, 0, [*proof.check(source), *conflict.check(source)], None


def _page(root: Path, source: Source) -> Checked:
    return source.path, 0, conflict.check(source), None


_READERS: dict[str, Callable[[Path, Source], Checked]] = {
    "plan": _plan,
    "settings": _settings,
    "mission": _mission,
    "item": _item,
    "roadmap": _roadmap,
    "requirements": _requirements,
    "state": _report,
    "summary": _report,
    "verification": _report,
    "config": _config,
    "timeline": _timeline,
    "run": _run,
    "proof": _proof,
    "project": _page,
    "phase": _page,
}
