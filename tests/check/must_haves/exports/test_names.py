"""Names as people write them in `exports:`, and what they are taken to mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.check.must_haves.exports import wanted


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ("run", [("run",)]),
        (" `run` ", [("run",)]),
        ("run()", [("run",)]),
        ("run(a: int, b: str)", [("run",)]),
        ("Get<T>", [("Get",)]),
        ("Get<T>(int id)", [("Get",)]),
        ("export function run(): Promise<void>", [("run",)]),
        ("export async function run", [("run",)]),
        ("pub(crate) fn run(a: B) -> Result<(C, D), E>", [("run",)]),
        ("func (s *Store) Save(ctx context.Context) error", [("Save",)]),
        ("class Store", [("Store",)]),
        ("Store class", [("Store",)]),
        ("search method for GET /api/search", [("search",)]),
        ("type Track", [("Track",)]),
        ("type", [("type",)]),
        ("default", [("default",)]),
        ("default Page", [("default",), ("Page",)]),
        ("default (the page)", [("default",)]),
        ("Page (default)", [("default",), ("Page",)]),
        ("Props (type)", [("Props",)]),
        ("run — starts it", [("run",)]),
        ("run - starts it", [("run",)]),
        ("Store.save", [("Store", "save")]),
        ("Store::save", [("Store", "save")]),
        ("Store->save()", [("Store", "save")]),
        ("Store#save!", [("Store", "save!")]),
        ("store:save", [("store", "save")]),
        ("$store", [("$store",)]),
        ("*", [("*",)]),
        ("größe", [("größe",)]),
    ],
)
def test_signatures_keywords_and_notes_are_left_out(
    entry: str, names: list[tuple[str, ...]]
) -> None:
    (symbol,) = wanted(entry)
    assert list(symbol.names) == names


@pytest.mark.parametrize(
    ("entry", "texts"),
    [
        ("a, b", ["a", "b"]),
        ("a(x, y), b", ["a(x, y)", "b"]),
        ("Map<K, V>, b", ["Map<K, V>", "b"]),
        ("f(a) -> b, g", ["f(a) -> b", "g"]),
        ("a,,b,", ["a", "b"]),
        ("", []),
        (" , ", []),
    ],
)
def test_a_comma_parts_names_but_not_inside_brackets(entry: str, texts: list[str]) -> None:
    assert [name.text for name in wanted(entry)] == texts


@pytest.mark.parametrize(
    "entry",
    [
        "run with two formats",
        "POST /chat/stream",
        "main entrypoint",
        "describe('a list')",
        "builder.Build().Run()",
        "a/b",
        "12",
        "tests for win32 + linux",
        "x" * 1000,
    ],
)
def test_prose_names_nothing(entry: str) -> None:
    (symbol,) = wanted(entry)
    assert symbol.names == ()


def test_a_name_read_out_of_prose_is_known_as_a_guess() -> None:
    assert wanted("search method for listings")[0].guessed
    assert not wanted("async function search(query)")[0].guessed


@given(
    st.text(st.sampled_from("ab (),<>[]{}'\"`.:->#*$/\n\té\ud800"), max_size=60)
    | st.text(max_size=40)
)
def test_every_text_is_read(entry: str) -> None:
    for name in wanted(entry):
        assert name.text
        assert all(all(part for part in parts) for parts in name.names)
