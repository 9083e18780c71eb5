"""Evidence: each file that an event names is there, and is what the event says."""

from __future__ import annotations

import hashlib
import re

from forge.check.replay.problems import Account, Record

_PATH = re.compile(r"evidence/([0-9a-f]{16})\.[A-Za-z0-9]+")
_LEFT_OUT = re.compile(rb"\[\xe2\x80\xa6 [0-9]+ bytes left out \xe2\x80\xa6\]")


def check_evidence(record: Record, account: Account) -> None:
    """Name each file of evidence that is missing, changed, or told wrongly; the events' order is
    kept.
    """
    for event in record.events:
        for named in event.evidence:
            for message in _wrong(record, named):
                account.wrong(event.seq, message)


def _wrong(record: Record, named: dict[str, object]) -> list[str]:
    path, digest = str(named.get("path")), str(named.get("sha256"))
    match = _PATH.fullmatch(path)
    if match is None:
        return [f"{path!r} is no path of evidence"]
    if digest[:16] != match[1]:
        return [f"{path} is not named after its hash, {digest[:16]}"]
    place = record.folder / path
    try:
        data = b"" if place.is_symlink() else place.read_bytes()
    except OSError as error:
        return [f"{path} cannot be read: {error.strerror}"]
    if hashlib.sha256(data).hexdigest() != digest:
        return [f"{path} was changed: its content has another hash"]
    found = (
        []
        if named.get("bytes") == len(data)
        else [f"{path} has {len(data)} bytes, not {named.get('bytes')}"]
    )
    if (
        named.get("truncated") is True
        and not named.get("secrets_removed")
        and not _LEFT_OUT.search(data)
    ):
        found.append(f"{path} is whole, not truncated")
    return found
