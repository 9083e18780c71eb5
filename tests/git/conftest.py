"""A real repository that the process and git see with the same home and identity."""

from __future__ import annotations

import os

import pytest

from forge.git.repository import Repository
from tests.conftest import Sandbox


@pytest.fixture
def repository(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The sandbox's repository; commands of this process run in the sandbox's environment."""
    for name in [*os.environ]:
        if name.startswith(("GIT_", "XDG_")):
            monkeypatch.delenv(name)
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return Repository.discover(sandbox.root)
