"""What an artifact demands of its file beyond being there: `contains`, `exports`, `min_lines` and
their opposites.

A demand that cannot be read (an empty text, a number that is none, a key that only resembles a
known one) is undecided, and so is the artifact: nothing passes because it was not looked at.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from functools import partial

from msgspec import Struct, field

from forge.check.must_haves import exports
from forge.check.must_haves.code.file import Code, as_lines
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Evidence
from forge.text import pattern
from forge.text.plural import amount
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
_NO_CONDITIONS = frozenset(
    (
        "path",
        "provides",
        "description",
        "purpose",
        "note",
        "notes",
        "name",
        "title",
        "type",
        "kind",
        "reason",
        "role",
        "modifies",
    )
)
_LIKE = re.compile(
    r"(?:must|should|not|no|min|max|has|have|at_least|at_most|without)_|contain|forbid|export|include|exclude|pattern"
    r"|regex|match|grep|exist|absent|lines?(?:_|$)|size|sha\d*|hash|checksum"
)
_GENERIC = re.compile(r"\w<[^<>()=;]*,[^()=;]*>")  # `Map<string, number>` is one text
_META = re.compile(r"[\\.*+?|()\[\]{}^$]")


class Content(Struct, frozen=True):
    """A file to check: its text with LF line ends, the tree's files, and whether it holds NUL
    characters (is no text).
    """

    code: Code
    files: Files
    binary: bool = False

    @property
    def lines(self) -> int:
        """How many lines people count: a final line end adds none, an empty file has none."""
        text = self.code.text
        return text.count("\n") + (not text.endswith("\n") if text else 0)


Check = Callable[[Content], Outcome]


class Demands(Struct):
    """The conditions of one artifact: `checks` on the file, `undecided` in words, and whether
    nothing may be there.
    """

    checks: list[Check] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    absent: bool = False


def demands(value: Value) -> Demands:
    """Return what an artifact's mapping demands; anything else (a bare path) demands nothing."""
    found = Demands()
    for key, given in value.items():
        if key in _READERS:
            _READERS[key](key, given, found)
        elif meant := resembled(key):
            found.undecided.append(
                f"`{key}` is no condition of an artifact ({meant}), so it was not checked"
            )
    return found


def resembled(key: str) -> str:
    """Return advice where an unknown key reads like a condition, else an empty string."""
    plain = (
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key[:60]).lower().replace("-", "_").replace(" ", "_")
    )
    if key in _NO_CONDITIONS:
        return ""
    close = difflib.get_close_matches(plain, _CONDITIONS, 1, 0.75)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"those are {', '.join(_CONDITIONS)}" if _LIKE.match(plain) else ""


def holds_name(name: str) -> Check:
    """Return the check that a file has a name as a whole word, outside comments and strings where
    those are known.
    """
    return partial(_named, name)


def _texts(key: str, given: Value, found: Demands) -> Iterator[str]:
    """Yield the texts of a scalar or list; what is empty or no text is noted as undecided. `[]`
    asks for nothing.
    """
    if given.data is None:
        found.undecided.append(f"`{key}` is empty")
    for element in given.elements():
        if isinstance(element.data, (dict, list)) or element.data is None:
            found.undecided.append(f"`{key}` holds an entry that is no text; put it in quotes")
        elif not element.raw.strip():
            found.undecided.append(f"`{key}` is empty")
        else:
            yield as_lines(element.raw)


def _read_contains(key: str, given: Value, found: Demands) -> None:
    found.checks += [partial(_contains, text) for text in _texts(key, given, found)]


def _read_forbidden(key: str, given: Value, found: Demands) -> None:
    found.checks += [partial(_forbidden, text) for text in _texts(key, given, found)]


def _read_exports(key: str, given: Value, found: Demands) -> None:
    for text in _texts(key, given, found):
        names = exports.wanted(text)
        found.checks += [partial(_exports, name) for name in names]
        if not names:
            found.undecided.append(f"`{key}` names nothing: {shown(text)}")


def _read_lines(key: str, given: Value, found: Demands) -> None:
    number = given.raw.strip()
    if isinstance(given.data, (dict, list, bool)) or not re.fullmatch(r"\+?[0-9]{1,12}", number):
        found.undecided.append(f"`{key}` is not a number of lines: {shown(number)}")
    else:
        found.checks.append(partial(_min_lines if key == "min_lines" else _max_lines, int(number)))


def _read_should_not_exist(key: str, given: Value, found: Demands) -> None:
    if isinstance(given.data, bool):
        found.absent = given.data
    else:
        found.undecided.append(f"`{key}` is neither true nor false")


_READERS: dict[str, Callable[[str, Value, Demands], None]] = {
    "contains": _read_contains,
    "not_contains": _read_forbidden,
    "forbidden": _read_forbidden,
    "exports": _read_exports,
    "min_lines": _read_lines,
    "max_lines": _read_lines,
    "should_not_exist": _read_should_not_exist,
}


def _contains(wanted: str, content: Content) -> Outcome:
    code = content.code
    for text in dict.fromkeys((wanted, wanted.strip())):
        at = code.text.find(text)
        if at >= 0:
            return Outcome("pass", "", (Evidence(code.path, code.line(at), "literal text"),))
    if content.binary:
        return Outcome(
            "unproven",
            f"{shown(wanted)} was not found, but the file holds NUL characters: it is no text",
        )
    parts = _comma_parts(wanted)
    missing = [part for part in parts if part not in code.text]
    if parts and not missing:
        places = dict.fromkeys(code.line(code.text.index(part)) for part in parts)
        return Outcome(
            "pass",
            "",
            tuple(Evidence(code.path, line, "literal text (comma list)") for line in places),
        )
    if len(missing) < len(parts):
        return Outcome(
            "fail", f"of {shown(wanted)} it does not contain {', '.join(map(shown, missing))}"
        )
    return Outcome("fail", f"it does not contain {shown(wanted)}{_near_miss(wanted, code)}")


def _near_miss(wanted: str, code: Code) -> str:
    """Return what to say where a text is there in another way than literally."""
    if line := _pattern_line(wanted, code):
        return f": it matches only as a pattern (line {line}), and `contains` is literal text"
    lower = code.text.lower()
    at = lower.find(wanted.lower()) if len(lower) == len(code.text) else -1
    if at >= 0:
        return f": it differs in upper and lower case (line {code.line(at)})"
    if " ".join(wanted.split()) in " ".join(code.text.split()):
        return ": it differs in white space or line ends"
    return ""


def _pattern_line(wanted: str, code: Code) -> int | None:
    if not _META.search(wanted):
        return None
    try:
        found = pattern.search(wanted, code.text)
    except pattern.BadPattern:
        return None
    return code.line(found[0]) if found and found[0] < found[1] else None


def _forbidden(text: str, content: Content) -> Outcome:
    code = content.code
    wanted = text.strip("\n")
    at = code.text.find(wanted)
    if at >= 0:
        here = Evidence(code.path, code.line(at), "literal text")
        return Outcome("fail", f"it contains {shown(wanted)} (line {here.line})", (here,))
    if content.binary:
        return Outcome(
            "unproven",
            f"whether it contains {shown(wanted)} cannot be told: it holds NUL characters",
        )
    present = [part for part in _comma_parts(wanted) if part in code.text]
    if present:
        reason = (
            f"it contains {shown(present[0])}, a part of {shown(wanted)}; write one text an entry"
        )
        return Outcome("unproven", reason)
    if line := _pattern_line(wanted, code):
        reason = (
            f"{shown(wanted)} is not in it as literal text, but matches line {line} as a pattern"
        )
        return Outcome("unproven", reason)
    return Outcome("pass", "", (Evidence(code.path, None, "does not occur"),))


def _comma_parts(text: str) -> list[str]:
    """Return the parts of a comma list, none where there are not two; a comma inside brackets is
    code, not a list.
    """
    inside = {at for found in _GENERIC.finditer(text) for at in range(*found.span())}
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if depth < 0:
            return []
        if sign == "," and depth == 0 and at not in inside:
            parts.append(text[start:at].strip())
            start = at + 1
    parts = [part for part in (*parts, text[start:].strip()) if part]
    return parts if len(parts) > 1 and depth == 0 else []


def _exports(name: exports.Wanted, content: Content) -> Outcome:
    if content.binary:
        return Outcome("unproven", "it holds NUL characters, so it is no source code")
    return exports.find(content.code, name, content.files)


def _named(name: str, content: Content) -> Outcome:
    code = content.code
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code.bare)
    if found is None:
        return Outcome("fail", f"`{name}` does not occur outside comments and strings")
    return Outcome("pass", "", (Evidence(code.path, code.line(found.start()), "name (text)"),))


def _min_lines(least: int, content: Content) -> Outcome:
    if content.lines < least and not content.binary:
        return Outcome("fail", f"it has {_count(content.lines)}, {least} are asked for")
    return _counted(content)


def _max_lines(most: int, content: Content) -> Outcome:
    if content.lines > most and not content.binary:
        return Outcome("fail", f"it has {_count(content.lines)}, at most {most} are allowed")
    return _counted(content)


def _counted(content: Content) -> Outcome:
    if content.binary:
        return Outcome("unproven", "its lines cannot be counted: it holds NUL characters")
    return Outcome("pass", "", (Evidence(content.code.path, None, _count(content.lines)),))


def _count(lines: int) -> str:
    return amount(lines, "line")


def together(outcomes: list[Outcome], most: int | None = None) -> Outcome:
    """Return one outcome for several: a failure decides, then what is undecided; all reasons of
    that kind are named.

    With `most`, only so many reasons are written out and the others counted.
    """
    evidence = tuple(dict.fromkeys(piece for outcome in outcomes for piece in outcome.evidence))
    for verdict in ("fail", "unproven", "pass"):
        reasons = list(
            dict.fromkeys(
                found.reason for found in outcomes if found.verdict == verdict and found.reason
            )
        )
        if any(found.verdict == verdict for found in outcomes):
            more = f" (and {len(reasons) - most} more)" if most and len(reasons) > most else ""
            return Outcome(verdict, "; ".join(reasons[:most]) + more, evidence)
    return Outcome("pass", "", evidence)
