"""Checks evidence: each file that an event names exists and is what the event says."""

from __future__ import annotations

import hashlib
import re

from forge import regular
from forge.check.replay.record import Record, Report

_PATH = re.compile(r"evidence/([0-9a-f]{16})\.[A-Za-z0-9]+")
_LEFT_OUT = re.compile(rb"\[\xe2\x80\xa6 [0-9]+ bytes left out \xe2\x80\xa6\]")


def check_evidence(record: Record, report: Report) -> None:
    """Report each evidence file that is missing, was changed, or is described wrongly."""
    for event in record.events:
        for entry in event.evidence:
            for message in _problems(record, entry):
                report.add_problem(event.seq, message)


def _problems(record: Record, entry: dict[str, object]) -> list[str]:
    path, digest = str(entry.get("path")), str(entry.get("sha256"))
    match = _PATH.fullmatch(path)
    if match is None:
        return [f"{path!r} is not a path of evidence"]
    if digest[:16] != match[1]:
        return [f"{path} is not named after its hash, {digest[:16]}"]
    file = record.folder / path
    try:
        data = regular.read(file)
    except OSError as error:
        return [f"{path} cannot be read: {error.strerror}"]
    if hashlib.sha256(data).hexdigest() != digest:
        return [f"{path} was changed: its content has another hash"]
    problems = []
    if entry.get("bytes") != len(data):
        problems.append(f"{path} has {len(data)} bytes, not {entry.get('bytes')}")
    truncated = entry.get("truncated") is True and not entry.get("secrets_removed")
    if truncated and not _LEFT_OUT.search(data):
        problems.append(f"{path} is complete, not truncated")
    return problems
