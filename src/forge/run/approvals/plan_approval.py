"""Approvals: this user's yes, on this machine, in this clone, to exactly one text. They never lie
in the repository.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import asdict

from forge import atomic
from forge.errors import SettingsError
from forge.git.clone import clone_id, known_clone_id
from forge.git.repository import Repository
from forge.lazy import at_first_use
from forge.planning.mission.scope_contract import Contract, contract_for
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings, Settings
from forge.run.runners.base import plug_ins
from forge.text.command_line import forge_command, shown_command
from forge.text.finding import Finding
from forge.text.printable import visible
from forge.timeline.ids import now

if TYPE_CHECKING:
    from forge.views.validation import validate
else:  # schemas take long to load, and only approvals need them
    validate = at_first_use("forge.views.validation.validate")


class Subject(Struct, frozen=True):
    """Exactly what is approved; `sha256` names it, and changes with any of it."""

    plan_path: str
    plan_sha256: str
    commands: list[str]
    runner: dict[str, object]
    limits: dict[str, object]
    scope: dict[str, object]
    approvals: dict[str, object]
    contract: Contract = field(default_factory=Contract)

    @property
    def sha256(self) -> str:
        """The SHA-256 of all of it but the path; the scope says what the contract comes to."""
        content = {
            key: value
            for key, value in asdict(self).items()
            if key not in ("plan_path", "contract")
        }
        return hashlib.sha256(
            json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
        ).hexdigest()

    def as_data(self) -> dict[str, object]:
        """Return what `forge approve --print` shows."""
        return {
            "subject": self.sha256,
            "commands": self.commands,
            "runner": self.runner,
            "limits": self.limits,
            "scope": self.scope,
        }


def resolve_runner(settings: Settings, name: str | None) -> tuple[str, RunnerSettings]:
    """Return the runner that a run uses. Raises SettingsError, which lists the known ones."""
    wanted = settings.runner if name is None else name
    if wanted in settings.runners:
        return wanted, settings.runners[wanted]
    if wanted in plug_ins():
        return wanted, RunnerSettings()
    known = ", ".join(sorted({*plug_ins(), *settings.runners}))
    raise SettingsError(
        f"there is no runner `{wanted}`; there are: {known}",
        "define it under `runners` in .planning/forge.yaml",
    )


def plan_commands(plan: Plan) -> list[str]:
    """Return every command of a plan that forge may run, decoded, in the order of running."""
    checks = [check for step in plan.steps for check in step.checks] + plan.verification
    truths = [item.command for item in plan.must_haves if item.command]
    return [check.text for check in checks if check.kind == "command"] + truths


def subject_of(
    repository: Repository, plan: Plan, settings: Settings, runner_name: str | None = None
) -> Subject:
    """Return what a person approves when they approve a plan with a runner, under the contract of
    its missions.

    Raises SettingsError where there is no such runner, or a mission cannot be read.
    """
    name, runner = resolve_runner(settings, runner_name)
    contract = contract_for(repository.root, plan.path)
    scope = contract.narrowed(settings.scope)
    return Subject(
        plan.path,
        plan.sha256,
        plan_commands(plan),
        {
            "name": name,
            **{key: value for key, value in asdict(runner).items() if key != "timeout"},
            "env": sorted(runner.env),
        },
        {
            **asdict(settings.limits),
            "runner_timeout": runner.timeout,
            "repair_attempts": settings.repair_attempts,
        },
        {
            "write": list(plan.write_scope.paths),
            "max_files": scope.max_files,
            "max_lines": scope.max_lines,
            "protect": list(scope.protect),
            **contract.as_data(),
        },
        asdict(settings.approvals),
        contract,
    )


def command(settings: Settings, plan_path: str, runner: str) -> str:
    """Return the command line that approves a plan with a runner."""
    return forge_command(
        "approve", plan_path, *([] if runner == settings.runner else ["--runner", runner])
    )


def state_folder() -> Path:
    """Return where this user's approvals lie: below the XDG state folder."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(
        os.path.expanduser("~"), ".local", "state"
    )
    return Path(base) / "forge" / "approvals"


def _file(clone: str, subject: Subject) -> Path:
    path = hashlib.sha256(subject.plan_path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return state_folder() / clone / f"{path}-{subject.sha256}.json"


def is_approved(repository: Repository, subject: Subject) -> bool:
    """Say whether this user approved exactly this, in this clone, on this machine."""
    clone = known_clone_id(repository)
    return clone is not None and _file(clone, subject).is_file()


def is_text_approved(repository: Repository, plan: Plan, settings: Settings) -> bool:
    """Say whether exactly this plan is approved with any runner: its commands do not depend on who
    does its edits.
    """
    names = dict.fromkeys((settings.runner, "manual", *settings.runners))
    return any(
        is_approved(repository, subject_of(repository, plan, settings, name)) for name in names
    )


def findings_of(repository: Repository, plan: Plan) -> list[Finding]:
    """Return what the rules say of a plan: what is shown with it where it is approved, and what its
    run records.
    """
    found: list[Finding] = validate.findings_in_plan(repository.root, plan.source)
    return found


def told(findings: Iterable[Finding]) -> list[str]:
    """Return findings about a plan as records keep them, a line each."""
    return [
        f"{found.line}:{found.column}: {found.severity} {found.rule} {found.message}"
        for found in findings
    ]


def findings_shown(repository: Repository, subject: Subject) -> list[str] | None:
    """Return the findings that were shown with an approval; None where there is none, or it was
    given without them.
    """
    clone = known_clone_id(repository)
    try:
        shown = json.loads(_file(clone or "", subject).read_bytes()).get("findings")
    except (OSError, ValueError, AttributeError):
        return None
    return [str(line) for line in shown] if isinstance(shown, list) else None


def approve(
    repository: Repository, subject: Subject, actor: str, findings: Sequence[Finding]
) -> None:
    """Record an approval, with the findings that were shown with it. Raises StorageFailed,
    SettingsError.
    """
    path = _file(clone_id(repository), subject)
    if Path(os.path.realpath(state_folder())).is_relative_to(os.path.realpath(repository.root)):
        raise SettingsError(
            f"the state folder {state_folder()} lies inside the repository",
            "set XDG_STATE_HOME to a folder outside it",
        )
    record: dict[str, object] = {
        "plan": subject.plan_path,
        "subject": subject.sha256,
        "by": actor,
        "at": now(),
        "root": str(repository.root),
        "findings": told(findings),
    }
    atomic.write(path, json.dumps(record, indent=1).encode(), mode=0o600)


def withdraw(repository: Repository, subject: Subject) -> bool:
    """Take an approval back; say whether there was one."""
    if not is_approved(repository, subject):
        return False
    _file(clone_id(repository), subject).unlink(missing_ok=True)
    return True


def describe(plan: Plan, subject: Subject, findings: Sequence[Finding] = ()) -> str:
    """Return a plan as a person approves it: steps, commands, runner, limits and write scope, and
    what is wrong with it.
    """
    setup = plan.texts("user_setup")
    lines = [f"{plan.id}: {plan.title}", f"  {plan.path}, SHA-256 {plan.sha256}", "steps:"]
    lines += [f"  {step.number}. [{step.stage}] {step.name}" for step in plan.steps]
    lines += [
        "commands that will run here:",
        *(shown_command(text) for text in subject.commands or ["(none)"]),
    ]
    lines += [f"runner: {subject.runner['name']} {_line(subject.runner['command'])}".rstrip()]
    lines += (
        [f"  resumed by: {again}"] if (again := _line(subject.runner["resume_command"])) else []
    )
    lines += [
        "may write:",
        *(f"  {path}" for path in plan.write_scope.paths or ["(nothing named)"]),
    ]
    within = [f"  {line}" for line in subject.contract.lines()]
    lines += ["within what its missions allow:", *within] if within else []
    lines += [
        f"at most in a step: {subject.scope['max_files']} files, {subject.scope['max_lines']} lines"
    ]
    lines += ["to set up by hand first:", *(f"  {entry}" for entry in setup)] if setup else []
    limits = [f"{name} {value}" for name, value in subject.limits.items() if value is not None]
    lines += [f"limits: {', '.join(limits)}"]
    lines += (
        ["what the rules say of it:", *(f"  {line}" for line in told(findings))] if findings else []
    )
    return visible("\n".join([*lines, f"subject: {subject.sha256}"]))


def _line(words: object) -> str:
    return " ".join(words) if isinstance(words, (list, tuple)) else ""
