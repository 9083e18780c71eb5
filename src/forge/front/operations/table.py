"""The table of verbs, from which every front is built.

Looking a verb up loads nothing; its arguments and its function load the module of that verb only.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple, cast

from forge.lazy import at_first_use

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from forge.front.envelope import Reply
    from forge.front.operations.call import Call
    from forge.front.operations.shared import require_user

    class OperationModule(Protocol):
        """The module of a verb."""

        Arguments: type[tuple[object, ...]]
        perform: Callable[[Call, tuple[object, ...]], Reply]

else:  # most verbs only read
    require_user = at_first_use("forge.front.operations.shared.require_user")


_PACKAGE = "forge.front.operations"


class Operation(NamedTuple):
    """A verb: its summary, and whether it changes anything.

    One that works `outside` needs no repository; one that works `anywhere` reads no folder at all,
    so that it works where the current folder was removed.

    `for_the_user_only` refuses it to programs of a run: always, or with one of these arguments
    (`with_any`), or unless one of these is given (`unless`). A verb that writes decides it; None is
    for verbs that only read.
    """

    verb: str
    summary: str
    writes: bool = False
    outside: bool = False
    anywhere: bool = False
    for_the_user_only: bool | None = None
    with_any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def load(self) -> OperationModule:
        return cast("OperationModule", importlib.import_module(f"{_PACKAGE}.{self.verb}"))

    @property
    def arguments(self) -> type[tuple[object, ...]]:
        """The type of the arguments: a NamedTuple whose fields have types and defaults."""
        return self.load().Arguments

    def perform(self, call: Call, **arguments: object) -> Reply:
        """Call the operation. Raises TypeError for arguments that it does not have, and NotTheUser
        for a program of a run if the operation is for the user.
        """
        module = self.load()
        given = module.Arguments(**arguments)
        if self.is_for_the_user(given):
            require_user.require_user(call, self.verb)
        return module.perform(call, given)

    def is_for_the_user(self, arguments: tuple[object, ...]) -> bool:
        """Return whether a call with these arguments is refused to programs of a run."""
        if not self.for_the_user_only or any(getattr(arguments, name) for name in self.unless):
            return False
        return not self.with_any or any(getattr(arguments, name) for name in self.with_any)


def _reads(verb: str, summary: str, *, outside: bool = False) -> Operation:
    return Operation(verb, summary, writes=False, outside=outside)


def _tells(verb: str, summary: str) -> Operation:
    return Operation(verb, summary, outside=True, anywhere=True)


def _writes(verb: str, summary: str, *, outside: bool = False) -> Operation:
    """Return a verb that programs of a run may call: what it writes is part of their diff."""
    return Operation(verb, summary, writes=True, outside=outside, for_the_user_only=False)


def _decides(
    verb: str,
    summary: str,
    *,
    outside: bool = False,
    with_any: tuple[str, ...] = (),
    unless: tuple[str, ...] = (),
) -> Operation:
    """Return a verb that approves, answers, vouches, executes or changes settings."""
    return Operation(verb, summary, True, outside, False, True, with_any, unless)


OPERATIONS = {
    operation.verb: operation
    for operation in (
        _decides("init", "add what forge needs to this repository"),
        _writes("new", "make a mission, a phase, a plan or a backlog item"),
        _writes("set", "change fields of documents"),
        _writes("tick", "tick an acceptance criterion of an item"),
        _writes("edit", "edit a document and check it on save"),
        _writes("move", "give a document another phase, number or name"),
        _writes("archive", "archive a document; its id stays taken"),
        _decides("migrate", "rewrite documents of older versions", unless=("dry_run",)),
        _reads("list", "list missions, phases, plans and items"),
        _reads("show", "show a document and its status"),
        _reads("search", "find words in the documents"),
        _decides(
            "validate", "report what is wrong with the documents", outside=True, with_any=("probe",)
        ),
        _decides(
            "approve",
            "approve a plan's exact text, or answer a waiting run with yes",
            unless=("only_print",),
        ),
        _decides("reject", "answer a waiting run with no"),
        _decides("execute", "execute an approved plan", unless=("dry_run",)),
        _decides("resume", "continue a run"),
        _writes("pause", "pause a run before its next step"),
        _decides("retry", "do the current step again from its checkpoint"),
        _decides("stop", "end a run for good"),
        _decides("skip", "skip the current step"),
        _decides("rollback", "revert what a run changed"),
        _decides("undo", "undo the latest rollback"),
        _decides("attest", "confirm a truth by name, with evidence"),
        _decides("waive", "waive a must-have, with a reason"),
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
        _decides("verify", "decide a plan's must-haves on the tree", with_any=("run",)),
        _reads("doctor", "check whether everything that forge needs is there", outside=True),
        _tells("rules", "list the rules of validate"),
        _tells("help", "show the manual: a topic, a command or a rule"),
        _tells("completion", "print the script that completes commands in a shell"),
        _writes("demo", "make a small repository and execute a plan in it", outside=True),
    )
}
"""The verbs by name, in the order in which a newcomer meets them."""
