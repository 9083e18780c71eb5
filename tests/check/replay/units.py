"""Small records for replay: a card, and events that are chained as forge writes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forge.check.replay.record import Record, Report
from forge.records.card import RunCard
from forge.timeline.event import GENESIS, Event, link

RUN = "20261120T025549Z-01-01-k3f9"
STARTED = {
    "goal": "Write it",
    "steps_count": 2,
    "scope_contract": {},
    "plan_sha256": "1" * 64,
    "base_commit": "a" * 40,
}


def card(**more: Any) -> RunCard:
    values: dict[str, Any] = {
        "run": RUN,
        "plan": "01-01",
        "plan_path": ".planning/phases/01-start/01-01-PLAN.md",
        "plan_sha256": "1" * 64,
        "base_commit": "a" * 40,
        "branch": "main",
        "clone": "c",
        "goal": "Write it",
        "steps": [
            {"id": "01-01/1", "name": "One", "stage": "edit"},
            {"id": "01-01/2", "name": "Two", "stage": "edit"},
        ],
    }
    return RunCard(**{**values, **more})


class Log:
    """Builds a chain of events; `step` and `attempt` are given by keyword."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(
        self,
        type_: str,
        /,
        step: str | None = None,
        evidence: Sequence[dict[str, object]] = (),
        **data: Any,
    ) -> Log:
        previous = link(self.lines[-1]) if self.events else GENESIS
        self.events.append(
            Event(
                len(self.events) + 1,
                "2026-11-20T02:55:49.123456Z",
                type_,
                RUN,
                step,
                1 if step else None,
                "Ada",
                "",
                data,
                list(evidence),
                previous,
            )
        )
        return self

    def start(self, **data: Any) -> Log:
        return self.add("mission_started", **{**STARTED, **data})

    @property
    def lines(self) -> list[bytes]:
        return [event.encode().removesuffix(b"\n") for event in self.events]

    def record(self, folder: Path = Path("/nowhere"), **more: Any) -> Record:
        return Record(card(**more), b"", self.lines, self.events, folder)


def messages(report: Report) -> list[tuple[int, str]]:
    return [(remark.seq, remark.message) for remark in report.problems]
