"""One check of the doctor."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """The result of one check; a problem of severity `error` stops forge."""

    name: str
    ok: bool
    message: str
    hint: str = ""
    severity: Literal["error", "warning", "note"] = "note"

    def as_data(self) -> dict[str, object]:
        return asdict(self)


def passed(name: str, message: str, hint: str = "") -> Check:
    return Check(name, True, message, hint)


def error(name: str, message: str, hint: str) -> Check:
    return Check(name, False, message, hint, "error")


def warning(name: str, message: str, hint: str) -> Check:
    return Check(name, False, message, hint, "warning")
