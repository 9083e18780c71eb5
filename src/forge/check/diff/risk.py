"""Rates how risky a step's diff is: what it changes beyond its plan, and secrets that it adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from forge.check.secrets.scrub import secrets_in
from forge.git import modes
from forge.git.commits.changes import Change, Changes
from forge.planning.mission.scope_contract import Contract
from forge.planning.plan.scope import WriteScope, matcher
from forge.planning.settings import ScopeLimits
from forge.text.path_list import cut, path_lines

Risk = Literal["low", "medium", "high"]
Reason = tuple[str, str]
"""The kind of a reason (see Judgement.kinds), and its text."""
_GRAVEST = ("secret", "unlisted", "limit", "protected", "delete", "scope")
"""The kinds of reasons in the order in which they are listed: a long list may be cut."""
_MOST_LISTED = 8  # reasons of one kind; others are counted
_MOST_SCANNED = 4 << 20  # bytes of a patch
_REGULAR_OR_DELETED = (0, modes.FILE)


class Judgement(Struct, frozen=True):
    """How risky a diff is, why, and which paths are outside the plan's write scope.

    `kinds` lists what makes it high: scope, delete, protected, unlisted (protected, and not named
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
    """Return how risky a step's diff is.

    High: a path out of scope (a path that a mission of the plan does not allow is one), a delete
    that was not announced, a protected path, a secret, more than the limits. Medium: more than half
    of a limit, or an executable or a link. Low otherwise.
    """
    forbidden = {path: names for path in changes.paths if (names := contract.against(path))}
    outside = tuple(path for path in changes.paths if path in forbidden or not scope.covers(path))
    high = [
        *_out_of_scope(changes, scope, forbidden),
        *_unannounced_deletes(changes.entries, announced_deletes),
        *_protected_paths(changes, scope, limits.protect),
        *_secrets(changes),
        *_over_limits(changes, limits),
    ]
    if high:
        gravest_first = sorted(high, key=lambda reason: _GRAVEST.index(reason[0]))
        reasons = tuple(reason for _, reason in gravest_first)
        return Judgement("high", reasons, tuple(dict.fromkeys(kind for kind, _ in high)), outside)
    medium = tuple(_medium(changes, limits))
    return Judgement("medium" if medium else "low", medium, (), outside)


def protected(paths: Iterable[str], globs: Sequence[str]) -> list[str]:
    """Return the paths that match one of the globs of protected files."""
    return list(filter(matcher(globs), paths))


def _out_of_scope(
    changes: Changes, scope: WriteScope, forbidden: dict[str, list[str]]
) -> Iterator[Reason]:
    outside = [path for path in changes.paths if not scope.covers(path)]
    yield from _each("scope", outside, "out of scope: ")
    missions = dict.fromkeys(mission for names in forbidden.values() for mission in names)
    for mission in missions:
        against = [path for path, names in forbidden.items() if mission in names]
        yield from _each("scope", against, f"outside the mission {mission}: ")


def _each(kind: str, paths: Sequence[str], words: str) -> Iterator[Reason]:
    """Yield a reason for each path or, if there are many, for each folder with their number."""
    for line in path_lines(paths, _MOST_LISTED, indent=""):
        yield kind, f"{words}{line}"


def _unannounced_deletes(entries: Sequence[Change], announced: Sequence[str]) -> Iterator[Reason]:
    allowed = WriteScope.of(announced)
    deleted = [
        entry.path for entry in entries if entry.status == "D" and not allowed.covers(entry.path)
    ]
    for kind, line in _each("delete", deleted, "deletes "):
        yield kind, f"{line}, which no step announces"


def _protected_paths(changes: Changes, scope: WriteScope, globs: Sequence[str]) -> Iterator[Reason]:
    paths = protected(changes.paths, globs)
    listed = [path for path in paths if _listed(path, scope, globs)]
    yield from _each("protected", listed, "protected: ")
    yield from _each("unlisted", sorted({*paths} - {*listed}), "protected: ")


def _listed(path: str, scope: WriteScope, globs: Sequence[str]) -> bool:
    """Return whether a plan names a protected path itself, or a folder or glob inside what is
    protected: a wider folder or glob does not count.
    """
    entries = (entry for entry in scope.paths if WriteScope((entry,)).covers(path))
    return any(
        entry == path or protected([entry.partition("*")[0].rstrip("/")], globs)
        for entry in entries
    )


def _secrets(changes: Changes) -> Iterator[Reason]:
    """Yield a reason for each kind of secret that a file's added lines show."""
    found = [
        f"looks like a secret ({kind}): {path}"
        for path, text in _added_lines(changes.patch[:_MOST_SCANNED].decode("utf-8", "replace"))
        for kind in dict.fromkeys(kind for kind, _ in secrets_in(text))
    ]
    for line in cut(found, _MOST_LISTED, indent=""):
        yield "secret", line
    if len(changes.patch) > _MOST_SCANNED:
        yield "secret", f"nothing beyond {_MOST_SCANNED >> 20} MiB was searched"


def _added_lines(patch: str) -> Iterator[tuple[str, str]]:
    """Yield each path of a patch with its added lines as one text."""
    added: dict[str, list[str]] = {}
    path, in_header = "", True
    for line in patch.split("\n"):
        if line.startswith(("diff --git ", "@@ ")):
            in_header = line.startswith("d")
        elif in_header and line.startswith("+++ "):
            path = line[4:].strip().strip('"').removeprefix("b/")
        elif not in_header and line.startswith("+"):
            added.setdefault(path, []).append(line[1:])
    return ((path, "\n".join(lines)) for path, lines in added.items())


def _over_limits(changes: Changes, limits: ScopeLimits) -> Iterator[Reason]:
    for count, unit, most in (
        (len(changes.entries), "files", limits.max_files),
        (changes.lines, "lines", limits.max_lines),
    ):
        if count > most:
            yield "limit", f"{count} {unit}, more than scope.max_{unit} {most}"


def _medium(changes: Changes, limits: ScopeLimits) -> Iterator[str]:
    for entry in changes.entries:
        if entry.mode not in _REGULAR_OR_DELETED:
            yield f"mode {entry.mode:o}: {entry.path}"
    if len(changes.entries) * 2 > limits.max_files or changes.lines * 2 > limits.max_lines:
        yield f"large: {changes.summary}"
