"""The move that gathers what a step, and those behind it, should know: references, and the best
matches in tracked text.
"""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.secrets.file_names import holds_secrets
from forge.git.objects.tree import RevisionTree
from forge.planning.plan.plan import Step
from forge.planning.plan.scope import clean, leaves
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.text.plural import amount
from forge.timeline.run import events as ev
from forge.views.lookup.full_text import FullText, words_of

_BEST = 12
_SHOWN_WORDS = 6
_TOLD = ("name", "action", "behavior", "done", "acceptance_criteria")


def retrieve(run: OpenRun, move: Move) -> None:
    """Gather the files that the plan and the step refer to and those that hold the step's words,
    each with its blob at HEAD.
    """
    current = run.current
    step = run.plan.steps[current.number - 1]
    identity = f"r-{run.state.retrievals + 1}"
    words = words_of(*(step.parts.get(name, "") for name in _TOLD))
    run.log.append(
        ev.RetrievalStarted(identity, " ".join(words) or step.name), step=current, with_next=True
    )
    found, absent = _references(run, step)
    listed = {entry["path"] for entry in found}
    found += [
        entry for entry in _matches(run, words, _BEST + len(listed)) if entry["path"] not in listed
    ][:_BEST]
    summary = amount(len(found), "file") + (
        f"; not in the repository, or secret: {', '.join(absent[:10])}" if absent else ""
    )
    run.log.append(ev.RetrievalCompleted(identity, len(found), summary, found), step=current)


def _references(run: OpenRun, step: Step) -> tuple[list[dict[str, str]], list[str]]:
    """Return the files that are referred to, and the references that lead to none, out of the
    repository, or to secrets.
    """
    tree = RevisionTree(run.repository, run.branch.head())
    wanted = dict.fromkeys(
        [(path, "@ reference") for path in run.plan.references]
        + [(path, "read first") for path in step.references]
    )
    paths: dict[str, dict[str, str]] = {}
    absent = []
    for reference, why in wanted:
        path, _ = clean(reference)
        blob = (
            None
            if leaves(path) or holds_secrets(path) or tree.entry(path).kind != "file"
            else tree.blob(path)
        )
        if blob:
            paths.setdefault(path, {"path": path, "blob": blob, "why": why})
        else:
            absent.append(reference)
    return list(paths.values()), absent


def _matches(run: OpenRun, words: list[str], count: int) -> Iterator[dict[str, str]]:
    for match in FullText(run.repository).best(run.branch.head(), words, count):
        why = f"matches: {', '.join(match.words[:_SHOWN_WORDS])}"
        yield {"path": match.path, "blob": match.blob, "why": why}
