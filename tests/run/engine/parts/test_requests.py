"""Requests from other shells: files in the live folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.run.engine.parts.requests import Requests


def test_nothing_is_asked_for_at_first(tmp_path: Path) -> None:
    assert Requests(tmp_path).pending() is None


def test_a_request_is_seen_by_another_process(tmp_path: Path) -> None:
    Requests(tmp_path).add("pause")
    assert Requests(tmp_path).pending() == "pause"
    assert (tmp_path / "request-pause").exists()


def test_stop_takes_precedence_over_pause(tmp_path: Path) -> None:
    requests = Requests(tmp_path)
    requests.add("pause")
    requests.add("stop")
    assert requests.pending() == "stop"


def test_clear_forgets_all_requests(tmp_path: Path) -> None:
    requests = Requests(tmp_path)
    requests.add("pause")
    requests.add("stop")
    requests.clear()
    assert requests.pending() is None and list(tmp_path.iterdir()) == []
    requests.clear()


def test_asking_a_run_that_ended_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Requests(tmp_path / "ended").add("stop")
