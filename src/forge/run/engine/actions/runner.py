"""The actions that do a step's work: call its runner, or take over what the user did by hand."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from msgspec.structs import asdict

from forge import atomic, regular
from forge.git.unkept import keep_hidden
from forge.run.approvals.store import state_folder
from forge.run.engine.actions.action import action
from forge.run.engine.actions.checkpoint import checkpoint_of
from forge.run.engine.actions.prompt import prompt_for
from forge.run.engine.actions.questions import pause
from forge.run.engine.actions.supervision import reason_to_end
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import MOST_LISTED
from forge.run.processes import evidence, pid_file, sandbox
from forge.run.processes.leftover_files import set_aside, untracked
from forge.run.processes.mark import Mark
from forge.run.processes.sandbox import Inside
from forge.run.processes.supervise import Limits, Outcome
from forge.run.runners.base import Job, find
from forge.timeline.run import events as ev


@action(runs_code=True)
def call_runner(run: OpenRun, move: Move) -> None:
    """Call the runner, or pause for the user if the runner is manual."""
    commit = checkpoint_of(run)
    job = _job(run)
    runner = find(run.card.runner, run.runner)
    argv = [_without_prompt(word, job.prompt) for word in runner.argv(run.runner, job)]
    digest = hashlib.sha256(job.prompt.encode("utf-8", "replace")).hexdigest()
    run.log.append(ev.RunnerStarted(run.card.runner, argv, digest, commit), step=run.current)
    run.checkpoint_commit = None
    if runner.by_hand:
        pause(run, "manual", "\n".join([run.step.name, run.step.parts.get("action", "")]).strip())
        return
    keep_hidden(run.repository, run.card.run)
    untracked_before = untracked(run.repository) if run.runner.litter else frozenset()
    _record_end(run, runner.run(run.runner, job), untracked_before)


@action(moves_head=False)
def take_manual(run: OpenRun, move: Move) -> None:
    """Record what the user did by hand as the runner's work."""
    run.log.append(ev.RunnerFinished(run.card.runner, 0, 0, None, "person"), step=run.current)


def _record_end(run: OpenRun, outcome: Outcome, untracked_before: frozenset[str]) -> None:
    """Record how a runner ended, keep its output as evidence, and set aside its litter.

    A runner that was interrupted is not recorded: the step stays in doubt and is done again.
    """
    run.on_output(None)
    pid_file.write(run.folder, None)
    if outcome.ended in ("interrupted", "stopped"):
        return
    kept = [evidence.keep_output(run.repository, run.card.run, run.folder, outcome.output)]
    run.output_tail = outcome.summary()
    litter = _set_litter_aside(run, untracked_before)
    finished = ev.RunnerFinished(
        run.card.runner,
        _exit_code(outcome),
        outcome.duration_ms,
        outcome.session,
        outcome.ended,
        litter[:MOST_LISTED],
        len(litter[MOST_LISTED:]),
        _changed_by_failed(run, outcome),
    )
    run.log.append(finished, step=run.current, evidence=kept)


def _changed_by_failed(run: OpenRun, outcome: Outcome) -> list[str]:
    """Return what a runner that failed left uncommitted: there is no diff that says so."""
    if outcome.success or not run.trusts_git():
        return []
    return sorted(run.tree.unsettled_paths())[:MOST_LISTED]


def _exit_code(outcome: Outcome) -> int | None:
    """Return the exit code to record, never 0 for a failure."""
    if outcome.ended == "result":
        return outcome.exit_code
    code = outcome.exit_code if outcome.ended == "exit" else outcome.exit_code or 1
    return code if outcome.success or code else 1


def _set_litter_aside(run: OpenRun, untracked_before: frozenset[str]) -> list[str]:
    if not run.runner.litter or not run.trusts_git():
        return []
    folder = f"{run.card.run}/{run.current.number}-{run.current.attempt}"
    wanted = run.plan.write_scope.paths
    return set_aside(run.repository, run.runner.litter, untracked_before, wanted, folder)


def _job(run: OpenRun) -> Job:
    root = str(run.repository.root)
    prompt = prompt_for(run.plan, run.step, run.state, run.current, run.contract, root)
    prompt_file, scope_file = run.folder / "prompt.md", run.folder / "scope.json"
    atomic.write(prompt_file, prompt.encode("utf-8", "replace"), durable=False)
    _write_if_changed(scope_file, json.dumps(_scope(run), indent=1).encode())
    limits = Limits(
        run.runner.timeout or run.settings.limits.step_timeout or None,
        run.settings.limits.idle_timeout or None,
    )
    output = evidence.capture(run.folder, run.settings.limits.evidence_bytes)
    inside = Inside(run.repository, state_folder(), (prompt_file, scope_file))
    return Job(
        run.repository.root,
        prompt,
        prompt_file,
        _variables(run, prompt_file, scope_file),
        limits,
        output,
        lambda: reason_to_end(run, output),
        lambda process: pid_file.write(run.folder, process),
        run.current.session,
        run.contract.allowed_tools,
        lambda argv: sandbox.confined(argv, run.runner.confinement, inside),
    )


def _scope(run: OpenRun) -> dict[str, object]:
    """Return what the runner may write, as JSON data."""
    return {
        "paths": list(run.plan.write_scope.paths),
        **asdict(run.settings.scope),
        **run.contract.as_data(),
    }


def _variables(run: OpenRun, prompt_file: Path, scope_file: Path) -> dict[str, str]:
    step = run.step
    return {
        **Mark.new(run.repository, run.card.run, state_folder()).variables(),
        "FORGE_PLAN_ID": run.card.plan,
        "FORGE_STEP_ID": step.id,
        "FORGE_STEP_INDEX": str(step.number),
        "FORGE_STEP_NAME": step.name,
        "FORGE_ATTEMPT": str(run.current.attempt),
        "FORGE_PROMPT_FILE": str(prompt_file),
        "FORGE_SCOPE_FILE": str(scope_file),
        "FORGE_PLAN_FILE": os.path.join(run.repository.root, run.plan.path),
    }


def _write_if_changed(path: Path, data: bytes) -> None:
    with contextlib.suppress(OSError):
        if regular.read(path) == data:
            return
    atomic.write(path, data, durable=False)


def _without_prompt(word: str, prompt: str) -> str:
    """Return a word of the command line as it is recorded."""
    return word.replace(prompt, "{prompt}") if prompt else word
