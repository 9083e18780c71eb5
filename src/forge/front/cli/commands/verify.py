"""forge verify: decide must-haves on the tree."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from forge.errors import UnknownName, UsageError
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.progress_bar import counted
from forge.front.cli.shell_completion import names
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile
from forge.planning.settings import load, load_at
from forge.text.command_line import forge_command
from forge.text.finding import Finding
from forge.text.printable import visible
from forge.views.proof.verdicts import PlanVerdict, TreeJudge, tree_to_judge

if TYPE_CHECKING:
    from forge.run.proofs.run_truths import TruthResult

_MOST_WRONG = 3
_RUNNING = (  # like a verb's module, loaded when it is called: most calls run nothing
    "forge.front.cli.verify_run"
)


@click.command("verify", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", files=True))
@option("--all", "every", is_flag=True, help="Judge every plan.")
@option(
    "--rev",
    metavar="REV",
    help="Judge this revision, from git objects; the work tree is not looked at.",
)
@option("--strict", is_flag=True, help="Let only commands count that passed on exactly this tree.")
@option(
    "--run",
    "run",
    is_flag=True,
    help="Run the truths' commands of approved plans first, and keep what they prove.",
)
@verb("verify")
def command(
    app: App, name: str | None, every: bool, rev: str | None, strict: bool, run: bool
) -> Reply:
    """Say for each must-have of a plan or a phase what was found and where. Nothing of a plan is
    run without --run.

    \b
    Example:
      forge verify 01-01
      forge verify 01-foundation --rev HEAD~3
      forge verify 01-01 --run
    """
    if run and rev:
        raise UsageError(
            "--run runs commands on the work tree, and --rev looks at another one",
            "give one of them",
        )
    tree, catalog = tree_to_judge(app.repository, rev)
    settings = load_at(tree) if rev else load(app.repository.root)
    catalog, files = _named(app, catalog, name, every)
    ran = (
        importlib.import_module(_RUNNING).run_plans(
            app, [catalog.load_or_finding(file) for file in files]
        )
        if run
        else None
    )
    bench = TreeJudge.on(app.repository, tree, settings.limits.artifact_bytes, strict=strict)
    found = [*bench.verdicts_in(catalog, counted("judging plans", files))]
    proven = bool(found) and all(each.verdict == "proven" for each in found)
    findings: list[Finding] = [finding for each in found for finding in each.findings]
    if app.as_json:  # of hundreds of plans either form takes its time, and only one is shown
        return Reply(_data(tree.revision, found, ran), "", 0 if proven else 1, findings)
    text = "\n".join([*(each.describe() for each in ran or ()), *map(_text, found)])
    return Reply({}, visible(text), 0 if proven else 1, findings)


def _named(
    app: App, catalog: Catalog, name: str | None, every: bool
) -> tuple[Catalog, Sequence[PlanFile]]:
    """Return the plans that are meant: of the judged tree, or of the work tree where a revision has
    none of that name.
    """
    if every:
        return catalog, catalog.files
    if name is None:
        raise UsageError(
            "which plan or phase is meant?",
            "name one, or have all of them judged",
            ["forge verify --all"],
        )
    if not catalog.named(name, app.here) and (phase := catalog.phase(name, app.here)) is not None:
        return catalog, phase.plans
    try:
        return catalog, [catalog.one(name, app.here)]
    except UnknownName:
        if catalog.tree is None or catalog.named(name, app.here):
            raise
    return _named(app, Catalog(app.repository.root), name, every)


def _data(
    revision: str | None, found: Sequence[PlanVerdict], ran: Sequence[TruthResult] | None
) -> dict[str, object]:
    data: dict[str, object] = {"revision": revision, "plans": [each.as_data() for each in found]}
    return data if ran is None else {**data, "ran": [each.as_data() for each in ran]}


def _text(found: PlanVerdict) -> str:
    lines = [f"{found.file.id}: {found.verdict.upper()}  {found.file.path}", *_unread(found)]
    if not found.verdicts and not found.unread:
        lines.append("  it declares no must-haves, so nothing is proven")
    for verdict in found.verdicts:
        lines.append(
            f"  {verdict.verdict:9} {verdict.kind}:{verdict.index}  {verdict.target}\n           "
            f" {verdict.reason}"
        )
        lines += [
            f"            {item.path}{f':{item.line}' if item.line else ''}  {item.how}"
            for item in verdict.evidence[:5]
        ]
    return "\n".join(lines)


def _unread(found: PlanVerdict) -> Iterator[str]:
    """Say why a plan that is not read as it stands cannot be proven."""
    wrong = found.unread
    if wrong:
        shown = (
            "its must-haves are shown as the mended text gives them"
            if found.verdicts
            else "no must-have of it could be read"
        )
        yield f"  it is not proven as it stands; {shown}:"
    for each in wrong[:_MOST_WRONG]:
        yield (
            f"    {each.path}:{each.line}:{each.column}: {each.rule}: {each.message}\n     "
            f" {each.hint}"
        )
    if len(wrong) > _MOST_WRONG:
        yield (
            f"    and {len(wrong) - _MOST_WRONG} more: {forge_command('validate', found.file.path)}"
        )
