"""An open run of a small plan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge.run.engine.open_run import OpenRun
from tests.conftest import Sandbox
from tests.run.in_process import context_of, enter, opened, small_case


@pytest.fixture
def run(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenRun]:
    """A run of a plan of one step, of which nothing is done yet."""
    small_case(sandbox).set_up()
    with opened(context_of(enter(sandbox, monkeypatch))) as run:
        yield run
