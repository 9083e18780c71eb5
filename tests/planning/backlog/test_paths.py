"""Ids, slugs and numbers, by the names of files alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.planning.backlog.paths import (
    ARCHIVED_ITEMS,
    FOLDER,
    has_id,
    is_item,
    item_paths,
    next_number,
    short_id,
    slug,
    taken,
)


@pytest.mark.parametrize("name", ["k3f-a.md", "k3f.md", "a.b.md"])
def test_items_by_name(name: str) -> None:
    assert is_item(name)


@pytest.mark.parametrize("name", ["README.md", "index.md", ".hidden.md", "k3f.txt", "k3f"])
def test_files_that_are_not_items(name: str) -> None:
    assert not is_item(name)


def test_an_id_ends_at_the_first_dash() -> None:
    assert short_id("k3f9x2m-log-in.md") == "k3f9x2m" == short_id("k3f9x2m.md")
    assert has_id("k3f-log.md", "k3f") and has_id("k3f.md", "k3f")
    assert not has_id("k3f9-log.md", "k3f") and has_id("k3f-log.md", "k3f-log")


def test_the_items_of_a_work_tree(tmp_path: Path) -> None:
    for path in (f"{FOLDER}/b-x.md", f"{FOLDER}/a-x.md", f"{ARCHIVED_ITEMS}/c-x.md"):
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("")
    (tmp_path / FOLDER / "README.md").write_text("")
    assert list(item_paths(tmp_path)) == [
        f"{FOLDER}/a-x.md",
        f"{FOLDER}/b-x.md",
        f"{ARCHIVED_ITEMS}/c-x.md",
    ]
    assert taken(tmp_path, "a") and taken(tmp_path, "c") and not taken(tmp_path, "d")
    assert list(item_paths(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Log in", "log-in"),
        ("Crème brûlée", "creme-brulee"),
        ("日本", "item"),
        ("", "item"),
        ("a" * 60, "a" * 48),
        (f"{'word ' * 20}", "word-word-word-word-word-word-word-word-word"),
    ],
)
def test_slugs(title: str, words: str) -> None:
    assert slug(title, "item") == words


@given(st.text(max_size=80))
def test_any_title_has_a_slug(title: str) -> None:
    words = slug(title, "item")
    assert 0 < len(words) <= 48
    assert words.replace("-", "").isalnum() and words.isascii() and words == words.lower()
    assert not words.startswith("-") and not words.endswith("-")
    assert slug(words, "item") == words


@pytest.mark.parametrize(
    ("numbers", "number"),
    [([], "01"), (["01"], "02"), (["09", "3"], "10"), (["99"], "100"), (["x", "2a"], "01")],
)
def test_the_next_number(numbers: list[str], number: str) -> None:
    assert next_number(numbers) == number


def test_a_number_of_many_digits_is_a_date_and_does_not_count() -> None:
    assert next_number(["202611201", "04"]) == "05"
