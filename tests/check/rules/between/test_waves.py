"""Waves against dependencies and shared files."""

from __future__ import annotations

import pytest

from forge.check.rules.between.waves import check
from tests.check.rules.projects import plan, project, rows

A, B, C = (f"phases/01-start/01-0{number}-PLAN.md" for number in (1, 2, 3))


def wave(number: object, depends: str = "", files: str = "") -> str:
    front = f"wave: {number}\n"
    front += f"depends_on: [{depends}]\n" if depends else ""
    return plan(front + (f"files_modified: [{files}]\n" if files else ""))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (wave(1), wave(2, "01-01"), []),
        (wave(1), wave(1), []),
        (wave(2), wave(3, "01-01"), []),
        (plan(), wave(1, "01-01"), []),
        (wave(1), plan("depends_on: [01-01]\n"), []),
        (wave(1), wave(1, "01-01"), ["warning"]),
        (wave(3), wave(2, "01-01"), ["warning"]),
        (wave(1), wave(3, "01-01"), ["note"]),
        (wave(1), wave(4, "01-01"), ["note"]),
        (wave(1), wave(2), ["note"]),
        (wave(2), wave(2), []),
        (wave(1), wave(3, "01-01, 07-01"), []),
        (wave(1, files="a.py"), wave(2, files="a.py"), []),
        (wave(1, files="a.py"), wave(2, files="b.py"), ["note"]),
        (wave(0), wave(0), []),
        (wave("early"), wave("late"), []),
    ],
)
def test_two_plans(first: str, second: str, expected: list[str]) -> None:
    reported = [row for row in rows(check, project({A: first, B: second})) if row[1] == B]
    assert [row[4] for row in reported] == expected
    assert all(row[0] == "wave-mismatch" and row[2:4] == (2, 7) for row in reported)


def test_the_message_names_the_plan_and_the_hint_the_right_wave() -> None:
    (finding,) = check(project({A: wave(1), B: wave(1, "01-01")}))
    assert finding.message == "wave 1 is not after wave 1 of `01-01`, which the plan depends on"
    assert finding.hint == "write `wave: 2`"


def test_a_wave_that_is_too_early_in_a_done_plan_is_a_note() -> None:
    done = frozenset([f".planning/{B}"])
    (row,) = rows(check, project({A: wave(1), B: wave(1, "01-01")}, completed=done))
    assert row == ("wave-mismatch", B, 2, 7, "note")


def test_a_single_plan_has_any_wave() -> None:
    assert rows(check, project({A: wave(7)})) == []


def test_decimal_phases_in_one_folder_count_separately() -> None:
    one, two = "phases/05-x/05.1-01-PLAN.md", "phases/05-x/05.2-01-PLAN.md"
    assert rows(check, project({one: wave(1), two: wave(3)})) == []


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("a.py", "a.py", 1),
        ("a.py, b.py", "b.py, a.py", 2),
        ("a.py", "./a.py", 1),
        ("a.py", "b.py", 0),
        ("src/", "src/", 0),
        ("src/*.py", "src/*.py", 0),
        ("'several files'", "'several files'", 0),
    ],
)
def test_files_that_two_plans_of_one_wave_write(first: str, second: str, count: int) -> None:
    whole = project({A: wave(1, files=first), B: wave(1, files=second)})
    reported = [row for row in rows(check, whole) if row[0] == "wave-file-conflict"]
    assert len(reported) == count and {row[1] for row in reported} <= {B}


@pytest.mark.parametrize(
    ("second", "third"),
    [(wave(2, files="a.py"), wave(3, files="a.py")), (wave(1, "01-01", "a.py"), wave(2))],
)
def test_other_waves_and_dependent_plans_may_share_a_file(second: str, third: str) -> None:
    whole = project({A: wave(1, files="a.py"), B: second, C: third})
    assert [row for row in rows(check, whole) if row[0] == "wave-file-conflict"] == []


def test_a_shared_file_is_reported_against_the_first_plan() -> None:
    texts = {path: wave(1, files="a.py") for path in (A, B, C)}
    findings = [
        finding for finding in check(project(texts)) if finding.rule == "wave-file-conflict"
    ]
    assert [finding.message for finding in findings] == [
        "`01-01` of the same wave writes `a.py` too"
    ] * 2


def test_plans_without_a_wave_do_not_conflict() -> None:
    text = plan("files_modified: [a.py]\n")
    assert rows(check, project({A: text, B: text})) == []
