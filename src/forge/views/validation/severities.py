"""The severities that a repository's settings give to rules, and the order of findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from forge.errors import SettingsError
from forge.planning import settings
from forge.planning.settings import RuleSeverity
from forge.text.finding import Finding

Severities = Mapping[str, RuleSeverity]


def configured_severities(root: Path) -> Severities:
    """Return the severities in the settings of a repository, by rule.

    Settings that cannot be used give none: that is a finding of its own.
    """
    try:
        return settings.load(root).rules
    except SettingsError:
        return {}


def rules_turned_off(severities: Severities) -> frozenset[str]:
    return frozenset(rule for rule, severity in severities.items() if severity == "off")


def apply_severities(findings: Iterable[Finding], severities: Severities) -> list[Finding]:
    """Return findings with the configured severities, without those of rules that are off."""
    applied = []
    for finding in findings:
        severity = severities.get(finding.rule, finding.severity)
        if severity == finding.severity:
            applied.append(finding)
        elif severity != "off":
            applied.append(replace(finding, severity=severity))
    return applied


def by_place(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of a document in the order of their lines and columns."""
    return sorted(findings, key=lambda finding: (finding.line, finding.column))
