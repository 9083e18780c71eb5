"""Projects held in memory, for rules that compare documents: plans are given as texts."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from forge.check.rules.project import Project
from forge.planning.gsd.reports import ReportFront
from forge.planning.gsd.requirements import Requirements
from forge.planning.gsd.roadmap import Roadmap
from forge.planning.names.plan_files import PlanFile, plan_id
from forge.planning.plan.facts import PlanFacts
from forge.planning.plan.plan import load
from forge.text.finding import Finding
from forge.text.source import Source

STEP = "<task>\n  <name>Task 1: x</name>\n  <files>a.py</files>\n</task>\n"


def plan(front: str = "", body: str = "") -> str:
    """Return the text of a plan with one step."""
    return f"---\n{front}---\n{body}{STEP}"


def source(name: str, text: str) -> Source:
    return Source.of(f".planning/{name}", text.encode())


def project(documents: Mapping[str, str], *existing: str, **more: Any) -> Project:
    """Return a project of documents by their names below `.planning/`; `existing` are others."""
    plans = {f".planning/{name}": text for name, text in documents.items() if "PLAN.md" in name}
    facts = {
        path: PlanFacts.of(load(Source.of(path, text.encode()), plan_id(path)))
        for path, text in plans.items()
    }
    paths = {f".planning/{name}" for name in documents} | set(existing)
    folders = sorted({posixpath.dirname(path) for path in paths if "/phases/" in path})
    read: dict[str, Any] = {
        "summaries": frozenset(path for path in paths if path.endswith("SUMMARY.md")),
        "folders": tuple(folders),
        "verifications": tuple(
            ReportFront.of(source(name, text))
            for name, text in documents.items()
            if name.endswith("VERIFICATION.md")
        ),
    }
    for name, key, reader in (
        ("ROADMAP.md", "roadmap", Roadmap.of),
        ("REQUIREMENTS.md", "requirements", Requirements.of),
        ("STATE.md", "state", ReportFront.of),
    ):
        if name in documents:
            read[key] = reader(source(name, documents[name]))
    return Project(
        Path("/nowhere"),
        [PlanFile(path, plan_id(path)) for path in sorted(plans)],
        facts.get,
        lambda path: path in paths or any(other.startswith(f"{path}/") for other in paths),
        **{**read, **more},
    )


Check = Callable[[Project], Iterator[Finding]]
Row = tuple[str, str, int, int, str]


def rows(check: Check, whole: Project) -> list[Row]:
    """Return the findings of a check as (rule, path below `.planning/`, line, column, severity)."""
    return [
        (
            finding.rule,
            finding.path.removeprefix(".planning/"),
            finding.line,
            finding.column,
            finding.severity,
        )
        for finding in check(whole)
    ]
