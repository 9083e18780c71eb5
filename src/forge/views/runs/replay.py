"""Replay of a run: its record held against itself and against git."""

from __future__ import annotations

from msgspec import Struct

from forge.check.replay.chain import read_lines
from forge.check.replay.commits import check_commits
from forge.check.replay.evidence import check_evidence
from forge.check.replay.record import Record, Remark, Report
from forge.check.replay.story import check_story
from forge.errors import NoOpenRun
from forge.git.repository import Repository
from forge.records.record import RunRecord
from forge.text import jsonl
from forge.timeline.run.state import RunState


class Replayed(Struct, frozen=True):
    """What replay found: the state that the events lead to, what is wrong, and what could not be
    checked here.
    """

    record: RunRecord
    state: RunState
    events: int
    problems: list[Remark]
    unchecked: list[Remark]

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "run": self.record.card.run,
            "status": self.record.status,
            "valid": self.valid,
            "events": self.events,
            "problems": [remark.as_data() for remark in self.problems],
            "unchecked": [remark.as_data() for remark in self.unchecked],
        }


def replay(repository: Repository, record: RunRecord) -> Replayed:
    """Fold a run's events again and check whatever can be checked of them. Raises NoOpenRun where
    its files are gone.
    """
    try:
        raw = (record.folder / "timeline.jsonl").read_bytes()
        card_data = (record.folder / "run.yaml").read_bytes()
    except OSError as error:
        raise NoOpenRun(
            f"the record of {record.card.run} moved meanwhile: {error.strerror}", "call it again"
        ) from error
    report = Report()
    lines, torn = jsonl.split(raw)
    if torn and record.live:
        report.add_unchecked(
            len(lines) + 1,
            f"a torn line of {len(torn)} bytes: its event was not recorded; resume sets it aside",
        )
    elif torn:
        report.add_problem(len(lines) + 1, f"the last line is torn ({len(torn)} bytes)")
    events = read_lines(lines, record.card.run, report)
    material = Record(record.card, card_data, lines, events, record.folder)
    state = check_story(material, report)
    check_evidence(material, report)
    check_commits(repository, material, report)
    ordered = [
        sorted(remarks, key=lambda remark: remark.seq)
        for remarks in (report.problems, report.unchecked)
    ]
    return Replayed(record, state, len(events), *ordered)
