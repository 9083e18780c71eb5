"""forge show: a document, or a run, and how it stands."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.run_text import told
from forge.front.cli.shell_completion import DOCUMENTS, names
from forge.planning.names.documents import Documents
from forge.records.find import run_meant
from forge.text.printable import visible
from forge.views.lookup.document import ShownDocument, show
from forge.views.runs.story import story_of

_TOLD = ("title", "acceptance")  # above and below the fields


@click.command("show", cls=Verb)
@click.argument("name", metavar="DOC|RUN", shell_complete=names(*DOCUMENTS, "run", files=True))
@verb("show")
def command(app: App, name: str) -> Reply:
    """Show a plan, a phase, a mission or an item: its fields, its steps or criteria, what is wrong
    with it, and its runs.

    Of a run it shows what was asked, done and proven, by whom, and the evidence.

    \b
    Example:
      forge show 01-02
      forge show k3f
      forge show 20261120T025549Z-01-01-k3f9
    """
    documents = Documents(app.repository.root)
    record = None if documents.named(name, app.here) else run_meant(app.repository, name)
    if record is not None:
        story = story_of(record)
        return Reply(story.as_data(), visible("\n".join(told(story))))
    found = show(app.repository, documents.one(name, app.here))
    return Reply(found.as_data(), visible(_text(found)), 0, found.findings)


def _text(found: ShownDocument) -> str:
    row = found.row
    lines = [
        f"{row.kind} {row.id}: {row.title}",
        f"  {row.path}",
        f"  {row.status}" + (f" ({row.note})" if row.note else ""),
    ]
    lines += [
        f"  {key}: {_said(value)}"
        for key, value in found.fields.items()
        if value not in (None, [], {}, "") and key not in _TOLD
    ]
    lines += ["", *map(_part, found.parts)] if found.parts else []
    lines += (
        [
            "",
            *(
                f"run {run.card.run}  {run.status}  {run.state.verdict or '-'}"
                for run in found.runs
            ),
        ]
        if found.runs
        else []
    )
    if found.findings:
        lines += [
            "",
            *(
                f"{each.line}:{each.column}: {each.severity} {each.rule} {each.message}"
                for each in found.findings
            ),
        ]
    return "\n".join(lines)


def _said(value: object) -> str:
    if isinstance(value, list) and all(not isinstance(each, (list, dict)) for each in value):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(
            f"{key} ({len(each)})" if isinstance(each, (list, dict)) else f"{key} {each}"
            for key, each in value.items()
        )
    return f"{len(value)} entries" if isinstance(value, list) else str(value)


def _part(part: dict[str, object]) -> str:
    if "met" in part:
        mark = "x" if part["ticked"] else "e" if part["met"] else " "
        return f"  {part['number']}  [{mark}] {' '.join(str(part['text']).split())}"
    if "stage" in part:
        return f"  {part['id']:10} {part['stage']:10} {part['name']}"
    return f"  {part['id']:10} {part['status']:10} {part['title']}"
