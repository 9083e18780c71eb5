"""report-yaml and config-json: documents beside the plans that other tools read."""

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
    """Yield a finding for front matter that cannot be parsed."""
    if report.problem is not None:
        yield YAML.on(
            report.path,
            report.problem,
            f"the front matter is not valid YAML: {report.problem.text}",
            "fix this line; until then none of the front matter is read",
        )


def check_config(source: Source) -> Iterator[Finding]:
    """Yield a finding for a config.json that is not a JSON object."""
    try:
        data = json.loads(source.text)
    except json.JSONDecodeError as error:
        span = Span(min(error.pos, len(source.text)), min(error.pos + 1, len(source.text)))
        hint = "fix this line; tools fall back to their defaults"
        yield CONFIG.at(source, span, f"this is not valid JSON: {error.msg}", hint)
        return
    except (RecursionError, ValueError):
        message = "this JSON cannot be read: it is nested too deep, or a number is too long"
        yield CONFIG.at(source, Span(0, 0), message, "shorten it")
        return
    if not isinstance(data, dict):
        start = len(source.text) - len(source.text.lstrip())
        end = re.compile(r"\S*").match(source.text, start)
        span = Span(start, end.end() if end else start)
        yield CONFIG.at(source, span, "the settings are not an object", "begin with `{`")
