"""Gathers context for a step and those after it: references, and the best matches in tracked
text.
"""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.plan.references import why_refused
from forge.check.secrets.file_names import holds_secrets
from forge.git.objects.tree import RevisionTree
from forge.planning.plan.plan import Step
from forge.planning.plan.scope import clean, leaves
from forge.run.engine.actions.action import action
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.text.plural import amount
from forge.timeline.run import events as ev
from forge.views.lookup.full_text import FullText, words_of

_MOST_MATCHES = 12
_SHOWN_WORDS = 6
_SHOWN_ABSENT = 10
_SEARCHED_PARTS = ("name", "action", "behavior", "done", "acceptance_criteria")


@action()
def retrieve(run: OpenRun, move: Move) -> None:
    """Record the files that the plan and the step refer to, and those that contain the step's
    words, each with its blob at HEAD.
    """
    current, step = run.current, run.step
    identity = f"r-{run.state.retrievals + 1}"
    words = words_of(*(step.parts.get(name, "") for name in _SEARCHED_PARTS))
    run.log.append(
        ev.RetrievalStarted(identity, " ".join(words) or step.name), step=current, with_next=True
    )
    entries, absent = _references(run, step)
    listed = {entry["path"] for entry in entries}
    matches = [
        entry
        for entry in _matches(run, words, _MOST_MATCHES + len(listed))
        if entry["path"] not in listed
    ]
    entries += matches[:_MOST_MATCHES]
    summary = amount(len(entries), "file")
    if absent:
        summary += f"; not in the repository, or secret: {', '.join(absent[:_SHOWN_ABSENT])}"
    run.log.append(ev.RetrievalCompleted(identity, len(entries), summary, entries), step=current)


def _references(run: OpenRun, step: Step) -> tuple[list[dict[str, str]], list[str]]:
    """Return the referenced files, and the references to missing files, to files outside the
    repository, and to secrets.
    """
    tree = RevisionTree(run.repository, run.branch.head())
    references = dict.fromkeys(
        [(path, "@ reference") for path in run.plan.references]
        + [(path, "read first") for path in step.references]
    )
    root = str(run.repository.root)
    entries: dict[str, dict[str, str]] = {}
    absent = []
    for reference, why in references:
        path, _ = clean(reference)
        blob = None if why_refused(reference, root) else _blob(tree, path)
        if blob:
            entries.setdefault(path, {"path": path, "blob": blob, "why": why})
        else:
            absent.append(reference)
    return list(entries.values()), absent


def _blob(tree: RevisionTree, path: str) -> str | None:
    if leaves(path) or holds_secrets(path) or tree.entry(path).kind != "file":
        return None
    return tree.blob(path)


def _matches(run: OpenRun, words: list[str], count: int) -> Iterator[dict[str, str]]:
    for match in FullText(run.repository).best(run.branch.head(), words, count):
        why = f"matches: {', '.join(match.words[:_SHOWN_WORDS])}"
        yield {"path": match.path, "blob": match.blob, "why": why}
