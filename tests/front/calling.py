"""Calls operations in this process, as a front without a terminal would."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from forge.front.envelope import Reply, reply_envelope
from forge.front.operations.call import Call
from forge.front.operations.table import OPERATIONS
from forge.git.repository import Repository
from forge.run.setup.command_log import LoggedCommand
from tests.conftest import Sandbox
from tests.front.unattended import Unattended


@dataclass
class Front:
    """A caller of operations in a folder; messages and lines on the way are collected."""

    folder: Path
    caller: Unattended = field(default_factory=Unattended)
    command: LoggedCommand = field(default_factory=lambda: LoggedCommand("01TEST", []))

    def call(self) -> Call:
        inside = (self.folder / ".git").exists()
        repository = Repository.discover(self.folder) if inside else None
        return Call(self.folder, repository, self.command, self.caller)

    def perform(self, verb: str, **arguments: object) -> Reply:
        return OPERATIONS[verb].perform(self.call(), **arguments)

    def text(self, verb: str, **arguments: object) -> str:
        return self.perform(verb, **arguments).as_text()

    def data(self, verb: str, **arguments: object) -> dict[str, Any]:
        return self.perform(verb, **arguments).as_data()

    def envelope(self, verb: str, **arguments: object) -> dict[str, object]:
        return reply_envelope(verb, self.command.id, self.perform(verb, **arguments))


def enter(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Front:
    """Make this process work as a program in a sandbox would, with its home and identity."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return Front(sandbox.root)
