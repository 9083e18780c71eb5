"""What a run need not do again: the steps that a stopped run of the same plan completed, where they
still hold.
"""

from __future__ import annotations

from collections import defaultdict

from forge.errors import GitFailed, UnknownName
from forge.git.objects.commit import is_ancestor
from forge.git.repository import Repository
from forge.git.restore.snapshot import changed_entries
from forge.planning.names.plan_files import FOLDER
from forge.planning.plan.plan import Plan, Step
from forge.records.record import RunRecord
from forge.run.engine.plan_unchanged import plan_of
from forge.timeline.run.events import StepSkipped
from forge.timeline.run.state import StepState

_ANSWERS = (
    "decision",
    "human_action",
)  # what a person said or did once does not depend on the tree


def passed_over(
    repository: Repository, plan: Plan, prior: RunRecord | None, start: str | None
) -> list[tuple[str, StepSkipped]]:
    """Return the steps that a new run does not do, each with the event that says why.

    A step is carried over from `prior` where that run was stopped, completed the step, and its
    words are the same. Its commits have to be ancestors of HEAD; without a commit the tree has to
    be the one that it was completed on, and no step before it may be done again. With `start` the
    run begins at that step: what comes before is carried or skipped, what comes behind is done.
    Raises UnknownName where `start` names no step.
    """
    first = _named(plan, start) if start else None
    carried = _carried(repository, plan, prior) if prior is not None else {}
    found = []
    for step in plan.steps:
        if first is not None and step.number >= first.number:
            break
        event = carried.get(step.number)
        if event is None and first is not None:
            event = StepSkipped(f"the run begins at {first.id}, as asked")
        if event is not None:
            found.append((step.id, event))
    return found


def _named(plan: Plan, name: str) -> Step:
    step = plan.step_called(name)
    if step is None:
        listed = "\n".join(f"  {step.id}  {step.name}" for step in plan.steps)
        raise UnknownName(
            f"{plan.id} has no step `{name}`; there are:\n{listed}",
            "name one by its number or its id",
        )
    return step


def _carried(repository: Repository, plan: Plan, prior: RunRecord) -> dict[int, StepSkipped]:
    if prior.state.status != "stopped" or prior.card.kind != "execute" or not prior.reading.valid:
        return {}
    done: dict[object, list[StepState]] = defaultdict(list)
    for step, state in zip(plan_of(repository, prior.card).steps, prior.state.steps, strict=False):
        done[_words(step)].append(state)
    head = str(repository.head().commit)
    found: dict[int, StepSkipped] = {}
    unbroken = True
    for step in plan.steps:
        same = done[_words(step)]
        before = same.pop(0) if same else None
        if before is not None and _holds(repository, step, before, head, unbroken=unbroken):
            run = before.carried_from or prior.card.run
            found[step.number] = StepSkipped(f"carried from run {run}", run, before.commits)
        elif step.stage != "retrieve":
            unbroken = False
    return found


def _words(step: Step) -> object:
    return step.text, tuple(sorted(step.attributes.items()))


def _holds(
    repository: Repository, step: Step, state: StepState, head: str, *, unbroken: bool
) -> bool:
    """Say whether what was done still holds. What a step gathered for later prompts is not kept: it
    is gathered again.
    """
    if (
        state.status != "completed"
        or step.stage == "retrieve"
        or "skipped" in state.work.checks.values()
    ):
        return False
    if state.commits:
        return all(is_ancestor(repository, commit, head) for commit in state.commits)
    if step.stage == "checkpoint" and step.asks in _ANSWERS:
        return True
    return unbroken and _same_tree(repository, state.done_at or head, head)


def _same_tree(repository: Repository, old: str, new: str) -> bool:
    """Say whether two commits differ in nothing but `.planning/`."""
    try:
        return not changed_entries(repository, old, new, lambda path: path.startswith(f"{FOLDER}/"))
    except GitFailed:
        return False
