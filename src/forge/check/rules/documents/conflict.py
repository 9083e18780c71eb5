"""conflict-markers: an unresolved merge conflict that git left in a file."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from forge.check.rules.model import Rule
from forge.text.finding import Finding
from forge.text.source import Source, Span

RULE = Rule("conflict-markers", "error", False, "no document contains merge conflict markers")
_MARKER = re.compile(r"^(?:(<{7})(?: [^\n]*)?|(={7})|(>{7})(?: [^\n]*)?)\r?$", re.M)
_FENCE = re.compile(r"^(`{3,}|~{3,})", re.M)


def check(source: Source) -> Iterator[Finding]:
    """Yield a finding for each opening marker that is followed by the other two, each at the start
    of a line. Inside a fenced block, which may be an example, it is a warning.
    """
    if "<<<<<<<" not in source.text:
        return
    fences = [match.start() for match in _FENCE.finditer(source.text)]
    opened, stage = None, 0
    for match in _MARKER.finditer(source.text):
        if match[1]:
            opened, stage = match, 1
        elif match[2] and stage == 1:
            stage = 2
        elif match[3] and stage == 2 and opened is not None:
            fenced = bisect.bisect(fences, opened.start()) % 2 == 1
            yield RULE.at(
                source,
                Span(*opened.span()),
                "an unresolved merge conflict: the file has both versions, between git's markers",
                "keep the lines that you want and delete the markers",
                "warning" if fenced else None,
            )
            opened, stage = None, 0
