"""A run as text: what was asked, done and proven, by whom, with which evidence."""

from __future__ import annotations

from collections.abc import Iterator

from forge.git.commits.patches import not_here
from forge.views.runs.story import Chapter, Story, duration_text

_SHOWN = 12  # characters of a hash


def run_lines(story: Story) -> Iterator[str]:
    """Yield the lines about a run."""
    card = story.record.card
    record = story.record
    yield f"run {card.run}: {record.status}" + (f", {record.verdict}" if record.verdict else "")
    yield from _listed("altered", [record.altered] if record.altered else [])
    yield from _listed("", [not_here(story.missing)] if story.missing else [])
    kind = "" if card.kind == "execute" else f"{card.kind} of {card.prior_run}"
    yield from _listed("", [kind] if kind else [])
    yield from _listed(
        "asked",
        [
            *card.goal.splitlines()[:3],
            f"{card.plan}, {card.plan_path} ({card.plan_sha256[:_SHOWN]})",
        ],
    )
    yield from _listed("done", [line for chapter in story.chapters for line in _chapter(chapter)])
    yield from _listed("by hooks", record.state.by_hooks)
    yield from _listed("proven", [*_must_haves(story)])
    yield from _listed("by", [*story.people, f"runner {card.runner}"])
    branch = f"{card.branch or 'a detached HEAD'}, from {card.base_commit[:_SHOWN]}"
    yield from _listed(
        "when",
        [f"{card.started_at[:16].replace('T', ' ')}, {duration_text(story.duration)}, on {branch}"],
    )
    yield from _listed("evidence", [*_evidence(story)])


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    """Yield lines with a title before the first."""
    for number, line in enumerate(lines):
        yield f"  {title if not number else '':10}{line}"


def _chapter(chapter: Chapter) -> Iterator[str]:
    step = chapter.step
    if step is None:
        return
    result = ", ".join(
        filter(None, (chapter.outcome, chapter.checks and f"checks {chapter.checks}"))
    )
    yield f"{step.number}. {step.name} ({step.stage}): {result}"
    for commit in step.commits:
        yield f"   {commit[:_SHOWN]}"
    yield from (
        f"   {deed.text}"
        for deed in chapter.deeds
        if deed.kind in ("answer", "failure", "restored")
    )


def _must_haves(story: Story) -> Iterator[str]:
    state = story.record.state
    if state.counts is None:
        yield "nothing yet: must-haves are judged after the last step"
        return
    yield ", ".join(f"{number} {word}" for word, number in state.counts.items())
    for verdict in state.verdicts:
        yield (
            f"{verdict.get('verdict')!s:9} {verdict.get('kind')}:{verdict.get('index')} "
            f" {verdict.get('target')}"
        )
        if verdict.get("verdict") != "pass":
            yield f"          {verdict.get('reason')}"


def _evidence(story: Story) -> Iterator[str]:
    files = {
        str(entry.get("path")): entry
        for event in story.record.reading.events
        for entry in event.evidence
    }
    for path, entry in files.items():
        yield f"{story.record.card.folder}/{path} ({entry.get('kind')}, {entry.get('bytes')} bytes)"
