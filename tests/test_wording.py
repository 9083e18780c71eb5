"""The wording stays plain: fewer than one in a hundred lines of prose use the former dialect.

Prose is what people read: comments, docstrings, messages of four words and more, and the text of
pages outside of code. The phrases are those that a reader has to decode: "where" for "if", "behind"
for "after", personified code, and the like. A few hits are ordinary English, which the limit allows
for.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

LIMIT = 0.01
AREAS = {
    "the code": ("src/**/*.py", "benchmarks/*.py"),
    "the tests": ("tests/**/*.py",),
    "the pages": ("*.md", "docs/*.md", "templates/**/*.md"),
}
_DIALECT = re.compile(
    r"""\b(?:
        (?<!left\ )(?<!leave\ )(?<!leaves\ )behind | lies | lay | mend(?:s|ed|ing)?
        | (?<!there\ )(?:is|are)\ (?:no\ (?!longer|more)|none\b)
        | comes\ to | came\ to | somebody | whoever | sees?\ to\ it | (?:laid|put)\ aside
        | told | tells?\ (?:of|what|whether|how|which|a) | said\ of | says?\ whether
        | the\ begin | (?:a|dead)\ forge(?!\ (?:process|command|run))
        | a\ git(?!\ (?:repository|process|hook|command|commit|config))
        | takes?\ for | stands?\ (?:in|on|at|there|for|where|before) | at\ hand
        | of\ its\ own\ accord | hitherto | thereof | (?:a|the)\ person
    )\b
    | \bwhere\ (?:it\ (?!is|was|belongs)|there|nothing|none|no|not)\b
    | [Nn]one\ where | [;,]\ where\ """,
    re.X,
)
_WORD = re.compile(r"[A-Za-z]{2,}")


def prose_of_code(text: str) -> dict[int, str]:
    """Return the comments, docstrings and messages of a module by line."""
    lines: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0]] = token.string
        elif token.type == tokenize.STRING:
            for number, line in enumerate(token.string.split("\n"), token.start[0]):
                if len(re.findall(r"[a-z]{2,}", line)) >= 4 and " " in line.strip():
                    lines[number] = line
    return lines


def prose_of_page(text: str) -> dict[int, str]:
    """Return the lines of a page outside of code, by number."""
    lines: dict[int, str] = {}
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            lines[number] = re.sub(r"`[^`]*`", "x", line)
    return lines


def prose(path: Path) -> Iterator[tuple[int, str]]:
    text = path.read_text(encoding="utf-8")
    lines = prose_of_code(text) if path.suffix == ".py" else prose_of_page(text)
    yield from ((number, line) for number, line in lines.items() if len(_WORD.findall(line)) >= 3)


@pytest.mark.parametrize("area", AREAS)
def test_fewer_than_one_in_a_hundred_lines_of_prose_use_the_dialect(area: str) -> None:
    paths = {path for pattern in AREAS[area] for path in ROOT.glob(pattern)} - {Path(__file__)}
    total, hits = 0, []
    for path in sorted(paths):
        for number, line in prose(path):
            total += 1
            if _DIALECT.search(line):
                hits.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert total > 500
    assert len(hits) < LIMIT * total, f"{len(hits)} of {total} lines:\n" + "\n".join(hits)


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("the file lies in the folder", True),
        ("it stops where nothing is left", True),
        ("a message for a person at the terminal", True),
        ("there is no file at this path", False),
        ("files that a killed process left behind", False),
        ("continue if the file is missing", False),
    ],
)
def test_the_measure_knows_the_dialect_from_plain_english(line: str, counts: bool) -> None:
    assert bool(_DIALECT.search(line)) is counts
