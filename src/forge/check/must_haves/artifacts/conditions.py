"""Reads the conditions of an artifact: `contains`, `exports`, `min_lines` and their opposites.

A condition that cannot be read (an empty text, an invalid number, a key that only resembles a known
one) makes the artifact undecided: nothing passes unchecked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator

from msgspec import Struct, field

from forge.check.must_haves import exports
from forge.check.must_haves.artifacts import checks
from forge.check.must_haves.artifacts.checks import Check
from forge.check.must_haves.code.file import as_lines
from forge.check.must_haves.outcome import shown
from forge.text.yaml.parse import Value

_CONDITIONS = (
    "contains",
    "not_contains",
    "forbidden",
    "exports",
    "min_lines",
    "max_lines",
    "should_not_exist",
)
_NOT_CONDITIONS = frozenset(
    """
    path provides description purpose note notes name title type kind reason role modifies
    """.split()
)
_LIKE_A_CONDITION = re.compile(
    r"(?:must|should|not|no|min|max|has|have|at_least|at_most|without)_|contain|forbid|export|include|exclude|pattern"
    r"|regex|match|grep|exist|absent|lines?(?:_|$)|size|sha\d*|hash|checksum"
)
_LINES = re.compile(r"\+?[0-9]{1,12}")


class Conditions(Struct):
    """The conditions of one artifact: the checks on its content, what could not be read (in words),
    and whether the file must be absent.
    """

    checks: list[Check] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    absent: bool = False


def conditions(value: Value) -> Conditions:
    """Return the conditions of an artifact's mapping; a bare path has none."""
    result = Conditions()
    for key, given in value.items():
        if key in _READERS:
            _READERS[key](key, given, result)
        elif advice := resembled(key):
            result.undecided.append(
                f"`{key}` is not a condition of an artifact ({advice}), so it was not checked"
            )
    return result


def resembled(key: str) -> str:
    """Return advice if an unknown key reads like a condition, otherwise an empty string."""
    if key in _NOT_CONDITIONS:
        return ""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key[:60]).lower()
    snake = snake.replace("-", "_").replace(" ", "_")
    similar = difflib.get_close_matches(snake, _CONDITIONS, 1, 0.75)
    if similar:
        return f"did you mean `{similar[0]}`?"
    return f"those are {', '.join(_CONDITIONS)}" if _LIKE_A_CONDITION.match(snake) else ""


def _texts(key: str, given: Value, result: Conditions) -> Iterator[str]:
    """Yield the texts of a scalar or list; report an empty entry, or one that is not a text, as
    undecided. `[]` requires nothing.
    """
    if given.data is None:
        result.undecided.append(f"`{key}` is empty")
    for element in given.elements():
        if isinstance(element.data, (dict, list)) or element.data is None:
            result.undecided.append(f"`{key}` has an entry that is not a text; put it in quotes")
        elif not element.raw.strip():
            result.undecided.append(f"`{key}` is empty")
        else:
            yield as_lines(element.raw)


def _read_contains(key: str, given: Value, result: Conditions) -> None:
    result.checks += map(checks.contains, _texts(key, given, result))


def _read_forbidden(key: str, given: Value, result: Conditions) -> None:
    result.checks += map(checks.forbidden, _texts(key, given, result))


def _read_exports(key: str, given: Value, result: Conditions) -> None:
    for text in _texts(key, given, result):
        names = exports.wanted(text)
        result.checks += map(checks.exports_name, names)
        if not names:
            result.undecided.append(f"`{key}` names nothing: {shown(text)}")


def _read_lines(key: str, given: Value, result: Conditions) -> None:
    number = given.raw.strip()
    if isinstance(given.data, (dict, list, bool)) or not _LINES.fullmatch(number):
        result.undecided.append(f"`{key}` is not a number of lines: {shown(number)}")
        return
    check = checks.min_lines if key == "min_lines" else checks.max_lines
    result.checks.append(check(int(number)))


def _read_should_not_exist(key: str, given: Value, result: Conditions) -> None:
    if isinstance(given.data, bool):
        result.absent = given.data
    else:
        result.undecided.append(f"`{key}` is neither true nor false")


_READERS: dict[str, Callable[[str, Value, Conditions], None]] = {
    "contains": _read_contains,
    "not_contains": _read_forbidden,
    "forbidden": _read_forbidden,
    "exports": _read_exports,
    "min_lines": _read_lines,
    "max_lines": _read_lines,
    "should_not_exist": _read_should_not_exist,
}
