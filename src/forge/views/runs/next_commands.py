"""How a run stands, for a person and for a program: what it waits for, what to type next, and the
exit status that says so.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from pathlib import Path

from forge.records.record import RunRecord
from forge.text.command_line import forge_command
from forge.text.printable import visible
from forge.timeline.run.state import Question


def control_data(record: RunRecord) -> dict[str, object]:
    """Return what `execute`, `resume` and the controls show of a run."""
    step = record.state.step
    return {
        "run": record.card.run,
        "plan": record.card.plan,
        "status": record.status,
        "verdict": record.state.verdict if record.state.ended else None,
        "step": step.id if step and not record.state.ended else None,
        "waiting_for": waiting_for(record),
        "failure": failure(record),
        "next": next_commands(record),
    }


def failure(record: RunRecord) -> dict[str, str] | None:
    """Return the kind and the text of what a run is paused by, where that is no person's answer."""
    state = record.state
    if state.status != "paused" or state.pause not in ("failure", "storage", "error"):
        return None
    found = state.work.failure
    kind = found.kind if found is not None and state.pause == "failure" else state.pause
    return {"kind": kind, "error": state.pause_text}


def waiting_for(record: RunRecord) -> dict[str, object] | None:
    """Return what the run waits for a person to do; None where it waits for nothing."""
    state = record.state
    if state.ended or state.status != "paused":
        return None
    question = state.waiting
    if question is not None:
        return {
            "kind": question.kind,
            "step": question.step,
            "approval_id": question.id,
            "text": question.text,
        }
    if state.pause in ("manual", "head_moved", "dirty_path"):
        step = state.step.id if state.step else None
        return {"kind": state.pause, "step": step, "approval_id": None, "text": state.pause_text}
    return None


def next_commands(record: RunRecord) -> list[str]:
    """Return command lines to type, the one that goes on with the run first; never empty while a
    run is open.
    """
    run, state = record.card.run, record.state
    if record.open:
        if record.status == "damaged":
            return [f"forge timeline {run}", f"git log --oneline -- {record.card.folder}"]
        if record.status == "elsewhere":
            adopt = [f"forge resume --adopt {run}"] if state.status == "paused" else []
            return [*adopt, f"forge timeline {run}", "forge runs"]
        question = None if state.ended else state.waiting
        if question is not None and state.status == "paused":
            return [*_answers(run, question), f"forge stop {run}"]
        if record.status == "running":
            return [f"forge timeline {run}", f"forge pause {run}", f"forge stop {run}"]
        if not record.reading.valid:
            return [f"forge timeline {run}", f"git log --oneline -- {record.card.folder}"]
        retry = [f"forge retry {run}"] if state.pause == "failure" and state.step else []
        retry += ["forge undo"] if state.pause == "rolled_back" else []
        return [f"forge resume {run}", *retry, f"forge timeline {run}", f"forge stop {run}"]
    if record.card.kind != "execute":
        undo = ["forge undo"] if record.card.kind == "rollback" else []
        return [
            *undo,
            *(f"forge rollback {name}" for name in left(record)),
            "forge status",
            f"forge timeline {run}",
        ]
    if (place := record.dedicated_work_tree) is not None:
        return _review(record, place)
    if state.verdict == "proven":
        return [f"git log --oneline {record.card.base_commit[:12]}..", f"forge timeline {run}"]
    return [forge_command("verify", record.card.plan), f"forge timeline {run}"]


def left(record: RunRecord) -> dict[str, list[str]]:
    """Return by run the steps that a run's latest rollback left alone, since another run did
    them.
    """
    state, found = record.state, defaultdict[str, list[str]](list)
    for going in state.rollbacks[-1:] if state.rollback is None else [state.rollback]:
        for each in going.left:
            found[each["run"]].append(each["step"])
    return found


def _review(record: RunRecord, place: Path) -> list[str]:
    """Return how to look at, take and take away what a run left in a work tree of its own."""
    branch = record.card.branch
    look = f"git diff {record.card.base_commit[:12]}...{branch}"
    remove = shlex.join(["git", "worktree", "remove", str(place)])
    return [
        look,
        f"git merge {branch}",
        remove,
        f"git branch -D {branch}",
        f"forge timeline {record.card.run}",
    ]


def _answers(run: str, question: Question) -> list[str]:
    options = [
        forge_command("approve", run, "--option", option["id"]) for option in question.options
    ]
    return [*(options or [f"forge approve {run}"]), f"forge reject {run}"]


def exit_code(record: RunRecord) -> int:
    """Return the exit status of a command that carried a run on: 0 proven, 1 not proven or failed,
    4 waits, 130 interrupted.
    """
    state = record.state
    if state.status == "completed":
        return 0 if state.verdict == "proven" or record.card.kind != "execute" else 1
    if state.ended or state.pause in ("failure", "storage", "error"):
        return 1
    return 130 if state.pause == "interrupted" or record.status == "interrupted" else 4


def describe(record: RunRecord) -> str:
    """Return in some lines how a run stands."""
    state = record.state
    place = (
        [f"in its own work tree {record.dedicated_work_tree}, on the branch {record.card.branch}"]
        if record.dedicated_work_tree
        else []
    )
    lines = [
        f"run {record.card.run} of {record.card.plan}: {record.status}"
        + (f", {state.verdict}" if state.verdict else "")
    ]
    lines += [record.card.goal] if record.card.kind != "execute" else []
    lines += [
        f"{', '.join(steps)}: carried over from the run {name}, and left"
        for name, steps in left(record).items()
    ]
    if state.ended and state.counts:
        listed = ", ".join(f"{number} {name}" for name, number in state.counts.items())
        lines.append(f"must-haves: {listed}")
        lines += [
            f"  {item['verdict']:9} {item['kind']}:{item['index']} {item['target']}:"
            f" {item['reason']}"
            for item in state.verdicts
            if item["verdict"] not in ("pass", "waived")
        ]
    elif (waits := waiting_for(record)) is not None:
        lines.append(
            f"waits for a person ({waits['kind']}) at"
            f" {waits['step'] or 'its end'}:\n{waits['text']}"
        )
    elif state.status == "paused" and state.pause == "approval":
        lines.append("answered; the run goes on with the command below")
    elif state.pause_text and not state.ended:
        where = f" at {state.step.id}" if state.step else ""
        lines.append(f"paused ({state.pause}){where}:\n{state.pause_text}")
    return visible(
        "\n".join([*lines, *place, "next:", *(f"  {command}" for command in next_commands(record))])
    )
