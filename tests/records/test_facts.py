"""Facts about runs for cross-document rules."""

from __future__ import annotations

import json

import msgspec
import pytest

from forge.records.facts import CardFacts, TimelineFacts, completed_plans
from forge.timeline import log
from forge.timeline.event import Data
from forge.timeline.log import encode
from forge.timeline.run import events as ev
from tests.records.runs import COMPLETED, PAUSED, STARTED, card, chain

PATH = ".planning/runs/r/timeline.jsonl"


def facts(*data: Data) -> TimelineFacts:
    return TimelineFacts.of(PATH, log.read(encode(chain("r", [STARTED, *data]))))


def test_an_open_run_has_no_status() -> None:
    assert facts(PAUSED) == TimelineFacts(PATH, "", [])


@pytest.mark.parametrize("status", ["completed", "failed", "stopped"])
def test_the_last_event_says_how_a_run_ended(status: str) -> None:
    assert facts(PAUSED, ev.Final(status, 0, 1)).status == status


def test_commits_come_with_the_lines_that_name_them() -> None:
    plan_facts = facts(
        ev.RunnerStarted("agent", [], "", "c1"),
        ev.DiffApplied("c2"),
        ev.DiffApplied(None),
        ev.RunnerStarted("agent", [], "", None),
        COMPLETED,
    )
    assert plan_facts.commits == [("c1", 2), ("c2", 3)]


def test_facts_survive_the_cache() -> None:
    written = json.dumps(facts(ev.DiffApplied("c2"), COMPLETED))
    assert msgspec.convert(json.loads(written), TimelineFacts) == facts(
        ev.DiffApplied("c2"), COMPLETED
    )
    one = CardFacts.of(card(kind="undo", prior_run="x"))
    assert one == (card().run, card().plan_path, "undo", "x")
    assert msgspec.convert(json.loads(json.dumps(one)), CardFacts) == one


def row(run: str, kind: str = "execute", prior: str | None = None) -> CardFacts:
    return CardFacts(run, f"{run}-PLAN.md", kind, prior)


@pytest.mark.parametrize(
    ("cards", "plans"),
    [
        ([], set()),
        ([row("a"), row("b")], {"a-PLAN.md", "b-PLAN.md"}),
        ([row("a"), row("b"), row("r", "rollback", "a")], {"b-PLAN.md"}),
        ([row("a"), row("r", "rollback", "a"), row("u", "undo", "r")], {"a-PLAN.md"}),
        ([row("a"), row("r", "rollback", "x")], {"a-PLAN.md"}),
        ([row("s", "scenarios"), row("d", "dispatch")], set()),
    ],
)
def test_completed_plans_are_those_that_were_not_rolled_back(
    cards: list[CardFacts], plans: set[str]
) -> None:
    assert completed_plans(cards) == plans
    assert completed_plans(iter(cards[::-1])) == plans, "the order does not matter"
