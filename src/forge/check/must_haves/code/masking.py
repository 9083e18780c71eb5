"""Masks source text: comments and the contents of strings become blanks.

One pass that never goes back, so the time grows with the length of the text, whatever it contains.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

from forge.check.must_haves.code.heredocs import Heredocs
from forge.check.must_haves.code.lexicon import Lexicon, Quote
from forge.check.must_haves.code.lexicons import lexicon_of
from forge.check.must_haves.code.tokens import block_edges, section_openings, string_parts, tokens

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
    """Return `text` with comments as blanks, and with `strings` the contents of strings as well;
    line feeds, quotes and the length stay.

    None if the language of the file's name has no rules. In data formats (YAML, TOML,
    HTML, …) strings are content and stay.
    """
    lexicon = lexicon_of(path)
    if lexicon is None:
        return None
    scan = _Scan(text, keep_strings=not strings)
    scan.sections(lexicon) if lexicon.sections else scan.code(lexicon, 0, len(text))
    return scan.result()


class _Hole(Struct):
    """Code inside a string: the string to return to, and how many of its own brackets are open."""

    quote: Quote
    closing: str
    opening: str
    depth: int = 1


class _Scan(Struct):
    """The state of one pass: the spans to blank, in order, and what is open or known to be
    unclosed.
    """

    text: str
    keep_strings: bool
    blanks: list[tuple[int, int]] = field(default_factory=list)
    holes: list[_Hole] = field(default_factory=list)
    unclosed: dict[str, int] = field(default_factory=dict)
    heredocs: Heredocs | None = None

    def result(self) -> str:
        """Return the text with the spans blanked."""
        parts, at = [], 0
        for start, end in self.blanks:
            blank = "\n".join(" " * len(line) for line in self.text[start:end].split("\n"))
            parts += [self.text[at:start], blank]
            at = end
        return "".join([*parts, self.text[at:]])

    def sections(self, lexicon: Lexicon) -> None:
        """Read a text whose sections have their own rules."""
        opening = section_openings(lexicon)
        at, end = 0, len(self.text)
        while match := opening.search(self.text, at):
            section = lexicon.sections[int((match.lastgroup or "s0")[1:])]
            start, stop = match.end(), end
            if section.closing:
                closing = re.compile(re.escape(section.closing), re.I).search(self.text, start)
                stop = closing.start() if closing else end
            at = self.code(section.lexicon, start, stop, section.leave) if start < stop else start

    def blank(self, start: int, end: int, *, string: bool = False) -> None:
        """Record a span to blank."""
        if start < end and not (string and self.keep_strings):
            self.blanks.append((start, end))

    def code(self, lexicon: Lexicon, at: int, end: int, leave: str = "") -> int:
        """Read code up to `end`, or past a match of `leave`; return the offset reached."""
        self.holes.clear()
        self.keep_strings = self.keep_strings or lexicon.data
        self.heredocs = (
            Heredocs(self.text, lexicon.heredoc_end)
            if lexicon.heredoc and not self.heredocs
            else self.heredocs
        )
        while at < end:
            match = tokens(lexicon, leave, bool(self.holes)).search(self.text, at, end)
            if match is None:
                return end
            if match.lastgroup == "leave":
                return match.end()
            at = self.token(lexicon, match, end)
        return end

    def token(self, lexicon: Lexicon, match: re.Match[str], end: int) -> int:
        """Handle a token in code; return where to continue."""
        start, after = match.span()
        kind, number = (match.lastgroup or "skip")[0], (match.lastgroup or "")[1:]
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
                return self.bracket(match[0], after, end)
        return after

    def block(self, lexicon: Lexicon, number: int, start: int, after: int, end: int) -> int:
        """Blank a block comment, including nested ones if the language nests them; an unclosed one
        extends to the end.
        """
        opening, closing = lexicon.blocks[number]
        edge = block_edges(opening if lexicon.nested else "", closing)
        depth = 1
        while depth and (match := edge.search(self.text, after, end)):
            depth += 1 if match.lastgroup == "opening" else -1
            after = match.end()
        after = end if depth else after
        self.blank(start, after)
        return after

    def quote(self, quote: Quote, start: int, after: int, end: int) -> int:
        """Read a string, unless its kind is known to be unclosed on this line."""
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
        """Blank a string's contents from `start`; return where code continues: after the string, in
        a hole, or at `start` if it is not a string.
        """
        at = start
        while match := string_parts(quote, closing).search(self.text, at, end):
            at = match.end()
            if match.lastgroup in ("close", "hole"):
                self.blank(start, match.start(), string=True)
                if match.lastgroup == "hole":
                    self.holes.append(_Hole(quote, closing, match[0][-1]))
                return at
            if match.lastgroup == "line":
                break
        if quote.lines:
            self.blank(start, end, string=True)
            return end
        self.unclosed[quote.opening] = at if match else end
        return start

    def heredoc(self, lexicon: Lexicon, start: int, after: int) -> None:
        """Record a here-document that is announced here."""
        announced = re.compile(lexicon.heredoc).match(self.text, start)
        if announced and self.heredocs:
            self.heredocs.announce(announced["word"], after)

    def line_end(self, start: int, after: int) -> int:
        """Skip a line end, and the bodies of the here-documents that its line announced."""
        body_end, after_body = (
            self.heredocs.ends.pop(start, (0, after)) if self.heredocs else (0, after)
        )
        self.blank(start, body_end, string=True)
        return after_body

    def regex(self, start: int, end: int) -> int:
        """Blank a regular expression if a `/` opens one."""
        if start >= self.unclosed.get("/", -1) and self.opens_regex(start):
            if match := _REGEX_LITERAL.match(self.text, start, end):
                self.blank(start + 1, match.end(), string=True)
                return match.end()
            line_end = self.text.find("\n", start)
            self.unclosed["/"] = line_end if line_end >= 0 else end
        return start + 1

    def opens_regex(self, at: int) -> bool:
        """Return whether a `/` can open a regular expression here; after a value it divides."""
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
        """Count a bracket inside a hole; the one that closes the hole continues the string."""
        hole = self.holes[-1]
        if sign == hole.opening:
            hole.depth += 1
        elif sign == _PARTNER[hole.opening]:
            hole.depth -= 1
            if not hole.depth:
                self.holes.pop()
                return self.string(hole.quote, hole.closing, after, end)
        return after
