"""forge log: the runs with their steps and commits."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import names
from forge.git.pager import page, wants_color
from forge.planning.names.catalog import Catalog
from forge.records.find import one_run, runs_of
from forge.records.record import RunRecord, all_runs
from forge.text.printable import visible
from forge.views.runs.story import Chapter, Story, duration_text, story_of

_MARKS = {
    "completed": ("*", "green"),
    "skipped": ("-", "yellow"),
    "running": (">", "cyan"),
    "pending": ("o", None),
}


@click.command("log", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", "run"))
@option(
    "-n",
    "--max-count",
    type=click.IntRange(1),
    metavar="N",
    help="Show only so many runs, the newest.",
)
@verb("log")
def command(app: App, name: str | None, max_count: int | None) -> Reply:
    """Show runs and their steps, newest run first, each step with its commits. NAME is a run, or a
    plan: all of its runs.

    At a terminal it is shown with git's own pager and colours.

    \b
    Example:
      forge log
      forge log 01-01 -n 1
    """
    stories = [story_of(record) for record in _records(app, name)[::-1][:max_count]]
    text = "\n\n".join("\n".join(_lines(story)) for story in stories)
    told = not app.as_json and bool(stories) and sys.stdout.isatty() and _paged(app, text)
    return Reply(
        {"runs": [story.as_data() for story in stories]},
        "" if told else text or "there are no runs yet",
    )


def _paged(app: App, text: str) -> bool:
    """Show a text as git would on a terminal, with its pager and its colours; False where git would
    just print it.
    """
    context = click.get_current_context()
    if context.color is None and not wants_color(app.repository):
        context.color = False
    return page(app.repository, click.unstyle(text) if context.color is False else text)


def _records(app: App, name: str | None) -> list[RunRecord]:
    records = all_runs(app.repository)
    of_plan = records if name is None else runs_of(records, Catalog(app.repository.root), name)
    return of_plan or ([one_run(app.repository, name, among_open=False)] if name else [])


def _lines(story: Story) -> Iterator[str]:
    record, card = story.record, story.record.card
    verdict = f", {record.state.verdict}" if record.state.verdict else ""
    yield (
        f"{click.style(card.run, fg='yellow')}  {card.plan} "
        f" {click.style(record.status + verdict, bold=True)}"
    )
    yield f"|  {visible(card.goal.splitlines()[0] if card.goal else '')[:100]}"
    kind = {"execute": ""}.get(card.kind, f"{card.kind} of {card.prior_run}; ")
    prior = f"after {card.prior_run}; " if card.prior_run and not kind else ""
    started = card.started_at[:16].replace("T", " ")
    yield (f"|  {kind}{prior}{started}, {duration_text(story.duration)}, {', '.join(story.people)}")
    for chapter in story.chapters:
        yield from _step(chapter)
    if record.state.counts:
        yield "|  must-haves: " + ", ".join(
            f"{number} {word}" for word, number in record.state.counts.items()
        )


def _step(chapter: Chapter) -> Iterator[str]:
    step = chapter.step
    if step is None:
        return
    mark, colour = _MARKS[step.status]
    if step.work.failure is not None and step.status == "running":
        mark, colour = "x", "red"
    attempts = f", attempt {step.attempt}" if step.attempt > 1 else ""
    told = (
        ", ".join(filter(None, (chapter.outcome, chapter.checks and f"checks {chapter.checks}")))
        + attempts
    )
    yield (
        f"|  {click.style(mark, fg=colour)} {step.number:<3} {step.stage:10}"
        f" {visible(step.name)[:60]:60}  {visible(told)}"
    )
    for commit in step.commits:
        yield f"|  |     {click.style(commit[:12], fg='yellow')}"
