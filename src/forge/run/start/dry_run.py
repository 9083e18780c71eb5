"""`execute --dry-run`: what would happen, step by step, without running or writing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from forge.check.gate import Refuse, gate
from forge.errors import ForgeError
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan.checks import Check
from forge.planning.plan.plan import Plan, Step
from forge.planning.plan.shell import foreign_folder
from forge.run.approvals import store
from forge.run.approvals.subject import Subject, resolve_runner, subject_of
from forge.run.engine.context import Context
from forge.run.runners.base import find
from forge.run.start.carry_over import passed_over
from forge.run.start.first_events import Options, run_before
from forge.run.start.preconditions import (
    BlockedPlan,
    require_as_committed,
    require_clean,
    require_dependencies,
    require_fit,
)
from forge.run.start.preconditions import require_no_open_run as require_none_open
from forge.text.command_line import forge_command, shown_command
from forge.text.printable import Line, block

_MOST_PATHS = 100  # of the write scope, in the text


class DryRun(NamedTuple):
    """What executing a plan would do: `data` for programs, `lines` for the user."""

    data: dict[str, object]
    lines: list[Line]


def dry_run(context: Context, file: PlanFile, options: Options) -> DryRun:
    """Return what `forge execute` would do with a plan now. Raises SettingsError for an unknown
    runner.
    """
    plan = Catalog(context.repository.root).load(file)
    name, runner = resolve_runner(context.settings, options.runner)
    by_hand = find(name, runner).by_hand
    subject = subject_of(context.repository, plan, context.settings, options.runner)
    refused = list(_refusals(context, file, plan, options))
    passed = {} if refused and plan.blocking else _passed_over(context, plan, options)
    steps = [
        _step(context, plan, step, passed.get(step.id), by_hand=by_hand) for step in plan.steps
    ]
    data: dict[str, object] = {
        "plan": plan.id,
        "path": plan.path,
        "approval": {"approved": _is_approved(context, subject, options), **subject.as_data()},
        "refused": refused,
        "findings": [
            f"{finding.line}:{finding.column}: {finding.rule} {finding.message}"
            for finding in plan.findings
        ],
        "user_setup": plan.texts("user_setup"),
        "write_scope": list(plan.write_scope.paths),
        "steps": steps,
        "behind_the_last_step": [*_checks(context, plan.verification), *_truths(plan)],
    }
    return DryRun(data, _lines(plan, data, steps, subject))


def _is_approved(context: Context, subject: Subject, options: Options) -> bool:
    return (
        options.approve
        or options.approved == subject.sha256
        or store.granted(context.repository, subject) is not None
    )


def _refusals(
    context: Context, file: PlanFile, plan: Plan, options: Options
) -> Iterator[dict[str, str]]:
    """Yield every reason to refuse the run now, not only the first."""
    catalog = Catalog(context.repository.root)
    checks: list[Callable[[], object]] = [lambda: _blocked(plan), lambda: require_fit(context)]
    if options.ignore_deps is None:
        checks.append(lambda: require_dependencies(context, catalog, file, plan))
    if options.worktree or options.allow_dirty:
        checks.append(lambda: require_as_committed(context, plan.path))
    if not options.worktree:
        checks.append(lambda: require_none_open(context))
    if not (options.worktree or options.allow_dirty):
        checks.append(lambda: require_clean(context))
    checks.append(lambda: passed_over(context.repository, plan, None, options.from_step))
    for check in checks:
        try:
            check()
        except ForgeError as error:
            yield {"kind": error.kind, "message": error.message, "hint": error.hint}


def _blocked(plan: Plan) -> None:
    decision = gate(plan)
    if isinstance(decision, Refuse):
        raise BlockedPlan(plan, decision.findings)


def _passed_over(context: Context, plan: Plan, options: Options) -> dict[str, str]:
    try:
        passed = passed_over(
            context.repository, plan, run_before(context.repository, plan), options.from_step
        )
    except ForgeError:
        return {}
    return {step: event.reason for step, event in passed}


def _step(
    context: Context, plan: Plan, step: Step, passed: str | None, *, by_hand: bool
) -> dict[str, object]:
    calls = step.calls_runner and passed is None
    who = "you" if by_hand else "the runner"
    return {
        "id": step.id,
        "name": step.name,
        "stage": step.stage,
        "passed_over": passed,
        "checkpoint": step.edits and passed is None,
        "done_by": who if calls else None,
        "may_write": step.files if calls and step.edits else [],
        "asks": step.asks if step.stage == "checkpoint" and passed is None else None,
        "options": [option.id for option in step.options],
        "checks": _checks(context, step.checks) if passed is None else [],
    }


def _checks(context: Context, checks: list[Check]) -> list[dict[str, object]]:
    """Return what would happen with each check: a command that runs, or a question to the user."""
    return [{"text": check.text, **_how_checked(context, check)} for check in checks]


def _how_checked(context: Context, check: Check) -> dict[str, object]:
    if check.kind == "human":
        return {"runs": False, "asked": check.reason or "only you can tell"}
    if foreign_folder(check.text, context.repository.root) is not None:
        return {"runs": False, "asked": "it changes to a folder outside the work tree"}
    return {"runs": True, "asked": None if check.proves else "it cannot fail"}


def _truths(plan: Plan) -> list[dict[str, object]]:
    return [
        {"text": item.command, "runs": True, "asked": None}
        for item in plan.must_haves
        if item.command
    ]


def _lines(
    plan: Plan, data: dict[str, object], steps: list[dict[str, object]], subject: Subject
) -> list[Line]:
    approved = data["approval"]
    assert isinstance(approved, dict)
    state = (
        "approved"
        if approved["approved"]
        else f"NOT approved: {forge_command('approve', plan.path)}"
    )
    words = subject.runner["command"]
    arguments = " ".join(words) if isinstance(words, (list, tuple)) else ""
    runner = f"{subject.runner['name']} {arguments}".rstrip()
    lines: list[Line] = [
        f"{plan.id}: {plan.title}",
        f"  {plan.path}, {state}",
        f"  runner: {runner}",
    ]
    lines += _scope_lines(plan)
    lines += [f"  within what its missions allow: {line}" for line in subject.contract.lines()]
    lines += [
        f"  would be refused ({reason['kind']}): {reason['message']}"
        for reason in _rows(data["refused"])
    ]
    for title, key in (("to be noted", "findings"), ("to set up by hand first", "user_setup")):
        lines += [f"  {title}: {entry}" for entry in _rows(data[key])]
    for number, step in enumerate(steps, 1):
        lines += [f"[{number}/{len(steps)}] {step['name']} ({step['stage']})", *_step_lines(step)]
    lines += [
        "after the last step:",
        *_check_lines(data["behind_the_last_step"]),
        "      must-haves, SUMMARY.md, closing record",
    ]
    return [*lines, "nothing was run, nothing was written"]


def _scope_lines(plan: Plan) -> Iterator[str]:
    """Yield what every step may write, once: the steps of a plan share its scope."""
    paths = plan.write_scope.paths
    if paths:
        more = f", and {len(paths) - _MOST_PATHS} more" if len(paths) > _MOST_PATHS else ""
        yield f"  may write: {', '.join(paths[:_MOST_PATHS])}{more}"


def _step_lines(step: dict[str, object]) -> Iterator[str]:
    if step["passed_over"]:
        yield f"      not done: {step['passed_over']}"
        return
    if step["stage"] == "retrieve":
        yield "      gathers context"
    if step["checkpoint"]:
        yield "      checkpoint commit"
    if step["done_by"]:
        yield f"      done by {step['done_by']}" + (
            f", to write: {', '.join(map(str, _rows(step['may_write'])))}" * bool(step["may_write"])
        )
    if step["asks"]:
        options = ", ".join(map(str, _rows(step["options"])))
        yield f"      asks you: {step['asks']}" + (f" ({options})" if options else "")
    yield from _check_lines(step["checks"])


def _check_lines(checks: object) -> Iterator[str]:
    for check in _rows(checks):
        text = str(check["text"])
        if not check["runs"]:
            first, *more = block(text, "")
            yield f"      asks you: {first}"
            yield from (f"        {line}" for line in more)
            continue
        *lines, last = shown_command(text, " " * 6)
        yield from lines
        yield last + (f"  ({check['asked']}, so you are asked)" if check["asked"] else "")


def _rows(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []
