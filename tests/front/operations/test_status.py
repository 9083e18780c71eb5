"""The lines of `status`: what is claimed, what is contradictory, and what is archived."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from forge.front.operations.status import (
    _archived_lines,
    _backlog_lines,
    _lines,
    _mission_lines,
    _plan_lines,
)


def bare(**fields: object) -> Any:
    return SimpleNamespace(**fields)


def plan(name: str = "01-01", word: str = "ready", **fields: object) -> Any:
    defaults = {"title": "Log in", "waiting_for": None, "contradiction": "", "archived": False}
    return bare(**{"id": name, "word": word, **defaults, **fields})


def mission(goal: str = "", contradiction: str = "", **tally: int) -> Any:
    counts = {"plans": 0, "proven": 0, "claimed": 0, **tally}
    line = bare(title="Win", goal=goal, status="active")
    return bare(line=line, tally=bare(**counts), contradiction=contradiction)


def backlog(*items: Any, ready: int = 0) -> Any:
    columns: dict[str, list[Any]] = {}
    for item in items:
        columns.setdefault(item.status, []).append(item)
    shown = [*columns.items(), ("blocked", [])]
    return bare(items=[*items], columns=shown, ready=[*items][:ready])


def item(name: str, status: str = "todo", contradiction: str = "") -> Any:
    return bare(id=name, status=status, title="Count it", contradiction=contradiction)


def tracker(**fields: object) -> Any:
    none: dict[str, object] = {
        "missions": [],
        "by_phase": {},
        "plans": [],
        "unreadable": [],
        "backlog": backlog(),
        "unstartable": lambda plan: "",
    }
    return bare(**{**none, **fields})


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        (mission(), ["mission Win"]),
        (mission(goal="be first"), ["mission Win: be first"]),
        (mission(plans=3, proven=1), ["mission Win", "  active, 1 of 3 plans proven"]),
        (
            mission(plans=3, proven=1, claimed=2),
            ["mission Win", "  active, 1 of 3 plans proven, 2 only claimed"],
        ),
        (
            mission(contradiction="it is done, and 2 plans are open"),
            ["mission Win", "  but it is done, and 2 plans are open"],
        ),
    ],
)
def test_a_mission(shown: Any, lines: list[str]) -> None:
    assert [*_mission_lines(shown)] == lines


@pytest.mark.parametrize(
    ("shown", "objection", "lines"),
    [
        (plan(), "", ["  01-01        ready        Log in"]),
        (
            plan(waiting_for={"kind": "decision"}),
            "",
            ["  01-01        ready        Log in  waits for you: decision"],
        ),
        (
            plan(word="claimed"),
            "no run proved it",
            ["  01-01        claimed      Log in", "               but no run proved it"],
        ),
        (plan(title="x" * 90), "", [f"  01-01        ready        {'x' * 70}"]),
    ],
)
def test_a_plan(shown: Any, objection: str, lines: list[str]) -> None:
    assert [*_plan_lines(shown, objection)] == lines


@pytest.mark.parametrize(
    ("plans", "lines"),
    [
        ([], []),
        ([plan(word="proven")], ["archived: 1 plan (1 proven)"]),
        (
            [plan(word="proven"), plan(word="archived"), plan(word="proven")],
            ["archived: 3 plans (2 proven, 1 archived)"],
        ),
    ],
)
def test_archived_plans_are_counted(plans: list[Any], lines: list[str]) -> None:
    assert [*_archived_lines(plans)] == lines


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        (backlog(), []),
        (backlog(item("k3f")), ["backlog: 1 todo"]),
        (backlog(item("k3f"), item("m2p"), ready=2), ["backlog: 2 todo; 2 can start"]),
        (backlog(item("k3f", "in_progress"), item("m2p")), ["backlog: 1 in progress, 1 todo"]),
        (
            backlog(item("k3f", "done", "a criterion is open")),
            [
                "backlog: 1 done",
                "  k3f          done         Count it",
                "               but a criterion is open",
            ],
        ),
    ],
)
def test_the_backlog_is_counted_and_contradictions_are_listed(shown: Any, lines: list[str]) -> None:
    assert [*_backlog_lines(shown)] == lines


def test_phases_are_listed_with_their_plans() -> None:
    first, second = plan(contradiction="it is ticked"), plan("01-02", "open")
    lines = [
        *_lines(
            tracker(
                plans=[first, second],
                by_phase={".planning/phases/01-a": [first, second]},
                unstartable=lambda plan: "it waits for 01-01" if plan is second else "never",
            ),
            ["forge init"],
        )
    ]
    assert lines == [
        ".planning/phases/01-a",
        "  01-01        ready        Log in",
        "               but it is ticked",
        "  01-02        open         Log in",
        "               but it waits for 01-01",
        "next:",
        "  forge init",
    ]


def test_an_archived_phase_is_not_listed() -> None:
    archived = plan(archived=True, word="proven")
    lines = [*_lines(tracker(plans=[archived], by_phase={"01-a": [archived]}), ["forge init"])]
    assert lines == ["archived: 1 plan (1 proven)", "next:", "  forge init"]


def test_runs_that_cannot_be_read_are_named() -> None:
    lines = [*_lines(tracker(unreadable=["run-1"]), ["forge init"])]
    assert lines[:2] == [
        "there are no plans under .planning/ yet",
        "the run run-1 cannot be read: `forge runs` says why",
    ]
