"""A command that is about one run reads one run, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forge.git.repository import Repository
from forge.records import record as records
from forge.records.files import RunFiles, read_folder
from forge.records.find import one_run, run_by_name
from forge.records.record import RunRecord
from forge.views.runs.diffs import run_and_step
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto

MANY = 30


@pytest.fixture
def run(sandbox: Sandbox) -> str:
    """The newest of many runs."""
    case = Case(
        sandbox,
        [Task("Write it", "a.txt", auto("test -s a.txt"))],
        {1: "pathlib.Path('a.txt').write_text('x')"},
        files=("a.txt",),
    )
    case.set_up()
    name = str(sandbox.call("execute", "01-01", "--approve").data["run"])
    folder = sandbox.root / ".planning/runs"
    for number in range(MANY):
        other = f"20250101T0000{number:02}Z-01-01-a{number:03}"
        (folder / other).mkdir()
        for file in ("run.yaml", "timeline.jsonl"):
            text = (folder / name / file).read_text()
            (folder / other / file).write_text(text.replace(name, other))
    return name


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders of runs that were read, in order."""
    folders: list[str] = []

    def reading(folder: Path) -> RunFiles:
        folders.append(folder.name)
        return read_folder(folder)

    monkeypatch.setattr(records, "read_folder", reading)
    return folders


@pytest.mark.parametrize(
    "find",
    [
        lambda repository, run: one_run(repository, run, among_open=False),
        lambda repository, run: one_run(repository, run[-4:], among_open=False),
        lambda repository, run: one_run(repository, None, among_open=False),
        run_by_name,
        lambda repository, run: run_and_step(repository, run)[0],
        lambda repository, run: run_and_step(repository, None)[0],
    ],
)
def test_a_name_reads_one_run(
    sandbox: Sandbox, run: str, read: list[str], find: Callable[[Repository, str], RunRecord]
) -> None:
    assert find(Repository.discover(sandbox.root), run).card.run == run
    assert set(read) == {run}


def test_a_list_of_runs_keeps_no_events(sandbox: Sandbox, run: str) -> None:
    runs = records.all_runs(Repository.discover(sandbox.root), with_events=False)
    assert len(runs) == MANY + 1 and not any(record.reading.events for record in runs)
    assert runs[-1].state.commits


def test_a_part_of_an_id_and_a_plan_still_name_runs(sandbox: Sandbox, run: str) -> None:
    assert sandbox.call("timeline", run[-4:]).data["run"] == run
    assert sandbox.call("log", "01-01", "-n", "2").data["runs"][0]["run"] == run
    assert sandbox.call("timeline", "01-01").code != 0  # several fit
    assert sandbox.call("timeline", "none").code != 0
