"""Folders with plans in them, made in a few words; long sweeps only where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

PLAN = "---\nphase: 1\n{front}---\n<task>\n<name>Write it</name>\n</task>\n"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the slow tests of this folder unless `-m slow` names them."""
    if "slow" not in config.getoption("-m"):
        for item in items:
            if Path(__file__).parent in item.path.parents and item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="a long sweep: run with -m slow"))


@pytest.fixture
def make_plans(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes plans below `.planning/` of a new folder: paths alone, or with lines of their front matter."""

    def make(*paths: str, **front: str) -> Path:
        for path in paths:
            place = tmp_path / ".planning" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(PLAN.format(front=front.get("front", "")))
        return tmp_path

    return make
