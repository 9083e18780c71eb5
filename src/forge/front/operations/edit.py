"""Let the user edit a document, and check it before it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.planning.names.documents import Documents
from forge.run.documents import edit
from forge.text.finding import Finding
from forge.text.printable import Line


class Arguments(NamedTuple):
    """The name of a document; `keep` saves it also with new errors."""

    name: str
    keep: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    def choose(findings: Sequence[Finding]) -> edit.Choice:
        for finding in findings:
            call.note(_finding_lines(finding))
        return "save" if arguments.keep else call.caller.after_errors(findings)

    document = Documents(call.repository.root).one(arguments.name, call.folder)
    edited = edit.edit(call.repository, document, choose, call.caller.edit_file)
    text = f"{edited.document.file}: {'saved' if edited.changed else 'unchanged'}"
    return Reply(edited.as_data(), text, 0, edited.findings)


def _finding_lines(finding: Finding) -> list[Line]:
    place = f"{finding.path}:{finding.line}:{finding.column}"
    return [f"{place}: {finding.severity} {finding.rule} {finding.message}", f"    {finding.hint}"]
