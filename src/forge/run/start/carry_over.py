"""What a run need not do again: steps that a stopped run of the same plan completed and that still
hold.
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
from forge.text.path_list import cut
from forge.timeline.run.events import StepSkipped
from forge.timeline.run.state import StepState

_ANSWERS = ("decision", "human_action")  # answers of the user hold whatever the tree is


def passed_over(
    repository: Repository, plan: Plan, prior: RunRecord | None, start: str | None
) -> list[tuple[str, StepSkipped]]:
    """Return the steps that a new run does not do, each with the event that says why.

    A step is carried over from `prior` if that run was stopped, completed the step, and the step
    has the same words. Its commits must be ancestors of HEAD; without a commit the tree must be the
    one that it was completed on, and no earlier step may be done again. With `start` the run begins
    at that step: earlier steps are carried over or skipped, later ones are done. Raises UnknownName
    if `start` names no step.
    """
    first = _step_named(plan, start) if start else None
    carried = _carried_over(repository, plan, prior) if prior is not None else {}
    passed = []
    for step in plan.steps:
        if first is not None and step.number >= first.number:
            break
        event = carried.get(step.number)
        if event is None and first is not None:
            event = StepSkipped(f"the run begins at {first.id}, as asked")
        if event is not None:
            passed.append((step.id, event))
    return passed


def _step_named(plan: Plan, name: str) -> Step:
    step = plan.step_called(name)
    if step is None:
        listed = [f"{step.id}  {step.name}" for step in plan.steps]
        raise UnknownName(
            [f"{plan.id} has no step `{name}`; there are:", *cut(listed)],
            "name one by its number or its id",
        )
    return step


def _carried_over(repository: Repository, plan: Plan, prior: RunRecord) -> dict[int, StepSkipped]:
    if prior.state.status != "stopped" or prior.card.kind != "execute" or not prior.reading.valid:
        return {}
    done: dict[object, list[StepState]] = defaultdict(list)
    for step, state in zip(plan_of(repository, prior.card).steps, prior.state.steps, strict=False):
        done[_words(step)].append(state)
    head = str(repository.head().commit)
    carried: dict[int, StepSkipped] = {}
    unbroken = True  # no step before has to be done again
    for step in plan.steps:
        same = done[_words(step)]
        state_before = same.pop(0) if same else None
        if state_before is not None and _holds(
            repository, step, state_before, head, unbroken=unbroken
        ):
            run = state_before.carried_from or prior.card.run
            carried[step.number] = StepSkipped(f"carried from run {run}", run, state_before.commits)
        elif step.stage != "retrieve":
            unbroken = False
    return carried


def _words(step: Step) -> object:
    """Return what makes two steps the same."""
    return step.text, tuple(sorted(step.attributes.items()))


def _holds(
    repository: Repository, step: Step, state: StepState, head: str, *, unbroken: bool
) -> bool:
    """Return whether a completed step still holds. Retrieved context does not: it is gathered
    again.
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
    """Return whether two commits differ only in `.planning/`."""
    try:
        return not changed_entries(repository, old, new, lambda path: path.startswith(f"{FOLDER}/"))
    except GitFailed:
        return False
