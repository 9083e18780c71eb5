"""Make the script that completes the command line in a shell."""

from __future__ import annotations

from typing import Literal, NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.text.printable import Verbatim


class Arguments(NamedTuple):
    """The shell that the script is for."""

    shell: Literal["bash", "zsh", "fish"]


def perform(call: Call, arguments: Arguments) -> Reply:
    script = call.caller.completion_script(arguments.shell)
    return Reply({"shell": arguments.shell, "script": script}, Verbatim(script))
