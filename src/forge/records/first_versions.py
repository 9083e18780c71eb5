"""What commits first said about runs and proofs: records are written once, so a later version that
says something else was altered.

A card, a file of evidence and a proof never change: the oldest commit that holds one decides. A
timeline only grows, and not after its last event: a version counts if it begins with the one that
counted before. A version that does not count changes nothing, so a record that was restored is as
it was. Merges, squash merges and rebases keep the bytes of records, and so their word. What no
commit of HEAD's history holds has no first version. In a shallow clone the oldest commit that is
here decides.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct, field

from forge import regular
from forge.cache.store import CacheStore
from forge.errors import ForgeError
from forge.git.blob_id import blob_id
from forge.git.objects.commit import blob_data, file_at, is_ancestor
from forge.git.repository import Repository
from forge.planning.names.plan_files import RUNS
from forge.planning.proof import FOLDER as PROOFS
from forge.records.store import CARD_FILE, LOG_FILE

_NAME = "records"
_LOG = (
    *("-c", "log.showRoot=true", "log", "--format=", "--raw", "-z", "--no-abbrev", "--no-renames"),
    *("--full-history", "--topo-order", "--reverse", "-c"),
)


class _Timeline(Struct, array_like=True):
    """The newest version of a timeline that counts, and whether its run has ended."""

    blob: str
    ended: bool


class _Versions(Struct, array_like=True):
    """What the history of one commit holds: the blob of each file that never changes, by path."""

    tip: str = ""
    fixed: dict[str, str] = field(default_factory=dict)
    timelines: dict[str, _Timeline] = field(default_factory=dict)


class FirstVersions:
    """The first versions of records in the history of HEAD; read once, then only new commits."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._versions = _Versions()
        self._by_run: dict[str, list[str]] | None = None

    def why_altered(self, path: str, data: bytes | None) -> str:
        """Return what is wrong with a file of a record that has these bytes now (None: it is not
        there); empty if it is what was first committed, or if no commit holds it.
        """
        versions = self._current()
        if path.endswith(f"/{LOG_FILE}"):
            return self._why_timeline(path, data, versions.timelines.get(path))
        first = versions.fixed.get(path)
        if first is None or (data is not None and self._is(path, data, first)):
            return ""
        name = path.removeprefix(f"{RUNS}/").partition("/")[2] or path
        return f"{name} is gone" if data is None else f"{name} is not what was first committed"

    def _why_timeline(self, path: str, data: bytes | None, first: _Timeline | None) -> str:
        if first is None or (data is not None and blob_id(data) == first.blob):
            return ""
        if data is None:
            return f"{LOG_FILE} is gone"
        with contextlib.suppress(ForgeError):
            if not first.ended and data.startswith(blob_data(self._repository, first.blob)):
                return ""
        return f"{LOG_FILE} is not what was first committed"

    def _is(self, path: str, data: bytes, first: str) -> bool:
        """Return whether bytes are those of a blob, as they are or as git would store them."""
        if blob_id(data) == first:
            return True
        if path.startswith(f"{RUNS}/"):  # no filter applies there
            return False
        with contextlib.suppress(ForgeError):
            words = ("hash-object", "--stdin", "--path", path)
            return self._repository.git(*words, stdin=data).decode().strip() == first
        return False

    def why_run_altered(self, folder: str, card: bytes, log: bytes) -> str:
        """Return which file of a run's tracked folder was altered, with what is wrong; empty if
        card and log are what was first committed.
        """
        return self.why_altered(f"{folder}/{CARD_FILE}", card) or self.why_altered(
            f"{folder}/{LOG_FILE}", log
        )

    def why_evidence_altered(self, run: str) -> str:
        """Return which evidence of a run was altered; empty if none was.

        A file that is only missing in the work tree counts as it is committed.
        """
        for path in self.evidence(run):
            data = self._bytes(path)
            if why := self.why_altered(path, data):
                return why
        return ""

    def _bytes(self, path: str) -> bytes | None:
        try:
            return regular.read(self._repository.root / path)
        except OSError:
            return file_at(self._repository, self._repository.head().commit, path)

    def evidence(self, run: str) -> list[str]:
        """Return the paths of a run's committed evidence."""
        versions = self._current()
        if self._by_run is None:
            self._by_run = {}
            for path in versions.fixed:
                folder, _, name = path.rpartition("/evidence/")
                if folder and name:
                    self._by_run.setdefault(folder.removeprefix(f"{RUNS}/"), []).append(path)
        return self._by_run.get(run, [])

    def _current(self) -> _Versions:
        head = self._repository.head().commit or ""
        if self._versions.tip == head:
            return self._versions
        self._by_run = None
        with CacheStore(self._repository.forge_dir / "cache" / "first-versions.cache") as store:
            if not self._versions.tip:
                self._versions = _decoded(store.get(_NAME, _NAME))
            if self._versions.tip != head:
                self._advance(head)
                with contextlib.suppress(UnicodeEncodeError):
                    store.put(_NAME, _NAME, msgspec.msgpack.encode(self._versions))
        return self._versions

    def _advance(self, head: str) -> None:
        """Add the commits between the last HEAD and this one; begin anew on another history."""
        tip = self._versions.tip
        if not (tip and head and is_ancestor(self._repository, tip, head)):
            self._versions = _Versions()
            tip = ""
        if head:
            with contextlib.suppress(ForgeError):
                since = (f"^{tip}",) if tip else ()
                output = self._repository.git(*_LOG, head, *since, "--", RUNS, PROOFS)
                for path, blob in _additions(output):
                    self._add(path, blob)
        self._versions.tip = head

    def _add(self, path: str, blob: str) -> None:
        if not path.endswith(f"/{LOG_FILE}"):
            if path.endswith(f"/{CARD_FILE}") or "/evidence/" in path or path.startswith(PROOFS):
                self._versions.fixed.setdefault(path, blob)
            return
        first = self._versions.timelines.get(path)
        with contextlib.suppress(ForgeError):
            if first is None:
                data = blob_data(self._repository, blob)
            elif first.ended or first.blob == blob:
                return
            else:
                data = blob_data(self._repository, blob)
                if not data.startswith(blob_data(self._repository, first.blob)):
                    return
            self._versions.timelines[path] = _Timeline(blob, _has_ended(data))


_OF: WeakKeyDictionary[Repository, FirstVersions] = WeakKeyDictionary()


def first_versions(repository: Repository) -> FirstVersions:
    """Return the first versions of a repository's records; the same object for every caller."""
    if repository not in _OF:
        _OF[repository] = FirstVersions(repository)
    return _OF[repository]


def _decoded(raw: bytes | None) -> _Versions:
    if raw is not None:
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            return msgspec.msgpack.decode(raw, type=_Versions)
    return _Versions()


def _additions(output: bytes) -> Iterator[tuple[str, str]]:
    """Yield path and blob of each file that a commit of a raw log holds and its parents do not."""
    fields = iter(output.split(b"\0"))
    for text in fields:
        head = text.lstrip(b"\n")
        if not head.startswith(b":"):
            continue
        path = next(fields, b"")
        parents = len(head) - len(head.lstrip(b":"))
        words = head.lstrip(b":").decode("ascii", "replace").split()
        if len(words) != 2 * (parents + 1) + 1:
            continue
        blob = words[2 * (parents + 1) - 1]
        if set(blob) != {"0"} and words[parents] in ("100644", "100755"):
            yield path.decode("utf-8", "surrogateescape"), blob


def _has_ended(data: bytes) -> bool:
    """Return whether the last event of a timeline ends its run."""
    last = data.rstrip(b"\n").rpartition(b"\n")[2]
    try:
        event = json.loads(last)
    except ValueError:
        return False
    return isinstance(event, dict) and event.get("type") == "final"
