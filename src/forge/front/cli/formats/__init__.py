"""Formats of findings; each is loaded only when it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forge.lazy import at_first_use
from forge.text.finding import Finding, Severity
from forge.text.printable import Text, Verbatim

if TYPE_CHECKING:
    from forge.front.cli.formats import github, junit, sarif, text
else:
    github = at_first_use("forge.front.cli.formats.github")
    junit = at_first_use("forge.front.cli.formats.junit")
    sarif = at_first_use("forge.front.cli.formats.sarif")
    text = at_first_use("forge.front.cli.formats.text")

FORMATS = ("text", "json", "sarif", "github", "junit")
"""`json` is the envelope of `--json`; each of the others is a module here with a `render`."""


@dataclass(frozen=True)
class Sheet:
    """Findings to print, the documents that were read (path and kind), and the lines of findings.

    `lines` is keyed by path and line number from 1. `summary` is the last line for people; it may
    be empty.
    """

    findings: Sequence[Finding]
    documents: Sequence[tuple[str, str]] = ()
    lines: Mapping[tuple[str, int], str] = field(default_factory=dict)
    summary: str = ""
    color: bool = False

    def count(self, severity: Severity) -> int:
        return sum(finding.severity == severity for finding in self.findings)


def render(name: str, sheet: Sheet) -> Text:
    """Return a sheet in a format, without a final line break; empty if there is nothing to print.

    Raises KeyError for an unknown format.
    """
    if name == "text":
        return text.render(sheet)
    renderers = {"sarif": sarif, "github": github, "junit": junit}
    return Verbatim(renderers[name].render(sheet))


def one_line(message: str) -> str:
    """Return a message without line breaks."""
    return " ".join(message.splitlines())
