"""The tracked record of an open run: its files in the work tree, and the commits of them."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

from forge import regular
from forge.git.commits import record_commit
from forge.git.commits.record_commit import HeadMoved
from forge.git.intent.staging import put
from forge.git.objects.commit import file_at, names_in
from forge.git.repository import Repository
from forge.records.card import RUNS, RunCard
from forge.records.store import CARD_FILE, LOG_FILE
from forge.run.engine.commit_message import message
from forge.run.engine.parts.branch import RunBranch
from forge.run.engine.parts.live_log import LiveLog

ATTRIBUTES = f"{RUNS}/.gitattributes"
_AS_WRITTEN = b"""\
# Records are evidence: no filter, line ending or encoding may change them.
* -text -filter -ident !working-tree-encoding
"""


class Record:
    """Copies a run's live record into the work tree and commits it."""

    def __init__(
        self, repository: Repository, card: RunCard, log: LiveLog, branch: RunBranch
    ) -> None:
        self._repository = repository
        self._card = card
        self._log = log
        self._branch = branch

    def commit(
        self,
        subject: str,
        trailers: dict[str, str | int] | None = None,
        files: dict[str, bytes] | None = None,
    ) -> str:
        """Write the record, and other `files`, into the work tree and commit them on top of HEAD.

        Return the commit's id. Raises HeadMoved.
        """
        parent = self._branch.head()
        self._log.restore()
        contents = {**self._contents(parent), **(files or {})}
        for path, data in contents.items():
            _require_no_link(self._repository.root, self._repository.root / path)
            put(self._repository, path, data)
        text = message(self._card, subject, self._log.state.last_seq, trailers)
        return record_commit.commit_files(
            self._repository, contents, text, parent, self._branch.ref
        )

    def altered(self) -> str:
        """Return which file of the tracked record another program changed, after it was put back;
        empty if none was.
        """
        root, live, folder = self._repository.root, self._log.folder, self._card.folder
        written = {CARD_FILE: self._log.card_data} | {
            f"evidence/{path.name}": regular.read(path)
            for path in sorted((live / "evidence").glob("*.*"))
        }
        found = ""
        for name, data in written.items():
            path = root / folder / name
            if path.parent.is_dir() and _bytes_of(path) not in (None, data):
                found = found or name
                put(self._repository, f"{folder}/{name}", data)
        if self.put_log_back():
            found = LOG_FILE
        return f"{folder}/{found}" if found else ""

    def put_log_back(self) -> bool:
        """Write the tracked timeline again if it is not the beginning of the live log; return
        whether it was not.
        """
        path = f"{self._card.folder}/{LOG_FILE}"
        copy = _bytes_of(self._repository.root / path)
        whole = regular.read(self._log.folder / LOG_FILE)
        if copy is None or whole.startswith(copy):
            return False
        put(self._repository, path, whole)
        return True

    def require_no_link(self) -> None:
        """Raises HeadMoved if a symbolic link is on the record's path: it may lead out of the
        repository.
        """
        _require_no_link(self._repository.root, self._repository.root / self._card.folder)

    def _contents(self, parent: str) -> dict[str, bytes]:
        """Return the files of the record by path, without those that are committed already."""
        folder, live = self._card.folder, self._log.folder
        names = [LOG_FILE]
        names += [f"evidence/{path.name}" for path in sorted((live / "evidence").glob("*.*"))]
        committed = self._committed_evidence(parent)
        contents = {
            f"{folder}/{name}": regular.read(live / name)
            for name in names
            if f"{folder}/{name}" not in committed
        }
        card, card_data = f"{folder}/{CARD_FILE}", self._log.card_data
        if not (
            card_data
            == file_at(self._repository, parent, card)
            == _bytes_of(self._repository.root / card)
        ):
            contents[card] = card_data
        if ".gitattributes" not in names_in(self._repository, parent, RUNS):
            contents[ATTRIBUTES] = _AS_WRITTEN
        return contents

    def _committed_evidence(self, parent: str) -> set[str]:
        folder = f"{self._card.folder}/evidence"
        names = names_in(self._repository, parent, folder)
        paths = {f"{folder}/{name}" for name in names}
        return {
            path
            for path in paths
            if (self._repository.root / path).is_file()
            and file_at(self._repository, parent, path)
            == _bytes_of(self._log.folder / "evidence" / Path(path).name)
        }


def _bytes_of(path: Path) -> bytes | None:
    """Return the bytes of a regular file, or None for a link or a missing file."""
    with contextlib.suppress(OSError):
        return regular.read(path)
    return None


def _require_no_link(root: Path, path: Path) -> None:
    for folder in (path, *path.parents):
        if folder == root:
            return
        if folder.is_symlink():
            link = folder.relative_to(root).as_posix()
            hint = f"remove it, and restore what was there (`git checkout -- {shlex.quote(link)}`)"
            raise HeadMoved(f"{link} is a symbolic link, and forge writes its record there", hint)
