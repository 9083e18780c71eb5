"""The result of a validation: the documents read and the findings in them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from forge.text.finding import Finding
from forge.views.validation.reading import Reading


class Report(Struct):
    """The documents read and the findings; `lines` has the text of lines with findings."""

    files: int = 0
    steps: int = 0
    findings: list[Finding] = field(default_factory=list)
    documents: list[dict[str, object]] = field(default_factory=list)
    lines: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        return sum(finding.severity == "warning" for finding in self.findings)

    def as_data(self) -> dict[str, object]:
        return {
            "files": self.files,
            "errors": self.errors,
            "warnings": self.warnings,
            "steps": self.steps,
            "documents": self.documents,
        }

    def add(self, path: str, name: str, reading: Reading, findings: Iterable[Finding]) -> None:
        """Add the result of one document."""
        added = list(findings)
        self.files += 1
        self.steps += reading.steps
        self.findings += added
        self.documents.append(
            {"path": path, "kind": reading.kind, "id": name, "steps": reading.steps}
        )
        for finding in added:
            if finding.line in reading.lines:
                self.lines[path, finding.line] = reading.lines[finding.line]
