"""How a shell command can end, found without running it: it always succeeds, it may fail, or it
says nothing about that. What cannot be read may fail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from forge.planning.plan.shell_words import Word, words_of

Status = Literal["succeeds", "fails", "either"]

_SAYS = frozenset("echo printf true : pwd date sleep export unset local readonly alias".split())
_SHELLS = frozenset("bash sh dash zsh ksh".split())
_PREFIXES = frozenset("command builtin exec env nice nohup time sudo".split())
_FILTERS = frozenset(
    "true : cat tee tail head less more sort tr cut fold nl wc column uniq echo".split()
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_COMPARISONS = frozenset("= == != -eq -ne -lt -le -gt -ge -n -z -a -o ! ( ) ]] ]".split())
_RESERVED = frozenset("if then elif else fi for while until do done case esac { } function".split())
_DEEPEST = 40


class _Unreadable(Exception):
    """The command is beyond what is read here."""


class _End(NamedTuple):
    """How a part ends. `leaves`: it may end the whole script with a failure. `hides`: a part of it
    may fail, whatever its own end is.
    """

    status: Status
    leaves: bool = False
    hides: bool = False


_SUCCEEDS = _End("succeeds")
_EITHER = _End("either", hides=True)


def always_succeeds(command: str) -> bool:
    """Return whether a command succeeds whatever the tree is: `true`, `echo …`, `… || true`."""
    end = _end_of(command)
    return end is not None and end.status == "succeeds" and not end.leaves


def hides_failure(command: str) -> bool:
    """Return whether a command succeeds although a part of it fails: `… || true`, `…; echo`."""
    end = _end_of(command)
    return end is not None and end.status == "succeeds" and not end.leaves and end.hides


def _end_of(command: str) -> _End | None:
    try:
        return _Reader(words_of(command), pipefail=True).script()
    except (_Unreadable, ValueError):
        return None


class _Reader:
    """Reads the words of one script, from the first to the last."""

    def __init__(self, words: Sequence[Word], *, pipefail: bool, depth: int = 0) -> None:
        if depth > _DEEPEST:
            raise _Unreadable
        self._words, self._at, self._depth = words, 0, depth
        self._pipefail, self._errexit, self._trapped = pipefail, False, False

    def script(self) -> _End:
        end = self._list(frozenset())
        if self._at < len(self._words):
            raise _Unreadable
        return _SUCCEEDS._replace(hides=end.hides) if self._trapped else end

    def _peek(self) -> str:
        return self._words[self._at].operator if self._at < len(self._words) else ""

    def _keyword(self) -> str:
        """Return the next word if it is one of the shell's own, else an empty text."""
        if self._at >= len(self._words):
            return ""
        word = self._words[self._at]
        return word.text if not word.operator and word.text in _RESERVED else ""

    def _list(self, closing: frozenset[str]) -> _End:
        """Read commands up to a closing word; the last one gives the status."""
        end, leaves, hides, failed_before = _SUCCEEDS, False, False, False
        while self._at < len(self._words):
            if self._peek() in (";", "\n"):
                self._at += 1
                continue
            if self._peek() == ")" or self._keyword() in closing or self._peek() == ";;":
                break
            failed_before = failed_before or (self._errexit and end.status != "succeeds")
            end = self._and_or()
            if self._peek() == "&":
                self._at += 1
                end = _End("succeeds", hides=end.hides or end.status != "succeeds")
            leaves, hides = leaves or end.leaves, hides or end.hides or end.status != "succeeds"
        return _End("either" if failed_before else end.status, leaves or failed_before, hides)

    def _and_or(self) -> _End:
        end = self._pipeline()
        while (operator := self._peek()) in ("&&", "||"):
            self._at += 1
            while self._peek() == "\n":
                self._at += 1
            end = _joined(operator, end, self._pipeline())
        return end

    def _pipeline(self) -> _End:
        negated = False
        while self._at < len(self._words) and self._words[self._at].is_bare("!"):
            self._at, negated = self._at + 1, not negated
        ends = [self._command(first=True)]
        while self._peek() in ("|", "|&"):
            self._at += 1
            while self._peek() == "\n":
                self._at += 1
            ends.append(self._command(first=False))
        end = ends[0] if len(ends) == 1 else self._piped(ends)
        return end._replace(status=_NEGATED[end.status]) if negated else end

    def _piped(self, ends: list[_End]) -> _End:
        """Return the end of a pipe: its parts are shells of their own, which it does not leave."""
        hides = any(end.hides or end.leaves or end.status != "succeeds" for end in ends)
        closed = ["either" if end.leaves else end.status for end in ends]
        if not self._pipefail:
            return _End(closed[-1], hides=hides)
        if all(status == "succeeds" for status in closed):
            return _End("succeeds", hides=hides)
        return _End("fails" if "fails" in closed else "either", hides=hides)

    def _command(self, *, first: bool) -> _End:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unreadable
        end = self._one_command(first=first)
        self._depth -= 1
        return end

    def _one_command(self, *, first: bool) -> _End:
        if self._peek() == "(":
            self._at += 1
            inner = self._list(frozenset())
            if self._peek() != ")":
                raise _Unreadable
            self._at += 1
            self._redirections()
            status: Status = "either" if inner.leaves else inner.status
            return _End(status, hides=inner.hides or inner.leaves)
        keyword = self._keyword()
        if keyword:
            return self._compound(keyword)
        return self._simple(first=first)

    def _compound(self, keyword: str) -> _End:
        self._at += 1
        if keyword == "{":
            end = self._list(frozenset("}"))
        elif keyword == "case":
            end = self._case()
        elif keyword == "if":
            end = self._if()
        elif keyword in ("while", "until", "for"):
            end = self._loop(keyword)
        else:
            raise _Unreadable
        self._at += 1  # the closing word
        if self._at > len(self._words):
            raise _Unreadable
        self._redirections()
        return end

    def _if(self) -> _End:
        ends, hides, leaves, last = [], False, False, ""
        while last != "else":
            condition = self._list(frozenset(("then",)))
            hides, leaves = hides or condition.hides, leaves or condition.leaves
            self._take("then")
            ends.append(self._list(frozenset(("elif", "else", "fi"))))
            last = self._keyword()
            if last not in ("elif", "else"):
                break
            self._at += 1
        if last == "else":
            ends.append(self._list(frozenset(("fi",))))
        same = {end.status for end in ends} == {"succeeds"}
        return _End(
            "succeeds" if same else "either",
            leaves or any(end.leaves for end in ends),
            hides or any(end.hides for end in ends),
        )

    def _loop(self, keyword: str) -> _End:
        if keyword == "for":
            while self._at < len(self._words) and self._keyword() != "do":
                self._at += 1
            condition = _SUCCEEDS
        else:
            condition = self._list(frozenset(("do",)))
        self._take("do")
        body = self._list(frozenset(("done",)))
        return _End(
            "succeeds" if body.status == "succeeds" else "either",
            condition.leaves or body.leaves,
            condition.hides or body.hides,
        )

    def _case(self) -> _End:
        depth = 1
        while self._at < len(self._words):
            depth += {"case": 1, "esac": -1}.get(self._keyword(), 0)
            if not depth:
                return _EITHER
            self._at += 1
        raise _Unreadable

    def _take(self, keyword: str) -> None:
        if self._keyword() != keyword:
            raise _Unreadable
        self._at += 1

    def _redirections(self) -> bool:
        """Pass redirections; return whether one of them reads a file."""
        reads = False
        while self._at < len(self._words) and self._words[self._at].redirects:
            reads = reads or self._words[self._at].redirects == "<"
            self._at += 1
        return reads

    def _simple(self, *, first: bool) -> _End:
        words, reads = [], False
        while self._at < len(self._words) and not self._words[self._at].operator:
            word = self._words[self._at]
            self._at += 1
            if word.redirects:
                reads = reads or word.redirects == "<"
            else:
                words.append(word)
        if self._peek() == "(":
            return self._function(words)
        end = self._end_of_words(words, first=first)
        return _EITHER if reads and end.status == "succeeds" else end

    def _function(self, words: list[Word]) -> _End:
        """Pass the definition of a function, which always succeeds."""
        if len(words) != 1 or [word.operator for word in self._words[self._at :][:2]] != ["(", ")"]:
            raise _Unreadable
        self._at += 2
        while self._peek() == "\n":
            self._at += 1
        self._command(first=True)
        return _SUCCEEDS

    def _end_of_words(self, words: list[Word], *, first: bool) -> _End:
        while words and _ASSIGNMENT.match(words[0].raw):
            if words[0].runs and len(words) == 1:
                return _EITHER
            words = words[1:]
        runs = any(word.runs for word in words)
        end = self._named(words, first=first)
        return end._replace(hides=True) if runs else end

    def _named(self, words: list[Word], *, first: bool) -> _End:
        if not words:
            return _SUCCEEDS
        name, rest = words[0].text.rpartition("/")[2], words[1:]
        if name in _PREFIXES and rest:
            while rest and (rest[0].text.startswith("-") or _ASSIGNMENT.match(rest[0].raw)):
                rest = rest[1:]
            return self._named(rest, first=first)
        if name == "timeout" and len(rest) > 1:
            return self._named(rest[1:], first=first)
        if name in ("exit", "return"):
            return _exits(rest)
        if name == "false":
            return _End("fails", hides=True)
        if name in _SHELLS or name == "eval":
            return self._inner(name, rest)
        if name == "set":
            return self._set(rest)
        if name == "trap":
            self._trapped = self._trapped or _always_leaves_well(rest)
            return _SUCCEEDS
        if name in _SAYS or (name == "wait" and not rest) or (name in _FILTERS and not first):
            return _SUCCEEDS
        if name in ("[", "[[", "test") and _is_constant(rest):
            return _SUCCEEDS
        return _EITHER

    def _inner(self, name: str, rest: list[Word]) -> _End:
        """Return how a shell that is given a script as its argument ends."""
        pipefail, errexit = self._pipefail if name == "eval" else False, False
        script = " ".join(word.text for word in rest) if name == "eval" else None
        while script is None and rest and rest[0].text.startswith(("-", "+")):
            flags, rest = rest[0].text, rest[1:]
            if flags.endswith("o") and rest:
                pipefail = pipefail or rest[0].text == "pipefail"
                errexit = errexit or rest[0].text == "errexit"
                rest = rest[1:]
            errexit = errexit or (not flags.startswith("--") and "e" in flags)
            if not flags.startswith("--") and "c" in flags and rest:
                script = rest[0].text
        if script is None:
            return _EITHER
        reader = _Reader(words_of(script), pipefail=pipefail, depth=self._depth + 1)
        reader._errexit = errexit
        inner = reader.script()
        return _End("either" if inner.leaves else inner.status, hides=inner.hides or inner.leaves)

    def _set(self, rest: list[Word]) -> _End:
        texts = [word.text for word in rest]
        self._errexit = (
            self._errexit
            or any(re.fullmatch(r"-\w*e\w*", text) for text in texts)
            or ("errexit" in texts and "+o" not in texts)
        )
        if "pipefail" in texts:
            self._pipefail = "+o" not in texts
        return _SUCCEEDS


_NEGATED: dict[Status, Status] = {"succeeds": "fails", "fails": "succeeds", "either": "either"}


def _joined(operator: str, one: _End, other: _End) -> _End:
    """Return the end of two commands that `&&` or `||` joins."""
    hides = one.hides or other.hides or operator == "||" or one.status != other.status
    stops: Status = "fails" if operator == "&&" else "succeeds"
    if one.status == stops:
        return _End(one.status, one.leaves, hides)
    leaves = one.leaves or other.leaves
    if one.status == "either":
        same = other.status == stops
        return _End(stops if same else "either", leaves, hides)
    return _End(other.status, leaves, hides)


def _exits(rest: list[Word]) -> _End:
    """Return the end of `exit`: it leaves the script with the status that it names."""
    status = rest[0].text if rest else "?"
    if status == "0":
        return _SUCCEEDS
    return _End("fails" if status.isdigit() else "either", leaves=True, hides=True)


def _always_leaves_well(rest: list[Word]) -> bool:
    """Return whether a trap ends the script with success, whatever happened before."""
    at_exit = any(word.text in ("EXIT", "0") for word in rest[1:])
    return at_exit and bool(re.search(r"\bexit\s+0\b", rest[0].text))


def _is_constant(rest: list[Word]) -> bool:
    """Return whether a test compares nothing but fixed words."""
    if any(word.expands for word in rest):
        return False
    operators = [word.text for word in rest if word.text[:1] in ("-", "=", "!", "<", ">")]
    return all(text in _COMPARISONS or re.fullmatch(r"-?\d+", text) for text in operators)


def programs_of(command: str) -> list[list[str]] | None:
    """Return the words of every simple command, without assignments and redirections; None if the
    command cannot be read.
    """
    try:
        words = words_of(command)
    except ValueError:
        return None
    found: list[list[str]] = [[]]
    for word in words:
        if word.operator or (word.text in _RESERVED and not found[-1]):
            found.append([])
        elif not word.redirects and not (not found[-1] and _ASSIGNMENT.match(word.raw)):
            found[-1].append(word.text)
    return [one for one in found if one]
