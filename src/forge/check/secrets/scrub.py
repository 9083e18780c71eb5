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
    detectors = at_first_use("forge.check.secrets.detectors")  # few texts look like secrets


# Names of files that hold secrets by custom: their text is never put into an index or a list for
# runners.
_SECRET_NAME = re.compile(
    r"(?:\.env(?:\..+)?|.+\.(?:env|pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|tfstate)|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|\.(?:netrc|npmrc|pypirc|pgpass|git-credentials|htpasswd)|(?:credentials|secrets?)(?:\.\w+)?)",
    re.I,
)
_SAMPLE_NAME = re.compile(r".+\.(?:example|sample|template|dist)", re.I)
_REMOVED = "[secret removed]"
# One cheap look that every detector's pattern needs; lines without it are not given to the
# detectors.
_HINT = re.compile(
    r"PRIVATE"
    r" KEY|://[^\s/]*:[^\s/]*@|AKIA|ASIA|ABIA|ACCA|A3T|gh[pousr]_|glpat-|gl[a-z]+-|xox[a-z]-|sk_live|rk_live|sk-|SG\.|AIza|npm_"
    r"|_authToken|pypi-|SK[0-9a-f]{6}|AC[0-9a-z]{6}|eyJ|AccountKey|hooks\.slack|\bcloudant|softlayer|\bibm|bluemix|artifactory"
    r"|AKC|AP[\dABCDEF]|-us\d|discord|[MNO][\w-]{23}|\d{8,10}:|sq0csp-|sl=|(?i:aws|secret|token|key|pass)"
)


def holds_secrets(path: str) -> bool:
    """Say whether a file holds secrets by its name (`.env`, a key, stored credentials); a sample of
    one does not.
    """
    name = path.rpartition("/")[2]
    return _SECRET_NAME.fullmatch(name) is not None and _SAMPLE_NAME.fullmatch(name) is None


def secrets_in(line: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each secret that a line of text shows."""
    if not _HINT.search(line):
        return
    for detector in detectors.detectors():
        for pattern in detector.denylist:
            yield from (
                (detector.secret_type, found[0]) for found in pattern.finditer(line) if found[0]
            )


def scrub(text: str) -> tuple[str, int]:
    """Return a text with its secrets taken out, and how many there were. The lines of a private key
    go with its header.
    """
    if not _HINT.search(text):  # megabytes without one are not taken apart
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
        lines.append(
            functools.reduce(
                lambda text, secret: text.replace(secret, _REMOVED),
                sorted(secrets, key=len)[::-1],
                line,
            )
        )
    return "\n".join(lines), removed


def scrubbed(data: dict[str, object]) -> dict[str, object]:
    """Return an event's data with the secrets taken out of every text in it."""
    return {key: _scrubbed(value) for key, value in data.items()}


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return scrub(value)[0]
    if isinstance(value, dict):
        return scrubbed(value)
    return [_scrubbed(item) for item in value] if isinstance(value, list) else value
