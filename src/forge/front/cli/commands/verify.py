"""forge verify: decide must-haves on the tree."""

from __future__ import annotations

import click

from forge.errors import UsageError
from forge.front.cli.answer import App, Reply, verb
from forge.git.tree import RevisionTree, WorkTree
from forge.planning.catalog import Catalog, PlanFile
from forge.planning.settings import load
from forge.text.finding import Finding
from forge.views.verdicts import PlanVerdict, verdict_on


@click.command("verify")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Judge every plan.")
@click.option("--rev", metavar="REV", help="Judge this revision, from git objects; the work tree is not looked at.")
@click.option("--strict", is_flag=True, help="Let only commands count that passed on exactly this tree.")
@verb("verify")
def command(app: App, name: str | None, every: bool, rev: str | None, strict: bool) -> Reply:
    """Say for each must-have of a plan or a phase what was found and where. Nothing of a plan is run.

    \b
    Example:
      forge verify 01-01
      forge verify 01-foundation --rev HEAD~3
    """
    limit = load(app.repository.root).limits.artifact_bytes
    catalog = Catalog(app.repository.root)
    tree = RevisionTree(app.repository, rev) if rev else WorkTree(app.repository)
    files = _files(app, catalog, name, every)
    found = [verdict_on(app.repository, catalog.load(file), tree, limit, strict=strict) for file in files]
    findings: list[Finding] = [finding for each in found for finding in each.plan.findings]
    text = "\n".join(_text(each) for each in found)
    proven = bool(found) and all(each.verdict == "proven" for each in found)
    return Reply({"revision": tree.revision, "plans": [each.as_data() for each in found]}, text, 0 if proven else 1, findings)


def _files(app: App, catalog: Catalog, name: str | None, every: bool) -> list[PlanFile]:
    if every:
        return catalog.files
    if name is None:
        raise UsageError("name a plan or a phase, or use --all", "forge verify 01-01")
    if not catalog.named(name, app.here) and (phase := catalog.phase(name, app.here)) is not None:
        return list(phase.plans)
    return [catalog.one(name, app.here)]


def _text(found: PlanVerdict) -> str:
    lines = [f"{found.plan.id}: {found.verdict.upper()}  {found.plan.path}"]
    if not found.verdicts:
        lines.append("  it declares no must-haves, so nothing is proven")
    for verdict in found.verdicts:
        lines.append(f"  {verdict.verdict:9} {verdict.kind}:{verdict.index}  {verdict.target}\n            {verdict.reason}")
        lines += [f"            {item.path}{f':{item.line}' if item.line else ''}  {item.how}" for item in verdict.evidence[:5]]
    return "\n".join(lines)
