"""What a run, or one of its steps, changed: its commits and their diffs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import asdict

from forge.errors import UnknownName
from forge.git.commits.patches import FileStat, Range, missing, patch, ranges, stats
from forge.git.repository import Repository
from forge.git.restore.snapshot import uncommitted_in
from forge.planning.names.catalog import Catalog
from forge.records.card import RUNS
from forge.records.find import one_run
from forge.records.lines import RunLine, lines_of_plan, run_lines
from forge.records.record import RunRecord, all_runs, run_ids
from forge.records.store import belongs_here
from forge.text.path_list import cut
from forge.timeline.run.state import RunState, StepState

_WITH_STEP = re.compile(r"(?P<run>.+)/(?P<step>[1-9][0-9]{0,5})")


class RunChanges(Struct, frozen=True):
    """The commits of a run or of a step; `uncommitted` are the changed files of an open run, as
    `XY path`, `missing` the commits that are not in this clone: `ranges` leaves them out.
    """

    record: RunRecord
    step: StepState | None
    commits: list[str]
    ranges: list[Range]
    uncommitted: list[str]
    missing: list[str] = field(default_factory=list)

    def as_data(self, repository: Repository) -> dict[str, object]:
        return {
            "run": self.record.card.run,
            "plan": self.record.card.plan,
            "step": self.step.id if self.step else None,
            "commits": self.commits,
            "missing": self.missing,
            "files": [asdict(stat) for stat in self.files(repository)],
            "uncommitted": self.uncommitted,
            "patch": "".join(patch(repository, span) for span in self.ranges),
        }

    def files(self, repository: Repository) -> list[FileStat]:
        """Return the changed files, each range's own."""
        return [stat for span in self.ranges for stat in stats(repository, span)]


def run_and_step(repository: Repository, name: str | None) -> tuple[RunRecord, StepState | None]:
    """Return what `RUN`, `RUN/STEP`, `PLAN` or `PLAN/STEP` names: of a plan its last run, and
    without a name the open run or the last one.

    Raises NoOpenRun or UnknownName.
    """
    if name is None or name in run_ids(repository):
        return one_run(repository, name, among_open=False), None
    lines, catalog = run_lines(repository), Catalog(repository.root)
    last_run = _last_of_plan(repository, lines_of_plan(lines, catalog, name))
    match = _WITH_STEP.fullmatch(name)
    if last_run or not match:
        return last_run or one_run(repository, name, among_open=False), None
    of_plan = lines_of_plan(lines, catalog, match["run"])
    record = _last_of_plan(repository, of_plan) or one_run(
        repository, match["run"], among_open=False
    )
    step = next((step for step in record.state.steps if step.number == int(match["step"])), None)
    if step is None:
        listed = cut([f"{step.id}  {step.name}" for step in record.state.steps])
        raise UnknownName(
            [f"the run {record.card.run} has no step {match['step']}; it has:", *listed],
            "name one of them",
        )
    return record, step


def _last_of_plan(repository: Repository, lines: list[RunLine]) -> RunRecord | None:
    records = all_runs(repository, among={lines[-1].run}) if lines else []
    return records[-1] if records else None


def changes_of(repository: Repository, record: RunRecord, step: StepState | None) -> RunChanges:
    """Return what a run or a step changed, as far as its commits are in this clone."""
    made = list(dict.fromkeys(_commits(record, step)))
    gone = missing(repository, made)
    here_made = [commit for commit in made if commit not in gone]
    current = record.state.step if not record.state.ended else None
    here = record.live and belongs_here(repository, record.folder)
    dirty = repository.dirty() if here and (step is None or step is current) else []
    spared = _spared(repository, record.state)
    uncommitted = [
        str(entry)
        for entry in dirty
        if not entry.path.startswith(f"{RUNS}/") and entry.path not in spared
    ]
    return RunChanges(record, step, made, ranges(repository, here_made, RUNS), uncommitted, gone)


def _spared(repository: Repository, state: RunState) -> set[str]:
    """Return the paths that were uncommitted when a run started, as far as they are known here."""
    if not state.more_dirty or state.dirty_commit not in repository.objects:
        return {*state.dirty}
    return {*state.dirty, *uncommitted_in(repository, state.dirty_commit)}


def missing_commits(repository: Repository, record: RunRecord) -> list[str]:
    """Return the commits of a run that are not in this clone."""
    return missing(repository, _commits(record, None))


def _commits(record: RunRecord, step: StepState | None) -> Iterator[str]:
    for one in [step] if step else record.state.steps:
        yield from one.commits
    if step is None and record.state.closing.commit:
        yield record.state.closing.commit
