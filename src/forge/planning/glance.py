"""What a document says of itself at a glance: single-line fields at the top of it, without reading all of its YAML.

Lists of many thousand documents need a title and a status of each. Whoever needs more, or a finding, reads the document.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from forge.text import tags, yaml
from forge.text.scalar import plain
from forge.text.source import Source

_FRONT = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?$", re.M | re.S)
_FIELD = re.compile(r"^(id|title|status|priority|forced_reason)[ \t]*:(?:[ \t]+([^\r\n]*?))?[ \t]*\r?$", re.M)
_COMMENT = re.compile(r"(?:^|\s)#.*\Z", re.S)
_HEADING = re.compile(r"^#[ \t]+(\S[^\r\n]*)", re.M)


class Glance(NamedTuple):
    """The fields that were found, empty where there are none; `forced` says that an item was closed by force."""

    id: str = ""
    title: str = ""
    status: str = ""
    priority: str = ""
    forced: bool = False


def glance(path: str, data: bytes) -> Glance:
    """Look at a plan, an item, a mission or the page of a phase. Never raises for what it says."""
    text = Source.of(path, data).text
    if path.endswith(".yaml"):
        front, body = text, ""
    else:
        match = _FRONT.match(text)
        front, body = (match["yaml"], text[match.end() :]) if match else ("", text)
    found = {match[1]: _value(match[2] or "") for match in _FIELD.finditer(front)}
    title = found.get("title") or (_objective(body) if path.endswith("PLAN.md") else "") or _heading(body)
    return Glance(
        found.get("id", ""), title, found.get("status", ""), found.get("priority", ""), bool(found.get("forced_reason"))
    )


def _value(written: str) -> str:
    bare = _COMMENT.sub("", written).strip()
    if plain(bare):
        return bare if bare not in ("~", "null") else ""
    try:
        value = yaml.parse(written)
    except yaml.YamlProblem:
        return ""
    return "" if value.data is None or isinstance(value.data, (list, dict)) else " ".join(value.raw.split())


def _objective(body: str) -> str:
    section = tags.section(body, "objective")
    return next((line.strip() for line in section.text(body).splitlines() if line.strip()), "") if section else ""


def _heading(body: str) -> str:
    match = _HEADING.search(body)
    return match[1].strip() if match else ""
