"""Which known key a misspelled one means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.check.rules.known_keys import ARTIFACT, FRONT, LINK, OWN, PARTS, TASK, closest


@pytest.mark.parametrize(
    ("key", "known", "expected"),
    [
        ("contians", ARTIFACT, "contains"),
        ("contain", ARTIFACT, "contains"),
        ("Contains", ARTIFACT, "contains"),
        ("min-lines", ARTIFACT, "min_lines"),
        ("minLines", ARTIFACT, "min_lines"),
        ("min lines", ARTIFACT, "min_lines"),
        ("MIN_LINES", ARTIFACT, "min_lines"),
        ("export", ARTIFACT, "exports"),
        ("depend_on", FRONT, "depends_on"),
        ("dependsOn", FRONT, "depends_on"),
        ("file_modified", FRONT, "files_modified"),
        ("autonomus", FRONT, "autonomous"),
        ("form", LINK, None),
        ("fromm", LINK, "from"),
        ("gaet", TASK, "gate"),
        ("doen", PARTS, "done"),
        ("VERIFY", PARTS, "verify"),
        ("verfiy", PARTS, "verify"),
        ("vreify", PARTS, "verify"),
    ],
)
def test_a_misspelling(key: str, known: frozenset[str], expected: str | None) -> None:
    assert closest(key, known) == expected


@pytest.mark.parametrize(
    "key", ["tags", "slug", "nyquist", "owner", "x", "id", "to", "a" * 41, "日本語"]
)
def test_other_keys_mean_nothing(key: str) -> None:
    assert closest(key, FRONT) is None


@pytest.mark.parametrize("key", sorted(OWN))
def test_keys_of_real_plans_are_not_misspellings(key: str) -> None:
    assert closest(key, FRONT - {key}) in (None, *(name for name in FRONT if name == key))


@given(st.text(max_size=50))
def test_no_key_raises(key: str) -> None:
    assert closest(key, FRONT) in (None, *FRONT)


@pytest.mark.parametrize("known", [FRONT, ARTIFACT, LINK, TASK, PARTS])
def test_a_known_key_means_itself(known: frozenset[str]) -> None:
    assert all(closest(key, known) == key for key in known)
