"""forge audit: every plan that is called complete, and what the tree shows for it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.progress_bar import waiting
from forge.text.finding import Finding
from forge.text.printable import visible
from forge.views.proof.audit import Audit, PlanAudit, audit

_WORDS = {"proven": "proven", "failed": "claimed with failures", "unproven": "cannot be decided"}
_MOST_SHOWN = 3


@click.command("audit", cls=Verb)
@option("--rev", metavar="REV", default="HEAD", help="Judge this revision instead of HEAD.")
@option(
    "--at-completion", is_flag=True, help="Judge each plan at the commit that completed it, too."
)
@option("--strict", is_flag=True, help="Let only commands count that passed on exactly this tree.")
@verb("audit")
def command(app: App, rev: str, at_completion: bool, strict: bool) -> Reply:
    """Hold every plan that is called complete (a summary, a ticked box, a run) against the tree,
    worst first.

    Nothing of a plan is run, and the work tree is not looked at.

    \b
    Example:
      forge audit
      forge audit --at-completion
      forge audit --rev v1.0 --json
    """
    with waiting("judging plans") as progress:
        found = audit(
            app.repository, rev, at_completion=at_completion, strict=strict, progress=progress
        )
    findings: list[Finding] = [finding for plan in found.plans for finding in plan.now.findings]
    app.execution.counters = found.totals
    code = 0 if found.proven else 1
    return (
        Reply(found.as_data(), "", code, findings)
        if app.as_json
        else Reply({}, visible("\n".join(_lines(found))), code, findings)
    )


def _lines(found: Audit) -> Iterator[str]:
    if not found.plans:
        yield (
            f"no plan is called complete at {found.revision[:12]}: no summary, no ticked box, no"
            " completed run"
        )
        return
    for plan in found.plans:
        yield from _plan(plan)
    totals = found.totals
    yield (
        f"{totals['claimed']} called complete at {found.revision[:12]}: {totals['proven']} proven, "
        f"{totals['failed']} claimed with failures, {totals['unproven']} cannot be decided"
    )


def _plan(plan: PlanAudit) -> Iterator[str]:
    now = plan.now
    yield f"{now.file.id}: {_WORDS[now.verdict]}{_then(plan)}  {now.file.path}"
    if now.unread:
        wrong = now.unread[0]
        yield (
            f"    it is not read as it stands: {wrong.path}:{wrong.line}:{wrong.column}:"
            f" {wrong.message}"
        )
    elif not now.verdicts:
        yield "    it declares no must-haves, so nothing is proven"
    failing = [verdict for verdict in now.verdicts if verdict.verdict == "fail"]
    broken = plan.past.broken if plan.past else {}
    for verdict in failing[:_MOST_SHOWN]:
        since = broken.get((verdict.kind, verdict.index))
        yield f"    {verdict.kind}:{verdict.index}  {verdict.reason}" + (
            f" (broken since {since[:12]})" if since else ""
        )
    if len(failing) > _MOST_SHOWN:
        yield f"    and {len(failing) - _MOST_SHOWN} more: forge verify {now.file.id}"
    open_ones = [verdict for verdict in now.verdicts if verdict.verdict in ("unproven", "stale")]
    if open_ones and not failing:
        one = open_ones[0]
        yield (
            f"    {len(open_ones)} of {len(now.verdicts)} not decided, as {one.kind}:{one.index} "
            f" {one.reason}"
        )


def _then(plan: PlanAudit) -> str:
    """Say how it stood when it was completed, where that was asked."""
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
