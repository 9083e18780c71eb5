"""Removes secrets from text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from forge.lazy import at_first_use

if TYPE_CHECKING:
    from forge.check.secrets import find
    from forge.check.secrets.find import Secret
else:
    find = at_first_use("forge.check.secrets.find")

REMOVED = b"[secret removed]"
# What each secret has: a long word, or a label before it. Most short texts have neither, and then
# nothing is loaded for them.
_HINT = re.compile(
    r"\S{18}|[=:>|]|\s-[apuwb]|--\S{1,64}\s|auth|basic|bearer|credential|key|login|pass|pwd"
    r"|secret|token",
    re.I,
)
_SHORTEST_TO_REPEAT = 12
_MOST_TO_REPEAT = 50  # secrets that are looked for in the rest of the text


def secrets_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of each secret."""
    if _HINT.search(text):
        data = _bytes(text)
        for secret in find.find(data):
            yield secret.kind, data[secret.start : secret.end].decode("utf-8", "replace")


def scrub(text: str) -> tuple[str, int]:
    """Return a text without its secrets, and how many there were.

    A secret is removed wherever else the text repeats it.
    """
    if not _HINT.search(text):
        return text, 0
    data = _bytes(text)
    secrets = find.find(data)
    return (
        (_without(data, secrets).decode("utf-8", "surrogatepass"), len(secrets))
        if secrets
        else (text, 0)
    )


class Part(NamedTuple):
    """A part of an output without its secrets: its offsets, its text, and how many there were."""

    start: int
    end: int
    text: str
    secrets: int


def scrub_part(data: bytes, start: int, end: int) -> Part:
    """Return the part of an output between two offsets without its secrets.

    Secrets are looked for in all of the output, and one that either offset would cut is left out
    as a whole, since half of it would not be recognized.
    """
    secrets = find.find(data)
    for secret in secrets:
        if secret.start < end < secret.end:
            end = secret.start
        if secret.start < start < secret.end:
            start = secret.end
    inside = [secret for secret in secrets if start <= secret.start and secret.end <= end]
    moved = [
        secret._replace(start=secret.start - start, end=secret.end - start) for secret in inside
    ]
    clean = _without(data[start:end], moved)
    return Part(start, end, clean.decode("utf-8", "replace"), len(inside))


def _without(data: bytes, secrets: Sequence[Secret]) -> bytes:
    parts, position = [], 0
    for secret in secrets:
        parts += [data[position : secret.start], REMOVED]
        position = secret.end
    clean = b"".join([*parts, data[position:]])
    longest_first = sorted({data[secret.start : secret.end] for secret in secrets}, key=len)[::-1]
    for value in longest_first[:_MOST_TO_REPEAT]:
        if len(value) >= _SHORTEST_TO_REPEAT:
            clean = clean.replace(value, REMOVED)
    return clean


def scrubbed(data: dict[str, object]) -> dict[str, object]:
    """Return an event's data without the secrets in its texts."""
    return {key: _scrubbed(value) for key, value in data.items()}


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return scrub(value)[0]
    if isinstance(value, dict):
        return scrubbed(value)
    return [_scrubbed(item) for item in value] if isinstance(value, list) else value


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
