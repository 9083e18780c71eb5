"""What is not to be trusted: diffs that reach further than the plan, and secrets in what is written
down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from forge.check.secrets.scrub import secrets_in
from forge.git.commits.step_commit import Change, Changes
from forge.lazy import at_first_use
from forge.planning.mission.scope_contract import Contract
from forge.planning.plan.scope import WriteScope, matcher
from forge.planning.settings import ScopeLimits

if TYPE_CHECKING:
    from forge.check.secrets import detectors
else:
    detectors = at_first_use("forge.check.secrets.detectors")  # few texts look like secrets

Risk = Literal["low", "medium", "high"]
_MOST_SCANNED = 4 << 20  # bytes of a patch


class Judgement(Struct, frozen=True):
    """How risky a diff is, why, and which paths lie outside the plan's write scope.

    `kinds` names what makes it high: scope, delete, protected, unlisted (protected, and not named
    by the plan), secret, limit.
    """

    risk: Risk
    reasons: tuple[str, ...]
    kinds: tuple[str, ...]
    out_of_scope: tuple[str, ...]


def judge(
    changes: Changes,
    scope: WriteScope,
    announced_deletes: Sequence[str],
    limits: ScopeLimits,
    contract: Contract,
) -> Judgement:
    """Say how risky a step's diff is. A path that a mission of the plan does not allow is out of
    scope like one not named.

    High: a path out of scope, a delete that was not announced, a protected path, a secret, more
    than the limits. Medium: more than half of a limit, or an executable or a link. Low otherwise.
    """
    high = [("scope", f"out of scope: {path}") for path in changes.paths if not scope.covers(path)]
    foreign = {path: names for path in changes.paths if (names := contract.against(path))}
    high += [
        ("scope", f"outside the mission {name}: {path}")
        for path, names in foreign.items()
        for name in names
    ]
    outside = tuple(path for path in changes.paths if path in foreign or not scope.covers(path))
    high += [
        ("delete", f"deletes {path}, which no step announces")
        for path in _unannounced(changes.entries, announced_deletes)
    ]
    high += [
        ("protected" if _listed(path, scope, limits.protect) else "unlisted", f"protected: {path}")
        for path in protected(changes.paths, limits.protect)
    ]
    high += [
        ("secret", f"looks like a secret ({kind}): {path}") for path, kind in _secrets(changes)
    ]
    if len(changes.entries) > limits.max_files:
        high.append(
            ("limit", f"{len(changes.entries)} files, more than scope.max_files {limits.max_files}")
        )
    if changes.lines > limits.max_lines:
        high.append(
            ("limit", f"{changes.lines} lines, more than scope.max_lines {limits.max_lines}")
        )
    if high:
        return Judgement(
            "high",
            tuple(why for _, why in high),
            tuple(dict.fromkeys(kind for kind, _ in high)),
            outside,
        )
    medium = [
        f"mode {entry.mode:o}: {entry.path}"
        for entry in changes.entries
        if entry.mode not in (0, 0o100644)
    ]
    if len(changes.entries) * 2 > limits.max_files or changes.lines * 2 > limits.max_lines:
        medium.append(f"large: {changes.summary}")
    return Judgement("medium" if medium else "low", tuple(medium), (), outside)


def protected(paths: Iterable[str], globs: Sequence[str]) -> list[str]:
    """Return the paths that a list of globs protects."""
    return list(filter(matcher(globs), paths))


def _listed(path: str, scope: WriteScope, globs: Sequence[str]) -> bool:
    """Say whether a plan names a protected path as what it is: not only by a folder or a glob that
    reaches further.
    """
    names = (entry for entry in scope.paths if WriteScope((entry,)).covers(path))
    return any(
        entry == path or protected([entry.partition("*")[0].rstrip("/")], globs) for entry in names
    )


def _unannounced(entries: Sequence[Change], announced: Sequence[str]) -> list[str]:
    allowed = WriteScope.of(announced)
    return [
        entry.path for entry in entries if entry.status == "D" and not allowed.covers(entry.path)
    ]


def _secrets(changes: Changes) -> list[tuple[str, str]]:
    """Return path and kind of what looks like a secret in the added lines, which a patch's headers
    are not.
    """
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
