"""The mark of a run's processes: which clone and which approvals it belongs to."""

from __future__ import annotations

from pathlib import Path

from forge.git.repository import Repository
from forge.run.processes.mark import PLACE, Mark
from tests.conftest import Sandbox


def test_a_mark_is_read_as_it_was_written(sandbox: Sandbox, tmp_path: Path) -> None:
    repository = Repository.discover(sandbox.root)
    mark = Mark.new(repository, "a-run", tmp_path / "state")
    assert Mark.read(mark.variables()) == mark
    assert mark.is_of_clone(repository)


def test_a_mark_names_the_folder_of_approvals_under_whatever_path(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "link").symlink_to("state")
    mark = Mark.new(Repository.discover(sandbox.root), "a-run", tmp_path / "state")
    assert mark.has_approvals(tmp_path / "link")
    assert not mark.has_approvals(tmp_path / "other")


def test_without_a_run_there_is_no_mark_and_without_a_place_no_clone(sandbox: Sandbox) -> None:
    repository = Repository.discover(sandbox.root)
    mark = Mark.new(repository, "a-run", Path("/state"))
    assert Mark.read({PLACE: mark.variables()[PLACE]}) is None
    found = Mark.read({"FORGE_RUN_ID": "a-run"})
    assert found is not None and not found.is_of_clone(repository)
    assert not found.has_approvals(Path("/state"))
