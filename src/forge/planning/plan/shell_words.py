"""Splits a shell command into its words and operators, with quotes and substitutions."""

from __future__ import annotations

import re
from typing import NamedTuple

_OPERATOR = re.compile(r"&&|\|\||;;|\|&|[;|\n()]|&(?!>)")
_REDIRECTION = re.compile(r"(?:\d+|&)?(?P<way>>>|>\||>&|<&|>|<<<|<<-?|<>|<)[ \t]*")
_PLAIN = re.compile(r"[^\s;&|()<>'\"\\$`]+")
_BLANK = re.compile(r"(?:[ \t\r]|\\\n)+")
_COMMENT = re.compile(r"#[^\n]*")


class Word(NamedTuple):
    """A word: `text` without its quotes, `raw` as written. `operator` is set for `;`, `&&`, `(`
    and the like. `redirects`: it is a redirection, `<` one that reads a file. `runs`: it runs a
    command (`$(…)`); `expands`: its value is not fixed.
    """

    text: str
    raw: str
    operator: str = ""
    redirects: str = ""
    runs: bool = False
    expands: bool = False

    def is_bare(self, text: str) -> bool:
        """Return whether it is this very word, without quotes."""
        return not self.operator and self.raw == text


def words_of(command: str) -> list[Word]:
    """Return the words of a command, without the texts of its here-documents. Raises ValueError
    for a quote or a bracket that is not closed.
    """
    words: list[Word] = []
    documents: list[str] = []  # the words that end the here-documents of this line
    at = 0
    while at < len(command):
        if blank := _BLANK.match(command, at):
            at = blank.end()
        elif command[at] == "#":
            at = _COMMENT.match(command, at).end()  # type: ignore[union-attr]
        elif redirection := _REDIRECTION.match(command, at):
            way = redirection["way"]
            word, at = _word(command, redirection.end())
            if way in ("<<", "<<-"):
                documents.append(word.text)
            reads = way in ("<", "<>") and not word.text.startswith("/dev/")
            words.append(word._replace(redirects="<" if reads else ">"))
        elif operator := _OPERATOR.match(command, at):
            words.append(Word(operator[0], operator[0], operator[0]))
            at = operator.end()
            if operator[0] == "\n":
                at = _after_documents(command, at, documents)
                documents = []
        else:
            word, at = _word(command, at)
            words.append(word)
    return words


def _after_documents(command: str, at: int, endings: list[str]) -> int:
    """Return the place after the here-documents that begin at a line."""
    for ending in endings:
        end = re.compile(rf"^\t*{re.escape(ending)}$", re.M).search(command, at)
        at = end.end() if end else len(command)
    return at


def _word(command: str, at: int) -> tuple[Word, int]:
    start, text, runs, expands = at, [], False, False
    while at < len(command):
        letter = command[at]
        if plain := _PLAIN.match(command, at):
            text.append(plain[0])
            at = plain.end()
        elif letter == "'":
            end = command.index("'", at + 1)
            text.append(command[at + 1 : end])
            at = end + 1
        elif letter == '"':
            inside, end = _double_quoted(command, at + 1)
            text.append(inside)
            runs = runs or "$(" in inside or "`" in inside
            expands = expands or "$" in inside or "`" in inside
            at = end
        elif letter == "\\":
            text.append(command[at + 1 : at + 2])
            at += 2
        elif letter in "$`":
            end = _after_substitution(command, at)
            runs = runs or command.startswith(("$(", "`"), at)
            expands = True
            text.append(command[at:end])
            at = end
        else:
            break
    if at == start:
        raise ValueError("no word")
    return Word("".join(text), command[start:at], runs=runs, expands=expands), at


def _double_quoted(command: str, at: int) -> tuple[str, int]:
    text = []
    while command[at : at + 1] != '"':
        if at >= len(command):
            raise ValueError("an open quote")
        if command[at] == "\\" and command[at + 1 : at + 2] in ('"', "\\", "$", "`", "\n"):
            text.append(command[at + 1 : at + 2])
            at += 2
        elif command[at] in "$`":
            end = _after_substitution(command, at)
            text.append(command[at:end])
            at = end
        else:
            text.append(command[at])
            at += 1
    return "".join(text), at + 1


def _after_substitution(command: str, at: int) -> int:
    """Return the place after `$name`, `$(…)`, `${…}` or backticks. Raises ValueError."""
    if command[at] == "`":
        return command.index("`", at + 1) + 1
    opening = command[at + 1 : at + 2]
    if opening not in ("(", "{"):
        return at + 1
    closing, depth, at = {"(": ")", "{": "}"}[opening], 0, at + 1
    while at < len(command):
        letter = command[at]
        if letter == "'" and opening == "(":
            at = command.index("'", at + 1)
        elif letter == "\\":
            at += 1
        elif letter == opening:
            depth += 1
        elif letter == closing:
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    raise ValueError("an open bracket")
