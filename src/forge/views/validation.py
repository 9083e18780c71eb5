"""Everything that is wrong with documents, said at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forge.check.schema import front_matter
from forge.errors import SettingsError, UsageError
from forge.planning import mission, settings
from forge.planning.catalog import FOLDER, Catalog, plan_id
from forge.planning.plan import load
from forge.planning.run_card import RUNS
from forge.text.finding import Finding
from forge.text.source import Source
from forge.timeline import log


@dataclass
class Report:
    """What was read and what was found."""

    files: int = 0
    steps: int = 0
    findings: list[Finding] = field(default_factory=list)
    documents: list[dict[str, object]] = field(default_factory=list)
    lines: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are warnings."""
        return sum(finding.severity == "warning" for finding in self.findings)

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "files": self.files,
            "errors": self.errors,
            "warnings": self.warnings,
            "steps": self.steps,
            "documents": self.documents,
        }

    def add(self, kind: str, name: str, source: Source | None, path: str, steps: int, findings: Iterable[Finding]) -> None:
        """Take the result of one document."""
        found = list(findings)
        self.files += 1
        self.steps += steps
        self.findings += found
        self.documents.append({"path": path, "kind": kind, "id": name, "steps": steps})
        if source is not None:
            self.lines |= {(path, finding.line): source.line_text(finding.line) for finding in found}


def validate(root: Path, paths: list[Path]) -> Report:
    """Read the given files and folders, else `.planning/` below `root`. Raises UsageError for a path that is not there."""
    report = Report()
    top = Path(os.path.realpath(root))
    if not paths and not (top / FOLDER).is_dir():
        raise UsageError(f"there is no {FOLDER}/ in {top}", "run `forge init`, or name the files to validate", ["forge init"])
    ids = {file.path: file.id for file in Catalog(top).files} if (top / FOLDER).is_dir() else {}
    for path in dict.fromkeys(_documents(paths or [top / FOLDER])):
        _read(report, top, path, ids)
    return report


def _documents(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            for folder, names, files in os.walk(path):
                names.sort()
                yield from (Path(folder, name) for name in sorted(files) if _kind(Path(folder, name)))
        elif path.exists() or path.is_symlink():
            yield path
        else:
            raise UsageError(f"{path} is not there", "name files or folders that are")


def _kind(path: Path) -> str:
    parts = path.as_posix()
    if path.name.endswith("PLAN.md"):
        return "plan"
    if parts.endswith(settings.PATH):
        return "settings"
    if f"{mission.FOLDER}/" in parts and path.suffix == ".yaml":
        return "mission"
    return "timeline" if f"{RUNS}/" in parts and path.name == "timeline.jsonl" else ""


def _read(report: Report, root: Path, path: Path, ids: dict[str, str]) -> None:
    real = Path(os.path.realpath(path.parent), path.name)
    name = real.relative_to(root).as_posix() if real.is_relative_to(root) else str(path)
    kind = _kind(path) or "plan"
    try:
        if not real.is_file():
            raise OSError(0, "it is no regular file")
        source = Source.of(name, real.read_bytes())
    except OSError as error:
        place = Finding(
            "unreadable",
            "error",
            name,
            1,
            1,
            1,
            1,
            f"the file cannot be read: {error.strerror}",
            "make it a readable file",
            True,
        )
        report.add(kind, name, None, name, 0, [place])
        return
    {"plan": _plan, "settings": _settings, "mission": _mission, "timeline": _timeline}[kind](
        report, root, source, ids.get(name)
    )


def _plan(report: Report, root: Path, source: Source, name: str | None) -> None:
    plan = load(source, name or plan_id(source.path))
    findings = [*plan.findings, *front_matter(source, plan.front)]
    report.add(
        "plan", plan.id, source, source.path, len(plan.steps), sorted(findings, key=lambda each: (each.line, each.column))
    )


def _settings(report: Report, root: Path, source: Source, name: str | None) -> None:
    findings = []
    try:
        found = settings.load(root)
        findings = [
            _placed(source, "settings-key", text, blocks=False) for text in found.warnings if text.startswith(source.path)
        ]
    except SettingsError as error:
        findings = [_placed(source, "settings", error.message, blocks=False)]
    report.add("settings", source.path, source, source.path, 0, findings)


def _placed(source: Source, rule: str, text: str, *, blocks: bool) -> Finding:
    """Return a finding from a message that begins with `path:line:column:`."""
    parts = text.split(":", 3)
    numbered = len(parts) == 4 and parts[1].isdigit() and parts[2].isdigit()
    line, column = (int(parts[1]), int(parts[2])) if numbered else (1, 1)
    severity = "error" if rule == "settings" else "warning"
    message = parts[3].strip() if numbered else text
    return Finding(rule, severity, source.path, line, column, line, column + 1, message, "see `docs/settings.md`", blocks)  # type: ignore[arg-type]


def _mission(report: Report, root: Path, source: Source, name: str | None) -> None:
    found = mission.load(root, source.path)
    report.add("mission", found.id, source, source.path, 0, found.findings)


def _timeline(report: Report, root: Path, source: Source, name: str | None) -> None:
    reading = log.read(source.data)
    findings = []
    if reading.problem or reading.torn:
        line = reading.problem_line or len(reading.events) + 1
        problem = reading.problem or "the last line is torn"
        findings = [
            Finding(
                "timeline-damaged", "error", source.path, line, 1, line, 1, problem, "compare it with the committed versions"
            )
        ]
    report.add("timeline", source.path, None, source.path, 0, findings)
