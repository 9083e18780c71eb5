"""`forge edit`: a copy in the person's editor, held against the rules, and put in place of the
document as one.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from forge import atomic
from forge.errors import ForgeError, StorageFailed
from forge.git import program
from forge.git.repository import Repository
from forge.planning.names.documents import Document
from forge.text.finding import Finding
from forge.text.plural import amount
from forge.text.source import Source
from forge.views.lookup.document import findings_in

Choice = Literal["edit", "save", "stop"]
Ask = Callable[[Sequence[Finding]], Choice]
EditFile = Callable[[Repository, Path], None]


class NotSaved(ForgeError):
    """An edit that was not put in place of the document; its text is kept."""

    kind = "not_saved"
    exit_code = 1

    def __init__(self, message: str, hint: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, hint)
        self.findings = findings


class Edited(Struct, frozen=True):
    """A document, whether it is another one now, and what is wrong with it."""

    document: Document
    changed: bool
    findings: list[Finding]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {"id": self.document.id, "path": self.document.file, "changed": self.changed}


def edit(repository: Repository, document: Document, ask: Ask, edit_file: EditFile) -> Edited:
    """Let a person edit a document. `ask` is called with the findings where the text has errors
    that it had not before.

    A text that was kept from an earlier edit is gone on with. Raises NotSaved or StorageFailed; no
    text is lost then.
    """
    place = Path(os.path.realpath(repository.root / document.file))
    before = _read(repository.root, place)
    copy = repository.forge_dir / "edits" / document.file.replace("/", "%")
    base = copy.with_name(f"{copy.name}.base")
    if not copy.exists():
        atomic.write(base, before)
        atomic.write(copy, before)
    elif base.read_bytes() != before:
        hint = f"your text is kept in {copy}: compare the two, then delete it or copy it over"
        raise NotSaved(f"{document.file} was changed since your edit that was not saved", hint)
    while True:
        edit_file(repository, copy)
        after = copy.read_bytes()
        if before.strip() and not after.strip():
            copy.unlink()
            base.unlink()
            raise NotSaved(
                f"{document.file} is as it was: the new text is empty",
                "`forge archive` puts a document away",
            )
        findings = findings_in(repository.root, Source.of(document.file, after))
        if after == before or not (
            wrong := _new_errors(repository.root, document, before, findings)
        ):
            break
        choice = ask(wrong)
        if choice == "stop":
            raise NotSaved(
                f"{document.file} is as it was: the new text has {amount(len(wrong), 'error')}",
                _kept(copy),
                wrong,
            )
        if choice == "save":
            break
    if after != before:
        if _read(repository.root, place) != before:
            raise NotSaved(
                f"{document.file} was changed by somebody else meanwhile",
                f"{_kept(copy)}; compare the two first",
            )
        atomic.swap(place, before, after)
    copy.unlink()
    base.unlink()
    return Edited(document, after != before, findings)


def _kept(copy: Path) -> str:
    return f"your text is kept in {copy}: `forge edit` goes on with it"


def _read(root: Path, place: Path) -> bytes:
    if not place.is_relative_to(os.path.realpath(root)):
        raise StorageFailed(f"{place} lies outside of the repository", "edit it where it is")
    try:
        return place.read_bytes()
    except OSError as error:
        raise StorageFailed.of(error) from error


def _new_errors(
    root: Path, document: Document, before: bytes, findings: list[Finding]
) -> list[Finding]:
    """Return the errors of a text if it has more of some rule than the text before it."""
    old = Counter(
        each.rule
        for each in findings_in(root, Source.of(document.file, before))
        if each.severity == "error"
    )
    errors = [each for each in findings if each.severity == "error"]
    return errors if Counter(each.rule for each in errors) - old else []


def launch_editor(repository: Repository, copy: Path) -> None:
    """Run the editor as git does: its command line through the shell, the file as one word behind
    it.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _of_git(repository) or "vi"
    try:
        done = subprocess.run(
            ["sh", "-c", f'{editor} "$@"', editor, str(copy)], cwd=repository.root, check=False
        )
    except OSError as error:
        raise NotSaved(
            f"the editor `{editor}` cannot be started: {error.strerror}", _kept(copy)
        ) from error
    if done.returncode:
        raise NotSaved(
            f"the editor `{editor}` ended with status {done.returncode}; nothing was saved",
            _kept(copy),
        )


def _of_git(repository: Repository) -> str:
    return (
        program.attempt(repository.root, "config", "core.editor")
        .stdout.decode("utf-8", "replace")
        .strip()
    )
