"""The result of reading one document, and its form in the cache."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import astuple

from forge.check.rules.allow import Allow
from forge.text.finding import Finding
from forge.text.location import Spot


class Reading(Struct, frozen=True):
    """The result of reading a document.

    `facts` is JSON for the rules between documents, `lines` the text of lines with findings.
    """

    kind: str
    name: str
    steps: int = 0
    findings: tuple[Finding, ...] = ()
    allows: tuple[Allow, ...] = ()
    lines: dict[int, str] = field(default_factory=dict)
    facts: str = "null"

    def encode(self) -> str:
        """Return the reading without its facts as JSON."""
        return json.dumps(
            [
                self.kind,
                self.name,
                self.steps,
                [astuple(finding) for finding in self.findings],
                self.allows,
                [*self.lines.items()],
            ],
            ensure_ascii=True,
            separators=(",", ":"),
        )

    @classmethod
    def decode(cls, text: str, facts: str) -> Reading:
        """Return the reading that `encode` wrote. Raises ValueError or TypeError for other text."""
        kind, name, steps, findings, allows, lines = plain(text)
        comments = tuple(Allow(rule, reason, Spot(*spot)) for rule, reason, spot in allows)
        return cls(
            kind,
            name,
            steps,
            tuple(Finding(*finding) for finding in findings),
            comments,
            dict(lines),
            facts,
        )


def plain(text: str) -> Any:
    """Return the value of a JSON text. Raises ValueError for invalid JSON.

    Lone surrogates, which represent bytes that are not UTF-8, are read by the slower decoder.
    """
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)
