"""`forge edit`: opens a copy in the user's editor, checks it, and replaces the document."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct

from forge import atomic, regular
from forge.errors import ForgeError, Held, StorageFailed, UsageError
from forge.git import program
from forge.git.intent import confined
from forge.git.intent.intent import Intent, Write
from forge.git.intent.perform import changing, perform
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
    """An edit that did not replace the document; its text is kept."""

    kind = "not_saved"
    exit_code = 1

    def __init__(self, message: str, hint: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, hint)
        self.findings = findings


class Edited(Struct, frozen=True):
    """A document after an edit: whether it changed, and its findings."""

    document: Document
    changed: bool
    findings: list[Finding]

    def as_data(self) -> dict[str, object]:
        return {"id": self.document.id, "path": self.document.file, "changed": self.changed}


def edit(repository: Repository, document: Document, ask: Ask, edit_file: EditFile) -> Edited:
    """Let the user edit a document with `edit_file`, such as `launch_editor`.

    `ask` is called with the errors of a text that has more of them than before. The text of an
    earlier edit that was not saved is opened again. Raises NotSaved or StorageFailed; the text is
    kept then.
    """
    with contextlib.ExitStack() as editing:
        with changing(repository):
            draft = _Draft.open(repository, document)
            editing.enter_context(draft.held())
        findings = _edit_until_accepted(repository, draft, ask, edit_file)
        with changing(repository):
            changed = draft.save(repository)
    return Edited(document, changed, findings)


def _edit_until_accepted(
    repository: Repository, draft: _Draft, ask: Ask, edit_file: EditFile
) -> list[Finding]:
    """Open the editor until the text is free of new errors, or is saved in spite of them."""
    while True:
        edit_file(repository, draft.copy)
        draft.refuse_empty()
        findings = draft.findings(repository.root)
        errors = draft.new_errors(repository.root, findings)
        choice = ask(errors) if errors else "save"
        if choice == "save":
            return findings
        if choice == "stop":
            raise NotSaved(
                f"{draft.name} is unchanged: the new text has {amount(len(errors), 'error')}",
                draft.kept(),
                errors,
            )


class _Draft(Struct, frozen=True):
    """A document under edit: `copy` is what the editor opens, `base` the text it started from.

    `path` is that of the document with the links inside the repository resolved.
    """

    name: str
    path: str
    before: bytes
    copy: Path
    base: Path

    @classmethod
    def open(cls, repository: Repository, document: Document) -> _Draft:
        path = _path_inside(repository.root, document.file)
        before = _read(repository.root, path)
        copy = repository.forge_dir / "edits" / document.file.replace("/", "%")
        base = copy.with_name(f"{copy.name}.base")
        draft = cls(document.file, path, before, copy, base)
        if base.exists():
            with draft.held():
                pass  # no other process has it
        if not copy.exists() or not base.exists() or draft.after == before:
            atomic.write(base, before, staging=repository.scratch)
            atomic.write(copy, before, staging=repository.scratch)
        elif regular.read(base) != before:
            hint = f"your text is kept in {copy}: compare the two, then delete it or copy it over"
            raise NotSaved(f"{document.file} was changed since your edit that was not saved", hint)
        return draft

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the draft for this process. Raises Held if another one has it in its editor."""
        descriptor = regular.open_regular(self.base)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise Held(
                f"{self.name} is open in another `forge edit`", "save it there first"
            ) from error
        finally:
            os.close(descriptor)

    @property
    def after(self) -> bytes:
        try:
            return regular.read(self.copy)
        except OSError as error:
            raise StorageFailed.of(error, self.copy) from error

    def kept(self) -> str:
        return f"your text is kept in {self.copy}: `forge edit` goes on with it"

    def findings(self, root: Path) -> list[Finding]:
        return findings_in(root, Source.of(self.name, self.after))

    def new_errors(self, root: Path, findings: list[Finding]) -> list[Finding]:
        """Return the errors if there are more of some rule than before the edit."""
        if self.after == self.before:
            return []
        old = _errors(findings_in(root, Source.of(self.name, self.before)))
        new = _errors(findings)
        more = Counter(error.rule for error in new) - Counter(error.rule for error in old)
        return new if more else []

    def refuse_empty(self) -> None:
        """Raise NotSaved, and drop the draft, if the text was emptied."""
        if self.before.strip() and not self.after.strip():
            self._drop()
            raise NotSaved(
                f"{self.name} is unchanged: the new text is empty",
                "`forge archive` archives a document",
            )

    def save(self, repository: Repository) -> bool:
        """Replace the document; return whether it changed. The caller holds the document lock.

        Raises NotSaved or StorageFailed.
        """
        after = self.after
        if after != self.before:
            if _read(repository.root, self.path) != self.before:
                raise NotSaved(
                    f"{self.name} was changed by another process during the edit",
                    f"{self.kept()}; compare the two first",
                )
            perform(repository, Intent("edit", [Write(self.path, self.before, after)]))
        self._drop()
        return after != self.before

    def _drop(self) -> None:
        for path in (self.copy, self.base):
            path.unlink(missing_ok=True)


def _errors(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == "error"]


def _path_inside(root: Path, file: str) -> str:
    try:
        return confined.resolved(root, file)
    except UsageError as error:
        raise StorageFailed(
            f"{file} is outside the repository", "edit it there directly"
        ) from error


def _read(root: Path, path: str) -> bytes:
    content = confined.read(root, path)
    if content is None:
        raise StorageFailed(f"{path} does not exist", "find the document with `forge list`")
    return content.data


def launch_editor(repository: Repository, copy: Path) -> None:
    """Run the editor as git does: the shell runs its command line, with the file appended."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _git_editor(repository) or "vi"
    kept = f"your text is kept in {copy}: `forge edit` goes on with it"
    try:
        done = subprocess.run(
            ["sh", "-c", f'{editor} "$@"', editor, str(copy)], cwd=repository.root, check=False
        )
    except OSError as error:
        raise NotSaved(
            f"the editor `{editor}` cannot be started: {error.strerror}", kept
        ) from error
    if done.returncode:
        raise NotSaved(
            f"the editor `{editor}` ended with status {done.returncode}; nothing was saved", kept
        )


def _git_editor(repository: Repository) -> str:
    done = program.settings(repository.root, "core.editor")
    return done.stdout.decode("utf-8", "replace").strip()
