"""The checks of a `<verify>` or `<verification>`: commands to run, and checks for the user.

A command is the text of `<automated>`, a fenced block, or backticked text in a line that only asks
for success. Everything else is a human check: the user is asked, and it is never given to a shell.
"""

from __future__ import annotations

import bisect
import html
import re
from typing import Literal

from msgspec import Struct

from forge.planning.plan.shell import cannot_fail
from forge.text.source import Span
from forge.text.tags import children

_FENCE = re.compile(
    r"^[ \t]*(?P<marks>`{3,}+|~{3,}+)[ \t]*(?P<language>[\w-]*)(?P<rest>[^\n]*)$", re.M
)
_SHELLS = {"", "bash", "sh", "shell", "zsh", "console", "terminal"}
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_LEFT_TAG = re.compile(
    r"</?(?:manual|human|human-check|human_check|automated|sampling_rate)\b[^<>]*>"
)
_NUMBER = re.compile(r"^(?:step )?\d+[.):]\s", re.I)
_PROMPT = re.compile(r"^[ \t]*\$ ", re.M)
_MISSING = re.compile(r"\s*MISSING\b")

_PROGRAMS = frozenset(
    """
    ack act alembic ansible-playbook ant astro awk az bash bats bazel biome black bundle bun bunx
    cargo cat cd clang-format cmake cmp composer coverage ctest curl dart deno diff docker
    docker-compose dotnet echo egrep elixir env eslint expo false fgrep file find flake8 flutter gcc
    gh git go golangci-lint gofmt gradle grep head helm hugo java javac jest jq just kubectl ktlint
    ls lua luac make meson mix mocha mvn mypy next ninja node npm npx nyc perl php phpcs phpstan
    phpunit ping pip pip3 playwright pnpm poetry prettier printf prisma psql pylint pyright pytest
    python python3 rake rails ripgrep rg rspec rubocop ruby ruff rustc rustfmt sed sh shellcheck
    sqlite3 sqlx stat stylelint supabase swift swiftformat swiftlint tail task terraform test
    timeout tox tree true tsc tsx turbo uv uvx vite vitest vue-tsc wc which xcodebuild xmllint yarn
    yamllint zig ! [ [[ artisan
    """.split()
)
_SUCCESS = re.compile(
    r"\b(?:all|every|the|full|existing)\b[\w\s\-/()]{0,60}?\bpass(?:es|ing)?\b"
    r"|\b(?:must |should |will |to )?(?:all )?(?:be (?:green|clean)|is"
    r" (?:green|clean)|passes|pass|succeeds?|successful(?:ly)?"
    r"|compiles?|works|completes?|exits? (?:with )?(?:code |status )?(?:0|zero)\b|exit"
    r" (?:code|status) 0)"
    r"|\b(?:with )?(?:no|without|zero|0)(?: new| any| type| lint| build| typescript| compilation)* "
    r"(?:errors?|failures?|issues?|warnings?|regressions?|problems?)\b",
    re.I,
)
_NEUTRAL = re.compile(
    r"\b(?:run|runs|running|verify|verifies|confirm|ensure|check|that|and|to|from|project|root|first|then|also|the|with|in|a|an"
    r"|of|by|all|full|test|tests|suite|build|command|typescript|compilation|type|it|must|should|show|showing|still|on|at|using)\b",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:returns?|shows?|prints?|outputs?|displays?|reports?|lists?|contains?|includes?|equals?|yields?|greater|less|fewer"
    r"|more than|at least|at"
    r" most|exactly|only|nothing|empty|fails?|failing|non-?zero|finds?|found|matches|match|results?"
    r"|expect(?:ed|s)?|count|starts?|launch(?:es)?|should (?!pass|succeed|compile|be"
    r" (?:green|clean)))\b|[<>=≥≤→]|->|\b\d+\b",
    re.I,
)


class Check(Struct, frozen=True):
    """One check: a `command` for the shell, or a `human` check; `proves` is false if success proves
    nothing.
    """

    kind: Literal["command", "human"]
    text: str
    reason: str = ""
    proves: bool = True


def checks_in(text: str, *, prose: bool = True) -> list[Check]:
    """Return the checks of a `<verify>` text in order, all human checks last and as one.

    Without `prose` (for `<verification>`, which repeats the steps), text that is not a command is
    left out.
    """
    commands, rest = _automated(text)
    if commands:
        human = [_squeeze(rest)]
    elif blocks := _blocks(text):
        commands, human = _fenced(text, blocks)
    else:
        commands, human = _from_lines(_uncommented(text))
    missing = [command for command in commands if _MISSING.match(command)]
    checks = [
        _command(command) for command in commands if command.strip() and not _MISSING.match(command)
    ]
    words = "\n".join(line for line in (*missing, *human) if line)
    if words and (prose or missing):
        checks.append(
            Check(
                "human", html.unescape(words), "the plan names no command for it" if missing else ""
            )
        )
    return checks


def _command(text: str) -> Check:
    decoded = _PROMPT.sub("", html.unescape(text)).strip()
    return Check("command", decoded, proves=not cannot_fail(decoded))


def _automated(text: str) -> tuple[list[str], str]:
    tags = list(children(text, Span(0, len(text)), ("automated",)))
    rest, at = [], 0
    for tag in tags:
        rest.append(text[at : tag.span.start])
        at = tag.span.end
    rest.append(text[at:])
    return [_unwrapped(tag.text(text)) for tag in tags], "".join(rest)


def _unwrapped(text: str) -> str:
    """Return a command without the fence or the backticks around it."""
    if blocks := _blocks(text):
        return "\n".join(block.text for block in blocks)
    stripped = text.strip()
    only = _CODE.fullmatch(stripped)
    return only[2] if only else stripped


class _Block(Struct, frozen=True):
    """A fenced block: the language after its opening marks, the lines between its fences, and its
    place with the fences.
    """

    language: str
    text: str
    place: Span


def _blocks(text: str) -> list[_Block]:
    """Return the fenced blocks of a text; a fence that is never closed is ordinary text."""
    fences = list(_FENCE.finditer(text))
    closing: dict[str, list[int]] = {}
    for number, fence in enumerate(fences):
        if not (fence["language"] or fence["rest"].strip()):
            closing.setdefault(fence["marks"], []).append(number)
    blocks, at = [], 0
    while at < len(fences):
        opening, candidates = fences[at], closing.get(fences[at]["marks"], [])
        nearest = bisect.bisect_right(candidates, at)
        at += 1
        if nearest < len(candidates):
            end = fences[candidates[nearest]]
            inside, place = text[opening.end() + 1 : end.start()], Span(opening.start(), end.end())
            blocks.append(_Block(opening["language"].lower(), inside, place))
            at = candidates[nearest] + 1
    return blocks


def _fenced(text: str, blocks: list[_Block]) -> tuple[list[str], list[str]]:
    commands = [block.text.strip("\n") for block in blocks if block.language in _SHELLS]
    human = [block.text.strip() for block in blocks if block.language not in _SHELLS]
    edges = [
        0,
        *(edge for block in blocks for edge in (block.place.start, block.place.end)),
        len(text),
    ]
    outside = "\n".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    more, lines = _from_lines(_uncommented(outside))
    return commands + more, lines + human


def _from_lines(text: str) -> tuple[list[str], list[str]]:
    commands: list[str] = []
    human: list[str] = []
    for line in map(_squeeze, text.splitlines()):
        codes = [match[2] for match in _CODE.finditer(line) if _is_command(match[2])]
        words = _SUCCESS.sub(" ", _CODE.sub(" ", _NUMBER.sub("", line)))
        if codes and not _OTHER.search(words):
            commands += codes
        elif re.search(r"\w", line) and (codes or not _only_success(line, bool(commands))):
            human.append(line)
    return commands, human


def _only_success(line: str, after_a_command: bool) -> bool:
    """Return whether a line of prose after a command only asks for the command's success."""
    return after_a_command and not re.search(r"\w", _NEUTRAL.sub(" ", _SUCCESS.sub(" ", line)))


def _is_command(code: str) -> bool:
    words = [word for word in code.split() if not re.fullmatch(r"[A-Za-z_]\w*=\S*", word)]
    if not words:
        return False
    if words[0] in _PROGRAMS:
        return len(words) > 1 or words[0] in (
            "make",
            "pytest",
            "tox",
            "ctest",
            "tsc",
            "vitest",
            "jest",
            "rspec",
            "mypy",
        )
    return bool(
        re.match(r"(?:\./|\.venv/|vendor/bin/|node_modules/\.bin/|scripts?/|bin/)\S", words[0])
    )


def _squeeze(text: str) -> str:
    return _LEFT_TAG.sub("", _uncommented(text)).strip()


def _uncommented(text: str) -> str:
    # An unclosed comment in the tail would make the search for its end quadratic.
    head, closing, tail = text.rpartition("-->")
    return _COMMENT.sub("", head + closing) + tail
