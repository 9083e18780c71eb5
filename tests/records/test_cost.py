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
from tests.front.calling import enter
from tests.records.runs import rechained
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
    copies(folder / name, "20250101", MANY)
    return name


def copies(run: Path, day: str, count: int) -> None:
    """Write runs like another one, of a day before it."""
    for number in range(count):
        other = f"{day}T0000{number:02}Z-01-01-a{number:03}"
        (run.parent / other).mkdir()
        for file in ("run.yaml", "timeline.jsonl"):
            text = (run / file).read_text()
            (run.parent / other / file).write_text(text.replace(run.name, other))
        rechained(run.parent / other / "timeline.jsonl", lambda event: None)


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


@pytest.mark.parametrize(
    ("verb", "arguments", "shown"),
    [
        ("runs", {}, 0),
        ("status", {}, 0),
        ("log", {"max_count": 3}, 3),
        ("log", {"name": "01-01", "max_count": 3}, 3),
        ("show", {"name": "02-01"}, 0),
        ("verify", {"name": "02-01"}, 0),
        ("report", {"name": "02-01"}, 0),
        ("diff", {"run": "01-01"}, 1),
    ],
)
def test_many_runs_are_read_once_and_then_only_those_that_are_shown(
    sandbox: Sandbox,
    run: str,
    read: list[str],
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    arguments: dict[str, object],
    shown: int,
) -> None:
    sandbox.write(".planning/phases/02-b/02-01-PLAN.md", "---\nphase: 02-b\nplan: 01\n---\n")
    sandbox.commit("Runs and a plan")
    front = enter(sandbox, monkeypatch)
    for _ in range(2):
        read.clear()
        front.perform(verb, **arguments).as_data()
    assert len(set(read)) == shown


def test_lists_are_cut_and_counted(sandbox: Sandbox, run: str) -> None:
    folder = sandbox.root / ".planning/runs"
    copies(folder / run, "20250102", 30)
    total = MANY + 31
    lines = sandbox.forge("runs").out.splitlines()
    assert lines[0] == f"{total - 50} older runs not shown: `forge runs --all`" and len(lines) == 51
    assert run in lines[-1] and len(sandbox.forge("runs", "--all").out.splitlines()) == total
    assert sandbox.forge("runs", "-n", "2").out.splitlines()[-1] == lines[-1]
    data = sandbox.call("runs").data
    assert data["total"] == len(data["runs"]) == total
    assert len(sandbox.call("runs", "-n", "2").data["runs"]) == 2
    text = sandbox.forge("log").out.rstrip()
    assert text.endswith(f"{total - 20} older runs not shown: `forge log --all`")
    data = sandbox.call("log").data
    assert data["total"] == total and len(data["runs"]) == 20
    assert len(sandbox.call("log", "--all").data["runs"]) == total
