"""The runs of a repository: live logs, tracked copies, and what one says about the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from forge.errors import RepositoryError
from forge.git.clone import clone_id
from forge.git.repository import Repository
from forge.records.lines import run_lines
from forge.records.record import (
    RunRecord,
    all_runs,
    is_adopted_elsewhere,
    open_anywhere,
    open_runs,
    read_run,
    repository_of,
    why_unreadable,
)
from forge.records.store import live_folder, live_folders_here, lock_path
from forge.records.tracked_copy import tracked_copy_warning
from forge.timeline.lock import WriterLock
from forge.timeline.run import events as ev
from tests.conftest import Sandbox
from tests.records.runs import COMPLETED, PAUSED, PLAN, card, put, put_live, put_tracked, run_id

ADOPTED = ev.RunAdopted("01JCLONE", "01JOTHER")


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    return Repository.discover(sandbox.root)


def statuses(records: list[RunRecord]) -> list[tuple[str, str, bool]]:
    return [(record.card.run, record.status, record.open) for record in records]


def test_a_repository_without_runs_has_none(repository: Repository) -> None:
    assert all_runs(repository) == open_runs(repository) == []
    assert run_lines(repository) == []


def test_live_and_tracked_runs_are_listed_by_id(sandbox: Sandbox, repository: Repository) -> None:
    put_live(sandbox, card(3), PAUSED)
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, card(2), PAUSED)
    assert statuses(all_runs(repository)) == [
        (run_id(1), "completed", False),
        (run_id(2), "elsewhere", True),
        (run_id(3), "paused", True),
    ]
    assert [record.card.run for record in open_runs(repository)] == [run_id(3)]


def test_a_live_log_counts_before_its_tracked_copy(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_tracked(sandbox, card(), PAUSED)
    put_live(sandbox, card(), PAUSED, ev.StepStarted(1, "Do it", "edit"))
    (record,) = all_runs(repository)
    assert (record.live, record.state.last_seq) == (True, 3)


def test_a_run_that_another_clone_adopted_is_open_there(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_live(sandbox, card(), PAUSED)
    put_tracked(sandbox, card(), PAUSED, ADOPTED)
    (record,) = all_runs(repository)
    assert (record.live, record.status, record.clone) == (False, "elsewhere", "01JOTHER")
    assert open_runs(repository) == []
    live = read_run(repository, live_folder(repository, card().run), live=True)
    assert live is not None and is_adopted_elsewhere(repository, live)


def test_a_tracked_copy_without_an_adoption_shows_none(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_tracked(sandbox, card(), PAUSED)
    put_live(sandbox, card(), PAUSED, ev.RunAdopted("01JCLONE", clone_id(repository)))
    (record,) = open_runs(repository)
    assert not is_adopted_elsewhere(repository, record), "the live log is only longer"


@pytest.mark.parametrize(
    ("events", "status", "open_"),
    [
        ((), "interrupted", True),
        ((PAUSED,), "paused", True),
        ((COMPLETED,), "completed", True),
        ((ev.Final("stopped", 0, 1),), "stopped", True),
    ],
)
def test_the_status_of_a_live_run(
    sandbox: Sandbox, repository: Repository, events: tuple[ev.Final, ...], status: str, open_: bool
) -> None:
    put_live(sandbox, card(), *events)
    assert statuses(all_runs(repository)) == [(run_id(1), status, open_)]


def test_a_run_is_running_while_a_process_holds_it(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_live(sandbox, card())
    put_live(sandbox, card(2))
    with WriterLock(lock_path(repository), "01J", run_id(2)):
        assert [record.status for record in all_runs(repository)] == ["interrupted", "running"]


def test_a_tracked_log_whose_chain_is_broken_is_damaged(
    sandbox: Sandbox, repository: Repository
) -> None:
    place = put_tracked(sandbox, card(), COMPLETED) / "timeline.jsonl"
    place.write_bytes(place.read_bytes().replace(b"Make it work", b"Make it shine"))
    (record,) = all_runs(repository)
    assert record.status == "damaged"
    assert not record.shows_adoption_of(record)


def test_a_run_of_this_clone_without_a_live_log_continues_on_another_branch(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_tracked(sandbox, card(1, clone=clone_id(repository)), PAUSED)
    put_tracked(sandbox, card(2), PAUSED)
    own, foreign = all_runs(repository)
    assert (own.continues_on_another_branch, own.open) == (True, False)
    assert (foreign.continues_on_another_branch, foreign.open) == (False, True)


def test_a_moved_plan_is_found_again(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write(PLAN, "---\nphase: 01-a\nplan: 01\n---\n")
    put_tracked(sandbox, card(), COMPLETED)
    (record,) = all_runs(repository)
    assert record.plan_path == PLAN
    new = ".planning/phases/02-b/02-01-PLAN.md"
    sandbox.write(new, f"---\nphase: 02-b\nplan: 01\nformerly: [{PLAN}]\n---\n")
    (sandbox.root / PLAN).unlink()
    (record,) = all_runs(repository)
    assert (record.plan_path, record.card.plan_path) == (new, PLAN)


def test_of_several_copies_the_longest_counts(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("a.txt", "a\n")
    sandbox.commit("A commit")
    other = sandbox.root.parent / "other"
    sandbox.git("worktree", "add", "-q", "-b", "other", str(other))
    put(other / ".planning/runs", card(1), PAUSED, COMPLETED)
    put(other / ".planning/runs", card(2), COMPLETED)
    put_tracked(sandbox, card(1), PAUSED)
    assert statuses(all_runs(repository)) == [(run_id(1), "elsewhere", True)]
    assert statuses(all_runs(repository, everywhere=True)) == [
        (run_id(1), "completed", False),
        (run_id(2), "completed", False),
    ]


def test_runs_of_other_work_trees_are_found_if_none_fits_here(
    sandbox: Sandbox, repository: Repository
) -> None:
    sandbox.write("a.txt", "a\n")
    sandbox.commit("A commit")
    other = sandbox.root.parent / "other"
    sandbox.git("worktree", "add", "-q", "-b", "other", str(other))
    away = Repository.discover(other)
    put_live(sandbox, card(1), PAUSED)
    put_live(sandbox, card(2), PAUSED, git_dir=away.git_dir)
    assert [record.card.run for record in open_anywhere(repository)] == [run_id(1)]
    assert [record.card.run for record in open_anywhere(repository, run_id(2))] == [
        run_id(1),
        run_id(2),
    ]
    assert [place.name for place in live_folders_here(away)] == [run_id(2)]
    record = open_anywhere(repository, run_id(2))[1]
    assert record.work_tree == other and record.dedicated_work_tree is None
    assert repository_of(repository, record).root == other
    sandbox.git("worktree", "remove", "--force", str(other))
    assert record.work_tree is None
    with pytest.raises(RepositoryError):
        repository_of(repository, record)


def test_a_work_tree_named_after_the_run_is_dedicated_to_it(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_live(sandbox, card(), PAUSED)
    (record,) = open_runs(repository)
    assert record.dedicated_work_tree is None
    own = replace(record, card=replace(record.card, run=sandbox.root.name))
    assert own.dedicated_work_tree == sandbox.root
    assert own.as_data()["work_tree"] == str(sandbox.root)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("run.yaml", None, "run.yaml: No such file"),
        ("timeline.jsonl", None, "timeline.jsonl: No such file"),
        ("run.yaml", "[]", "run.yaml"),
    ],
)
def test_runs_that_cannot_be_read_are_listed_with_the_reason(
    sandbox: Sandbox, repository: Repository, name: str, content: str | None, reason: str
) -> None:
    place = put_tracked(sandbox, card(), COMPLETED)
    assert why_unreadable(place) == ""
    if content is None:
        (place / name).unlink()
    else:
        (place / name).write_text(content)
    assert all_runs(repository) == []
    (line,) = run_lines(repository)
    assert line.run == run_id(1) and f"{line.run}/{reason}" in line.unreadable


def test_hidden_folders_and_files_beside_runs_are_no_runs(
    sandbox: Sandbox, repository: Repository
) -> None:
    runs = sandbox.root / ".planning/runs"
    (runs / ".tmp").mkdir(parents=True)
    (runs / ".gitattributes").write_text("")
    (runs / "README.md").write_text("")
    assert run_lines(repository) == [] and all_runs(repository) == []


def change_copy(path: Path, how: str) -> None:
    raw = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes({"shorter": raw[:10], "edited": raw.replace(b"Make", b"Bake")}[how])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("missing", "is missing"),
        ("edited", "is not a prefix of the live log"),
        ("shorter", "is older than the committed one"),
    ],
)
def test_a_changed_tracked_copy_is_named(
    sandbox: Sandbox, repository: Repository, how: str, words: str
) -> None:
    put_live(sandbox, card(), PAUSED, PAUSED)
    copy = put_tracked(sandbox, card(), PAUSED) / "timeline.jsonl"
    sandbox.commit("The record")
    (record,) = open_runs(repository)
    assert tracked_copy_warning(repository, record) is None
    change_copy(copy, how)
    warning = tracked_copy_warning(repository, record)
    assert warning is not None and words in warning and "live log is what counts" in warning


def test_a_copy_that_was_never_committed_may_be_missing(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_live(sandbox, card(), PAUSED)
    (record,) = open_runs(repository)
    assert tracked_copy_warning(repository, record) is None
    assert tracked_copy_warning(repository, replace(record, live=False)) is None
