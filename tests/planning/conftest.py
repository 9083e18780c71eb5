"""A work tree with plans."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

PLAN = "---\nphase: 1\n{front}---\n<task>\n<name>Write it</name>\n</task>\n"


@pytest.fixture
def make_plans(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes plans below `.planning/` of a new folder, with given lines in
    their front matter.
    """

    def make(*paths: str, **front: str) -> Path:
        for path in paths:
            place = tmp_path / ".planning" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(PLAN.format(front=front.get("front", "")))
        return tmp_path

    return make
