"""Outcomes are combined, and texts quoted."""

from __future__ import annotations

import pytest

from forge.check.must_haves.outcome import Outcome, shown, together
from forge.check.must_haves.verdict import Evidence, Verdict, counts, plan_answer

PASS, FAIL, UNPROVEN = Outcome("pass", "ok"), Outcome("fail", "bad"), Outcome("unproven", "?")


@pytest.mark.parametrize(
    ("outcomes", "verdict", "reason"),
    [
        ([], "pass", ""),
        ([PASS], "pass", "ok"),
        ([PASS, PASS], "pass", "ok"),
        ([PASS, UNPROVEN], "unproven", "?"),
        ([UNPROVEN, FAIL, PASS], "fail", "bad"),
        ([FAIL, Outcome("fail", "worse")], "fail", "bad; worse"),
        ([Outcome("fail", ""), FAIL], "fail", "bad"),
    ],
)
def test_one_outcome_of_several(outcomes: list[Outcome], verdict: str, reason: str) -> None:
    result = together(outcomes)
    assert (result.verdict, result.reason) == (verdict, reason)


def test_reasons_beyond_the_most_are_counted() -> None:
    result = together([Outcome("fail", str(number)) for number in range(5)], 2)
    assert result.reason == "0; 1 (and 3 more)"


def test_evidence_is_kept_once() -> None:
    evidence = (Evidence("a", 1, "x"),)
    both = [Outcome("pass", "", evidence), Outcome("fail", "bad", evidence)]
    assert together(both).evidence == evidence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "`a`"),
        ("a\n b", "`a b`"),
        ("a\x1bb", "`a b`"),
        ("x" * 160, f"`{'x' * 160}`"),
        ("x" * 161, f"`{'x' * 159}…`"),
        ("", "``"),
    ],
)
def test_quoted_texts(text: str, expected: str) -> None:
    assert shown(text) == expected


def verdicts(*names: str) -> list[Verdict]:
    return [Verdict("truth", 1, "t", name, "") for name in names]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), "unproven"),
        (("pass",), "proven"),
        (("pass", "waived"), "proven"),
        (("waived",), "proven"),
        (("pass", "unproven"), "unproven"),
        (("pass", "stale"), "unproven"),
        (("fail", "pass"), "failed"),
        (("fail", "unproven"), "failed"),
    ],
)
def test_the_verdict_on_a_plan(names: tuple[str, ...], expected: str) -> None:
    assert plan_answer(verdicts(*names)) == expected
    unsound = plan_answer(verdicts(*names), sound=False)
    assert unsound == ("unproven" if expected == "proven" else expected)


def test_counts_name_every_kind() -> None:
    assert counts(verdicts("pass", "pass", "fail")) == {
        "declared": 3,
        "pass": 2,
        "fail": 1,
        "unproven": 0,
        "stale": 0,
        "waived": 0,
    }


def test_a_verdict_as_json() -> None:
    verdict = Verdict(
        "artifact", 2, "a.py", "pass", "it is there", (Evidence("a.py", None, "file"),)
    )
    assert verdict.as_data() == {
        "kind": "artifact",
        "index": 2,
        "target": "a.py",
        "verdict": "pass",
        "reason": "it is there",
        "evidence": [{"path": "a.py", "line": None, "how": "file"}],
    }
