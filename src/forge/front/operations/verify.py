"""Decide the must-haves of plans on a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from forge.errors import UnknownName, UsageError
from forge.front.envelope import Data, Reply
from forge.front.operations.call import Call
from forge.lazy import at_first_use
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile
from forge.planning.settings import load, load_at
from forge.text.command_line import forge_command
from forge.text.finding import Finding
from forge.text.printable import Line
from forge.views.proof.verdicts import PlanVerdict, TreeJudge, tree_to_judge

if TYPE_CHECKING:
    from forge.front.operations.shared import run_context
    from forge.run.proofs import run_truths
    from forge.run.proofs.truth_result import TruthResult
else:  # most calls run nothing
    run_context = at_first_use("forge.front.operations.shared.run_context")
    run_truths = at_first_use("forge.run.proofs.run_truths")

_MOST_ERRORS = 3
_MOST_EVIDENCE = 5


class Arguments(NamedTuple):
    """A plan or a phase, or `every` plan; `rev` for another tree, `strict` to count only commands
    that passed on exactly this tree, `run` to run the truths' commands first.
    """

    name: str | None = None
    every: bool = False
    rev: str | None = None
    strict: bool = False
    run: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    if arguments.run and arguments.rev:
        raise UsageError(
            "--run runs commands on the work tree, and --rev judges another one", "give one of them"
        )
    tree, catalog = tree_to_judge(call.repository, arguments.rev)
    settings = load_at(tree) if arguments.rev else load(call.repository.root)
    catalog, files = _named(call, catalog, arguments.name, arguments.every)
    ran = _run_truths(call, catalog, files) if arguments.run else None
    judge = TreeJudge.on(
        call.repository, tree, settings.limits.artifact_bytes, strict=arguments.strict
    )
    verdicts = [*judge.verdicts_in(catalog, call.counted("judging plans", files))]
    proven = bool(verdicts) and all(verdict.verdict == "proven" for verdict in verdicts)
    findings: list[Finding] = [finding for verdict in verdicts for finding in verdict.findings]
    return Reply(
        lambda: _data(tree.revision, verdicts, ran),
        lambda: _text(verdicts, ran),
        0 if proven else 1,
        findings,
        view=verdicts,
    )


def _named(
    call: Call, catalog: Catalog, name: str | None, every: bool
) -> tuple[Catalog, Sequence[PlanFile]]:
    """Return the plans that are meant: of the judged tree, or of the work tree if the judged one
    has none of that name.
    """
    if every:
        return catalog, catalog.files
    if name is None:
        raise UsageError(
            "which plan or phase is meant?",
            "name one, or have all of them judged",
            ["forge verify --all"],
        )
    folder = call.folder
    if not catalog.named(name, folder) and (phase := catalog.phase(name, folder)) is not None:
        return catalog, phase.plans
    try:
        return catalog, [catalog.one(name, folder)]
    except UnknownName:
        if catalog.tree is None or catalog.named(name, folder):
            raise
    return _named(call, Catalog(call.repository.root), name, every)


def _run_truths(call: Call, catalog: Catalog, files: Sequence[PlanFile]) -> list[TruthResult]:
    """Run the truths' commands of approved plans and keep what they prove."""
    plans = [catalog.load_or_finding(file) for file in files]
    return run_truths.run_truths(run_context.run_context(call), plans)


def _data(
    revision: str | None, verdicts: Sequence[PlanVerdict], ran: Sequence[TruthResult] | None
) -> Data:
    data: Data = {"revision": revision, "plans": [verdict.as_data() for verdict in verdicts]}
    return data if ran is None else {**data, "ran": [run.as_data() for run in ran]}


def _text(verdicts: Sequence[PlanVerdict], ran: Sequence[TruthResult] | None) -> list[Line]:
    lines = [line for run in ran or () for line in run.describe()]
    return [*lines, *(line for verdict in verdicts for line in _plan_lines(verdict))]


def _plan_lines(plan: PlanVerdict) -> list[Line]:
    lines: list[Line] = [
        f"{plan.file.id}: {plan.verdict.upper()}  {plan.file.path}",
        *_unread_lines(plan),
    ]
    if not plan.verdicts and not plan.unread:
        lines.append("  it declares no must-haves, so nothing is proven")
    for verdict in plan.verdicts:
        lines.append(f"  {verdict.verdict:9} {verdict.kind}:{verdict.index}  {verdict.target}")
        lines.append(f"            {verdict.reason}")
        for item in verdict.evidence[:_MOST_EVIDENCE]:
            line = f":{item.line}" if item.line else ""
            lines.append(f"            {item.path}{line}  {item.how}")
    lines += [f"  {finding.path}: {finding.message}" for finding in plan.altered]
    return lines


def _unread_lines(plan: PlanVerdict) -> Iterator[str]:
    """Yield why a plan that cannot be read as it is cannot be proven."""
    errors = plan.unread
    if errors:
        shown = (
            "its must-haves are shown as the repaired text gives them"
            if plan.verdicts
            else "none of its must-haves could be read"
        )
        yield f"  it cannot be proven as it is; {shown}:"
    for error in errors[:_MOST_ERRORS]:
        yield f"    {error.path}:{error.line}:{error.column}: {error.rule}: {error.message}"
        yield f"      {error.hint}"
    if len(errors) > _MOST_ERRORS:
        command = forge_command("validate", plan.file.path)
        yield f"    and {len(errors) - _MOST_ERRORS} more: {command}"
