from __future__ import annotations

import pytest

from forge.git import modes
from forge.git.commits.changes import Change, Changes, changes_sha256, status_letter
from forge.git.tree_entries import Entry

ONE, TWO = "1" * 40, "2" * 40
FILE, SCRIPT, LINK = (modes.FILE, ONE), (modes.EXECUTABLE, ONE), (modes.LINK, ONE)


@pytest.mark.parametrize(
    ("before", "after", "letter"),
    [
        (None, FILE, "A"),
        (FILE, None, "D"),
        (FILE, (modes.FILE, TWO), "M"),
        (FILE, SCRIPT, "M"),
        (FILE, LINK, "T"),
        (LINK, SCRIPT, "T"),
        (FILE, (modes.SUBMODULE, TWO), "T"),
    ],
)
def test_letters(before: Entry, after: Entry, letter: str) -> None:
    assert status_letter(before, after) == letter
    change = Change.of("path", before, after, 3, 4)
    assert (change.status, change.entry, change.added, change.removed) == (letter, after, 3, 4)


def test_a_deleted_path_has_no_entry() -> None:
    assert Change.of("path", FILE, None).blob == "0" * 40
    assert Change.of("path", FILE, None).mode == 0


@pytest.mark.parametrize(
    ("entries", "summary", "lines"),
    [
        ([], "no changes", 0),
        ([Change("a", "A", modes.FILE, ONE, 2, 0)], "1 file, +2 -0", 2),
        (
            [Change("a", "M", modes.FILE, ONE, 10, 3), Change("b", "D", 0, "0" * 40, 0, 1)],
            "2 files, +10 -4",
            14,
        ),
    ],
)
def test_summaries(entries: list[Change], summary: str, lines: int) -> None:
    changes = Changes(entries)
    assert (changes.summary, changes.lines) == (summary, lines)


def test_the_digest_depends_on_every_fact_but_not_on_the_order() -> None:
    first, second = Change.of("a", None, FILE), Change.of("b\udcff", FILE, None)
    digest = Changes([first, second]).sha256
    assert Changes([second, first]).sha256 == digest
    others = [
        Changes([first]),
        Changes([first, Change.of("c", FILE, None)]),
        Changes([Change.of("a", None, SCRIPT), second]),
        Changes([Change.of("a", None, (modes.FILE, TWO)), second]),
        Changes([Change.of("a", FILE, FILE), second]),
    ]
    assert len({digest, *(changes.sha256 for changes in others)}) == 6


def test_the_digest_of_a_commit_is_that_of_the_changes() -> None:
    rows: list[tuple[str, Entry, Entry]] = [("b", FILE, None), ("a", None, LINK), ("c", FILE, LINK)]
    assert changes_sha256(rows) == Changes([Change.of(*row) for row in rows]).sha256
    assert changes_sha256([]) == Changes().sha256


def test_the_digest_is_a_promise() -> None:
    """Approvals on record hold it, so it must never change."""
    assert Changes([Change("a.txt", "A", modes.FILE, ONE)]).sha256 == (
        "90b29033718d771158a69d14a81f5dc1eb01a10ed45e5c160bcac8deb2acebce"
    )
    assert Changes().paths == []
    assert Changes([Change("b", "A", 0, ONE), Change("a", "A", 0, ONE)]).paths == ["a", "b"]
