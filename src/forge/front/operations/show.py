"""Show a document, or a run, and its status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_text import run_lines
from forge.planning.names.documents import Documents
from forge.records.find import run_by_name
from forge.views.lookup.document import ShownDocument, show
from forge.views.runs.diffs import missing_commits
from forge.views.runs.story import story_of

_SHOWN_ELSEWHERE = ("title", "acceptance")  # fields in the first line and in the list of criteria


class Arguments(NamedTuple):
    """The name of a document or a run."""

    name: str


def perform(call: Call, arguments: Arguments) -> Reply:
    documents = Documents(call.repository.root)
    is_document = documents.named(arguments.name, call.folder)
    record = None if is_document else run_by_name(call.repository, arguments.name)
    if record is not None:
        story = story_of(record, missing_commits(call.repository, record))
        return Reply(story.as_data(), [*run_lines(story)])
    shown = show(call.repository, documents.one(arguments.name, call.folder))
    return Reply(shown.as_data(), [*_lines(shown)], 0, shown.findings)


def _lines(shown: ShownDocument) -> Iterator[str]:
    row = shown.row
    yield f"{row.kind} {row.id}: {row.title}"
    yield f"  {row.path}"
    yield f"  {row.status}" + (f" ({row.note})" if row.note else "")
    for key, value in shown.fields.items():
        if value not in (None, [], {}, "") and key not in _SHOWN_ELSEWHERE:
            yield f"  {key}: {_value_text(value)}"
    yield from _section([_part_text(part) for part in shown.parts])
    yield from _section(
        [f"run {run.card.run}  {run.status}  {run.state.verdict or '-'}" for run in shown.runs]
    )
    yield from _section(
        [
            f"{finding.line}:{finding.column}: {finding.severity} {finding.rule} {finding.message}"
            for finding in shown.findings
        ]
    )


def _section(lines: list[str]) -> list[str]:
    return ["", *lines] if lines else []


def _value_text(value: object) -> str:
    if isinstance(value, list):
        if any(isinstance(entry, (list, dict)) for entry in value):
            return f"{len(value)} entries"
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(
            f"{key} ({len(entry)})" if isinstance(entry, (list, dict)) else f"{key} {entry}"
            for key, entry in value.items()
        )
    return str(value)


def _part_text(part: dict[str, object]) -> str:
    if "met" in part:
        mark = "x" if part["ticked"] else "e" if part["met"] else " "
        return f"  {part['number']}  [{mark}] {' '.join(str(part['text']).split())}"
    if "stage" in part:
        return f"  {part['id']:10} {part['stage']:10} {part['name']}"
    return f"  {part['id']:10} {part['status']:10} {part['title']}"
