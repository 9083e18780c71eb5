"""The index of verbs in docs/architecture.md lists the table of operations, in its order."""

from __future__ import annotations

import re

from forge.front.operations.table import OPERATIONS
from tests.conftest import ROOT

PAGE = ROOT / "docs/architecture.md"
_ROW = re.compile(
    r"^\| \[`(?P<verb>\w+)`\]\((?P<section>[^)]+)\) \| (?P<summary>.+?)"
    r" \| \[operation\]\((?P<operation>[^)]+)\), \[options\]\((?P<options>[^)]+)\) \|$",
    re.M,
)


def rows() -> list[dict[str, str]]:
    text = PAGE.read_text(encoding="utf-8")
    section = re.split(r"^## ", text.partition("## Every verb\n")[2], flags=re.M)[0]
    return [match.groupdict() for match in _ROW.finditer(section)]


def test_the_index_lists_every_verb_with_its_summary() -> None:
    indexed = [(row["verb"], row["summary"]) for row in rows()]
    assert indexed == [(verb, operation.summary) for verb, operation in OPERATIONS.items()]


def test_each_row_names_the_files_of_its_verb() -> None:
    for row in rows():
        assert row["section"] == f"commands.md#{row['verb']}"
        for link in (row["operation"], row["options"]):
            path = (PAGE.parent / link).resolve()
            assert path.is_file() and path.stem == row["verb"], link
