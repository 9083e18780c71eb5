"""Puts back the files of a question if the user asked for that, and nothing else. They are kept."""

from __future__ import annotations

from forge.git.index.user_index import put_entries
from forge.git.restore.snapshot import changed_entries, restore_paths
from forge.git.restore.subject import staged_as
from forge.run.engine.actions.action import action
from forge.run.engine.actions.questions import withdraw_if_changed
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import Subject
from forge.timeline.run import events as ev


@action()
def put_back_changed(run: OpenRun, move: Move) -> None:
    """Put back what a verify command changed."""
    _put_back_answered(run, f"changed:{move.number}", "put back what a verify command changed")


@action()
def put_back_diff(run: OpenRun, move: Move) -> None:
    """Put back the diff of a step; the step fails all the same."""
    proposal = run.state.work.proposal
    assert proposal is not None
    _put_back_answered(run, f"diff:{proposal.id}", "put back what the step changed")


@action()
def put_back_found(run: OpenRun, move: Move) -> None:
    """Put back changes that were found."""
    found = run.state.work.found
    assert found is not None
    _put_back_answered(run, f"found:{found.id}", "put back the changes that were found")


def put_back(run: OpenRun, subject: Subject, about: str, reason: str) -> None:
    """Put back the files of a subject as they were, in the work tree and where they are staged as
    they are; record it.
    """
    repository = run.repository
    restore_paths(repository, subject.kept, subject.base, lambda path: path not in subject.entries)
    if staged := staged_as(repository, subject.entries):
        committed = changed_entries(
            repository, subject.kept, run.branch.head(), lambda path: path not in staged
        )
        put_entries(repository, committed)
    restored = ev.CheckpointRestored(subject.base, reason, subject.kept, about=about)
    run.log.append(restored, step=run.state.step)


def _put_back_answered(run: OpenRun, about: str, reason: str) -> None:
    question = run.state.work.answers[about]
    if not withdraw_if_changed(run, question, put_back=True):
        subject = Subject.of(run.repository, question.base, question.kept)
        put_back(run, subject, about, reason)
