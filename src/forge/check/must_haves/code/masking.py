"""Source text with its comments and the contents of its strings blanked out, by the lexical rules
of `lexicons.py`.

One pass from front to back that never returns to what it has read, so the time grows with the
length of the text, whatever stands in it.
"""

from __future__ import annotations

import bisect
import re
from functools import cache, lru_cache

from msgspec import Struct, field

from forge.check.must_haves.code.lexicons import Lexicon, Quote, lexicon_of, openings

_WORD_BEFORE = re.compile(r"[\w$]+\Z")
_REGEX_LITERAL = re.compile(r"/(?>(?:\\.|\[(?>(?:\\.|[^\]\\\n])*)\]|[^/\\\[\n])+)/[a-z]*")
_REGEX_AFTER = frozenset(
    (
        "return",
        "typeof",
        "case",
        "in",
        "of",
        "do",
        "else",
        "void",
        "delete",
        "throw",
        "new",
        "yield",
        "await",
        "and",
        "or",
        "not",
        "if",
        "unless",
    )
)
_LONGEST_WORD = 12
_PARTNER = {"(": ")", "{": "}"}


def masked(path: str, text: str, *, strings: bool = True) -> str | None:
    """Return `text` with comments, and with `strings` string contents, as blanks; line feeds,
    quotes and length stay.

    None where the language, known by the file's name, has no rules here. In languages of data
    (YAML, TOML, HTML, …) strings are what the file says and stay.
    """
    lexicon = lexicon_of(path)
    if lexicon is None:
        return None
    scan = _Scan(text, keep_strings=not strings)
    scan.sections(lexicon) if lexicon.sections else scan.code(lexicon, 0, len(text))
    return scan.result()


class _Hole(Struct):
    """Code inside a string: the quote and closing text to go back to, and how many brackets of its
    own are open.
    """

    quote: Quote
    closing: str
    opening: str
    depth: int = 1


class _Heredocs:
    """Where here-documents end: by the lines that hold one word, looked up once."""

    def __init__(self, text: str, ending: str) -> None:
        self.text = text
        self.ends: dict[int, tuple[int, int]] = {}
        self._line_end = -1
        self._words: dict[str, list[tuple[int, int]]] = {}
        for found in re.compile(ending, re.M).finditer(text):
            self._words.setdefault(found[1], []).append((found.start(), found.end(1)))

    def announce(self, word: str, at: int) -> None:
        """Note the here-document announced before `at`, if a line ends it: its body begins behind
        this line.
        """
        if self._line_end < at:
            found = self.text.find("\n", at)
            self._line_end = found if found >= 0 else len(self.text)
        _, start = self.ends.get(self._line_end, (0, self._line_end))
        lines = self._words.get(word, [])
        place = bisect.bisect_left(lines, (start + 1, 0))
        if place < len(lines):
            self.ends[self._line_end] = lines[place]


class _Scan(Struct):
    """The state of one pass: stretches to blank, in order, and what is open or known not to
    close.
    """

    text: str
    keep_strings: bool
    blanks: list[tuple[int, int]] = field(default_factory=list)
    holes: list[_Hole] = field(default_factory=list)
    unclosed: dict[str, int] = field(default_factory=dict)
    heredocs: _Heredocs | None = None

    def result(self) -> str:
        """Return the text with the stretches blanked."""
        parts, at = [], 0
        for start, end in self.blanks:
            blank = "\n".join(" " * len(line) for line in self.text[start:end].split("\n"))
            parts += [self.text[at:start], blank]
            at = end
        return "".join([*parts, self.text[at:]])

    def sections(self, lexicon: Lexicon) -> None:
        """Read a text whose sections have rules of their own."""
        opening = _section_openings(lexicon)
        at, end = 0, len(self.text)
        while found := opening.search(self.text, at):
            section = lexicon.sections[int((found.lastgroup or "s0")[1:])]
            start, stop = found.end(), end
            if section.closing:
                closing = re.compile(re.escape(section.closing), re.I).search(self.text, start)
                stop = closing.start() if closing else end
            at = self.code(section.lexicon, start, stop, section.leave) if start < stop else start

    def blank(self, start: int, end: int, *, string: bool = False) -> None:
        """Note a stretch to blank."""
        if start < end and not (string and self.keep_strings):
            self.blanks.append((start, end))

    def code(self, lexicon: Lexicon, at: int, end: int, leave: str = "") -> int:
        """Read code up to `end`, or to behind a match of `leave`; return where it stopped."""
        self.holes.clear()
        self.keep_strings = self.keep_strings or lexicon.data
        self.heredocs = (
            _Heredocs(self.text, lexicon.heredoc_end)
            if lexicon.heredoc and not self.heredocs
            else self.heredocs
        )
        while at < end:
            found = _tokens(lexicon, leave, bool(self.holes)).search(self.text, at, end)
            if found is None:
                return end
            if found.lastgroup == "leave":
                return found.end()
            at = self.token(lexicon, found, end)
        return end

    def token(self, lexicon: Lexicon, found: re.Match[str], end: int) -> int:
        """Deal with what was found in code; return where to read on."""
        start, after = found.span()
        kind, number = (found.lastgroup or "skip")[0], (found.lastgroup or "")[1:]
        match kind:
            case "c":
                self.blank(start, after)
            case "b":
                return self.block(lexicon, int(number), start, after, end)
            case "q":
                return self.quote(lexicon.quotes[int(number)], start, after, end)
            case "h":
                self.heredoc(lexicon, start, after)
            case "n":
                return self.line_end(start, after)
            case "r":
                return self.regex(start, end)
            case "o" | "x":
                return self.bracket(found[0], after, end)
        return after

    def block(self, lexicon: Lexicon, number: int, start: int, after: int, end: int) -> int:
        """Blank a block comment, with those inside it where the language nests them; unclosed, it
        goes to the end.
        """
        opening, closing = lexicon.blocks[number]
        edge = _edges(opening if lexicon.nested else "", closing)
        depth = 1
        while depth and (found := edge.search(self.text, after, end)):
            depth += 1 if found.lastgroup == "opening" else -1
            after = found.end()
        after = end if depth else after
        self.blank(start, after)
        return after

    def quote(self, quote: Quote, start: int, after: int, end: int) -> int:
        """Read a string that opens here, unless one like it is known not to close on this line."""
        if start < self.unclosed.get(quote.opening, -1):
            return after
        tag = (
            re.compile(quote.opening, re.M).match(self.text, start)
            if "(?P<tag>" in quote.opening
            else None
        )
        closing = quote.closing.replace("TAG", tag["tag"]) if tag else quote.closing
        return self.string(quote, closing, after, end)

    def string(self, quote: Quote, closing: str, start: int, end: int) -> int:
        """Blank a string's contents from `start` on; return where code goes on: behind it, in a
        hole, or where it is none.
        """
        at = start
        while found := _body(quote, closing).search(self.text, at, end):
            at = found.end()
            if found.lastgroup in ("close", "hole"):
                self.blank(start, found.start(), string=True)
                if found.lastgroup == "hole":
                    self.holes.append(_Hole(quote, closing, found[0][-1]))
                return at
            if found.lastgroup == "line":
                break
        if quote.lines:
            self.blank(start, end, string=True)
            return end
        self.unclosed[quote.opening] = at if found else end
        return start

    def heredoc(self, lexicon: Lexicon, start: int, after: int) -> None:
        """Note a here-document that is announced here."""
        announced = re.compile(lexicon.heredoc).match(self.text, start)
        if announced and self.heredocs:
            self.heredocs.announce(announced["word"], after)

    def line_end(self, start: int, after: int) -> int:
        """Step over a line end, and over the bodies of the here-documents that its line
        announced.
        """
        body_end, after_body = (
            self.heredocs.ends.pop(start, (0, after)) if self.heredocs else (0, after)
        )
        self.blank(start, body_end, string=True)
        return after_body

    def regex(self, start: int, end: int) -> int:
        """Blank a regular expression, where a `/` opens one."""
        if start >= self.unclosed.get("/", -1) and self.opens_regex(start):
            if found := _REGEX_LITERAL.match(self.text, start, end):
                self.blank(start + 1, found.end(), string=True)
                return found.end()
            line_end = self.text.find("\n", start)
            self.unclosed["/"] = line_end if line_end >= 0 else end
        return start + 1

    def opens_regex(self, at: int) -> bool:
        """Say whether what stands before a `/` lets it open a regular expression; after a value it
        divides.
        """
        before = at - 1
        while before >= 0 and self.text[before].isspace():
            before -= 1
        word = _WORD_BEFORE.search(self.text[max(before - _LONGEST_WORD, 0) : before + 1])
        if word:
            return word[0] in _REGEX_AFTER
        return (
            before < 0
            or self.text[before] in "(,=:[!&|?{;+*%~^"
            or self.text[before - 1 : before + 1] == "=>"
        )

    def bracket(self, sign: str, after: int, end: int) -> int:
        """Count a bracket inside a hole; the one that closes the hole leads back into its
        string.
        """
        hole = self.holes[-1]
        if sign == hole.opening:
            hole.depth += 1
        elif sign == _PARTNER[hole.opening]:
            hole.depth -= 1
            if not hole.depth:
                self.holes.pop()
                return self.string(hole.quote, hole.closing, after, end)
        return after


@cache
def _tokens(lexicon: Lexicon, leave: str, in_hole: bool) -> re.Pattern[str]:
    groups = {
        "leave": [leave] if leave else [],
        **{f"s{number}": [pattern] for number, pattern in enumerate(lexicon.skips)},
        **{f"b{number}": [pattern] for number, (pattern, _) in enumerate(lexicon.blocks)},
        **{f"c{number}": [pattern] for number, pattern in enumerate(lexicon.comments)},
        **{
            f"q{number}": [pattern]
            for number, pattern in enumerate(openings([q.opening for q in lexicon.quotes]))
        },
        "h": [lexicon.heredoc] if lexicon.heredoc else [],
        "n": ["\n"] if lexicon.heredoc else [],
        "r": ["/"] if lexicon.regex else [],
        "o": [r"[({]"] if in_hole else [],
        "x": [r"[)}]"] if in_hole else [],
    }
    return re.compile(
        "|".join(f"(?P<{name}>{pattern[0]})" for name, pattern in groups.items() if pattern)
        or "(?!)",
        re.M,
    )


@cache
def _section_openings(lexicon: Lexicon) -> re.Pattern[str]:
    patterns = (
        f"(?P<s{number}>{section.opening})" for number, section in enumerate(lexicon.sections)
    )
    return re.compile("|".join(patterns), re.I)


@cache
def _edges(opening: str, closing: str) -> re.Pattern[str]:
    return re.compile(f"(?P<opening>{opening or '(?!)'})|(?P<closing>{re.escape(closing)})", re.M)


@lru_cache(maxsize=256)
def _body(quote: Quote, closing: str) -> re.Pattern[str]:
    """Return what can stand in a string that matters: an escape, its end, a hole, and a line end
    that it may not cross.
    """
    groups = {
        "escape": quote.escape,
        "close": re.escape(closing),
        "hole": quote.hole,
        "line": "" if quote.lines else "\n",
    }
    return re.compile(
        "|".join(f"(?P<{name}>{pattern})" for name, pattern in groups.items() if pattern)
    )
