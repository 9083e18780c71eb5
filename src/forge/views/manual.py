"""The manual: the pages of `docs/` that a user reads, their sections, and the rules, as text for a terminal."""

from __future__ import annotations

import difflib
import re
import textwrap
from collections.abc import Iterator, Mapping

from forge.errors import UnknownName
from forge.resources import resource

_TOPICS = {
    "tutorial": ("tutorial.md", "", "from an empty folder to a proven plan"),
    "commands": ("commands.md", "", "every command, its options and what it prints"),
    "tracker": ("tracker.md", "", "missions, phases, plans and items, and how they are changed"),
    "plans": ("plans.md", "", "how a plan is written"),
    "runs": ("runs.md", "", "how a run works, and what to do when it stops"),
    "approval": ("runs.md", "Approval", "what has to be approved before it runs"),
    "git": ("runs.md", "Commits", "what forge commits, and with which trailers"),
    "must-haves": ("must-haves.md", "", "verdicts, evidence, proofs, waivers"),
    "rules": ("rules.md", "", "what validate finds, rule by rule"),
    "validate": ("validate.md", "", "findings, mends, formats, CI"),
    "settings": ("settings.md", "", "every key of forge.yaml"),
    "runners": ("runners.md", "", "how a program does a step"),
    "merging": ("merging.md", "", "what git merges by itself, and what a person settles"),
    "formats": ("formats.md", "", "the files on disk, event by event"),
    "pre-commit": ("pre-commit.md", "", "commits held to the rules"),
    "exit-codes": ("commands.md", "Exit status", "what the exit status of a command means"),
    "names": ("commands.md", "Names", "how plans, phases, runs and items are named"),
    "json": ("commands.md", "JSON", "what --json prints, and the kinds of errors"),
    "completion": ("completion.md", "", "completion in bash, zsh and fish"),
}  # fmt: skip
_FENCE = re.compile(r"^(`{3,})[^\n]*\n(.*?)^\1[ \t]*$\n?", re.M | re.S)
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")
_CLOSEST = 0.6

_ITEM = re.compile(r"(?:[-*]|\d+\.) ")
_ROW = re.compile(r"  \S.{22,}?  (?=\S)")  # of a table: its first cell, in a column of its own


def topics() -> Mapping[str, str]:
    """Return the topics with what each is about."""
    return {name: about for name, (_, _, about) in _TOPICS.items()}


def rules() -> Mapping[str, str]:
    """Return the ids of the rules with the first sentence of their sections."""
    return {name: text.strip().partition(". ")[0] for name, text in _sections(_page("rules.md")) if " " not in name}


def text_about(name: str, verbs: Mapping[str, str]) -> str:
    """Return what the manual says about a topic, a command or a rule, for a terminal.

    Raises UnknownName, which names what was probably meant.
    """
    wanted = name.lower()
    if wanted in _TOPICS:
        page, section, _ = _TOPICS[wanted]
        return plain(_section(page, section) if section else _page(page))
    if wanted in verbs:
        return plain(_section("commands.md", wanted))
    known = rules()
    if wanted in known:
        return plain(_section("rules.md", wanted))
    near = difflib.get_close_matches(wanted, [*_TOPICS, *verbs, *known], 3, _CLOSEST)
    hint = f"did you mean {' or '.join(f'`forge help {each}`' for each in near)}?" if near else "`forge help` lists the topics"
    raise UnknownName(f"there is no topic, command or rule `{name}`", hint)


def _page(name: str) -> str:
    return resource("docs", name).read_text(encoding="utf-8")


def _section(page: str, heading: str) -> str:
    return f"# {heading}\n" + next(text for name, text in _sections(_page(page)) if name == heading)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sections of the second level with their headings; a heading in a fence is none."""
    shielded = _FENCE.sub(lambda match: match[0].replace("\n#", "\n\0#"), text)
    for part in re.split(r"^## ", shielded, flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        yield heading.strip("` "), body.replace("\0", "")


def plain(text: str) -> str:
    """Return Markdown as text for a terminal: fences and indented blocks as they are, links as their words."""
    parts, at = [], 0
    for fence in _FENCE.finditer(text):
        parts.append(_prose(text[at : fence.start()]))
        parts.append("".join(f"    {line}\n" if line else "\n" for line in fence[2].split("\n")[:-1]))
        at = fence.end()
    return "".join([*parts, _prose(text[at:])]).strip("\n")


def filled(text: str, width: int) -> str:
    """Return such a text with its paragraphs, list items and table rows filled to a width; what is indented stays."""
    lines: list[str] = []
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        begins = not line.strip() or line.startswith("    ") or _ITEM.match(line) or (line.startswith("  ") and not block)
        if block and (begins or _ROW.match(block[0])):
            lines += _fill(block, width)
            block = []
        if not line.strip() or line.startswith("    "):
            lines.append(line)
        else:
            block.append(line)
    return "\n".join(lines).strip("\n")


def _fill(block: list[str], width: int) -> list[str]:
    """Return one paragraph, list item or table row in lines of a width, the later ones below the text of the first."""
    head = _ROW.match(block[0]) or _ITEM.match(block[0])
    indent = min(head.end() if head else 0, width // 2)
    text = (
        " ".join(line.strip() for line in block) if not head else block[0] + "".join(f" {line.strip()}" for line in block[1:])
    )
    marks = {"break_long_words": False, "break_on_hyphens": False, "replace_whitespace": False}
    return textwrap.wrap(text, max(width, 20), subsequent_indent=" " * indent, **marks)  # type: ignore[arg-type]


def _prose(text: str) -> str:
    return "".join(_line(line) for line in _table_cells(text.splitlines()))


def _table_cells(lines: list[str]) -> Iterator[str]:
    """Yield the lines; the rows of a table with their first cell in a column of its own."""
    for line in lines:
        if not line.startswith("|"):
            yield line
        elif not re.fullmatch(r"[|\s:-]+", line):
            first, *rest = (_words(cell.strip().replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", line)[1:-1])
            yield f"  {first:24}  {'  '.join(cell for cell in rest if cell)}".rstrip() if first or any(rest) else ""


def _line(line: str) -> str:
    if line.startswith("    "):
        return f"{line}\n"
    if heading := re.match(r"(#+)\s+(.*)", line):
        said = _words(heading[2])
        return f"{said.upper() if len(heading[1]) < 3 else said}\n"
    return f"{_words(line)}\n"


def _words(text: str) -> str:
    """Return text without its marks: `**bold**`, and links, of which those out of the manual keep their address."""
    linked = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if "://" in link[2] else link[1], text)
    return re.sub(r"\*\*(.+?)\*\*|`([^`]+)`", lambda marked: marked[1] or marked[2], linked)
