"""The front matter of reports."""

from __future__ import annotations

import pytest

from forge.planning.gsd.reports import ReportFront
from forge.text.location import TOP
from forge.text.source import Source


def read(text: str) -> ReportFront:
    return ReportFront.of(Source.of("SUMMARY.md", text.encode()))


def test_the_known_scalars_are_read_with_their_places() -> None:
    report = read(
        "---\nstatus: passed\nother: x\nprogress:\n  completed_plans: 3\n  total_plans:"
        " x\n---\ntext\n"
    )
    assert report.values["status"].text == "passed" and report.at("status").line == 2
    assert report.number("progress.completed_plans") == 3
    assert report.number("progress.total_plans") is None and "other" not in report.values
    assert report.at("other") == TOP


@pytest.mark.parametrize("text", ["", "no front matter", "---\nstatus: x\n"])
def test_a_report_without_front_matter(text: str) -> None:
    assert read(text) == ReportFront("SUMMARY.md", {}, None)


def test_front_matter_that_is_not_yaml_has_a_problem_with_its_place() -> None:
    problem = read("---\na: @b\n---\n").problem
    assert problem is not None and (problem.line, problem.column) == (2, 4)


@pytest.mark.parametrize("value", ["[1]", "{a: 1}", "null", ""])
def test_values_that_are_not_scalars_are_skipped(value: str) -> None:
    assert read(f"---\nstatus: {value}\n---\n").values == {}
