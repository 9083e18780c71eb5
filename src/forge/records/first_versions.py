"""What commits first said about runs and proofs: records are written once, so a later version that
says something else was altered.

A card, a file of evidence and a proof never change: the oldest commit that holds one decides. A
timeline only grows, by commits of forge, and not after its last event: a version counts if it
begins with the one that counted before, and if its commit names the run and the number of its
events, as forge's commits do (a squash merge lists their messages). A version that does not count
changes nothing, so a record that was restored is as it was. Merges, squash merges and rebases keep
the bytes of records, and so their word. What no commit of HEAD's history holds has no first
version. In a shallow clone the oldest commit that is here decides.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct, field

from forge import regular
from forge.cache.store import CacheStore
from forge.errors import ForgeError
from forge.git.blob_id import blob_id
from forge.git.objects.commit import blob_data, file_at, is_ancestor, message_lines
from forge.git.repository import Repository
from forge.planning.names.plan_files import RUNS
from forge.planning.proof import FOLDER as PROOFS
from forge.records.store import CARD_FILE, LOG_FILE

NOT_COMMITTED = "it is not committed"

_NAME, _ERA = "records", "era"
_LOG = (
    *("-c", "log.showRoot=true", "log", "--format=%H", "--raw", "-z", "--no-abbrev"),
    "--no-renames",
    *("--full-history", "--topo-order", "--reverse", "-c"),
)


class _Timeline(Struct, array_like=True):
    """The newest version of a timeline that counts, and whether its run has ended. `foreign` is
    the first longer version that was not committed by forge, with its commit.
    """

    blob: str
    ended: bool
    foreign: tuple[str, str] = ("", "")


class _Addition(NamedTuple):
    """A file that a commit holds and its parents do not."""

    commit: str
    path: str
    blob: str


class _Versions(Struct, array_like=True):
    """What the history of one commit holds: the blob of each file that never changes, by path.

    `era` is the commit at which reading began anew: it stays while history only grows.
    """

    tip: str = ""
    era: str = ""
    fixed: dict[str, str] = field(default_factory=dict)
    timelines: dict[str, _Timeline] = field(default_factory=dict)


class FirstVersions:
    """The first versions of records in the history of HEAD; read once, then only new commits."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._versions = _Versions()
        self._by_run: dict[str, list[str]] | None = None
        self._cache = repository.forge_dir / "cache" / "first-versions.cache"

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
        return self.why_grown(path, data) or f"{LOG_FILE} is not what was first committed"

    def why_grown(self, path: str, data: bytes) -> str:
        """Return why the last events of an open run's timeline do not count; empty if they do, or
        if it does not begin with the version that does.
        """
        first = self._current().timelines.get(path)
        if first is None or first.ended or blob_id(data) == first.blob:
            return ""
        blob, commit = first.foreign
        with contextlib.suppress(ForgeError):
            if not data.startswith(blob_data(self._repository, first.blob)):
                return ""
            if blob and data.startswith(blob_data(self._repository, blob)):
                return f"the commit {commit[:12]} added events to {LOG_FILE}, and it is not forge's"
            return f"the last events of {LOG_FILE} are not committed"
        return ""

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
        card and log are what was first committed. What no commit holds proves nothing either.
        """
        paths = f"{folder}/{CARD_FILE}", f"{folder}/{LOG_FILE}"
        if not all(map(self.holds, paths)):
            return NOT_COMMITTED
        return self.why_altered(paths[0], card) or self.why_altered(paths[1], log)

    def holds(self, path: str) -> bool:
        """Return whether a commit of HEAD's history holds a file of a record."""
        versions = self._current()
        return path in versions.fixed or path in versions.timelines

    def era(self) -> str:
        """Return a text that is the same while HEAD's history only grows. It is cached, so that
        asking again reads neither history nor the versions.
        """
        stamp = f"{self._boundary()} {self._repository.head_fingerprint()}"
        with CacheStore(self._cache) as store:
            raw = store.get(_ERA, stamp)
            if raw is not None:
                return raw.decode("ascii", "replace")
        era = f"{self._current().era} {self._boundary()}"
        with CacheStore(self._cache) as store:
            store.put(_ERA, stamp, era.encode())
        return era

    def why_evidence_altered(self, run: str) -> str:
        """Return which evidence of a run was altered; empty if none was.

        A file that is only missing in the work tree counts as it is committed; a link does not.
        """
        for path in self.evidence(run):
            data = self._bytes(path)
            if why := self.why_altered(path, data):
                return why
        return ""

    def _bytes(self, path: str) -> bytes | None:
        try:
            return regular.read(self._repository.root / path)
        except FileNotFoundError:
            return file_at(self._repository, self._repository.head().commit, path)
        except OSError:
            return None

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
        with CacheStore(self._cache) as store:
            stamp = self._boundary()
            if not self._versions.tip:
                self._versions = _decoded(store.get(_NAME, stamp))
            if self._versions.tip != head:
                self._advance(head)
                with contextlib.suppress(UnicodeEncodeError):
                    store.put(_NAME, stamp, msgspec.msgpack.encode(self._versions))
        return self._versions

    def _boundary(self) -> str:
        """Return a text that changes when a shallow clone gets more of its history."""
        try:
            shallow = regular.read(self._repository.common_dir / "shallow")
        except OSError:
            return "whole"
        return blob_id(shallow)

    def _advance(self, head: str) -> None:
        """Add the commits between the last HEAD and this one; begin anew on another history."""
        tip = self._versions.tip
        if not (tip and head and is_ancestor(self._repository, tip, head)):
            self._versions = _Versions(era=head)
            tip = ""
        if head:
            with contextlib.suppress(ForgeError):
                since = (f"^{tip}",) if tip else ()
                output = self._repository.git(*_LOG, head, *since, "--", RUNS, PROOFS)
                for addition in _additions(output):
                    self._add(addition)
        self._versions.tip = head

    def _add(self, addition: _Addition) -> None:
        path, blob = addition.path, addition.blob
        if not path.endswith(f"/{LOG_FILE}"):
            if path.endswith(f"/{CARD_FILE}") or "/evidence/" in path or path.startswith(PROOFS):
                self._versions.fixed.setdefault(path, blob)
            return
        first = self._versions.timelines.get(path)
        with contextlib.suppress(ForgeError):
            if first is not None and (first.ended or first.blob == blob):
                return
            data = blob_data(self._repository, blob)
            if first is not None:
                if not data.startswith(blob_data(self._repository, first.blob)):
                    return
                if not self._by_forge(addition, data):
                    first.foreign = first.foreign if first.foreign[0] else (blob, addition.commit)
                    return
            self._versions.timelines[path] = _Timeline(blob, _has_ended(data))

    def _by_forge(self, addition: _Addition, data: bytes) -> bool:
        """Return whether a commit says of a timeline what forge's commits say: the run, and the
        number of its events. Raises GitFailed.
        """
        run = addition.path.split("/")[-2]
        lines = message_lines(self._repository, addition.commit)
        count = data.count(b"\n")
        return f"Forge-Run: {run}" in lines and f"Forge-Seq: {count}" in lines


_OF: WeakKeyDictionary[Repository, FirstVersions] = WeakKeyDictionary()


def first_versions(repository: Repository) -> FirstVersions:
    """Return the first versions of a repository's records; the same object for every caller."""
    if repository not in _OF:
        _OF[repository] = FirstVersions(repository)
    return _OF[repository]


def why_proof_altered(repository: Repository, path: str, data: bytes | None) -> str:
    """Return why a proof file proves nothing; empty if it is what was first committed.

    On a branch forge commits each proof that it writes; on a detached HEAD it cannot, so there a
    proof counts without a commit.
    """
    versions = first_versions(repository)
    if not versions.holds(path) and repository.head().branch is not None:
        return NOT_COMMITTED
    return versions.why_altered(path, data)


def _decoded(raw: bytes | None) -> _Versions:
    if raw is not None:
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            return msgspec.msgpack.decode(raw, type=_Versions)
    return _Versions()


def _additions(output: bytes) -> Iterator[_Addition]:
    """Yield what the commits of a raw log added, oldest commit first."""
    commit = ""
    fields = iter(output.split(b"\0"))
    for text in fields:
        head = text.lstrip(b"\n")
        if not head.startswith(b":"):
            commit = head.decode("ascii", "replace") or commit
            continue
        path = next(fields, b"")
        parents = len(head) - len(head.lstrip(b":"))
        words = head.lstrip(b":").decode("ascii", "replace").split()
        if len(words) != 2 * (parents + 1) + 1:
            continue
        blob = words[2 * (parents + 1) - 1]
        if set(blob) != {"0"} and words[parents] in ("100644", "100755"):
            yield _Addition(commit, path.decode("utf-8", "surrogateescape"), blob)


def _has_ended(data: bytes) -> bool:
    """Return whether the last event of a timeline ends its run."""
    last = data.rstrip(b"\n").rpartition(b"\n")[2]
    try:
        event = json.loads(last)
    except ValueError:
        return False
    return isinstance(event, dict) and event.get("type") == "final"
