"""Parses what a runner reports about its work on standard output, beside its exit status."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from forge.check.secrets.scrub import scrub
from forge.planning.settings import RunnerSettings
from forge.run.processes.supervise import Outcome

_LONGEST_LINE = 4 << 20  # bytes; longer lines are skipped
_SESSION = re.compile(r"[A-Za-z0-9][\w.:-]{0,199}")
_LONGEST_MESSAGE = 2000
_MOST_LINES = 20


class Parser(Protocol):
    """Reads the standard output of one call; `line` describes the present work."""

    line: str

    def feed(self, data: bytes) -> None:
        """Read the next part of the output."""

    def judge(self, outcome: Outcome) -> Outcome:
        """Return the outcome in view of the output: a success may become a failure, not the other
        way round.
        """


@dataclass
class Text:
    """Plain text, from which nothing is read."""

    settings: RunnerSettings
    line: str = ""

    def feed(self, data: bytes) -> None:
        pass

    def judge(self, outcome: Outcome) -> Outcome:
        return outcome


@dataclass
class JsonLines:
    """One JSON object a line; the settings give the patterns of lines that mean success or failure,
    and the keys of session and message.
    """

    settings: RunnerSettings
    line: str = ""
    session: str | None = None
    failed: bool | None = None
    message: str = ""
    _latest: str = ""
    _unfinished: bytearray = field(default_factory=bytearray)
    _too_long: bool = False

    def feed(self, data: bytes) -> None:
        """Read the next part of the output; a line longer than 4 MiB is skipped."""
        first, ended, rest = data.partition(b"\n")
        self._add(first)
        if not ended:
            return
        if not self._too_long:
            self._read(bytes(self._unfinished))
        self._unfinished.clear()
        self._too_long = False
        whole, _, last = rest.rpartition(b"\n")
        if b"{" in whole:  # other lines, which may be many, are not split
            for line in whole.split(b"\n"):
                self._read(line)
        self._add(last)

    def _add(self, part: bytes) -> None:
        self._too_long = self._too_long or len(self._unfinished) + len(part) > _LONGEST_LINE
        if self._too_long:
            self._unfinished.clear()
        else:
            self._unfinished += part

    def _read(self, line: bytes) -> None:
        try:
            record = json.loads(line) if line.lstrip().startswith(b"{") else None
        except (ValueError, RecursionError):
            return
        if not isinstance(record, dict):
            return
        settings = self.settings
        sessions = (text for text in _texts(record, settings.session) if _SESSION.fullmatch(text))
        self.session = next(sessions, None) or self.session
        message = scrub(next(_texts(record, settings.message), ""))[0][:_LONGEST_MESSAGE]
        self.line = message or str(record.get("type", "")) or self.line
        self._latest = message or self._latest
        failed = any(_matches(record, pattern) for pattern in settings.failed)
        if failed or any(_matches(record, pattern) for pattern in settings.done):
            self.failed, self.message = failed, message

    def judge(self, outcome: Outcome) -> Outcome:
        self.feed(b"\n")
        judged = replace(outcome, session=self.session)
        if not outcome.success:
            return replace(judged, said=self._said(outcome))
        if self.failed:
            detail = f": {self.message}" if self.message else ""
            reason = f"it exited with 0, and its result says that it failed{detail}"
            return replace(judged, ended="result", reason=reason)
        if self.failed is None and self.settings.done:
            reason = "it exited with 0 and never said that it was done"
            return replace(judged, ended="result", reason=reason)
        return judged

    def _said(self, outcome: Outcome) -> str:
        """Return the message of the result, or else of the last record with one, and the last lines
        that are no records, such as those on standard error; empty if there are none.
        """
        words = outcome.output.last_lines(_MOST_LINES).splitlines()
        others = [line for line in words if line.strip() and not line.lstrip().startswith("{")]
        return "\n".join(filter(None, [self.message or self._latest, *others]))


PARSERS: dict[str, Callable[[RunnerSettings], Parser]] = {"text": Text, "json-lines": JsonLines}


def _value_at(record: object, path: str) -> object:
    value = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _matches(record: dict[str, object], pattern: str) -> bool:
    """Return whether a record has every `path=value` of a pattern; an empty pattern matches
    nothing.
    """
    pairs = [word.partition("=")[::2] for word in pattern.split()]
    return bool(pairs) and all(_text(_value_at(record, path)) == value for path, value in pairs)


def _texts(record: dict[str, object], paths: tuple[str, ...]) -> Iterator[str]:
    values = (_value_at(record, path) for path in paths)
    return (value for value in values if isinstance(value, str) and value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
