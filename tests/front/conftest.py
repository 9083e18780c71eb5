"""Fixtures of the fronts."""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.front.calling import Front, enter


@pytest.fixture
def front(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Front:
    """A front in a repository with one commit."""
    return enter(sandbox, monkeypatch)
