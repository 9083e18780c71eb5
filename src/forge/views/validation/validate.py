"""Everything that is wrong with documents, said at once."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from forge.check.rules.allow import silenced
from forge.check.rules.catalog import OF_A_DOCUMENT, PROBED, RULES
from forge.errors import SettingsError, UsageError
from forge.git.repository import Repository
from forge.planning import settings
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import FOLDER
from forge.planning.settings import RuleSeverity
from forge.text.finding import Finding
from forge.text.readable import why_unreadable
from forge.text.source import Source
from forge.views.validation.kinds import Found, below, documents, kind_of
from forge.views.validation.read_all import Gathering, repository_of
from forge.views.validation.read_one import Reading, read
from forge.views.validation.readings import ReadingCache

Progress = Callable[[int, int], None]
Probed = Mapping[str, list[Finding]]
_EVERY_RULE = frozenset(rule.id for rule in RULES)


class Report(Struct):
    """What was read and what was found; `lines` has the text of the lines with findings."""

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

    def add(self, path: str, name: str, reading: Reading, findings: Iterable[Finding]) -> None:
        """Take the result of one document."""
        found = list(findings)
        self.files += 1
        self.steps += reading.steps
        self.findings += found
        self.documents.append(
            {"path": path, "kind": reading.kind, "id": name, "steps": reading.steps}
        )
        for finding in found:
            if finding.line in reading.lines:
                self.lines[path, finding.line] = reading.lines[finding.line]


def findings_in_plan(root: Path, source: Source) -> list[Finding]:
    """Return what the rules of a document alone find wrong with one plan, as `validate` would say
    it, in order.
    """
    reading, severities = read("plan", root, source), _severities(str(root))
    asked = OF_A_DOCUMENT - {rule for rule, severity in severities.items() if severity == "off"}
    found = silenced(reading.findings, reading.allows, asked, _EVERY_RULE, source.path)
    return sorted(_weighed(found, severities), key=lambda each: (each.line, each.column))


def plans_among(root: Path, paths: list[Path]) -> list[str]:
    """Return the plans below `root` among the documents that `validate` would read, relative to it.
    Raises UsageError.
    """
    top = os.path.realpath(root)
    places = [found.place for found in documents(paths or [Path(top, FOLDER)])]
    return [
        posixpath.relpath(place, top)
        for place in places
        if place.startswith(f"{top}/") and kind_of(place) == "plan"
    ]


def validate(
    root: Path, paths: list[Path], *, progress: Progress | None = None, probed: Probed | None = None
) -> Report:
    """Read the given files and folders, else `.planning/` below `root`. Raises UsageError for a
    path that is not there.

    A document that lies in a `.planning/` is held against its neighbours too: always in a
    repository, elsewhere where the folder was named and not the file alone. `progress` is told how
    many documents of how many are read; `probed` has what running its commands showed of a plan of
    `root`.
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
    for found in documents(paths or [Path(top, FOLDER)]):
        places = groups.setdefault(_owner(found, top, repository), [])
        places.append(found.place)
    report, total = Report(), sum(map(len, groups.values()))
    for owner, places in groups.items():
        told = _counting(progress, report.files, total)
        room = _Room(
            owner or top,
            repository if owner == top else None,
            top,
            probed if owner == top else None,
        )
        room.judge(report, list(dict.fromkeys(places)), bool(owner), told)
    return report


def _owner(found: Found, top: str, repository: Repository | None) -> str:
    """Return the folder whose `.planning/` a document belongs to; empty for one that is judged by
    itself.
    """
    before, inside, _ = found.place.rpartition(f"/{FOLDER}/")
    if repository is not None and found.place.startswith(f"{top}/"):
        return top
    return before if inside and not found.named else ""


def _counting(progress: Progress | None, before: int, total: int) -> Callable[[int], None]:
    return (
        (lambda done: progress(min(before + done, total), total))
        if progress
        else (lambda done: None)
    )


class _Room:
    """The documents of one folder, judged together."""

    def __init__(
        self, root: str, repository: Repository | None, top: str, probed: Probed | None
    ) -> None:
        self.probed = probed or {}
        self.root = root
        self.top = top
        self.repository = repository
        self.cache = ReadingCache(repository.forge_dir / "cache", root) if repository else None

    def judge(
        self, report: Report, places: list[str], together: bool, told: Callable[[int], None]
    ) -> None:
        """Read the documents and add what is found to a report; `together` holds them against their
        neighbours.
        """
        wanted = dict.fromkeys(places)
        gathering = Gathering(Path(self.root))
        neighbours = (
            [place for place in below(os.path.join(self.root, FOLDER)) if place not in wanted]
            if together
            else []
        )
        readings: dict[str, Reading] = {}
        for number, place in enumerate([*places, *neighbours], 1):
            path = self._relative(place)
            kind, reading = kind_of(place), self._read(place, path)
            if together and kind:
                gathering.take(kind, path, reading.facts)
            if place in wanted:
                readings[path] = replace(reading, facts="")
            told(number)
        if self.cache is not None:
            with closing(self.cache):
                self.cache.prune([*places, *neighbours])
        found = _by_path(gathering.findings(self.repository), readings) if together else {}
        self._report(report, readings, found, _EVERY_RULE if together else OF_A_DOCUMENT)

    def _relative(self, place: str) -> str:
        return place.removeprefix(f"{self.root}/")  # both are real paths

    def _read(self, place: str, path: str) -> Reading:
        kind = kind_of(place) or "plan"
        try:
            found = os.stat(place)
            reason = why_unreadable(place, self.root, found)
        except (OSError, ValueError) as error:
            return _unreadable(kind, path, getattr(error, "strerror", None) or "it is no path")
        if reason:
            return _unreadable(kind, path, reason)
        kept = self.cache.get(place, found) if self.cache and kind != "settings" else None
        if kept is not None:
            try:
                return Reading.decode(*kept)
            except (ValueError, TypeError):
                pass  # what cannot be read is read anew
        try:
            data = Path(place).read_bytes()
        except OSError as error:
            return _unreadable(kind, path, error.strerror or "it is gone")
        reading = read(kind, Path(self.root), Source.of(path, data))
        if self.cache is not None:
            self.cache.put(place, found, reading.encode(), reading.facts)
        return reading

    def _report(
        self,
        report: Report,
        readings: dict[str, Reading],
        between: dict[str, list[Finding]],
        asked: frozenset[str],
    ) -> None:
        severities = _severities(self.root)
        ids = {file.path: file.id for file in Catalog(Path(self.root)).files}
        told = frozenset(readings)
        active = asked - {rule for rule, severity in severities.items() if severity == "off"}
        for path in list(readings):
            reading = readings.pop(path)
            extra = [*between.get(path, []), *self.probed.get(path, [])]
            rules = active if path in self.probed else active - PROBED
            findings = silenced(
                [*reading.findings, *extra], reading.allows, rules, _EVERY_RULE, path
            )
            ordered = sorted(
                _weighed(findings, severities), key=lambda each: (each.line, each.column)
            )
            lines = reading.lines | (_lines(self.root, path, extra) if extra else {})
            shown = (
                path
                if self.root == self.top or os.path.isabs(path)
                else os.path.join(self.root, path)
            )
            named = [replace(each, path=shown) for each in ordered] if shown != path else ordered
            report.add(shown, ids.get(path, reading.name), replace(reading, lines=lines), named)
        for path, findings in between.items():
            if path not in told:
                report.findings += _weighed(findings, severities)


def _by_path(
    findings: Iterator[Finding], readings: Mapping[str, Reading]
) -> dict[str, list[Finding]]:
    """Return findings by their document: those of documents that are asked for, or that are not
    there at all.
    """
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.path in readings or finding.rule == "timeline-rewritten":
            found.setdefault(finding.path, []).append(finding)
    return found


def _unreadable(kind: str, path: str, reason: str) -> Reading:
    said = f"the file cannot be read: {reason}"
    finding = Finding(
        "unreadable", "error", path, 1, 1, 1, 1, said, "make it a readable file", True
    )
    return Reading(kind, path, findings=(finding,))


def _severities(root: str) -> Mapping[str, RuleSeverity]:
    """Return the severity that the settings give to rules; none where they cannot be used (that is
    a finding).
    """
    try:
        return settings.load(Path(root)).rules
    except SettingsError:
        return {}


def _weighed(findings: Iterable[Finding], severities: Mapping[str, RuleSeverity]) -> list[Finding]:
    """Return findings with the severities of the settings, those of rules that are off left out."""
    weighed = []
    for finding in findings:
        severity = severities.get(finding.rule, finding.severity)
        if severity != "off":
            weighed.append(
                finding if severity == finding.severity else replace(finding, severity=severity)
            )
    return weighed


def _lines(root: str, path: str, findings: list[Finding]) -> dict[int, str]:
    try:
        source = Source.read(Path(root), path)
    except OSError:
        return {}
    last = source.position(len(source.text))[0]
    return {each.line: source.line_text(each.line)[:400] for each in findings if each.line <= last}
