"""Trace requirements to the plans, runs and evidence that cover them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from forge.errors import UnknownName
from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.views.tracker.status import load_tracker
from forge.views.tracker.trace import WORDS, Trace, Traced, trace


class Arguments(NamedTuple):
    """A requirement, all by default; `uncovered` for those that no plan names."""

    requirement: str | None = None
    uncovered: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    wanted = arguments.requirement
    result = trace(call.repository, load_tracker(call.repository))
    chosen = [
        requirement
        for requirement in result.requirements
        if wanted in (None, requirement.id)
        and not (arguments.uncovered and requirement.word != "not covered")
    ]
    if wanted is not None and not chosen and not arguments.uncovered:
        raise UnknownName(
            f"no requirement `{wanted}` is defined in {result.path or '.planning/REQUIREMENTS.md'}",
            "`forge trace` lists them",
        )
    shown = Trace(result.path, chosen, [] if wanted else result.unknown)
    return Reply(shown.as_data(), [*_lines(shown, whole=wanted is not None)])


def _lines(shown: Trace, *, whole: bool) -> Iterator[str]:
    if shown.path is None:
        yield "there is no .planning/REQUIREMENTS.md, so no requirement is defined"
        return
    for requirement in shown.requirements:
        yield from _requirement_lines(requirement, whole=whole)
    for plan, name in shown.unknown:
        yield f"unknown: {plan} names {name}, which is not defined"
    words = [requirement.word for requirement in shown.requirements]
    yield ", ".join(f"{words.count(word)} {word}" for word in WORDS)


def _requirement_lines(requirement: Traced, *, whole: bool) -> Iterator[str]:
    box = {True: "[x]", False: "[ ]", None: "   "}[requirement.ticked]
    yield f"{box} {requirement.id:12} {requirement.word:12} {requirement.text[:80]}"
    if requirement.contradiction:
        yield f"      {requirement.contradiction}"
    for plan in requirement.plans:
        yield f"      {plan.id:12} {plan.word}"
        for run in plan.runs if whole else plan.runs[-1:]:
            yield from _run_lines(run, whole=whole)


def _run_lines(run: dict[str, object], *, whole: bool) -> Iterator[str]:
    evidence = run["evidence"] if isinstance(run["evidence"], list) else []
    verdict = run["verdict"] or "no verdict"
    yield f"        {run['run']}  {run['status']}, {verdict}, {len(evidence)} evidence files"
    if whole:
        yield from (f"          {run['record']}/evidence/{name}" for name in evidence)
