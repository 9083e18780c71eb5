"""Lists of paths for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.text.path_list import by_folder, cut, in_text, path_lines


@pytest.mark.parametrize(
    ("paths", "most", "lines"),
    [
        ([], 3, []),
        (["b", "a"], 3, ["  a", "  b"]),
        (["n/a", "n/b", "n/c", "x"], 3, ["  n/ (3 paths)", "  x"]),
        (["n/p/a", "n/p/b", "n/q/a", "x"], 3, ["  n/p/ (2 paths)", "  n/q/a", "  x"]),
        (["a", "b", "c", "d"], 3, ["  a", "  b", "  and 2 more"]),
        (["n/a", "n/b", "b", "c", "d"], 3, ["  b", "  c", "  and 3 more"]),
    ],
)
def test_many_paths_are_a_line_a_folder(paths: list[str], most: int, lines: list[str]) -> None:
    assert path_lines(paths, most) == lines


def test_twenty_thousand_paths_are_a_few_lines() -> None:
    paths = [f"node_modules/p{number % 200}/f{number}.js" for number in range(20_000)]
    assert path_lines([*paths, "a.txt"]) == ["  a.txt", "  node_modules/ (20000 paths)"]


@given(st.lists(st.text("ab/", min_size=1).filter(lambda path: "//" not in path), max_size=40))
def test_every_path_is_counted_once(paths: list[str]) -> None:
    distinct = sorted({path.strip("/") for path in paths} - {""})
    assert sum(count for _, count in by_folder(distinct, 5)) == len(distinct)
    assert len(path_lines(distinct, 5)) <= 5


def test_a_list_is_cut_and_counted() -> None:
    assert cut(["a", "b", "c"], 2) == ["  a", "  b", "  and 1 more"]
    assert cut(["a", "b"], 2) == ["  a", "  b"]


def test_a_value_in_a_text_of_the_record_begins_no_line() -> None:
    assert in_text(["one", "two\nforged"]) == "one\ntwo<U+000A>forged"
