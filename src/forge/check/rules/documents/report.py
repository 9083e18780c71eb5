"""report-yaml and config-json: the documents beside the plans that tools read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from forge.check.rules.model import Rule
from forge.planning.gsd.reports import ReportFront
from forge.text.finding import Finding
from forge.text.source import Source, Span

YAML = Rule(
    "report-yaml",
    "warning",
    False,
    "the front matter of SUMMARY.md, VERIFICATION.md and STATE.md is YAML 1.2",
)
CONFIG = Rule("config-json", "warning", False, "config.json is JSON, an object of keys")


def check_report(report: ReportFront) -> Iterator[Finding]:
    """Yield a finding for front matter that no tool can read."""
    if report.problem is not None:
        yield YAML.on(
            report.path,
            report.problem,
            f"the front matter is no YAML: {report.problem.text}",
            "mend this line; nothing that it says is read",
        )


def check_config(source: Source) -> Iterator[Finding]:
    """Yield a finding for a config.json that no tool can read."""
    try:
        found = json.loads(source.text)
    except json.JSONDecodeError as error:
        place = Span(min(error.pos, len(source.text)), min(error.pos + 1, len(source.text)))
        yield CONFIG.at(
            source,
            place,
            f"this is no JSON: {error.msg}",
            "mend this line; tools fall back to their defaults",
        )
        return
    except (RecursionError, ValueError):
        yield CONFIG.at(
            source,
            Span(0, 0),
            "this is no JSON that can be read: too deep, or a number too long",
            "shorten it",
        )
        return
    if not isinstance(found, dict):
        start = len(source.text) - len(source.text.lstrip())
        end = re.compile(r"\S*").match(source.text, start)
        yield CONFIG.at(
            source,
            Span(start, end.end() if end else start),
            "the settings are no object",
            "begin with `{`",
        )
