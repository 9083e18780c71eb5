"""A run as text, and replies about runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from forge.front.envelope import Reply
from forge.front.operations.shared import run_replies
from forge.front.operations.shared.run_text import run_lines


def bare(**fields: object) -> Any:
    return SimpleNamespace(**fields)


def step(number: int, *, commits: tuple[str, ...] = ()) -> Any:
    return bare(number=number, name=f"Step {number}", stage="edit", commits=[*commits])


def chapter(of: Any, outcome: str, checks: str = "", *deeds: tuple[str, str]) -> Any:
    listed = [bare(kind=kind, text=text) for kind, text in deeds]
    return bare(step=of, outcome=outcome, checks=checks, deeds=listed)


def story(*chapters: Any, kind: str = "execute", **state: object) -> Any:
    card = bare(
        run="run-1",
        kind=kind,
        prior_run="run-0",
        goal="Make it so.\nSecond line.\nThird line.\nFourth line.",
        plan="01-01",
        plan_path="01-01-PLAN.md",
        plan_sha256="a" * 64,
        runner="agent",
        branch="main",
        base_commit="b" * 40,
        started_at="2026-01-02T03:04:05Z",
        folder=".planning/runs/run-1",
    )
    empty = {"verdict": None, "counts": None, "verdicts": [], "by_hooks": []}
    states = {**empty, **state}
    record = bare(
        verdict=states["verdict"],
        altered="",
        card=card,
        state=bare(**states),
        status="paused",
        reading=bare(events=[bare(evidence=[])]),
    )
    return bare(
        record=record, chapters=[*chapters], people=["Ada", "Bob"], duration=75.0, missing=[]
    )


def test_a_run_begins_with_its_status_and_what_was_asked() -> None:
    lines = [*run_lines(story())]
    assert lines[:5] == [
        "run run-1: paused",
        "  asked     Make it so.",
        "            Second line.",
        "            Third line.",
        "            01-01, 01-01-PLAN.md (aaaaaaaaaaaa)",
    ]


def test_a_rollback_names_the_run_that_it_reverts() -> None:
    assert [*run_lines(story(kind="rollback"))][1] == "            rollback of run-0"


def test_steps_are_listed_with_their_commits_and_what_the_user_did() -> None:
    done = chapter(
        step(1, commits=("c" * 40,)),
        "completed",
        "1 of 1",
        ("answer", "approved by Ada"),
        ("runner", "ended"),
        ("failure", "check: it failed"),
    )
    lines = [*run_lines(story(done, chapter(None, ""), chapter(step(2), "pending")))]
    start = lines.index("  done      1. Step 1 (edit): completed, checks 1 of 1")
    assert lines[start + 1 : start + 5] == [
        "               cccccccccccc",
        "               approved by Ada",
        "               check: it failed",
        "            2. Step 2 (edit): pending",
    ]


def test_nothing_is_proven_before_the_last_step() -> None:
    lines = [*run_lines(story())]
    assert "  proven    nothing yet: must-haves are judged after the last step" in lines


def test_reasons_are_shown_for_what_did_not_pass() -> None:
    verdicts = [
        {"verdict": "pass", "kind": "truth", "index": 1, "target": "It works", "reason": "ok"},
        {"verdict": "fail", "kind": "artifact", "index": 1, "target": "a.txt", "reason": "gone"},
    ]
    lines = [
        *run_lines(story(counts={"passed": 1, "failed": 1}, verdicts=verdicts, verdict="failed"))
    ]
    assert lines[0] == "run run-1: paused, failed"
    start = lines.index("  proven    1 passed, 1 failed")
    assert [line.split() for line in lines[start + 1 : start + 4]] == [
        ["pass", "truth:1", "It", "works"],
        ["fail", "artifact:1", "a.txt"],
        ["gone"],
    ]


def test_a_run_ends_with_who_when_and_evidence() -> None:
    shown = story()
    shown.record.reading.events = [
        bare(evidence=[{"path": "evidence/1.log", "kind": "output", "bytes": 12}]),
        bare(evidence=[{"path": "evidence/1.log", "kind": "output", "bytes": 12}]),
    ]
    lines = [*run_lines(shown)]
    assert lines[-5:-3] == ["  by        Ada", "            Bob"]
    assert lines[-3] == "            runner agent"
    assert lines[-2].startswith("  when      2026-01-02 03:04, ")
    assert lines[-2].endswith(" on main, from bbbbbbbbbbbb")
    assert lines[-1] == "  evidence  .planning/runs/run-1/evidence/1.log (output, 12 bytes)"


def test_a_run_on_a_detached_head() -> None:
    shown = story()
    shown.record.card.branch = None
    assert any("on a detached HEAD, from" in line for line in run_lines(shown))


@pytest.mark.parametrize(
    ("kind", "rollback", "recorded"),
    [
        ("execute", None, True),
        ("execute", "in progress", False),
        ("rollback", None, False),
        ("undo", None, False),
    ],
)
def test_a_rollback_within_an_open_run_only_records(
    kind: str, rollback: object, recorded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[bool] = []

    def about_run(record: object, *, recorded: bool = False) -> Reply:
        calls.append(recorded)
        return Reply({})

    monkeypatch.setattr(run_replies, "about_run", about_run)
    run_replies.about_rollback(bare(card=bare(kind=kind), state=bare(rollback=rollback)))
    assert calls == [recorded]
