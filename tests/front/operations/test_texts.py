"""The texts of operations, for values that seldom occur."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forge.front.operations.audit import _at_completion
from forge.front.operations.diff import no_change
from forge.front.operations.move import changes_text
from forge.front.operations.next import _why
from forge.front.operations.report import _write
from forge.front.operations.show import _part_text, _section, _value_text
from forge.front.operations.timeline import _line, _short
from forge.front.operations.verify import _unread_lines
from forge.text.finding import Finding
from forge.timeline.event import Event


def bare(**fields: object) -> Any:
    return SimpleNamespace(**fields)


def event(data: dict[str, object], *, step: str | None = "01-01/1") -> Event:
    time = "2026-01-02T03:04:05.678Z"
    return Event(7, time, "step_started", "run-1", step, 1, "Ada", "01A", data, [], "")


@pytest.mark.parametrize(
    ("data", "step", "line"),
    [
        ({}, "01-01/1", "    7  03:04:05.678  01-01/1     step_started          "),
        ({"a": 1}, None, "    7  03:04:05.678  -           step_started          a 1"),
        (
            {"a": "", "b": [], "c": None, "d": {}},
            "x",
            "    7  03:04:05.678  x           step_started          ",
        ),
        (
            {"a": "é", "b": ["é"]},
            "x",
            '    7  03:04:05.678  x           step_started          a é, b ["é"]',
        ),
        (
            {"a": False, "b": 0},
            "x",
            "    7  03:04:05.678  x           step_started          a false, b 0",
        ),
    ],
)
def test_an_event_is_a_line_of_what_it_holds(
    data: dict[str, object], step: str | None, line: str
) -> None:
    assert _line(event(data, step=step)) == line


def test_a_line_of_an_event_is_not_too_long() -> None:
    assert len(_line(event({f"key{n}": "x" * 50 for n in range(20)}))) == 220


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two\n lines", "two lines"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ({"a": [1, 2]}, '{"a": [1, 2]}'),
    ],
)
def test_a_value_of_an_event_is_short(value: object, text: str) -> None:
    assert _short(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", "text"),
        (3, "3"),
        (["a", "b"], "a, b"),
        ([1, 2], "1, 2"),
        ([["a"], ["b"]], "2 entries"),
        ([{"a": 1}], "1 entries"),
        ({"truths": [1, 2, 3], "artifacts": {}}, "truths (3), artifacts (0)"),
        ({"attempts": 2, "who": "Ada"}, "attempts 2, who Ada"),
    ],
)
def test_a_field_of_a_document_is_one_line(value: object, text: str) -> None:
    assert _value_text(value) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"met": True, "ticked": True, "number": 1, "text": "It\n works"}, "  1  [x] It works"),
        ({"met": True, "ticked": False, "number": 2, "text": "It works"}, "  2  [e] It works"),
        ({"met": False, "ticked": False, "number": 3, "text": "It"}, "  3  [ ] It"),
        ({"id": "01-01/1", "stage": "edit", "name": "Write"}, "  01-01/1    edit       Write"),
        ({"id": "01-01", "status": "ready", "title": "Log in"}, "  01-01      ready      Log in"),
    ],
)
def test_a_part_of_a_document_is_one_line(part: dict[str, object], text: str) -> None:
    assert _part_text(part) == text


def test_a_section_is_left_out_if_it_is_empty() -> None:
    assert _section([]) == [] and _section(["a"]) == ["", "a"]


def test_changes_are_listed_after_renames() -> None:
    moved = bare(renamed=[("a.md", "b.md")], changed=["c.md", "d.md"])
    assert changes_text(moved) == ["a.md -> b.md", "c.md: changed", "d.md: changed"]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (None, "the run run-1 changed no file"),
        (bare(id="01-01/2"), "the step 01-01/2 changed no file"),
    ],
)
def test_nothing_was_changed(step: object, text: str) -> None:
    changes = bare(step=step, record=bare(card=bare(run="run-1")))
    assert no_change(changes) == text


@pytest.mark.parametrize(
    ("past", "text"),
    [
        (None, ""),
        (
            bare(then=None, note="no run completed it"),
            "; at its completion: not known (no run completed it)",
        ),
        (
            bare(then=bare(verdict="failed"), first="a" * 40),
            f"; failed then too, more is broken since {'a' * 12}",
        ),
        (
            bare(then=bare(verdict="proven"), first="b" * 40),
            f"; held then, broken since {'b' * 12}",
        ),
        (bare(then=bare(verdict="failed"), first=""), f"; at {'c' * 12}: claimed with failures"),
        (bare(then=bare(verdict="unproven"), first=""), f"; at {'c' * 12}: cannot be decided"),
    ],
)
def test_a_plan_at_its_completion(past: object, text: str) -> None:
    assert _at_completion(bare(past=past, completed_at="c" * 40)) == text


def tracker(**fields: object) -> Any:
    backlog = bare(of_status=lambda status: [], ready=[])
    none: dict[str, object] = {"open_runs": [], "ready": [], "plans": [], "unplanned": []}
    return bare(**{**none, "backlog": backlog, **fields})


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "there are no plans yet"),
        ({"plans": [bare(word="proven")]}, "every plan is called complete"),
        (
            {"plans": [bare(word="proven"), bare(word="stale")]},
            "no plan can start; 1 of 2 are not proven (`forge ready --explain`)",
        ),
        ({"ready": [bare(id="01-01")]}, "01-01 can start"),
        ({"ready": [bare(id="01-01"), bare(id="01-02")]}, "01-01 can start, and 1 more"),
        (
            {"open_runs": [bare(run="r", plan="01-01", status="running", waiting_for=None)]},
            "the run r of 01-01 is running",
        ),
        (
            {"plans": [bare(word="proven")], "unplanned": [bare(number="3", title="Pay")]},
            "every plan is called complete; the roadmap lists 1 phase without plans: 3 Pay",
        ),
        (
            {"unplanned": [bare(number=str(n), title="") for n in range(1, 6)]},
            "there are no plans yet; the roadmap lists 5 phases without plans: 1, 2, 3",
        ),
    ],
)
def test_why_something_is_next(fields: dict[str, object], why: str) -> None:
    assert _why(tracker(**fields)) == why


def finding(number: int) -> Finding:
    return Finding("a-rule", "error", "a.md", number, 1, number, 2, "it is wrong", "fix it")


@pytest.mark.parametrize(
    ("verdicts", "shown"),
    [
        ([bare()], "its must-haves are shown as the repaired text gives them"),
        ([], "none of its must-haves could be read"),
    ],
)
def test_a_plan_that_cannot_be_read(verdicts: list[object], shown: str) -> None:
    plan = bare(unread=[finding(1)], verdicts=verdicts, file=bare(path="a.md"))
    assert [*_unread_lines(plan)] == [
        f"  it cannot be proven as it is; {shown}:",
        "    a.md:1:1: a-rule: it is wrong",
        "      fix it",
    ]


def test_of_many_errors_the_first_are_shown() -> None:
    plan = bare(unread=[finding(n) for n in range(1, 9)], verdicts=[], file=bare(path="a b.md"))
    lines = [*_unread_lines(plan)]
    assert len(lines) == 8 and lines[-1] == "    and 5 more: forge validate 'a b.md'"
    assert [*_unread_lines(bare(unread=[], verdicts=[], file=bare(path="a.md")))] == []


def test_a_page_goes_through_a_pipe_and_a_link(tmp_path: Path) -> None:
    target = tmp_path / "target.md"
    target.write_text("old")
    link = tmp_path / "link.md"
    link.symlink_to(target)
    _write(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    _write(Path("/dev/null"), b"new")
    assert Path("/dev/null").is_char_device()
    _write(tmp_path / "page.md", b"page")
    assert (tmp_path / "page.md").read_bytes() == b"page"
