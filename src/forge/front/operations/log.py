"""Show the runs with their steps and commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.arguments import AtLeast
from forge.front.operations.call import Call
from forge.git.commits.patches import not_here
from forge.planning.names.catalog import Catalog
from forge.records.find import one_run
from forge.records.lines import lines_of_plan, run_lines
from forge.records.record import RunRecord, all_runs, run_ids
from forge.text.plural import amount
from forge.text.printable import Line, Styled
from forge.views.runs.diffs import missing_commits
from forge.views.runs.story import Chapter, Story, duration_text, story_of

_SHOWN = 20
_MARKS = {
    "completed": ("*", "green"),
    "skipped": ("-", "yellow"),
    "running": (">", "cyan"),
    "pending": ("o", ""),
}
_WIDEST = 103  # characters of a goal's line


class Arguments(NamedTuple):
    """A run, or a plan for its runs; at most `max_count` of them, the newest, or all with
    `every`.
    """

    name: str | None = None
    max_count: Annotated[int, AtLeast(1)] | None = None
    every: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    ids = _ids(call, arguments.name)
    most = len(ids) if arguments.every else arguments.max_count or _SHOWN
    records = _newest(call, ids, most)
    stories = [story_of(record, missing_commits(call.repository, record)) for record in records]
    return Reply(
        lambda: {"runs": [story.as_data() for story in stories], "total": len(ids)},
        lambda: log_lines(stories, len(ids) - most) or "there are no runs yet",
        view=stories,
    )


def log_lines(stories: Sequence[Story], older: int = 0) -> list[Line]:
    """Return the lines of the log; `older` runs are left out of it."""
    lines = [line for story in stories for line in (*_lines(story), "")][:-1]
    if older > 0:
        lines += ["", f"{amount(older, 'older run')} not shown: `forge log --all`"]
    return lines


def _ids(call: Call, name: str | None) -> list[str]:
    """Return the ids of the runs that are meant, oldest first; without a name, unreadable ones
    included.
    """
    ids = run_ids(call.repository)
    if name is None or name in ids:
        return ids if name is None else [name]
    of_plan = lines_of_plan(run_lines(call.repository), Catalog(call.repository.root), name)
    if of_plan:
        return [line.run for line in of_plan]
    return [one_run(call.repository, name, among_open=False).card.run]


def _newest(call: Call, ids: list[str], most: int) -> list[RunRecord]:
    """Return the newest readable runs of some ids, newest first, and read few others."""
    if len(ids) == 1:
        return [one_run(call.repository, ids[0], among_open=False)]
    records: list[RunRecord] = []
    while ids and len(records) < most:
        ids, part = ids[: len(records) - most], ids[len(records) - most :]
        records += all_runs(call.repository, among=part)[::-1]
    return records


def _lines(story: Story) -> Iterator[Line]:
    record, card = story.record, story.record.card
    verdict = f", {record.verdict}" if record.verdict else ""
    status = Styled(record.status + verdict, bold=True)
    yield (Styled(card.run, "yellow"), f"  {card.plan}  ", status)
    yield f"|  {card.goal.splitlines()[0] if card.goal else ''}"[:_WIDEST]
    kind = "" if card.kind == "execute" else f"{card.kind} of {card.prior_run}; "
    prior = f"after {card.prior_run}; " if card.prior_run and not kind else ""
    started = card.started_at[:16].replace("T", " ")
    yield f"|  {kind}{prior}{started}, {duration_text(story.duration)}, {', '.join(story.people)}"
    if record.altered:
        yield f"|  its record proves nothing: {record.altered}"
    if story.missing:
        yield f"|  {not_here(story.missing)}"
    for chapter in story.chapters:
        yield from _step_lines(chapter)
    if record.state.counts:
        counts = ", ".join(f"{number} {word}" for word, number in record.state.counts.items())
        yield f"|  must-haves: {counts}"


def _step_lines(chapter: Chapter) -> Iterator[Line]:
    step = chapter.step
    if step is None:
        return
    mark, color = _MARKS[step.status]
    if step.work.failure is not None and step.status == "running":
        mark, color = "x", "red"
    attempts = f", attempt {step.attempt}" if step.attempt > 1 else ""
    parts = filter(None, (chapter.outcome, chapter.checks and f"checks {chapter.checks}"))
    rest = f" {step.number:<3} {step.stage:10} {step.name[:60]:60}  {', '.join(parts)}{attempts}"
    yield ("|  ", Styled(mark, color), rest)
    for commit in step.commits:
        yield ("|  |     ", Styled(commit[:12], "yellow"))
