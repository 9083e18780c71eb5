"""Which run a name means, and what is said if none does."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from forge.errors import DamagedLog, NoOpenRun, UnknownName
from forge.git.clone import clone_id
from forge.git.repository import Repository
from forge.planning.migrations import NewerVersion
from forge.planning.names.catalog import Catalog
from forge.records.find import one_run, open_elsewhere, run_by_name
from forge.records.lines import lines_of_plan, run_lines
from forge.records.record import require_known_versions
from forge.timeline.run import events as ev
from tests.conftest import Sandbox
from tests.records.runs import COMPLETED, PAUSED, PLAN, card, put_live, put_tracked, run_id

ADOPTED = ev.RunAdopted("01JCLONE", "01JOTHER")


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    return Repository.discover(sandbox.root)


def run_named(repository: Repository, name: str | None, *, among_open: bool = False) -> str:
    return one_run(repository, name, among_open=among_open).card.run


def refusal(error: type[Any], repository: Repository, name: str | None, **how: bool) -> str:
    with pytest.raises(error) as caught:
        run_named(repository, name, **how)
    return f"{caught.value.message} | {caught.value.hint}"


@pytest.mark.parametrize("name", [run_id(1), "025501", "5501Z"])
def test_an_id_or_a_part_of_it_names_a_run(
    sandbox: Sandbox, repository: Repository, name: str
) -> None:
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, card(2), COMPLETED)
    assert run_named(repository, name) == run_id(1)


def test_a_whole_id_wins_over_a_part_of_another(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, replace(card(1), run=f"{run_id(1)}x"), COMPLETED)
    assert run_named(repository, run_id(1)) == run_id(1)


def test_a_plan_names_its_only_run(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(sandbox, replace(card(1), plan="02-03"), COMPLETED)
    assert run_named(repository, "02-03") == run_id(1)


def test_an_ambiguous_name_lists_the_candidates(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, card(2), COMPLETED)
    message = refusal(UnknownName, repository, "20261120")
    assert message.startswith("2 runs fit:")
    assert f"\n  {run_id(1)}  completed\n  {run_id(2)}  completed" in message


def test_without_a_name_it_is_the_open_run_else_the_last(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, card(2), COMPLETED)
    assert run_named(repository, None) == run_id(2)
    put_live(sandbox, card(1), PAUSED)
    assert run_named(repository, None) == run_named(repository, None, among_open=True) == run_id(1)


def test_runs_that_are_rejected_do_not_count(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, card(2, kind="rollback"), COMPLETED)
    record = one_run(
        repository, None, among_open=False, only=lambda record: record.card.kind == "execute"
    )
    assert record.card.run == run_id(1)


@pytest.mark.parametrize(
    ("among_open", "words"),
    [(False, "there are no runs yet | start one"), (True, "no run is open here | start one")],
)
def test_a_repository_without_runs_says_so(
    repository: Repository, among_open: bool, words: str
) -> None:
    assert words in refusal(NoOpenRun, repository, None, among_open=among_open)


def test_an_adopted_run_is_not_open_here(sandbox: Sandbox, repository: Repository) -> None:
    put_live(sandbox, card(), PAUSED)
    put_tracked(sandbox, card(), PAUSED, ADOPTED)
    message = refusal(NoOpenRun, repository, None, among_open=True)
    assert f"{run_id(1)} was taken over by another clone" in message
    message = refusal(NoOpenRun, repository, run_id(1), among_open=True)
    assert "taken over by another clone; this clone's own log of it stays" in message


def test_a_run_of_another_clone_can_be_adopted(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(sandbox, card(), PAUSED)
    message = refusal(NoOpenRun, repository, None, among_open=True)
    assert f"{run_id(1)} is open in another clone" in message
    assert f"`forge resume --adopt {run_id(1)}`" in message
    assert "is open in another clone" in refusal(NoOpenRun, repository, run_id(1), among_open=True)


def test_a_run_that_has_ended_is_not_open(sandbox: Sandbox, repository: Repository) -> None:
    put_tracked(sandbox, card(), COMPLETED)
    message = refusal(NoOpenRun, repository, run_id(1), among_open=True)
    assert f"the run {run_id(1)} has ended" in message


def test_a_run_that_continues_on_another_branch_is_named_with_its_branch(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_tracked(sandbox, card(clone=clone_id(repository), branch="topic"), PAUSED)
    message = refusal(NoOpenRun, repository, run_id(1), among_open=True)
    assert "continues on another branch (it started on topic)" in message


@pytest.mark.parametrize("among_open", [True, False])
def test_an_unknown_name_points_to_the_list(
    sandbox: Sandbox, repository: Repository, among_open: bool
) -> None:
    put_tracked(sandbox, card(), COMPLETED)
    message = refusal(NoOpenRun, repository, "nothing", among_open=among_open)
    assert f"there is no {'open ' if among_open else ''}run `nothing`" in message
    assert message.endswith("see `forge runs`")


@pytest.mark.parametrize("put", [put_live, put_tracked])
def test_a_run_that_cannot_be_read_is_damaged_not_missing(
    sandbox: Sandbox, repository: Repository, put: Any
) -> None:
    place = put(sandbox, card(), COMPLETED)
    (place / "run.yaml").write_text("[]")
    message = refusal(DamagedLog, repository, run_id(1))
    assert "run.yaml" in message and "restore it from the last commit" in message


@pytest.mark.parametrize(
    ("name", "run"),
    [
        (run_id(1), run_id(1)),
        (f".planning/runs/{run_id(1)}/", run_id(1)),
        ("025502Z", run_id(2)),
        ("20261120", None),
        ("nothing", None),
        ("", None),
        ("/", None),
    ],
)
def test_run_by_name_is_sure_or_returns_none(
    sandbox: Sandbox, repository: Repository, name: str, run: str | None
) -> None:
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, card(2), COMPLETED)
    record = run_by_name(repository, name)
    assert (record.card.run if record else None) == run


def test_open_elsewhere_is_the_run_that_can_be_adopted(
    sandbox: Sandbox, repository: Repository
) -> None:
    with pytest.raises(NoOpenRun, match="no such run is open in another clone"):
        open_elsewhere(repository, None)
    put_tracked(sandbox, card(1), PAUSED)
    put_live(sandbox, card(3), PAUSED)
    assert open_elsewhere(repository, None).card.run == run_id(1)
    assert open_elsewhere(repository, "025501").card.run == run_id(1)
    with pytest.raises(NoOpenRun, match="is open in this clone") as caught:
        open_elsewhere(repository, run_id(3))
    assert caught.value.hint == "continue with `forge resume`"
    put_tracked(sandbox, card(2), PAUSED)
    with pytest.raises(UnknownName, match="2 runs fit"):
        open_elsewhere(repository, None)


def test_runs_of_a_plan_are_found_by_its_names_of_then_and_now(
    sandbox: Sandbox, repository: Repository
) -> None:
    new = ".planning/phases/02-b/02-01-PLAN.md"
    sandbox.write(new, f"---\nphase: 02-b\nplan: 01\nformerly: [{PLAN}]\n---\n")
    put_tracked(sandbox, card(1), COMPLETED)
    put_tracked(sandbox, replace(card(2), plan="05-05", plan_path="x-PLAN.md"), COMPLETED)
    lines, catalog = run_lines(repository), Catalog(sandbox.root)
    for name in ("01-01", PLAN, "02-01", new):
        assert [line.run for line in lines_of_plan(lines, catalog, name)] == [run_id(1)]
    assert [line.run for line in lines_of_plan(lines, catalog, "05-05")] == [run_id(2)]
    assert lines_of_plan(lines, catalog, "09-09") == []


NEWER = "version 2 is newer than version 1"


def test_an_open_run_of_a_newer_version_is_refused_by_name(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_live(sandbox, replace(card(1), version=2), PAUSED)
    for name in (None, run_id(1)):
        refused = refusal(NewerVersion, repository, name, among_open=True)
        assert f"{run_id(1)}/run.yaml:1:10: {NEWER}" in refused
        assert refused.endswith("| update forge")


def test_a_finished_run_of_a_newer_version_is_in_the_way_of_nothing(
    sandbox: Sandbox, repository: Repository
) -> None:
    put_tracked(sandbox, replace(card(1), version=2), COMPLETED)
    put_tracked(sandbox, card(2), COMPLETED)
    assert run_named(repository, None) == run_id(2)
    assert NEWER in refusal(NewerVersion, repository, run_id(1))
    require_known_versions(repository)
