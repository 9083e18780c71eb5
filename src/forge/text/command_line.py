"""Command lines as messages show them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from forge.text.printable import block, visible_line


def forge_command(verb: str, *names: str, options: Sequence[str] = ()) -> str:
    """Return a forge command line, quoted for the shell, that the user can type as it is.

    `options` are options and their values. A name that begins with a dash follows `--`, so that it
    is never read as an option.
    """
    words = [*names, *_joined(options)]
    if any(name.startswith("-") for name in names):
        words = [*_joined(options), "--", *names]
    return command_line("forge", verb, *words)


def _joined(options: Sequence[str]) -> list[str]:
    """Return options with each value that begins with a dash joined to its option."""
    words: list[str] = []
    for word in options:
        if words and word.startswith("-") and not word.startswith("--"):
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def command_line(*words: str) -> str:
    """Return words as one line of a POSIX shell."""
    return " ".join(map(shell_word, words))


def shell_word(word: str) -> str:
    """Return a word quoted for a shell. What does not print is an escape of `$'…'`, which bash, zsh
    and other shells of today read, so that the word can be shown and typed in one line.
    """
    if word == visible_line(word):
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(char: str) -> str:
    if char in "'\\":
        return f"\\{char}"
    if char == visible_line(char):
        return char
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))


def shown_command(command: str, indent: str = "  ") -> list[str]:
    """Return the lines of a command after a `$`; its later lines are indented so that they belong
    to it.
    """
    first, *more = block(command, "")
    return [f"{indent}$ {first}", *(f"{indent}  {line}" for line in more)]
