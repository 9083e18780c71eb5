"""A made-up version 2 of every format, in which `title` and `goal` replace older keys."""

from __future__ import annotations

import pytest

from forge.planning.migrations import FORMATS, Format
from forge.text.yaml.edit import Block

RENAMED = {"name": "title", "aim": "goal", "who": "runner", "reporter": "by"}


def rename_keys(block: Block) -> Block:
    """Turn a document of version 1 into one of version 2."""
    for old, new in RENAMED.items():
        if (value := block.top.get(old)) is not None:
            block = block.set(new, value.raw).unset(old)
    return block


def use_version_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every format be of version 2 for one test."""
    for kind, current in list(FORMATS.items()):
        monkeypatch.setitem(FORMATS, kind, Format((rename_keys,), current.rewritable))
