"""Finds secrets in text and removes them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from forge.lazy import at_first_use

if TYPE_CHECKING:
    from forge.check.secrets import detectors
else:
    detectors = at_first_use("forge.check.secrets.detectors")  # few texts need it

_REMOVED = "[secret removed]"
# Every detector needs one of these; text without any of them skips the detectors.
_HINT = re.compile(
    r"PRIVATE"
    r" KEY|://[^\s/]*:[^\s/]*@|AKIA|ASIA|ABIA|ACCA|A3T|gh[pousr]_|glpat-|gl[a-z]+-|xox[a-z]-|sk_live|rk_live|sk-|SG\.|AIza|npm_"
    r"|_authToken|pypi-|SK[0-9a-f]{6}|AC[0-9a-z]{6}|eyJ|AccountKey|hooks\.slack|\bcloudant|softlayer|\bibm|bluemix|artifactory"
    r"|AKC|AP[\dABCDEF]|-us\d|discord|[MNO][\w-]{23}|\d{8,10}:|sq0csp-|sl=|(?i:aws|secret|token|key|pass)"
)


def secrets_in(line: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of each secret in a line."""
    if not _HINT.search(line):
        return
    for detector in detectors.detectors():
        for pattern in detector.denylist:
            yield from (
                (detector.secret_type, match[0]) for match in pattern.finditer(line) if match[0]
            )


def scrub(text: str) -> tuple[str, int]:
    """Return a text without its secrets, and how many there were.

    All lines of a private key are removed, and each counts as one secret.
    """
    if not _HINT.search(text):  # do not split megabytes for nothing
        return text, 0
    removed = 0
    lines = []
    inside_key = False
    for line in text.split("\n"):
        if inside_key or "PRIVATE KEY-----" in line:
            inside_key = "-----END" not in line if inside_key or "-----BEGIN" in line else False
            removed += 1
            lines.append(_REMOVED)
            continue
        secrets = {secret for _, secret in secrets_in(line)}
        removed += len(secrets)
        lines.append(_without(line, secrets))
    return "\n".join(lines), removed


def _without(line: str, secrets: set[str]) -> str:
    """Return a line without some secrets, the longest removed first."""
    longest_first = sorted(secrets, key=len)[::-1]
    return functools.reduce(
        lambda text, secret: text.replace(secret, _REMOVED), longest_first, line
    )


def scrubbed(data: dict[str, object]) -> dict[str, object]:
    """Return an event's data without the secrets in its texts."""
    return {key: _scrubbed(value) for key, value in data.items()}


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return scrub(value)[0]
    if isinstance(value, dict):
        return scrubbed(value)
    return [_scrubbed(item) for item in value] if isinstance(value, list) else value
