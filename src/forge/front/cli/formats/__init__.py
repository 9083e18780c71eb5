"""How findings are printed: one value, `Finding`, feeds every format; each is loaded only when it
is asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from forge.text.finding import Finding, Severity

FORMATS = ("text", "json", "sarif", "github", "junit")
"""The formats; `json` is the envelope of `--json`, each of the others a module of this package with
a `render`.
"""


@dataclass(frozen=True)
class Sheet:
    """What is to be printed: findings, the documents that were read (path and kind), and the lines
    that findings stand on.

    `lines` is keyed by path and line number from 1. `summary` is the last line for people, empty
    where none is wanted.
    """

    findings: Sequence[Finding]
    documents: Sequence[tuple[str, str]] = ()
    lines: Mapping[tuple[str, int], str] = field(default_factory=dict)
    summary: str = ""
    colour: bool = False

    def count(self, severity: Severity) -> int:
        """Return how many findings are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)


def render(name: str, sheet: Sheet) -> str:
    """Return a sheet in a format, without a final line end; empty where there is nothing to say."""
    function: Callable[[Sheet], str] = importlib.import_module(f"{__name__}.{name}").render
    return function(sheet)


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(text.splitlines()) if text else text
