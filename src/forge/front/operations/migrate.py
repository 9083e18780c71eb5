"""Rewrite documents of older versions."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.run.documents import migrate
from forge.text.printable import Text


class Arguments(NamedTuple):
    """Whether to write nothing."""

    dry_run: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    migrated = migrate.migrate(run_context(call, lenient=True), dry_run=arguments.dry_run)
    return Reply(migrated.as_data(), _text(migrated))


def _text(migrated: migrate.Migrated) -> Text:
    if not migrated.documents:
        return "nothing to migrate: every document is of the current version"
    lines = [
        f"{document.path}: version {document.old} to {document.new}"
        for document in migrated.documents
    ]
    end = f"committed as {migrated.commit[:10]}" if migrated.commit else "nothing was written"
    return [*lines, end]
