"""mission-yaml, mission-contract and mission-shape: a mission by itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from forge.check import schema
from forge.check.rules.model import Rule, shown
from forge.planning import migrations
from forge.planning.mission.mission import Mission
from forge.text.command_line import forge_command
from forge.text.finding import Finding
from forge.text.source import Source

# Reading a mission finds violations of these two.
YAML = Rule("mission-yaml", "error", False, "a mission is YAML 1.2")
CONTRACT = Rule(
    "mission-contract", "error", False, "a mission's phases and scope contract can be read"
)
SHAPE = Rule(
    "mission-shape",
    "warning",
    False,
    "a mission has a title, a goal and a status, and its id is its file's name",
)


def check(source: Source, mission: Mission) -> Iterator[Finding]:
    """Yield everything that is wrong with a mission by itself."""
    yield from mission.findings
    if not mission.readable:
        return
    top = migrations.parse("mission", source)
    reported_lines = {finding.line for finding in mission.findings}
    for finding in schema.shape(source, top, "mission", SHAPE.id, SHAPE.severity):
        if finding.line not in reported_lines:
            yield finding
    written, name = top.get("id"), posixpath.basename(source.path).removesuffix(".yaml")
    if written is not None and written.raw.strip() != name:
        yield SHAPE.at(
            source,
            written.span,
            f"the id is {shown(written.raw)}, and the file's name is {shown(name)}",
            f"write `id: {name}`, or `{forge_command('move', name, written.raw.strip())}`",
        )
