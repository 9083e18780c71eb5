"""One event of every type, as a run would record it, and strategies for arbitrary ones."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from msgspec.structs import fields

from forge.timeline.event import GENESIS, Data, Event, link
from forge.timeline.run import events as ev
from forge.timeline.run.events import RUN_EVENTS

RUN = "20261120T025549Z-01-01-k3f9"
STEPS = [
    {"id": f"01-01/{number}", "name": f"Step {number}", "stage": "edit"} for number in (1, 2, 3)
]
COMMIT, OTHER, HASH = "1234567890abcdef1234567890abcdef12345678", "f" * 40, "ab" * 32
LOG: dict[str, object] = {
    "kind": "log",
    "path": "evidence/abababababababab.log",
    "sha256": HASH,
    "bytes": 12,
    "truncated": False,
}
VERDICT: dict[str, object] = {
    "kind": "truth",
    "index": 1,
    "target": "It works",
    "verdict": "pass",
    "reason": "`npm test` passed (fresh)",
    "evidence": [{"path": f"{RUN}#20", "line": None, "how": "command, fresh"}],
}

OUTSIDE = {
    "mission_started",
    "dirty_captured",
    "must_haves_verified",
    "run_adopted",
    "final",
    "truth_proven",
    "truth_failed",
    "truth_waived",
    "rollback_started",
}
SAMPLES: list[Data] = [
    ev.MissionStarted(
        "Make it work.",
        3,
        {"paths": ["src/a.py"], "max_files": 50, "max_lines": 2000},
        HASH,
        COMMIT,
        None,
        {"approve": "yes"},
    ),
    ev.ApprovalResolved("ap-0", "approved", "once", "recorded", "plan", HASH),
    ev.StepStarted(1, "Größe: write it", "edit"),
    ev.StageChanged("", "edit"),
    ev.RetrievalStarted("r-1", "write it"),
    ev.RetrievalCompleted(
        "r-1", 1, "1 files", [{"path": "README.md", "blob": COMMIT, "why": "@ reference"}]
    ),
    ev.CheckpointCreated("cp-1", COMMIT, "before 01-01/1", ["src/a.py"]),
    ev.CheckpointRestored(COMMIT, "the step starts over", OTHER),
    ev.RunnerStarted("agent", ["agent", "--fast"], HASH, OTHER),
    ev.RunnerFinished("agent", 0, 1234, "s-1", "exit", ["agent.log"]),
    ev.DiffProposed("d-1", HASH, "1 file, +2 -0", "low", ["src/a.py"], [], [], [], True, []),
    ev.DiffApplied(COMMIT, ["src/a.py"]),
    ev.ApprovalRequested(
        "ap-1", "human_verify", HASH, "check:2", "Look at it.", [{"id": "left", "text": "Go left."}]
    ),
    ev.ApprovalWithdrawn("ap-1", "changed since it was asked: src/a.py"),
    ev.TestStarted("npm test", 1),
    ev.TestCompleted(False, 1, 56, ["package-lock.json"], "npm test", 1),
    ev.TestSkipped("npm run lint", "no network here", 2),
    ev.RepairAttempted(1, "exit status 1\nexpected 2, got 3"),
    ev.TruthProven(1, "It works", "npm test", COMMIT, {"src/a.py": OTHER, "gone.py": None}),
    ev.TruthFailed(2, "It is fast", "npm run bench", COMMIT, "exit status 1"),
    ev.TruthAttested(
        3,
        "It looks right",
        "Ada <ada@example.org>",
        "I looked.",
        [{"path": "shot.png", "blob": OTHER}],
        COMMIT,
    ),
    ev.TruthWaived("artifact:1", "src/b.py", "Ada <ada@example.org>", "not needed any more"),
    ev.MustHavesVerified(1, 0, 1, [VERDICT], 0, 1, 3, "unproven", COMMIT),
    ev.StepCompleted(1),
    ev.StepFailed("test", "exit status 1"),
    ev.StepSkipped(
        "carried from run 20261119T025549Z-01-01-m4qa", "20261119T025549Z-01-01-m4qa", [OTHER]
    ),
    ev.StepRetried(2, 15, OTHER),
    ev.FailureDetected("test", "npm test: exit status 1"),
    ev.ExecutionPaused("approval", "Look at it."),
    ev.ExecutionResumed("01-01/2", accept=True),
    ev.ExecutionStopped("wrong plan", OTHER),
    ev.RunInterrupted(12),
    ev.RunRecovered("restore", COMMIT),
    ev.RunAdopted("01JOTHERCLONE", "01JTHISCLONE"),
    ev.DirtyCaptured(OTHER, ["notes.txt"]),
    ev.Final("completed", 2, 3, "unproven"),
    ev.RollbackStarted(
        "rollback",
        RUN,
        "01-01/2",
        OTHER,
        COMMIT,
        OTHER,
        ["src/a.py"],
        ["src/b.py"],
        7,
        [{"step": "01-01/1", "run": RUN}],
    ),
    ev.CheckpointRestored(COMMIT, f"rollback of {RUN}", OTHER, COMMIT),
    ev.ToolDenied("forge approve", "not_the_user", 4711),
]

Happened = tuple[Data, str | None, int | None]
"""The data of an event, its step, and the attempt."""


def chained(data: Sequence[Data]) -> list[Event]:
    """Return events of the given data, as one log would hold them: all but those of the run itself
    in its first step.
    """
    happened = [(one, None, None) if one.type in OUTSIDE else (one, "01-01/1", 1) for one in data]
    return _events(happened)


def _events(happened: Sequence[Happened]) -> list[Event]:
    events: list[Event] = []
    previous = GENESIS
    for number, (data, step, attempt) in enumerate(happened, 1):
        event = Event(
            number,
            f"2026-11-20T02:55:49.{number:06}Z",
            data.type,
            RUN,
            step,
            attempt,
            "Ada <ada@example.org>",
            "01JEXECUTION",
            data.as_data(),
            [LOG] if data.type == "test_completed" else [],
            previous,
        )
        events.append(event)
        previous = link(event.encode())
    return events


WORDS = st.one_of(
    st.sampled_from(
        [
            "",
            "01-01/1",
            "01-01/2",
            "ap-1",
            "ap-2",
            "cp-1",
            "check:1",
            "check:x",
            "check:",
            "check:²",
            "check:" + "9" * 5000,
            "step",
            "diff",
            "approved",
            "denied",
            "edit",
            "test",
            "restore",
            "wait",
            "failure",
            "manual",
            "completed",
            "failed",
            "stopped",
            "running",
            COMMIT,
        ]
    ),
    st.text(max_size=6),
)


def plausible(kind: Any) -> st.SearchStrategy[Any]:
    """Return values of a field's type."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([plausible(part) for part in inner])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is list:
        return st.lists(plausible(inner[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(
            st.sampled_from(["path", "blob", "why", "id", "x"]), plausible(inner[1]), max_size=4
        )
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: WORDS,
        int: st.integers(-1, 4),
        bool: st.booleans(),
        type(None): st.none(),
        object: st.one_of(WORDS, st.integers(), st.none()),
    }
    return plain[kind]


def _types(cls: type[Data]) -> dict[str, Any]:
    return {field.name: field.type for field in fields(cls)}


def data_of(cls: type[Data]) -> st.SearchStrategy[Data]:
    """Return data of one event type."""
    return st.builds(cls, **{name: plausible(kind) for name, kind in _types(cls).items()})


DATA = st.one_of([data_of(cls) for cls in RUN_EVENTS.classes.values()])
PLACES = st.sampled_from([None, "01-01/1", "01-01/2", "01-01/3", "01-01/9"])


@st.composite
def histories(draw: st.DrawFn, most: int = 20) -> list[Event]:
    """Return the events of a log in which anything happens to any step."""
    happened = draw(st.lists(st.tuples(DATA, PLACES, st.sampled_from([None, 1, 2])), max_size=most))
    return _events(happened)
