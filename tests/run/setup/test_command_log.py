"""The log of forge commands."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from forge.git.repository import Repository
from forge.run.setup import command_log
from tests.conftest import Sandbox


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    return Repository.discover(sandbox.root)


def records(repository: Repository) -> list[dict[str, Any]]:
    path = repository.forge_dir / "executions.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def markers(repository: Repository) -> list[Path]:
    return list((repository.forge_dir / "executions").iterdir())


@pytest.mark.parametrize(
    ("code", "partial", "outcome"),
    [
        (0, False, "success"),
        (4, False, "success"),
        (1, False, "error"),
        (3, False, "error"),
        (130, False, "interrupted"),
        (1, True, "partial"),
    ],
)
def test_a_start_and_a_finish_are_recorded(
    repository: Repository, code: int, partial: bool, outcome: str
) -> None:
    command = command_log.start(repository, ["status", "--json"])
    assert len(markers(repository)) == 1
    command.counters = {"files": 3}
    command.partial = partial
    command.finish(code, "why" if code else "")
    start, finish = records(repository)
    assert start["outcome"] == "running" and start["pid"] == os.getpid()
    assert (finish["outcome"], finish["counters"]) == (outcome, {"files": 3})
    assert finish["error_message"] == ("why" if code else None)
    assert start["execution"] == finish["execution"] == command.id
    assert (finish["args"], finish["root"]) == (["status", "--json"], str(repository.root))
    assert markers(repository) == []


def test_a_command_that_died_is_finished_by_the_next_one(repository: Repository) -> None:
    dead = command_log.start(repository, ["execute"])
    (marker,) = markers(repository)
    record = json.loads(marker.read_text())
    marker.write_text(json.dumps({**record, "pid": 2**22 + 1, "start": 1}))
    command = command_log.start(repository, ["status"])
    assert command.closed_dead_commands
    closed = records(repository)[1]
    assert (closed["execution"], closed["outcome"]) == (dead.id, "interrupted")
    assert closed["args"] == ["execute"] and closed["duration_ms"] is None
    assert not command_log.start(repository, ["again"]).closed_dead_commands


def test_a_command_that_runs_is_left_alone(repository: Repository) -> None:
    command_log.start(repository, ["execute"])
    assert not command_log.start(repository, ["status"]).closed_dead_commands
    assert [record["outcome"] for record in records(repository)] == ["running", "running"]


@pytest.mark.parametrize("damage", ["", "{}", "[", '{"pid": 1}'])
def test_a_damaged_marker_is_ignored(repository: Repository, damage: str) -> None:
    command_log.start(repository, ["execute"])
    markers(repository)[0].write_text(damage)
    assert not command_log.start(repository, ["status"]).closed_dead_commands


def test_a_log_that_cannot_be_written_is_not_an_error(repository: Repository) -> None:
    repository.forge_dir.mkdir(parents=True, exist_ok=True)
    (repository.forge_dir / "executions.jsonl").mkdir()
    command_log.start(repository, ["status"]).finish(0)


def test_outside_a_repository_nothing_is_written() -> None:
    command = command_log.start(None, ["help"])
    command.finish(0)
    assert command.id and command.folder is None


def test_a_bug_is_written_to_a_file(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = command_log.bug_log(repository, "ex1", "Traceback …")
    assert path == repository.forge_dir / "bugs/forge-ex1.log"
    assert path.read_text().startswith("forge ") and path.read_text().endswith("Traceback …")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert command_log.bug_log(None, "ex2", "x") == tmp_path / "forge-ex2.log"
    monkeypatch.setenv("TMPDIR", str(tmp_path / "forge-ex2.log"))
    assert command_log.bug_log(None, "ex3", "x") is None
