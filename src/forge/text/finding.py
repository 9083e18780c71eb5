"""A finding: one thing wrong with a document, with its place and a next step. All output formats
are made from it.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

Severity = Literal["error", "warning", "note"]


class Finding(Struct, frozen=True):
    """One thing wrong with a document.

    Lines and columns count Unicode code points from 1; the end is exclusive.
    """

    rule: str
    severity: Severity
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    hint: str
    blocks: bool = False

    def as_data(self) -> dict[str, object]:
        """Return the finding as JSON shows it (see `formats.md`)."""
        data = asdict(self)
        del data["blocks"]
        return data
