"""Finds the commit that completed a plan: the one that added its summary, even if moved since."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from forge.git import modes
from forge.git.objects.history import History
from forge.planning.names.plan_files import FOLDER, summaries_of

_SUMMARY = "SUMMARY.md"
_MOST_STEPS = 1000
_ALIKE = 0.5  # the share of common meaningful lines in the shorter text
_MEANINGFUL = 12  # bytes; tags and markup that every plan has are shorter


class Added(Struct, frozen=True):
    """A summary that a commit added; `certain` is false if the history before it is not here."""

    commit: str
    path: str
    blob: str
    certain: bool


class Completions:
    """The commits that added summaries, collected in one walk over the history of a revision."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.store = history.store
        self._documents: dict[str, dict[str, str]] = {}
        self._descendants: dict[str, set[str]] = {}
        self._added: dict[str, list[Added]] = {}
        for commit in history.order:
            for event in self._added_by(commit):
                self._added.setdefault(_tail(event.path), []).append(event)

    def _planning(self, commit: str) -> str | None:
        root = self.store.root(commit)
        entry = self.store.entry(root, FOLDER) if root else None
        return entry[1] if entry and entry[0] == modes.FOLDER else None

    def _added_by(self, commit: str) -> Iterator[Added]:
        """Yield the summaries that a commit has and none of its parents has."""
        own = self._planning(commit)
        before = [self._planning(parent) for parent in self.history.parents[commit]]
        if own is None or own in before:
            return
        for path, old, new in self.store.changes(before[0] if before else None, own):
            if new is None or old is not None or not path.endswith(_SUMMARY):
                continue
            if not any(other and self.store.entry(other, path) for other in before[1:]):
                yield Added(
                    commit, f"{FOLDER}/{path}", new[1], commit not in self.history.incomplete
                )

    def of(self, summary: str) -> Added | None:
        """Return the first addition of a summary of the tip's tree; None if no commit that is here
        added it.
        """
        added = self._latest(summary, self.history.tip)
        for _ in range(_MOST_STEPS):
            earlier = self._earlier(added) if added else None
            if earlier is None:
                break
            added = earlier
        return added

    def _latest(self, path: str, commit: str) -> Added | None:
        """Return the last addition of a path in a commit or its ancestors."""
        events = [event for event in self._added.get(_tail(path), ()) if event.path == path]
        return next(iter(self._among_ancestors(events, commit)), None)

    def _among_ancestors(self, events: Sequence[Added], commit: str) -> Iterator[Added]:
        """Yield the events that a commit or one of its ancestors made, the last first."""
        limit = self.history.position[commit]
        for event in events[::-1]:
            if self.history.position[event.commit] <= limit and commit in self._later(event.commit):
                yield event

    def _later(self, commit: str) -> set[str]:
        if commit not in self._descendants:
            self._descendants[commit] = self.history.descendants(commit)
        return self._descendants[commit]

    def _earlier(self, event: Added) -> Added | None:
        """Return the earlier addition of a summary that was moved, or removed and added again."""
        here = self._listed(event.commit)
        for parent in self.history.parents[event.commit]:
            if origin := _origin(event, self._listed(parent), here):
                return self._latest(origin, parent)
        others = [other for other in self._added[_tail(event.path)] if other.commit != event.commit]
        older = self._among_ancestors(others, event.commit)
        return next((other for other in older if self._same_plan(other, event)), None)

    def _same_plan(self, one: Added, other: Added) -> bool:
        """Return whether two summaries of one name belong to one plan.

        The plans beside them decide, otherwise their own text.
        """
        plans = [
            self._listed(event.commit).get(self.plan_beside(event) or "") for event in (one, other)
        ]
        if plans[0] and plans[1]:
            return self._alike(plans[0], plans[1])
        return self._alike(one.blob, other.blob)

    def _alike(self, one: str, other: str) -> bool:
        if one == other:
            return True
        texts = [self.store.data(blob) for blob in (one, other)]
        lines = [
            {line for line in (text or b"").split(b"\n") if len(line.strip()) >= _MEANINGFUL}
            for text in texts
        ]
        return len(lines[0] & lines[1]) >= _ALIKE * max(1, min(map(len, lines)))

    def _listed(self, commit: str) -> Mapping[str, str]:
        """Return the plans and summaries of a commit, path to blob; none if its tree is incomplete
        here.
        """
        planning = self._planning(commit)
        if planning is None:
            return {}
        if planning not in self._documents:
            self._documents[planning] = {
                f"{FOLDER}/{path}": entry[1]
                for path, _, entry in self.store.changes(None, planning)
                if entry is not None and path.endswith((_SUMMARY, "PLAN.md"))
            }
        return self._documents[planning]

    def plan_beside(self, event: Added, now: str = "") -> str | None:
        """Return the path, at that commit, of the plan that an added summary belongs to.

        `now` is the plan's path today.
        """
        paths = [path for path in self._listed(event.commit) if path.endswith("PLAN.md")]
        folder = posixpath.dirname(event.path)
        beside = [
            *summaries_of(
                [path for path in paths if posixpath.dirname(path) == folder], [event.path]
            )
        ]
        if beside:
            return min(
                beside, key=lambda path: (posixpath.basename(path) != posixpath.basename(now), path)
            )
        return next((path for path in paths if now and _tail(path) == _tail(now)), None)


def _origin(event: Added, before: Mapping[str, str], after: Mapping[str, str]) -> str | None:
    """Return the path of the parent's summary that a commit moved or copied to an added one."""
    name = posixpath.basename(event.path)
    ranked = []
    for path, blob in before.items():
        if path == event.path or not path.endswith(_SUMMARY):
            continue
        same, gone = blob == event.blob, path not in after
        named, folder = posixpath.basename(path) == name, _tail(path) == _tail(event.path)
        if (same and gone) or (folder and (same or gone)):
            ranked.append((not (same and gone), not folder, not named, path))
    return min(ranked)[-1] if ranked else None


def _tail(path: str) -> str:
    folder, name = posixpath.split(path)
    return f"{posixpath.basename(folder)}/{name}"
