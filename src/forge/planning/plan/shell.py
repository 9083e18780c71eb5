"""Properties of a shell command without running it: whether it can fail, and whether it changes to
a folder outside the repository.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

_HARMLESS = {"echo", "printf", "true", ":", "/bin/true", "/bin/echo", "/usr/bin/true"}
_OPENERS = {"{", "(", "do", "then", "else", "if", "!"}
_CLOSERS = {"}", ")", "fi", "done", "esac"}
_SEPARATORS = {";", "\n", "&"}
_COMPOUND = _OPENERS | _CLOSERS | {"while", "until", "for", "case", "select"}
_IN_BACKGROUND = re.compile(r"(?<![&>])&(?![&>\d])")
_MOST_MOVES = 100  # each is looked up in the file system; a command with more counts as foreign
_COMMENT = re.compile(r"""('[^']*'|"(?:\\.|[^"\\])*"|\\.)|(?:^|(?<=[\s;&|()]))#[^\n]*""", re.S)
_BRACKET = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.|[()]""", re.S)
_CD = re.compile(
    r"(?:^|[;&|(\n]|\b(?:do|then|else)\b)[ \t\r]*(?P<go>cd|pushd)\s+"
    r"(?P<folder>\"[^\"\n]*\"|'[^'\n]*'|(?:\\.|[^\s;&|)])+)(?=(?P<joint>\s*(?:&&|;)?\s*))"
)


def cannot_fail(command: str) -> bool:
    """Return whether a command always succeeds: it ends with `|| true`, `; echo` or `&`.

    A pipe hides no failure, since commands run under `pipefail`, and neither does `true` alone. A
    script with `set -e` or an `exit` of its own can fail (`grep error log && exit 1 || true`).
    """
    if re.search(r"(?<!&)&\s*$", command):
        return True
    segments = _segments(command)
    whole = len(segments)
    while segments and set(segments[-1]) <= _CLOSERS:
        segments.pop()
    last = _bare(segments[-1]) if segments else []
    if "||" in last:
        fallback = _bare(last[len(last) - last[::-1].index("||") :])
        return "&&" not in fallback and _harmless(fallback) and not _exits(command, segments)
    if any(_leaves(segment) for segment in segments):
        return False
    return whole > 1 and "&&" not in last and "|" not in last and _harmless(last)


def _bare(words: list[str]) -> list[str]:
    """Return a segment without the words that open and close groups at its ends."""
    start = next((number for number, word in enumerate(words) if word not in _OPENERS), len(words))
    end = next(
        (number for number in range(len(words), start, -1) if words[number - 1] not in _CLOSERS),
        start,
    )
    return words[start:end]


def _leaves(words: list[str]) -> bool:
    """Return whether a segment can end the script with its own status."""
    if words[:1] == ["set"] and any(re.fullmatch(r"-\w*e\w*", word) for word in words[1:]):
        return True
    return any(
        word in ("exit", "return") and following != "0"
        for word, following in zip(words, [*words[1:], ""], strict=True)
    )


def _exits(command: str, segments: list[list[str]]) -> bool:
    """Return whether a plain list of commands has an `exit 1` that no later `||` hides; in a group
    or a pipe it would be hidden.
    """
    if _IN_BACKGROUND.search(command) or any(_COMPOUND & set(segment) for segment in segments):
        return False
    blank = ("", "")
    return any(
        word == "exit"
        and before in ("", "&&", "||")
        and re.fullmatch("[1-9][0-9]*", status)
        and after != "|"
        for segment in segments
        for before, word, status, after in zip(
            ["", *segment], segment, [*segment[1:], ""], [*segment[2:], *blank], strict=False
        )
    )


def _harmless(words: list[str]) -> bool:
    return bool(words) and (words[0] in _HARMLESS or words[:2] == ["exit", "0"])


def _segments(command: str) -> list[list[str]]:
    """Split a command without its comments at `;`, `&` and line ends outside quotes; empty if it
    cannot be tokenized.
    """
    code = _COMMENT.sub(lambda match: match[1] or "", command)
    lexer = shlex.shlex(code, posix=False, punctuation_chars=";&|()\n")
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        return []
    segments: list[list[str]] = [[]]
    for word in words:
        if word in _SEPARATORS or set(word) <= {";", "\n"}:
            segments.append([])
        else:
            segments[-1].append(word)
    return [segment for segment in segments if segment]


def foreign_folder(command: str, root: Path) -> tuple[str, str] | None:
    """Return the first folder outside `root` that a command changes to, and the command without
    that `cd`.

    None if it stays inside, or if only the shell knows the folder (`cd "$dir"`). A subshell counts
    too: `(cd /x && make)` proves another tree; after its bracket the command is back in its folder.
    """
    at = here = os.path.realpath(root)
    outer: list[str] = []  # the folders in which the open subshells were started
    brackets = _brackets(command)
    for number, match in enumerate(_CD.finditer(command)):
        while brackets and brackets[-1].start() < match.start("go"):
            if brackets.pop()[0] == "(":
                outer.append(at)
            elif outer:
                at = outer.pop()
        folder = match["folder"].strip("\"'").replace("\\ ", " ")
        if folder == "-" or ("$" in folder and not folder.startswith("$HOME")) or "`" in folder:
            continue
        at = os.path.normpath(os.path.join(at, os.path.expanduser(folder.replace("$HOME", "~", 1))))
        if number >= _MOST_MOVES or re.match(r"[A-Za-z]:[/\\]", folder) or not _below(at, here):
            return folder, (command[: match.start("go")] + command[match.end("joint") :]).strip()
    return None


def _brackets(command: str) -> list[re.Match[str]]:
    """Return the round brackets of a command outside quotes, the last one first."""
    return [match for match in _BRACKET.finditer(command) if match[0] in "()"][::-1]


def _below(folder: str, root: str) -> bool:
    """Return whether a folder, with links followed, is `root` or inside it; an invalid path is
    not.
    """
    try:
        return os.path.commonpath((os.path.realpath(folder), root)) == root
    except ValueError:
        return False
