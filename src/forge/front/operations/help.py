"""Show the manual."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.table import OPERATIONS
from forge.text.printable import Line, Verbatim
from forge.views.manual import topics as manual

_SUMMARIES = {verb: operation.summary for verb, operation in OPERATIONS.items()}


class Arguments(NamedTuple):
    """A topic, a command or a rule; without one the topics are listed."""

    topic: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    if arguments.topic is None:
        listed = [{"name": name, "about": about} for name, about in manual.topics().items()]
        return Reply({"topics": listed, "commands": list(_SUMMARIES)}, _contents())
    text = manual.text_about(arguments.topic, _SUMMARIES, call.caller.width())
    return Reply({"topic": arguments.topic, "text": text}, Verbatim(text))


def _contents() -> list[Line]:
    topics = [f"  {name:14} {about}" for name, about in manual.topics().items()]
    verbs = [f"  {name:14} {about}" for name, about in _SUMMARIES.items()]
    rules = "rules: `forge rules` lists them; `forge help RULE` explains one"
    return ["topics:", *topics, "", "commands:", *verbs, "", rules]
