"""What is not to be trusted: diffs that reach further than the plan, and secrets in what is written down."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from forge.git.changes import Change, Changes
from forge.late import at_first_use
from forge.planning.contract import Contract
from forge.planning.scope import WriteScope, matcher
from forge.planning.settings import ScopeLimits

if TYPE_CHECKING:
    from forge.check import detectors
else:
    detectors = at_first_use("forge.check.detectors")  # few texts look like secrets

Risk = Literal["low", "medium", "high"]
# Names of files that hold secrets by custom: their text is never put into an index or a list for runners.
_SECRET_NAME = re.compile(
    r"(?:\.env(?:\..+)?|.+\.(?:env|pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|tfstate)|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|\.(?:netrc|npmrc|pypirc|pgpass|git-credentials|htpasswd)|(?:credentials|secrets?)(?:\.\w+)?)",
    re.I,
)
_SAMPLE_NAME = re.compile(r".+\.(?:example|sample|template|dist)", re.I)
_REMOVED = "[secret removed]"
_MOST_SCANNED = 4 << 20  # bytes of a patch
# One cheap look that every detector's pattern needs; lines without it are not given to the detectors.
_HINT = re.compile(
    r"PRIVATE KEY|://[^\s/]*:[^\s/]*@|AKIA|ASIA|ABIA|ACCA|A3T|gh[pousr]_|glpat-|gl[a-z]+-|xox[a-z]-|sk_live|rk_live|sk-|SG\.|AIza|npm_"
    r"|_authToken|pypi-|SK[0-9a-f]{6}|AC[0-9a-z]{6}|eyJ|AccountKey|hooks\.slack|\bcloudant|softlayer|\bibm|bluemix|artifactory"
    r"|AKC|AP[\dABCDEF]|-us\d|discord|[MNO][\w-]{23}|\d{8,10}:|sq0csp-|sl=|(?i:aws|secret|token|key|pass)",
)


class Judgement(Struct, frozen=True):
    """How risky a diff is, why, and which paths lie outside the plan's write scope.

    `kinds` names what makes it high: scope, delete, protected, unlisted (protected, and not named by the plan), secret, limit.
    """

    risk: Risk
    reasons: tuple[str, ...]
    kinds: tuple[str, ...]
    out_of_scope: tuple[str, ...]


def holds_secrets(path: str) -> bool:
    """Say whether a file holds secrets by its name (`.env`, a key, stored credentials); a sample of one does not."""
    name = path.rpartition("/")[2]
    return _SECRET_NAME.fullmatch(name) is not None and _SAMPLE_NAME.fullmatch(name) is None


def secrets_in(line: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each secret that a line of text shows."""
    if not _HINT.search(line):
        return
    for detector in detectors.detectors():
        for pattern in detector.denylist:
            yield from ((detector.secret_type, found[0]) for found in pattern.finditer(line) if found[0])


def scrub(text: str) -> tuple[str, int]:
    """Return a text with its secrets taken out, and how many there were. The lines of a private key go with its header."""
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
            functools.reduce(lambda text, secret: text.replace(secret, _REMOVED), sorted(secrets, key=len)[::-1], line)
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


def judge(
    changes: Changes, scope: WriteScope, announced_deletes: Sequence[str], limits: ScopeLimits, contract: Contract
) -> Judgement:
    """Say how risky a step's diff is. A path that a mission of the plan does not allow is out of scope like one not named.

    High: a path out of scope, a delete that was not announced, a protected path, a secret, more than the limits.
    Medium: more than half of a limit, or an executable or a link. Low otherwise.
    """
    high = [("scope", f"out of scope: {path}") for path in changes.paths if not scope.covers(path)]
    foreign = {path: names for path in changes.paths if (names := contract.against(path))}
    high += [("scope", f"outside the mission {name}: {path}") for path, names in foreign.items() for name in names]
    outside = tuple(path for path in changes.paths if path in foreign or not scope.covers(path))
    high += [
        ("delete", f"deletes {path}, which no step announces") for path in _unannounced(changes.entries, announced_deletes)
    ]
    high += [
        ("protected" if _listed(path, scope, limits.protect) else "unlisted", f"protected: {path}")
        for path in protected(changes.paths, limits.protect)
    ]
    high += [("secret", f"looks like a secret ({kind}): {path}") for path, kind in _secrets(changes)]
    if len(changes.entries) > limits.max_files:
        high.append(("limit", f"{len(changes.entries)} files, more than scope.max_files {limits.max_files}"))
    if changes.lines > limits.max_lines:
        high.append(("limit", f"{changes.lines} lines, more than scope.max_lines {limits.max_lines}"))
    if high:
        return Judgement("high", tuple(why for _, why in high), tuple(dict.fromkeys(kind for kind, _ in high)), outside)
    medium = [f"mode {entry.mode:o}: {entry.path}" for entry in changes.entries if entry.mode not in (0, 0o100644)]
    if len(changes.entries) * 2 > limits.max_files or changes.lines * 2 > limits.max_lines:
        medium.append(f"large: {changes.summary}")
    return Judgement("medium" if medium else "low", tuple(medium), (), outside)


def protected(paths: Iterable[str], globs: Sequence[str]) -> list[str]:
    """Return the paths that a list of globs protects."""
    return list(filter(matcher(globs), paths))


def _listed(path: str, scope: WriteScope, globs: Sequence[str]) -> bool:
    """Say whether a plan names a protected path as what it is: not only by a folder or a glob that reaches further."""
    names = (entry for entry in scope.paths if WriteScope((entry,)).covers(path))
    return any(entry == path or protected([entry.partition("*")[0].rstrip("/")], globs) for entry in names)


def _unannounced(entries: Sequence[Change], announced: Sequence[str]) -> list[str]:
    allowed = WriteScope.of(announced)
    return [entry.path for entry in entries if entry.status == "D" and not allowed.covers(entry.path)]


def _secrets(changes: Changes) -> list[tuple[str, str]]:
    """Return path and kind of what looks like a secret in the added lines, which a patch's headers are not."""
    found: dict[tuple[str, str], None] = {}
    path, header = "", True
    for line in changes.patch[:_MOST_SCANNED].decode("utf-8", "replace").split("\n"):
        if line.startswith(("diff --git ", "@@ ")):
            header = line.startswith("d")
        elif header and line.startswith("+++ "):
            path = line[4:].strip().strip('"').removeprefix("b/")
        elif not header and line.startswith("+"):
            found.update(dict.fromkeys((path, kind) for kind, _ in secrets_in(line[1:])))
    if len(changes.patch) > _MOST_SCANNED:
        found[path, f"nothing beyond {_MOST_SCANNED >> 20} MiB was looked through"] = None
    return list(found)
