"""The process and git have the same home."""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox


@pytest.fixture
def home_of_git(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(sandbox.home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
