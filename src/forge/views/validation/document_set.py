"""The documents of one folder, validated together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from msgspec.structs import replace

from forge import regular
from forge.cache import stamps
from forge.check.rules.allow import silenced
from forge.check.rules.catalog import OF_A_DOCUMENT, PROBED, RULES
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import FOLDER
from forge.text.finding import Finding
from forge.text.readable import why_unreadable
from forge.text.source import Source
from forge.views.validation.kinds import below, kind_of
from forge.views.validation.out_of_place import out_of_place
from forge.views.validation.read_all import ProjectFacts
from forge.views.validation.read_one import read
from forge.views.validation.reading import Reading
from forge.views.validation.readings import ReadingCache
from forge.views.validation.report import Report
from forge.views.validation.severities import (
    apply_severities,
    by_place,
    configured_severities,
    rules_turned_off,
)

EVERY_RULE = frozenset(rule.id for rule in RULES)
ProbeFindings = Mapping[str, list[Finding]]
_LONGEST_LINE = 400


class DocumentSet:
    """The documents of one folder, with its settings and its cache of readings.

    `top` is the folder that paths in the report are relative to. `probe_findings` are the findings
    of commands that were run, by the path of their plan.
    """

    def __init__(
        self, root: str, repository: Repository | None, top: str, probe_findings: ProbeFindings
    ) -> None:
        self.root = root
        self.repository = repository
        self.top = top
        self.probe_findings = probe_findings
        self._catalog = Catalog(Path(root))
        self.cache = ReadingCache(repository.forge_dir / "cache", root) if repository else None

    def validate(
        self, report: Report, paths: list[str], together: bool, progress: Callable[[int], None]
    ) -> None:
        """Read the documents at absolute paths and add their findings to a report.

        `together` checks them against the other documents of the folder too. `progress` is called
        with the number of documents read so far.
        """
        wanted = dict.fromkeys(paths)
        others = self._other_documents(wanted) if together else []
        facts = ProjectFacts(self._catalog)
        readings: dict[str, Reading] = {}
        for number, place in enumerate([*paths, *others], 1):
            path, kind = self._relative(place), kind_of(place)
            reading = self._read(place, path)
            if together and kind:
                facts.add(kind, path, reading.facts)
            if place in wanted:
                readings[path] = replace(reading, facts="")
            progress(number)
        if self.cache is not None:
            with closing(self.cache):
                self.cache.prune([*paths, *others])
        between = _by_path(facts.findings(self.repository), readings) if together else {}
        for finding in out_of_place(self.root) if together else ():
            between.setdefault(finding.path, []).append(finding)
        self._report(report, readings, between, EVERY_RULE if together else OF_A_DOCUMENT)

    def _other_documents(self, wanted: Mapping[str, None]) -> list[str]:
        return [place for place in below(os.path.join(self.root, FOLDER)) if place not in wanted]

    def _relative(self, place: str) -> str:
        return place.removeprefix(f"{self.root}/")  # both are real paths

    def _read(self, place: str, path: str) -> Reading:
        kind = kind_of(place) or "plan"
        try:
            stat = os.stat(place)
            reason = why_unreadable(place, self.root, stat)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not a valid path"
        if reason:
            return _unreadable(kind, path, reason)
        stamp = stamps.of_status(stat)
        if (cached := self._cached(kind, place, stamp)) is not None:
            return cached
        try:
            data = regular.read(place, follow=True)
        except OSError as error:
            return _unreadable(kind, path, error.strerror or "it is gone")
        reading = read(kind, Path(self.root), Source.of(path, data))
        if self.cache is not None:
            self.cache.put(place, stamp, reading.encode(), reading.facts)
        return reading

    def _cached(self, kind: str, place: str, stamp: str) -> Reading | None:
        """Return the cached reading; settings are always read, since others decide on them."""
        entry = self.cache.get(place, stamp) if self.cache and kind != "settings" else None
        with suppress(ValueError, TypeError):  # an entry that cannot be decoded is read anew
            return Reading.decode(*entry) if entry is not None else None
        return None

    def _report(
        self,
        report: Report,
        readings: dict[str, Reading],
        between: Mapping[str, list[Finding]],
        rules: frozenset[str],
    ) -> None:
        severities = configured_severities(Path(self.root))
        ids = {file.path: file.id for file in self._catalog.files}
        active = rules - rules_turned_off(severities)
        paths = frozenset(readings)
        for path in list(readings):
            reading = readings.pop(path)  # popped, so that memory is freed on the way
            probed = self.probe_findings.get(path)
            extra = [*between.get(path, []), *(probed or [])]
            checked = active if probed is not None else active - PROBED
            findings = silenced(
                [*reading.findings, *extra], reading.allows, checked, EVERY_RULE, path
            )
            ordered = by_place(apply_severities(findings, severities))
            shown = self._shown(path)
            lines = reading.lines | (_lines(self.root, path, extra) if extra else {})
            report.add(
                shown,
                ids.get(path, reading.name),
                replace(reading, lines=lines),
                ordered if shown == path else [replace(one, path=shown) for one in ordered],
            )
        for path, findings in between.items():
            if path not in paths:
                report.findings += apply_severities(findings, severities)

    def _shown(self, path: str) -> str:
        """Return a path as the report shows it."""
        if self.root == self.top or os.path.isabs(path):
            return path
        return os.path.join(self.root, path)


def _by_path(
    findings: Iterator[Finding], readings: Mapping[str, Reading]
) -> dict[str, list[Finding]]:
    """Return the findings of the documents in `readings`, by path.

    A rewritten timeline is reported too if its file is gone.
    """
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.path in readings or finding.rule == "timeline-rewritten":
            by_path.setdefault(finding.path, []).append(finding)
    return by_path


def _unreadable(kind: str, path: str, reason: str) -> Reading:
    message = f"the file cannot be read: {reason}"
    finding = Finding(
        "unreadable", "error", path, 1, 1, 1, 1, message, "make it a readable file", True
    )
    return Reading(kind, path, findings=(finding,))


def _lines(root: str, path: str, findings: Iterable[Finding]) -> dict[int, str]:
    try:
        source = Source.read(Path(root), path)
    except OSError:
        return {}
    last = source.position(len(source.text))[0]
    numbers = {finding.line for finding in findings if finding.line <= last}
    return {number: source.line_text(number)[:_LONGEST_LINE] for number in numbers}
