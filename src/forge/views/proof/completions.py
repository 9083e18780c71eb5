"""Which commit completed a plan: the one that added its summary, wherever the summary has been
moved since.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from forge.git import modes
from forge.git.objects.history import History
from forge.planning.names.plan_files import FOLDER, summaries_of

_SUMMARY = "SUMMARY.md"
_MOST_STEPS = 1000
_ALIKE = 0.5  # of the lines that say something, of the shorter text
_SAYS_SOMETHING = 12  # bytes; tags and marks that every plan has are shorter


class Added(Struct, frozen=True):
    """A summary as a commit added it; `certain` is false where the history behind the commit is not
    here.
    """

    commit: str
    path: str
    blob: str
    certain: bool


class Completions:
    """The commits that added summaries, in one walk over the history of a revision."""

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
        found = self.store.entry(root, FOLDER) if root else None
        return found[1] if found and found[0] == modes.FOLDER else None

    def _added_by(self, commit: str) -> Iterator[Added]:
        """Yield the summaries that a commit has and none of its parents."""
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
        """Return how the summary of the tip's tree first came to be; None where no commit that is
        here added it.
        """
        found = self._latest(summary, self.history.tip)
        for _ in range(_MOST_STEPS):
            earlier = self._earlier(found) if found else None
            if earlier is None:
                break
            found = earlier
        return found

    def _latest(self, path: str, commit: str) -> Added | None:
        """Return the last addition of a path among a commit and its ancestors."""
        events = [event for event in self._added.get(_tail(path), ()) if event.path == path]
        return next(iter(self._among_ancestors(events, commit)), None)

    def _among_ancestors(self, events: Sequence[Added], commit: str) -> Iterator[Added]:
        """Yield those of the events, the last first, that a commit or an ancestor of it made."""
        limit = self.history.position[commit]
        for event in events[::-1]:
            if self.history.position[event.commit] <= limit and commit in self._later(event.commit):
                yield event

    def _later(self, commit: str) -> set[str]:
        if commit not in self._descendants:
            self._descendants[commit] = self.history.descendants(commit)
        return self._descendants[commit]

    def _earlier(self, event: Added) -> Added | None:
        """Return the addition of what an added summary was before: moved here, or taken away once
        and put back later.
        """
        here = self._listed(event.commit)
        for parent in self.history.parents[event.commit]:
            if origin := _origin(event, self._listed(parent), here):
                return self._latest(origin, parent)
        older = [each for each in self._added[_tail(event.path)] if each.commit != event.commit]
        return next(
            (
                each
                for each in self._among_ancestors(older, event.commit)
                if self._same_plan(each, event)
            ),
            None,
        )

    def _same_plan(self, one: Added, other: Added) -> bool:
        """Say whether two summaries of one name are of one plan, by the plans beside them, else by
        their own text.
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
            {line for line in (text or b"").split(b"\n") if len(line.strip()) >= _SAYS_SOMETHING}
            for text in texts
        ]
        return len(lines[0] & lines[1]) >= _ALIKE * max(1, min(map(len, lines)))

    def _listed(self, commit: str) -> Mapping[str, str]:
        """Return the plans and summaries of a commit, path to blob; none where its tree is not all
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
        """Return the path of the plan that an added summary is of, as it lay at that commit; `now`
        is where it lies today.
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
    """Return the summary of a parent that a commit moved or copied to the path of an added one."""
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
