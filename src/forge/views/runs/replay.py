"""Replay of a run: checks its record against itself and against git."""

from __future__ import annotations

from msgspec import Struct

from forge.check.replay.chain import read_lines
from forge.check.replay.commits import check_commits
from forge.check.replay.evidence import check_evidence
from forge.check.replay.record import Record, Remark, Report
from forge.check.replay.story import check_story
from forge.errors import NoOpenRun
from forge.git.repository import Repository
from forge.records.files import RunFiles, read_folder
from forge.records.record import RunRecord
from forge.timeline.run.state import RunState


class Replayed(Struct, frozen=True):
    """The result of a replay: the state after the events, the problems, and what could not be
    checked here.
    """

    record: RunRecord
    state: RunState
    events: int
    problems: list[Remark]
    unchecked: list[Remark]

    @property
    def valid(self) -> bool:
        return not self.problems

    def as_data(self) -> dict[str, object]:
        return {
            "run": self.record.card.run,
            "status": self.record.status,
            "valid": self.valid,
            "events": self.events,
            "problems": [remark.as_data() for remark in self.problems],
            "unchecked": [remark.as_data() for remark in self.unchecked],
        }


def replay(repository: Repository, record: RunRecord) -> Replayed:
    """Fold a run's events again and check all that can be checked of them.

    Raises NoOpenRun if its files are gone.
    """
    try:
        files = read_folder(record.folder)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NoOpenRun(
            f"the record of {record.card.run} changed meanwhile: {reason}", "call it again"
        ) from error
    report = Report()
    _check_end(files, report, live=record.live)
    events = read_lines(files.lines, record.card.run, report)
    checked = Record(record.card, files.card_data, files.log_data, events, record.folder)
    state = check_story(checked, report)
    check_evidence(checked, report)
    check_commits(repository, checked, report)
    problems, unchecked = (
        sorted(remarks, key=lambda remark: remark.seq)
        for remarks in (report.problems, report.unchecked)
    )
    return Replayed(record, state, len(events), problems, unchecked)


def _check_end(files: RunFiles, report: Report, *, live: bool) -> None:
    torn = len(files.log_data) - len(files.log_up_to(len(files.lines)))
    seq = len(files.lines) + 1
    if torn and live:
        report.add_unchecked(
            seq, f"a torn line of {torn} bytes: its event was not recorded; resume sets it aside"
        )
    elif torn:
        report.add_problem(seq, f"the last line is torn ({torn} bytes)")
