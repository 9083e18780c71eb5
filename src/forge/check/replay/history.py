"""A run's record together with the repository whose history it is checked against."""

from __future__ import annotations

from dataclasses import dataclass, field

from forge.check.replay.record import Record, Report
from forge.errors import ForgeError
from forge.git.objects.commit import Commit, read_commit
from forge.git.objects.store import Change, ObjectStore
from forge.git.repository import Repository
from forge.records.card import RUNS

_OWN = (f"{RUNS}/.gitattributes",)


@dataclass
class History:
    """The record, the repository, and where to report problems.

    `incomplete` is true in a shallow or partial clone: missing objects are then not a problem.
    """

    repository: Repository
    record: Record
    report: Report
    incomplete: bool
    store: ObjectStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = ObjectStore(self.repository)

    def report_missing(self, seq: int, missing: str) -> None:
        """Report an object that is not here: a problem in a full clone, unchecked in others."""
        if self.incomplete:
            self.report.add_unchecked(
                seq, f"{missing} is not in this clone, which leaves out history"
            )
        else:
            self.report.add_problem(
                seq,
                f"{missing} is not in this repository: history was rewritten, or the branch was not"
                " fetched",
            )

    def commit(self, oid: str) -> Commit | None:
        """Return a commit, None if it is not here."""
        try:
            return read_commit(self.repository, oid) if len(oid) == 40 else None
        except ForgeError:
            return None

    def changes(self, old: str, new: str) -> list[Change]:
        """Return the differences between two commits."""
        return list(self.store.changes(self.store.root(old), self.store.root(new)))

    def is_own_path(self, path: str) -> bool:
        """Return whether a path belongs to the run's own record."""
        return path.startswith(self.record.card.folder + "/") or path in _OWN


def seq_of(commit: Commit) -> int:
    """Return the `Forge-Seq` trailer of a commit, 0 if it has none that is valid."""
    text = commit.trailers.get("Forge-Seq", "")
    return int(text) if text.isdigit() and len(text) < 10 else 0
