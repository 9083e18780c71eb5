"""The topics of `forge help`: pages of `docs/`, their sections, and the rules."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from forge.errors import UnknownName
from forge.shipped import resource
from forge.views.manual.plain_text import plain_text

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
    "validate": ("validate.md", "", "findings, fixes, formats, CI"),
    "settings": ("settings.md", "", "every key of forge.yaml"),
    "runners": ("runners.md", "", "how a program does a step"),
    "security": ("security.md", "", "what plans and runners are kept from, and where that ends"),
    "merging": ("merging.md", "", "what git merges on its own, and what you resolve"),
    "formats": ("formats.md", "", "the files on disk, event by event"),
    "footprint": ("footprint.md", "", "what forge writes, and what leaves this machine"),
    "pre-commit": ("pre-commit.md", "", "how commits are checked against the rules"),
    "exit-codes": ("commands.md", "Exit status", "what the exit status of a command means"),
    "names": ("commands.md", "Names", "how plans, phases, runs and items are named"),
    "json": ("commands.md", "JSON", "what --json prints, and the kinds of errors"),
    "completion": ("completion.md", "", "completion in bash, zsh and fish"),
}
_FENCE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1[ \t]*$", re.M | re.S)
_SIMILARITY = 0.6  # as difflib measures it


def topics() -> Mapping[str, str]:
    """Return the topics, each with a few words on its subject."""
    return {name: about for name, (_, _, about) in _TOPICS.items()}


def rules() -> Mapping[str, str]:
    """Return the ids of the rules with the first sentence of their sections."""
    return {
        name: text.strip().partition(". ")[0]
        for name, text in _sections(_page("rules.md"))
        if " " not in name
    }


def text_about(name: str, verbs: Mapping[str, str], width: int) -> str:
    """Return the manual's text about a topic, a command or a rule, in `width` columns.

    `verbs` are the commands. Raises UnknownName, which suggests similar names.
    """
    wanted = name.lower()
    if wanted in _TOPICS:
        page, section, _ = _TOPICS[wanted]
        return plain_text(_section(page, section) if section else _page(page), width)
    if wanted in verbs:
        return plain_text(_section("commands.md", wanted), width)
    rule_ids = rules()
    if wanted in rule_ids:
        return plain_text(_section("rules.md", wanted), width)
    similar = difflib.get_close_matches(wanted, [*_TOPICS, *verbs, *rule_ids], 3, _SIMILARITY)
    commands = " or ".join(f"`forge help {topic}`" for topic in similar)
    hint = f"did you mean {commands}?" if similar else "`forge help` lists the topics"
    raise UnknownName(f"there is no topic, command or rule `{name}`", hint)


def _page(name: str) -> str:
    return resource("docs", name).read_text(encoding="utf-8")


def _section(page: str, heading: str) -> str:
    return f"# {heading}\n" + next(text for name, text in _sections(_page(page)) if name == heading)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield the headings of the second level with their sections; headings in code do not count."""
    hidden = _FENCE.sub(lambda match: match[0].replace("\n#", "\n\0#"), text)
    for part in re.split(r"^## ", hidden, flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        yield heading.strip("` "), body.replace("\0", "")
