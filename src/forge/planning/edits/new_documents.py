"""The text of new documents, from `templates/new/`; what the user did not give stays empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from forge.shipped import template
from forge.text.yaml.scalar import listing, scalar


class Wishes(NamedTuple):
    """What the user gave for a new document beside its title; each kind of document uses what it
    has keys for.
    """

    phase: str | None = None
    depends_on: tuple[str, ...] = ()
    priority: str | None = None
    wave: int | None = None
    status: str | None = None
    goal: str | None = None
    accept: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()


def item(item_id: str, title: str, wishes: Wishes) -> str:
    """Return a backlog item. Blank lines separate its criteria, so that ticks of two branches
    merge.
    """
    criteria = "\n".join(f"  - {scalar(text)}\n" for text in wishes.accept)
    return _filled(
        "item.md",
        {
            "id": scalar(item_id),
            "status": wishes.status or "todo",
            "title": scalar(title),
            "priority": wishes.priority or "P2",
            "depends_on": listing(wishes.depends_on),
            "acceptance": f"\n{criteria}".rstrip("\n") if criteria else " []",
            "links": listing(wishes.links),
        },
    )


def plan(phase: str, number: str, title: str, wave: int, wishes: Wishes) -> str:
    """Return a plan whose only step is its title, with everything else still to be written."""
    return _filled(
        "plan.md",
        {
            "phase": scalar(phase, as_text=False),
            "plan": number,
            "wave": str(wave),
            "depends_on": listing(wishes.depends_on),
            "requirements": listing(wishes.requirements),
            "objective": title,
        },
    )


def phase(name: str, number: str, title: str, wishes: Wishes) -> str:
    """Return the page of a phase."""
    depends = listing(wishes.depends_on)
    words = {
        "phase": name,
        "title": scalar(title),
        "depends_on": depends,
        "number": number,
        "heading": title,
    }
    return _filled("phase.md", words)


def mission(mission_id: str, title: str, wishes: Wishes) -> str:
    """Return a mission; its goal is its title by default."""
    return _filled(
        "mission.yaml",
        {
            "id": scalar(mission_id),
            "status": wishes.status or "draft",
            "title": scalar(title),
            "goal": scalar(wishes.goal or title),
            "phases": listing([wishes.phase] if wishes.phase else []),
        },
    )


def _filled(name: str, words: Mapping[str, str]) -> str:
    """Return a template with its `{{places}}` filled; braces in a word are not treated as a
    place.
    """
    first, *rest = template(f"new/{name}").split("{{")
    return first + "".join(
        words[place] + text for place, _, text in (part.partition("}}") for part in rest)
    )


def one_line(title: Sequence[str] | str) -> str:
    """Return a title in one line, without control characters."""
    text = title if isinstance(title, str) else " ".join(title)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
