"""A report of a validation: counts, and the lines of findings."""

from __future__ import annotations

from forge.views.validation.reading import Reading
from forge.views.validation.report import Report
from tests.views.validation.sources import finding


def test_a_report_counts_and_keeps_the_lines_of_findings() -> None:
    report = Report()
    reading = Reading("plan", "01-01", 2, lines={1: "first", 2: "second"})
    report.add("x", "01-01", reading, [finding(), finding(severity="warning", line=7)])
    report.add("y", "01-02", Reading("plan", "01-02", 1), [])
    assert (report.files, report.steps, report.errors, report.warnings) == (2, 3, 1, 1)
    assert report.lines == {("x", 1): "first"}
    assert report.as_data()["documents"] == [
        {"path": "x", "kind": "plan", "id": "01-01", "steps": 2},
        {"path": "y", "kind": "plan", "id": "01-02", "steps": 1},
    ]
