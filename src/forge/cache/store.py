"""The file of a cache: named values, each with the stamp of what it was computed from.

A file is one header line, the values, and an index of them. Values are read one by one, so memory
does not grow with them. A writer makes a new file and replaces the old one; of several writers the
last one wins. A file that is damaged, of another format, of other code or of another tag is ignored
and replaced.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
import zlib
from collections.abc import Container
from pathlib import Path
from types import TracebackType

import msgspec
from msgspec import Struct

from forge import regular
from forge.cache.fingerprint import fingerprint

_MAGIC = "forge cache 1"
_HEADER = len(_MAGIC) + 1 + 16 + 1 + 8 + 1
_CHUNK = 1 << 20
_ABANDONED = 3600  # seconds after which a temporary file belongs to a process that was killed


class _Entry(Struct, array_like=True):
    stamp: str
    at: int
    size: int
    crc: int


class _Index(Struct, array_like=True):
    key: str
    entries: dict[bytes, _Entry]


_DECODER = msgspec.msgpack.Decoder(_Index)


class CacheStore:
    """The values of one cache file. As a context manager it saves what was put.

    `tag` names what all values depend on besides forge's code. At most `most_entries` values of
    `most_bytes` together are kept, the newest ones. No method raises for a file that cannot be
    read or written: nothing is cached then.
    """

    def __init__(
        self, path: Path, *, tag: str = "", most_entries: int = 100_000, most_bytes: int = 1 << 28
    ) -> None:
        self.path = path
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._key = f"{fingerprint()} {tag}"
        self._source: int | None = None
        self._index: dict[bytes, _Entry] = {}
        self._new: dict[bytes, _Entry] = {}
        self._target: int | None = None
        self._temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
        self._end = _HEADER
        self._changed = self._is_open = False

    def _open(self) -> None:
        if self._is_open:
            return
        self._is_open = True
        try:
            self._source = regular.open_regular(self.path)
            header = os.pread(self._source, _HEADER, 0).decode("ascii")
            magic, start_hex, crc_hex = header[:13], header[14:30], header[31:39]
            if magic != _MAGIC:
                return
            start, crc = int(start_hex, 16), int(crc_hex, 16)
            raw = os.pread(self._source, os.fstat(self._source).st_size - start, start)
            index = _DECODER.decode(raw) if zlib.crc32(raw) == crc else None
            if index is not None and index.key == self._key:
                self._index = index.entries
        except (OSError, ValueError, OverflowError, msgspec.MsgspecError):
            self._index = {}

    def get(self, name: str, stamp: str) -> bytes | None:
        """Return the value of a name, or None if its stamp is another one or it is not cached."""
        self._open()
        key = _key(name)
        entry = self._new.get(key)
        descriptor = self._target if entry is not None else self._source
        if entry is None:
            entry = self._index.get(key)
        if entry is None or descriptor is None or entry.stamp != stamp:
            return None
        with contextlib.suppress(OSError, ValueError, OverflowError):
            value = os.pread(descriptor, entry.size, entry.at)
            if zlib.crc32(value) == entry.crc:
                return value
        return None

    def put(self, name: str, stamp: str, value: bytes) -> None:
        """Cache a value under a name; without a stamp it is not kept."""
        if not stamp:
            return
        self._open()
        self._changed = True
        with contextlib.suppress(OSError):
            self._append(_key(name), stamp, value)

    def _append(self, key: bytes, stamp: str, value: bytes) -> None:
        _write_all(self._opened(), value, self._end)
        self._new.pop(key, None)
        self._new[key] = _Entry(stamp, self._end, len(value), zlib.crc32(value))
        self._end += len(value)

    def _opened(self) -> int:
        """Return the descriptor of the new file. Raises OSError."""
        if self._target is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._target = os.open(self._temporary, flags, 0o644)
        return self._target

    def prune(self, names: Container[str]) -> None:
        """Forget the values of all other names."""
        self._open()
        for index in (self._index, self._new):
            for key in [key for key in index if _name(key) not in names]:
                del index[key]
                self._changed = True

    def save(self) -> None:
        """Write what changed, and close the file; the next use opens it again."""
        try:
            if self._changed:
                with contextlib.suppress(OSError):
                    self._replace()
        finally:
            self._close()

    def _replace(self) -> None:
        target = self._opened()
        raw = msgspec.msgpack.encode(_Index(self._key, self._copy_kept() | self._new))
        _write_all(target, raw, self._end)
        header = f"{_MAGIC} {self._end:016x} {zlib.crc32(raw):08x}\n"
        _write_all(target, header.encode(), 0)
        self._temporary.replace(self.path)
        self._sweep()

    def _copy_kept(self) -> dict[bytes, _Entry]:
        """Copy the values of the old file that were not replaced, up to the limits of the cache."""
        kept: list[tuple[bytes, _Entry]] = []
        entries, room = len(self._new), self._most_bytes - self._end
        for key, entry in reversed(self._index.items()):
            if key in self._new:
                continue
            entries, room = entries + 1, room - entry.size
            if entries > self._most_entries or room < 0:
                break
            kept.append((key, entry))
        copied: dict[bytes, _Entry] = {}
        first = last = 0  # the range of the old file that is copied next: neighbors go together
        for key, entry in reversed(kept):
            if entry.at != last:
                self._copy(first, last)
                first = entry.at
            last = entry.at + entry.size
            at = self._end + entry.at - first
            copied[key] = _Entry(entry.stamp, at, entry.size, entry.crc)
        self._copy(first, last)
        return copied

    def _copy(self, first: int, last: int) -> None:
        assert self._target is not None
        while first < last:
            part = os.pread(self._source or -1, min(_CHUNK, last - first), first)
            if not part:
                raise OSError(errno.EIO, "the cache file became shorter")
            _write_all(self._target, part, self._end)
            first, self._end = first + len(part), self._end + len(part)

    def _sweep(self) -> None:
        """Remove temporary files of processes that were killed."""
        for path in self.path.parent.glob(f".{self.path.name}.*.tmp"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink()

    def _close(self) -> None:
        for descriptor in (self._source, self._target):
            if descriptor is not None:
                os.close(descriptor)
        if self._target is not None:
            self._temporary.unlink(missing_ok=True)
        self._source = self._target = None
        self._index, self._new, self._end = {}, {}, _HEADER
        self._changed = self._is_open = False

    def __enter__(self) -> CacheStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.save()


def _key(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _name(key: bytes) -> str:
    return key.decode("utf-8", "surrogateescape")


def _write_all(descriptor: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, at)
        view, at = view[written:], at + written
