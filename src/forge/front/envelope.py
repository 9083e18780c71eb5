"""What a verb answers with, and the JSON envelope around it, for every front."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from forge.errors import ForgeError, Interrupted, NotApproved, StorageFailed
from forge.git import failures
from forge.text.printable import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forge.text.finding import Finding
    from forge.text.printable import Text

SCHEMA_VERSION = 1
Data = dict[str, object]
_RUN_KEYS = ("run", "plan", "status", "verdict", "step")


class Reply(NamedTuple):
    """The answer of a verb: data for programs, text for people, findings, and the exit status.

    A text is one line, or a list of lines; what does not print in a line is escaped, line ends
    included. Data and text may be functions, for answers of which only the form that is printed is
    worth its time. `one_line` means that the JSON is the last of several lines. `view` is the value
    that data and text are made from, for fronts that draw it themselves.
    """

    data: Data | Callable[[], Data]
    text: Text | Callable[[], Text] = ""
    code: int = 0
    findings: Sequence[Finding] | None = None
    one_line: bool = False
    view: object = None

    def as_data(self) -> Data:
        return self.data() if callable(self.data) else self.data

    def shown(self) -> Text:
        """Return what is printed for people: a line, lines, or a verbatim text."""
        return self.text() if callable(self.text) else self.text

    def as_text(self) -> str:
        """Return what is printed for people, without colors."""
        return plain_text(self.shown())


class Bug(ForgeError):
    """An exception that forge did not expect."""

    kind = "bug"
    exit_code = 3


def as_forge_error(error: BaseException) -> ForgeError | None:
    """Return the error that an exception means to the user, or None if the exception is a bug."""
    if isinstance(error, ForgeError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("interrupted", "nothing is lost; call it again")
    if isinstance(error, OSError):
        return StorageFailed.of(error)
    return failures.meaning(error)


def reply_envelope(verb: str, execution: str, reply: Reply) -> Data:
    """Return the JSON object of a reply. `execution` is the id of this call in forge's log."""
    envelope = _envelope(verb, execution, ok=reply.code == 0)
    envelope["data"] = reply.as_data()
    if reply.findings is not None:
        envelope["findings"] = [finding.as_data() for finding in reply.findings]
    return envelope


def error_envelope(verb: str, execution: str, error: ForgeError) -> Data:
    """Return the JSON object of an error.

    A missing approval is data, not an error: it has the form of a run that waits for the user.
    """
    envelope = _envelope(verb, execution, ok=False)
    if isinstance(error, NotApproved):
        envelope["data"] = _waiting_for_approval(error)
    else:
        shown: Data = {"kind": error.kind, "message": error.message, "hint": error.hint}
        if error.next_commands:
            shown["next"] = error.next_commands
        envelope["error"] = shown
    findings = getattr(error, "findings", None)
    if findings is not None:
        envelope["findings"] = [finding.as_data() for finding in findings]
    return envelope


def _envelope(verb: str, execution: str, *, ok: bool) -> Data:
    return {"schema": f"forge.{verb}/{SCHEMA_VERSION}", "execution": execution, "ok": ok}


def _waiting_for_approval(error: NotApproved) -> Data:
    waits = {"kind": "plan", "step": None, "approval_id": None, "text": error.message}
    data: Data = dict.fromkeys(_RUN_KEYS)
    return {**data, "waiting_for": waits, "next": error.next_commands}
