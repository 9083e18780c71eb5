"""What a runner says about itself: read from its output while it works, and held against its exit
status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from forge.planning.settings import RunnerSettings
from forge.run.processes.supervise import Outcome

_LONGEST = 4 << 20  # bytes of a line that is looked into
_SESSION = re.compile(r"[A-Za-z0-9][\w.:-]{0,199}")
_MESSAGE = 2000


class Parser(Protocol):
    """Reads the standard output of one call."""

    line: str

    def take(self, data: bytes) -> None:
        """Read more of it."""

    def judge(self, outcome: Outcome) -> Outcome:
        """Return the outcome as the output lets it stand; a success may become a failure, never the
        other way.
        """


@dataclass
class Text:
    """Plain text says nothing that a program could rely on."""

    settings: RunnerSettings
    line: str = ""

    def take(self, data: bytes) -> None:
        """See Parser.take."""

    def judge(self, outcome: Outcome) -> Outcome:
        """See Parser.judge."""
        return outcome


@dataclass
class JsonLines:
    """One JSON object a line; the settings name the lines that end the work well or badly, and
    where things stand in them.
    """

    settings: RunnerSettings
    line: str = ""
    session: str | None = None
    failed: bool | None = None
    message: str = ""
    _begun: bytearray = field(default_factory=bytearray)
    _too_long: bool = False

    def take(self, data: bytes) -> None:
        """See Parser.take. A line beyond 4 MiB is passed over."""
        first, ended, rest = data.partition(b"\n")
        self._add(first)
        if not ended:
            return
        if not self._too_long:
            self._read(bytes(self._begun))
        self._begun.clear()
        self._too_long = False
        whole, _, last = rest.rpartition(b"\n")
        if b"{" in whole:  # a flood of other lines costs next to nothing
            for line in whole.split(b"\n"):
                self._read(line)
        self._add(last)

    def _add(self, part: bytes) -> None:
        self._too_long = self._too_long or len(self._begun) + len(part) > _LONGEST
        if self._too_long:
            self._begun.clear()
        else:
            self._begun += part

    def _read(self, line: bytes) -> None:
        try:
            found = json.loads(line) if line.lstrip().startswith(b"{") else None
        except (ValueError, RecursionError):
            return
        if not isinstance(found, dict):
            return
        names = self.settings
        session = next(
            (text for text in _texts(found, names.session) if _SESSION.fullmatch(text)), None
        )
        self.session = session or self.session
        message = next(_texts(found, names.message), "")[:_MESSAGE]
        self.line = message or str(found.get("type", "")) or self.line
        bad = any(_fits(found, words) for words in names.failed)
        if bad or any(_fits(found, words) for words in names.done):
            self.failed, self.message = bad, message

    def judge(self, outcome: Outcome) -> Outcome:
        """See Parser.judge."""
        self.take(b"\n")
        judged = replace(outcome, session=self.session)
        if not outcome.success:
            return judged
        if self.failed:
            said = f": {self.message}" if self.message else ""
            return replace(
                judged,
                ended="result",
                reason=f"it exited with 0, and its result says that it failed{said}",
            )
        if self.failed is None and self.settings.done:
            return replace(
                judged, ended="result", reason="it exited with 0 and never said that it was done"
            )
        return judged


PARSERS: dict[str, Callable[[RunnerSettings], Parser]] = {"text": Text, "json-lines": JsonLines}


def _at(found: object, path: str) -> object:
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _fits(found: dict[str, object], words: str) -> bool:
    """Say whether an object has every `path=value` of a pattern; none of them fits nothing."""
    pairs = [word.partition("=")[::2] for word in words.split()]
    return bool(pairs) and all(_text(_at(found, path)) == value for path, value in pairs)


def _texts(found: dict[str, object], paths: tuple[str, ...]) -> Iterator[str]:
    return iter([value for path in paths if isinstance(value := _at(found, path), str) and value])


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
