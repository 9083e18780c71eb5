"""Findings as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from forge import __version__
from forge.check.rules.catalog import RULES, Rule
from forge.front.cli.formats import Sheet
from forge.text.finding import Finding
from forge.text.printable import visible

_ROOT = "%SRCROOT%"
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(sheet: Sheet) -> str:
    """Return the log with a description of every rule, in ASCII, so that it does not depend on the
    locale.
    """
    index = {rule.id: number for number, rule in enumerate(RULES)}
    run = {
        "tool": {
            "driver": {
                "name": "forge",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The root of the repository that was validated."}}
        },
        "artifacts": [
            {
                "location": _location(path),
                "sourceLanguage": "yaml" if path.endswith(".yaml") else "markdown",
            }
            for path, _ in sheet.documents
        ],
        "results": [_result(finding, index) for finding in sheet.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(rule: Rule) -> dict[str, object]:
    blocks = " A plan with such a finding is not executed." if rule.blocks else ""
    help_text = f"{rule.id}: {rule.summary}.{blocks} `forge help {rule.id}` explains it."
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.summary}.{blocks}"},
        "help": {
            "text": help_text,
            "markdown": f"`{rule.id}`: {rule.summary}.{blocks} `forge help {rule.id}` explains it.",
        },
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, index: Mapping[str, int]) -> dict[str, object]:
    text = f"{finding.message}\n{finding.hint}" if finding.hint else finding.message
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": visible(text)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _location(finding.path),
                    "region": _region(finding),
                }
            }
        ],
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    return result


def _region(finding: Finding) -> dict[str, int]:
    return {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }


def _location(path: str) -> dict[str, str]:
    """Return the URI of a document: relative below the root, else absolute."""
    if os.path.isabs(path):
        return {"uri": "file://" + quote(os.fsencode(Path(path).as_posix()))}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": _ROOT}
