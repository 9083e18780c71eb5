"""Keeps the meaning of every `depends_on` when plans get a new path."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from forge import regular
from forge.planning.edits import fields
from forge.planning.edits.relocation import Relocation
from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.plan_files import PlanFile, identified
from forge.text.edit import NotEditable
from forge.text.source import Source
from forge.text.yaml.edit import Block

_EMPTY = re.compile(rb"^depends_on:[ \t]*(?:\[[ \t]*\])?[ \t]*\r?\n(?![ \t]*-)", re.M)

Renamed = Callable[[str], str | None]


def keep(root: Path, before: Sequence[PlanFile], moved: Relocation) -> Relocation:
    """Add to a relocation the edits after which every `depends_on` means the plan that it meant.

    `before` are the plans of the work tree before the relocation.
    """
    after = {file.path: file for file in identified(moved.new_path(file.path) for file in before)}
    old_index, new_index = PlanIndex(before), PlanIndex(after.values())
    for old in before:
        new = after[moved.new_path(old.path)]
        done = moved.writes.get(new.path)
        data = done[1] if done else regular.read_inside(root, old.path)
        if b"depends_on" not in data or _EMPTY.search(data):
            continue

        def renamed(name: str, old: PlanFile = old, new: PlanFile = new) -> str | None:
            meant = old_index.meant(old, name)
            if meant is None:
                return None
            wanted, resolved = after[moved.new_path(meant.path)], new_index.meant(new, name)
            return None if resolved is not None and resolved.path == wanted.path else wanted.id

        written = _rewritten(Source.of(old.path, data), renamed)
        if written != data:
            moved.writes[new.path] = (done[0] if done else data, written)
    return moved


def _rewritten(source: Source, renamed: Renamed) -> bytes:
    """Return a plan's bytes with the entries of `depends_on` for which `renamed` returns another
    name.
    """
    try:
        block = fields.block("plan", source)
    except NotEditable:
        return source.data
    number = 0
    while (name := _entry(block, number)) is not None:
        if new_name := renamed(name):
            block = _with_entry(block, number, new_name)
        number += 1
    return block.bytes()


def _entry(block: Block, number: int) -> str | None:
    value = block.top.get("depends_on")
    entries = value.elements() if value else []
    return entries[number].raw.strip() if number < len(entries) else None


def _with_entry(block: Block, number: int, name: str) -> Block:
    value = block.top.get("depends_on")
    assert value is not None
    return block.replace(value.elements()[number], name)
