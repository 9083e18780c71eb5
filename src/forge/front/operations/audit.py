"""Check every plan that is called complete against a revision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.text.finding import Finding
from forge.views.proof.audit import Audit, PlanAudit, audit

_WORDS = {"proven": "proven", "failed": "claimed with failures", "unproven": "cannot be decided"}
_MOST_SHOWN = 3  # failing must-haves of a plan


class Arguments(NamedTuple):
    """The revision to judge; `at_completion` also judges each plan at the commit that completed it,
    `strict` counts only commands that passed on exactly this tree.
    """

    rev: str = "HEAD"
    at_completion: bool = False
    strict: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    with call.caller.progress("judging plans") as progress:
        result = audit(
            call.repository,
            arguments.rev,
            at_completion=arguments.at_completion,
            strict=arguments.strict,
            progress=progress,
        )
    findings: list[Finding] = [finding for plan in result.plans for finding in plan.now.findings]
    call.execution.counters = result.totals
    return Reply(
        result.as_data, lambda: [*_lines(result)], 0 if result.proven else 1, findings, view=result
    )


def _lines(result: Audit) -> Iterator[str]:
    revision = result.revision[:12]
    if not result.plans:
        yield (
            f"no plan is called complete at {revision}: no summary, no ticked box, no completed run"
        )
        return
    for plan in result.plans:
        yield from _plan_lines(plan)
    totals = result.totals
    yield (
        f"{totals['claimed']} called complete at {revision}: {totals['proven']} proven, "
        f"{totals['failed']} claimed with failures, {totals['unproven']} cannot be decided"
    )


def _plan_lines(plan: PlanAudit) -> Iterator[str]:
    now = plan.now
    yield f"{now.file.id}: {_WORDS[now.verdict]}{_at_completion(plan)}  {now.file.path}"
    if now.unread:
        error = now.unread[0]
        place = f"{error.path}:{error.line}:{error.column}"
        yield f"    it cannot be read as it is: {place}: {error.message}"
    elif not now.verdicts:
        yield "    it declares no must-haves, so nothing is proven"
    yield from (f"    {finding.path}: {finding.message}" for finding in now.altered)
    failing = [verdict for verdict in now.verdicts if verdict.verdict == "fail"]
    broken = plan.past.broken if plan.past else {}
    for verdict in failing[:_MOST_SHOWN]:
        since = broken.get((verdict.kind, verdict.index))
        suffix = f" (broken since {since[:12]})" if since else ""
        yield f"    {verdict.kind}:{verdict.index}  {verdict.reason}{suffix}"
    if len(failing) > _MOST_SHOWN:
        yield f"    and {len(failing) - _MOST_SHOWN} more: forge verify {now.file.id}"
    undecided = [verdict for verdict in now.verdicts if verdict.verdict in ("unproven", "stale")]
    if undecided and not failing:
        first = undecided[0]
        count = f"{len(undecided)} of {len(now.verdicts)}"
        yield f"    {count} not decided, as {first.kind}:{first.index}  {first.reason}"


def _at_completion(plan: PlanAudit) -> str:
    """Return the verdict at the commit that completed the plan, if it was asked for."""
    past = plan.past
    if past is None:
        return ""
    if past.then is None:
        return f"; at its completion: not known ({past.note})"
    if past.first and past.then.verdict == "failed":
        return f"; failed then too, more is broken since {past.first[:12]}"
    if past.first:
        return f"; held then, broken since {past.first[:12]}"
    return f"; at {(plan.completed_at or '')[:12]}: {_WORDS[past.then.verdict]}"
