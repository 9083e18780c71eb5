"""The status of one plan."""

from __future__ import annotations

from typing import Any

import pytest

from forge.views.outline.entries import PlanEntry
from forge.views.tracker.missions import Tally
from forge.views.tracker.plan_status import contradiction, tally
from tests.views.tracker.outlines import status


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "open"),
        ({"ready": True}, "ready"),
        ({"archived": True}, "archived"),
        ({"claimed": True, "ready": True}, "claimed"),
        ({"verdict": "proven", "claimed": True}, "proven"),
        ({"verdict": "failed", "run_status": "completed"}, "failed"),
        ({"verdict": "proven", "run_status": "paused"}, "paused"),
        ({"verdict": None, "run_status": "stopped", "ready": True}, "ready"),
        ({"verdict": "stale", "run_status": "failed"}, "stale"),
    ],
)
def test_the_word_is_that_of_the_strongest_evidence(fields: dict[str, Any], word: str) -> None:
    plan = status(**fields)
    assert plan.word == word
    assert plan.as_data()["word"] == word


def test_json_has_every_documented_key() -> None:
    assert list(status().as_data()) == [
        "word",
        "id",
        "path",
        "title",
        "claimed",
        "verdict",
        "run",
        "waiting_for",
        "ready",
        "contradiction",
        "archived",
    ]


@pytest.mark.parametrize(
    ("says", "calls_done", "verdict", "claimed", "expected"),
    [
        ("", True, "failed", False, ""),
        ("complete", True, "proven", False, ""),
        ("complete", True, None, True, ""),
        ("planned", False, None, False, ""),
        ("planned", False, "unproven", False, ""),
        ("complete", True, "stale", True, "its last run shows stale"),
        ("complete", True, None, False, "neither a summary nor a run"),
        ("planned", False, "proven", False, "its last run shows proven"),
    ],
)
def test_a_written_status_is_compared_with_the_evidence(
    says: str, calls_done: bool, verdict: str | None, claimed: bool, expected: str
) -> None:
    line = PlanEntry("T", 1.0, claimed_status=says, claims_done=calls_done)
    text = contradiction(line, verdict, claimed=claimed)
    assert (expected in text) if expected else text == ""
    assert not text or f"`{says}`" in text


def test_a_claimed_plan_with_a_failed_run_is_left() -> None:
    plans = [
        status(verdict="proven", claimed=True),
        status(claimed=True),
        status(claimed=True, verdict="failed"),
        status(),
    ]
    counted = tally(plans)
    assert counted == Tally(4, 1, 1)
    assert counted.left == 2
