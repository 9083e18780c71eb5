"""`forge validate`: reports everything that is wrong with documents at once."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from pathlib import Path

from forge.check.rules.allow import silenced
from forge.check.rules.catalog import OF_A_DOCUMENT
from forge.errors import UsageError
from forge.git.repository import Repository
from forge.planning.names.plan_files import FOLDER
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding
from forge.views.validation.document_set import EVERY_RULE, DocumentSet, ProbeFindings
from forge.views.validation.kinds import DocumentPath, documents, kind_of
from forge.views.validation.read_all import repository_of
from forge.views.validation.read_one import read_plan
from forge.views.validation.report import Report
from forge.views.validation.severities import (
    Severities,
    apply_severities,
    by_place,
    rules_turned_off,
)

Progress = Callable[[int, int], None]


def findings_in_plan(root: Path, plan: Plan, severities: Severities) -> list[Finding]:
    """Return the findings of one plan on its own, as `forge validate FILE` reports them."""
    reading = read_plan(root, plan)
    rules = OF_A_DOCUMENT - rules_turned_off(severities)
    findings = silenced(reading.findings, reading.allows, rules, EVERY_RULE, plan.path)
    return by_place(apply_severities(findings, severities))


def plans_among(root: Path, paths: list[Path]) -> list[str]:
    """Return the plans below `root` that `validate` would read, relative to it.

    Raises UsageError for a path that does not exist.
    """
    top = os.path.realpath(root)
    places = [document.place for document in documents(paths or [Path(top, FOLDER)])]
    return [
        posixpath.relpath(place, top)
        for place in places
        if place.startswith(f"{top}/") and kind_of(place) == "plan"
    ]


def validate(
    root: Path,
    paths: list[Path],
    *,
    progress: Progress | None = None,
    probed: ProbeFindings | None = None,
) -> Report:
    """Validate files and folders, or `.planning/` below `root` if no paths are given.

    A document in a `.planning/` is checked against the other documents there too: always in a
    repository, elsewhere if its folder was given and not the file alone. `progress` is called with
    the number of documents read and the number of all; `probed` has the findings of commands that
    were run, by plan. Raises UsageError for a path that does not exist.
    """
    top = os.path.realpath(root)
    if not paths and not os.path.isdir(os.path.join(top, FOLDER)):
        raise UsageError(
            f"there is no {FOLDER}/ in {top}",
            "run `forge init`, or name the files to validate",
            ["forge init"],
        )
    repository = repository_of(top)
    groups: dict[str, list[str]] = {}
    for document in documents(paths or [Path(top, FOLDER)]):
        owner = _owner(document, top, repository)
        groups.setdefault(owner, []).append(document.place)
    report, total = Report(), sum(map(len, groups.values()))
    for owner, places in groups.items():
        own = owner == top
        document_set = DocumentSet(
            owner or top, repository if own else None, top, (probed or {}) if own else {}
        )
        counted = _counting(progress, report.files, total)
        document_set.validate(report, list(dict.fromkeys(places)), bool(owner), counted)
    return report


def _owner(document: DocumentPath, top: str, repository: Repository | None) -> str:
    """Return the folder whose `.planning/` a document is checked with; empty for a document that
    is checked alone.
    """
    before, inside, _ = document.place.rpartition(f"/{FOLDER}/")
    if repository is not None and document.place.startswith(f"{top}/"):
        return top
    return before if inside and not document.named else ""


def _counting(progress: Progress | None, before: int, total: int) -> Callable[[int], None]:
    if progress is None:
        return lambda read: None
    return lambda read: progress(min(before + read, total), total)
