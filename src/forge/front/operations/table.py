"""The table of verbs, from which every front is built.

Looking a verb up loads nothing; its arguments and its function load the module of that verb only.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from forge.front.envelope import Reply
    from forge.front.operations.call import Call

    class OperationModule(Protocol):
        """The module of a verb."""

        Arguments: type[tuple[object, ...]]
        perform: Callable[[Call, tuple[object, ...]], Reply]


_PACKAGE = "forge.front.operations"


class Operation(NamedTuple):
    """A verb: its summary, and whether it changes anything.

    One that works `outside` needs no repository; one that works `anywhere` reads no folder at all,
    so that it works where the current folder was removed.
    """

    verb: str
    summary: str
    writes: bool = False
    outside: bool = False
    anywhere: bool = False

    def load(self) -> OperationModule:
        return cast("OperationModule", importlib.import_module(f"{_PACKAGE}.{self.verb}"))

    @property
    def arguments(self) -> type[tuple[object, ...]]:
        """The type of the arguments: a NamedTuple whose fields have types and defaults."""
        return self.load().Arguments

    def perform(self, call: Call, **arguments: object) -> Reply:
        """Call the operation. Raises TypeError for arguments that it does not have."""
        module = self.load()
        return module.perform(call, module.Arguments(**arguments))


def _reads(verb: str, summary: str, *, outside: bool = False) -> Operation:
    return Operation(verb, summary, writes=False, outside=outside)


def _tells(verb: str, summary: str) -> Operation:
    return Operation(verb, summary, outside=True, anywhere=True)


def _writes(verb: str, summary: str, *, outside: bool = False) -> Operation:
    return Operation(verb, summary, writes=True, outside=outside)


OPERATIONS = {
    operation.verb: operation
    for operation in (
        _writes("init", "add what forge needs to this repository"),
        _writes("new", "make a mission, a phase, a plan or a backlog item"),
        _writes("set", "change fields of documents"),
        _writes("tick", "tick an acceptance criterion of an item"),
        _writes("edit", "edit a document and check it on save"),
        _writes("move", "give a document another phase, number or name"),
        _writes("archive", "archive a document; its id stays taken"),
        _writes("migrate", "rewrite documents of older versions"),
        _reads("list", "list missions, phases, plans and items"),
        _reads("show", "show a document and its status"),
        _reads("search", "find words in the documents"),
        _writes("validate", "report what is wrong with the documents", outside=True),
        _writes("approve", "approve a plan's exact text, or answer a waiting run with yes"),
        _writes("reject", "answer a waiting run with no"),
        _writes("execute", "execute an approved plan"),
        _writes("resume", "continue a run"),
        _writes("pause", "pause a run before its next step"),
        _writes("retry", "do the current step again from its checkpoint"),
        _writes("stop", "end a run for good"),
        _writes("skip", "skip the current step"),
        _writes("rollback", "revert what a run changed"),
        _writes("undo", "undo the latest rollback"),
        _writes("attest", "confirm a truth by name, with evidence"),
        _writes("waive", "waive a must-have, with a reason"),
        _reads("status", "show the status of the work and what to do next"),
        _reads("ready", "list what can start now, and why the rest cannot"),
        _reads("next", "show what to do next"),
        _reads("board", "show plans and items in columns"),
        _reads("graph", "draw which plan waits for which"),
        _reads("trace", "trace requirements to plans, runs and evidence"),
        _reads("runs", "list the runs"),
        _reads("timeline", "show a run's events"),
        _reads("log", "show the runs with their steps and commits"),
        _reads("diff", "show what a run, or a step of it, changed"),
        _writes("report", "write a run, a phase or a mission as one page"),
        _reads("replay", "check a run's record against git"),
        _reads("audit", "check every plan that is called complete"),
        _writes("verify", "decide a plan's must-haves on the tree"),
        _reads("doctor", "check whether everything that forge needs is there", outside=True),
        _tells("rules", "list the rules of validate"),
        _tells("help", "show the manual: a topic, a command or a rule"),
        _tells("completion", "print the script that completes commands in a shell"),
        _writes("demo", "make a small repository and execute a plan in it", outside=True),
    )
}
"""The verbs by name, in the order in which a newcomer meets them."""
