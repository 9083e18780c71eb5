"""The reports beside the plans: SUMMARY.md, VERIFICATION.md and STATE.md. Only their front matter
is read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from forge.text.location import TOP, Spot
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml

STATE = ".planning/STATE.md"
_FRONT = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.M | re.S)


class ReportFront(NamedTuple):
    """The scalars of a report's front matter by dotted name, each with its place; empty if it has
    no front matter.

    `problem` has the reason and the place if the front matter is not valid YAML.
    """

    path: str
    values: dict[str, Spot]
    problem: Spot | None

    @classmethod
    def of(cls, source: Source) -> ReportFront:
        """Read a report. Never raises."""
        match = _FRONT.match(source.text)
        if match is None:
            return cls(source.path, {}, None)
        try:
            front = yaml.parse(match["yaml"], match.start("yaml"))
        except yaml.YamlProblem as problem:
            at = match.start("yaml") + problem.offset
            return cls(source.path, {}, Spot.of(source, Span(at, at + 1), problem.message))
        values: dict[str, Spot] = {}
        _collect(source, "", front, values)
        return cls(source.path, values, None)

    def number(self, key: str) -> float | None:
        """Return a value that is a number, else None."""
        spot = self.values.get(key)
        try:
            return float(spot.text) if spot and len(spot.text) < 20 else None
        except ValueError:
            return None

    def at(self, key: str) -> Spot:
        """Return the place of a value, or the top of the report if it has none."""
        return self.values.get(key, TOP)


_KEPT = ("phase", "plan", "title", "priority", "status", "score", "verdict", "run", "generated_by")


def _collect(source: Source, prefix: str, value: yaml.Value, values: dict[str, Spot]) -> None:
    for key, below in value.items():
        if key == "progress" and not prefix:
            _collect(source, "progress.", below, values)
        elif (
            (prefix or key in _KEPT)
            and not isinstance(below.data, (dict, list))
            and below.data is not None
        ):
            values[prefix + key] = Spot.of(source, below.span, below.raw.strip()[:300])
