"""What two folded states of the same plan must have in common, however often one of the runs was
killed.
"""

from __future__ import annotations

from typing import Any

import msgspec

from forge.timeline.run.state import RunState, StepState, Work

# Fields whose counts, names or times differ between a killed run and an unbroken one.
OF_A_RUN = frozenset(
    {
        "run",
        "base_commit",
        "commits",
        "started_at",
        "finished_at",
        "last_seq",
        "checkpoints",
        "diffs",
        "retrievals",
        "questions",
        "steps",
        "closing",
        "verdicts",
        "rollbacks",
        "state_before_rollback",
        "rollback",
    }
)
OF_A_STEP = frozenset(
    {
        "attempt",
        "began",
        "repairs",
        "diagnosis",
        "commits",
        "first_checkpoint",
        "done_at",
        "session",
        "work",
    }
)
OF_WORK = frozenset(
    {
        "checkpoint_id",
        "checkpoint_base",
        "checkpoint_seq",
        "checkpoint_commit",
        "proposal",
        "commit",
        "answers",
        "restore_to",
    }
)


def essence(state: RunState) -> dict[str, Any]:
    """Return every field of a state but ids, times and counts of tries; of those, whether they are
    there.
    """
    answered = [
        _question(question) for question in state.questions.values() if question.decision != "void"
    ]
    going = [
        (back.kind, back.to, back.loose)
        for back in [*state.rollbacks, *([state.rollback] if state.rollback else [])]
    ]
    verdicts = [
        (
            verdict["kind"],
            verdict["index"],
            verdict["target"],
            verdict["verdict"],
            verdict["reason"],
        )
        for verdict in state.verdicts
    ]
    return {
        **_fields(state, OF_A_RUN),
        "steps": [_step(step) for step in state.steps],
        "closing": _work(state.closing),
        "questions": sorted(answered, key=str),
        "going": going,
        "verdicts": verdicts,
    }


def _step(step: StepState) -> dict[str, Any]:
    return {
        **_fields(step, OF_A_STEP | {"touched"}),
        "work": _work(step.work),
        "committed": len(step.commits),
        "began": bool(step.began),
    }


def _work(work: Work) -> dict[str, Any]:
    proposal = work.proposal
    return {
        **_fields(work, OF_WORK),
        "checkpoint": bool(work.checkpoint_id),
        "committed": bool(work.commit),
        "proposal": proposal and {**msgspec.structs.asdict(proposal), "id": "", "seq": 0},
        "changed": {number: changed.paths for number, changed in work.changed.items()},
        "answers": {about: _question(question) for about, question in work.answers.items()},
    }


def _question(asked: Any) -> dict[str, Any]:
    fields = msgspec.structs.asdict(asked)
    ids = {name: bool(fields[name]) for name in ("base", "kept")}
    return {**fields, **ids, "id": "", "seq": 0, "head": ""}


def _fields(state: msgspec.Struct, less: frozenset[str]) -> dict[str, Any]:
    return {
        name: value for name, value in msgspec.structs.asdict(state).items() if name not in less
    }
