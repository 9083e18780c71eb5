"""The state of a run for people and programs: what it waits for, which commands come next, and the
exit status.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from forge.errors import ForgeError
from forge.git.index.submodules import submodule_paths
from forge.git.repository import Repository
from forge.records.record import RunRecord
from forge.text.command_line import command_line, forge_command
from forge.text.printable import Line, block
from forge.timeline.run.state import Question, RunState

_SHOWN = 10  # characters of a commit id


def control_data(record: RunRecord) -> dict[str, object]:
    """Return the data of `execute`, `resume` and the commands that control a run."""
    step = record.state.step
    return {
        "run": record.card.run,
        "plan": record.card.plan,
        "status": record.status,
        "verdict": record.verdict if record.state.ended else None,
        "step": step.id if step and not record.state.ended else None,
        "waiting_for": waiting_for(record),
        "failure": failure(record),
        "next": next_commands(record),
    }


def failure(record: RunRecord) -> dict[str, str] | None:
    """Return why a run paused, as kind and text, unless it waits for an answer."""
    state = record.state
    if state.status != "paused" or state.pause not in ("failure", "storage", "error"):
        return None
    last = state.work.failure
    kind = last.kind if last is not None and state.pause == "failure" else state.pause
    return {"kind": kind, "error": state.pause_text}


def waiting_for(record: RunRecord) -> dict[str, object] | None:
    """Return what the run waits for the user to do; None if it waits for nothing."""
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
            "options": question.options,
            "subject": question.subject_sha256,
            "kept": question.kept or None,
        }
    if state.pause in ("manual", "head_moved", "dirty_path", "tool_denied"):
        step = state.step.id if state.step else None
        return {
            "kind": state.pause,
            "step": step,
            "approval_id": None,
            "text": state.pause_text,
            "options": [],
            "subject": None,
            "kept": None,
        }
    return None


def next_commands(record: RunRecord) -> list[str]:
    """Return command lines to run next, the one that continues the run first.

    Never empty while a run is open.
    """
    if record.open:
        return _while_open(record)
    run, card = record.card.run, record.card
    if card.kind != "execute":
        undo = ["forge undo"] if card.kind == "rollback" else []
        rollbacks = [forge_command("rollback", name) for name in carried_over_steps(record)]
        return [*undo, *rollbacks, "forge status", forge_command("timeline", run)]
    if (place := record.dedicated_work_tree) is not None:
        return _review(record, place)
    if record.verdict == "proven":
        return [
            command_line("git", "log", "--oneline", f"{card.base_commit[:12]}.."),
            forge_command("timeline", run),
        ]
    return [forge_command("verify", card.plan), forge_command("timeline", run)]


def _while_open(record: RunRecord) -> list[str]:
    run, state = record.card.run, record.state
    inspect = [
        forge_command("timeline", run),
        command_line("git", "log", "--oneline", "--", record.card.folder),
    ]
    if record.status == "damaged":
        return inspect
    if record.status == "elsewhere":
        adoptable = state.status == "paused" or record.came_along
        adopt = [command_line("forge", "resume", "--adopt", run)] if adoptable else []
        return [*adopt, forge_command("timeline", run), "forge runs"]
    question = None if state.ended else state.waiting
    if question is not None and state.status == "paused":
        return [*_answers(run, question), forge_command("stop", run)]
    if record.status == "running":
        return [
            forge_command("timeline", run),
            forge_command("pause", run),
            forge_command("stop", run),
        ]
    if not record.reading.valid:
        return inspect
    retry = [forge_command("retry", run)] if state.pause == "failure" and state.step else []
    undo = ["forge undo"] if state.pause == "rolled_back" else []
    return [
        forge_command("resume", run),
        *retry,
        *undo,
        forge_command("timeline", run),
        forge_command("stop", run),
    ]


def carried_over_steps(record: RunRecord) -> dict[str, list[str]]:
    """Return the steps that a run's latest rollback did not revert because another run did them, by
    that run.
    """
    state = record.state
    rollbacks = [state.rollback] if state.rollback is not None else state.rollbacks[-1:]
    steps = defaultdict[str, list[str]](list)
    for rollback in rollbacks:
        for entry in rollback.left:
            steps[entry["run"]].append(entry["step"])
    return steps


def _review(record: RunRecord, place: Path) -> list[str]:
    """Return how to review, merge and remove the work of a run in a work tree of its own."""
    branch = record.card.branch
    return [
        command_line("git", "diff", f"{record.card.base_commit[:12]}...{branch}"),
        command_line("git", "merge", branch),
        command_line("git", "worktree", "remove", *_force(place), str(place)),
        command_line("git", "branch", "-D", branch),
        forge_command("timeline", record.card.run),
    ]


def _force(place: Path) -> list[str]:
    """Return the option without which git removes no work tree that has submodules."""
    try:
        return ["--force"] if submodule_paths(Repository.discover(place)) else []
    except ForgeError:
        return []


def _answers(run: str, question: Question) -> list[str]:
    if question.kind == "decision":
        chosen = [
            forge_command("approve", run, options=["--option", name])
            for name in question.option_ids("approve")
        ]
        return [*(chosen or [forge_command("approve", run)]), forge_command("reject", run)]
    others = [  # the first option of each answer is what it means without one
        forge_command(answer, run, options=["--option", name])
        for answer in ("approve", "reject")
        for name in question.option_ids(answer)[1:]
    ]
    return [forge_command("approve", run), forge_command("reject", run), *others]


def exit_code(record: RunRecord) -> int:
    """Return the exit status of a command that continued a run: 0 proven, 1 not proven or failed,
    4 waits for the user, 130 interrupted.
    """
    state = record.state
    if state.status == "completed":
        return 0 if state.verdict == "proven" or record.card.kind != "execute" else 1
    if state.ended or state.pause in ("failure", "storage", "error"):
        return 1
    return 130 if state.pause == "interrupted" or record.status == "interrupted" else 4


def describe(record: RunRecord) -> list[Line]:
    """Return the state of a run in a few lines of text."""
    state, card = record.state, record.card
    verdict = f", {state.verdict}" if state.verdict else ""
    lines: list[Line] = [f"run {card.run} of {card.plan}: {record.status}{verdict}"]
    lines += [card.goal] if card.kind != "execute" else []
    lines += [
        f"{', '.join(steps)}: carried over from the run {name}, not rolled back"
        for name, steps in carried_over_steps(record).items()
    ]
    lines += _progress(record)
    if (place := record.dedicated_work_tree) is not None:
        lines.append(f"in its own work tree {place}, on the branch {card.branch}")
    return [*lines, "next:", *(f"  {command}" for command in next_commands(record))]


def _progress(record: RunRecord) -> list[str]:
    """Return the result of a run that ended, or why an open one is paused."""
    state = record.state
    if state.ended and state.counts:
        listed = ", ".join(f"{number} {name}" for name, number in state.counts.items())
        return [f"must-haves: {listed}", *map(_verdict_line, filter(_is_open, state.verdicts))]
    if (waits := waiting_for(record)) is not None:
        step = waits["step"] or "its end"
        return [f"waits for you ({waits['kind']}) at {step}:", *block(str(waits["text"]))]
    if state.status == "paused" and state.pause == "approval":
        return ["answered; the command below continues the run", *_to_bring_back(state)]
    if state.pause_text and not state.ended:
        step = f" at {state.step.id}" if state.step else ""
        return [f"paused ({state.pause}){step}:", *block(state.pause_text)]
    return []


def _to_bring_back(state: RunState) -> list[str]:
    """Return how to bring back the files that an answer has put back."""
    answered = [question for question in state.questions.values() if question.option == "put-back"]
    if not answered or answered[-1].about not in state.work.answers:
        return []
    kept = answered[-1].kept[:_SHOWN]
    return [
        "the files that were asked about are put back when the run goes on; they are kept as"
        f" {kept}, and after that `git cherry-pick -n {kept}` brings them back"
    ]


def _is_open(verdict: dict[str, object]) -> bool:
    return verdict["verdict"] not in ("pass", "waived")


def _verdict_line(verdict: dict[str, object]) -> str:
    name = f"{verdict['kind']}:{verdict['index']}"
    return f"  {verdict['verdict']:9} {name} {verdict['target']}: {verdict['reason']}"
