"""forge trace: requirements with the plans, runs and evidence that stand behind them."""

from __future__ import annotations

import click

from forge.errors import UnknownName
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.text.printable import visible
from forge.views.tracker.status import load_tracker
from forge.views.tracker.trace import WORDS, Trace, Traced, trace


@click.command("trace", cls=Verb)
@click.argument("requirement", required=False)
@option("--uncovered", is_flag=True, help="Only what no plan names.")
@verb("trace")
def command(app: App, requirement: str | None, uncovered: bool) -> Reply:
    """Trace each requirement to the plans that name it, to their runs and to the evidence; and say
    what is not covered.

    \b
    Example:
      forge trace
      forge trace AUTH-01
      forge trace --uncovered
    """
    found = trace(app.repository, load_tracker(app.repository))
    chosen = [
        each
        for each in found.requirements
        if requirement in (None, each.id) and not (uncovered and each.word != "not covered")
    ]
    if requirement is not None and not chosen and not uncovered:
        raise UnknownName(
            f"no requirement `{requirement}` is defined in"
            f" {found.path or '.planning/REQUIREMENTS.md'}",
            "`forge trace` lists them",
        )
    shown = Trace(found.path, chosen, [] if requirement else found.unknown)
    return Reply(shown.as_data(), visible("\n".join(_lines(shown, whole=requirement is not None))))


def _lines(found: Trace, *, whole: bool) -> list[str]:
    if found.path is None:
        return ["there is no .planning/REQUIREMENTS.md, so no requirement is defined"]
    lines = [line for each in found.requirements for line in _requirement(each, whole=whole)]
    lines += [f"unknown: {plan} names {name}, which is not defined" for plan, name in found.unknown]
    words = [each.word for each in found.requirements]
    return [*lines, ", ".join(f"{words.count(word)} {word}" for word in WORDS)]


def _requirement(each: Traced, *, whole: bool) -> list[str]:
    box = {True: "[x]", False: "[ ]", None: "   "}[each.ticked]
    lines = [f"{box} {each.id:12} {each.word:12} {each.text[:80]}"]
    lines += [f"      {each.contradiction}"] if each.contradiction else []
    for plan in each.plans:
        lines.append(f"      {plan.id:12} {plan.word}")
        for run in plan.runs if whole else plan.runs[-1:]:
            evidence = run["evidence"] if isinstance(run["evidence"], list) else []
            lines.append(
                f"        {run['run']}  {run['status']}, {run['verdict'] or 'no verdict'},"
                f" {len(evidence)} evidence files"
            )
            lines += (
                [f"          {run['record']}/evidence/{name}" for name in evidence] if whole else []
            )
    return lines
