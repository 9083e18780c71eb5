"""A repository with a small plan, and what its commands work with."""

from __future__ import annotations

import pytest

from forge.run.engine.context import Context
from tests.conftest import Sandbox
from tests.run.in_process import context_of, enter, small_case


@pytest.fixture
def context(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The context of a repository with a committed plan of one step."""
    small_case(sandbox).set_up()
    return context_of(enter(sandbox, monkeypatch))
