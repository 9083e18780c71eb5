"""The result of running a truth's command."""

from __future__ import annotations

from dataclasses import dataclass

from forge.text.command_line import shown_command
from forge.text.path_list import path_lines
from forge.text.printable import block

_IN_JSON = ("plan", "must_have", "command", "outcome", "reason", "duration_ms", "proof", "commit")


@dataclass(frozen=True)
class TruthResult:
    """The result of a truth's command: `passed`, `failed`, or an outcome that proves nothing.

    `changed` are paths that the command changed; `proof` is the path of the proof and `commit` its
    commit, if there is one.
    """

    plan: str
    must_have: str
    command: str
    outcome: str
    reason: str = ""
    duration_ms: int = 0
    changed: tuple[str, ...] = ()
    output: str = ""
    proof: str | None = None
    commit: str | None = None

    def as_data(self) -> dict[str, object]:
        return {**{name: getattr(self, name) for name in _IN_JSON}, "changed": list(self.changed)}

    def describe(self) -> list[str]:
        """Return the result as a few lines of text."""
        reason = f" ({self.reason})" if self.reason else ""
        return [
            f"{self.must_have} of {self.plan}: {self.outcome}{reason}",
            *shown_command(self.command),
            *path_lines(self.changed, indent="  changed: "),
            *(block(self.output, "  | ") if self.output else []),
        ]
