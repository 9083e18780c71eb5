"""What every command that changes something works with."""

from __future__ import annotations

from msgspec import Struct

from forge.git.repository import Repository
from forge.planning.settings import Settings
from forge.run.approvals.prompter import Prompter
from forge.run.engine.open_run import OnOutput
from forge.run.engine.parts.live_log import Notify


class Context(Struct, frozen=True):
    """A repository with its settings, the user, and observers of what happens.

    A `lenient` context only records something and needs no usable settings.
    """

    repository: Repository
    settings: Settings
    execution: str
    prompter: Prompter
    notify: Notify
    lenient: bool = False
    on_output: OnOutput = lambda output: None
