"""Names as plans write them in `exports`, and what they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.check.must_haves.exports import wanted


def names(entry: str) -> list[list[str]]:
    """Return for each wanted name its alternatives, dotted."""
    return [[".".join(parts) for parts in one.names] for one in wanted(entry)]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("run", [["run"]]),
        ("run, stop", [["run"], ["stop"]]),
        (" run ,stop, ", [["run"], ["stop"]]),
        ("`run`", [["run"]]),
        ("'run'", [["run"]]),
        ("run()", [["run"]]),
        ("run(a, b)", [["run"]]),
        ("run(a: int) -> str", [["run"]]),
        ("run => void", [["run"]]),
        ("Foo.bar", [["Foo.bar"]]),
        ("Foo::bar", [["Foo.bar"]]),
        ("Foo#bar", [["Foo.bar"]]),
        ("Foo->bar", [["Foo.bar"]]),
        ("Map<string, number>", [["Map"]]),
        ("function run", [["run"]]),
        ("async function run", [["run"]]),
        ("export class Foo", [["Foo"]]),
        ("pub fn run", [["run"]]),
        ("pub(crate) fn run", [["run"]]),
        ("def run", [["run"]]),
        ("func (s *Server) Start", [["Start"]]),
        ("const MAX", [["MAX"]]),
        ("interface Props", [["Props"]]),
        ("type Props", [["Props"]]),
        ("default", [["default"]]),
        ("default Page", [["default", "Page"]]),
        ("Page (default)", [["default", "Page"]]),
        ("*", [["*"]]),
        ("valid?", [["valid?"]]),
        ("save!", [["save!"]]),
        ("$store", [["$store"]]),
        ("@name", [["@name"]]),
        ("größe", [["größe"]]),
        ("run - starts it", [["run"]]),
        ("run — starts it", [["run"]]),
        ("run (starts it)", [["run"]]),
        ("Foo class", [["Foo"]]),
        ("useAuth hook", [["useAuth"]]),
        ("the whole thing", [[]]),
        ("a sentence about it", [[]]),
        ("GET /api", [[]]),
        ("create('x')", [[]]),
        ("", []),
        (",", []),
        ("x" * 301, [[]]),
    ],
)
def test_an_entry(entry: str, expected: list[list[str]]) -> None:
    assert names(entry) == expected


@pytest.mark.parametrize(
    ("entry", "guessed"),
    [("run", False), ("Foo class", True), ("class Foo", False), ("useAuth hook", True)],
)
def test_a_name_from_prose_is_a_guess(entry: str, guessed: bool) -> None:
    (one,) = wanted(entry)
    assert one.guessed is guessed


@given(st.text(max_size=60))
def test_no_entry_raises(entry: str) -> None:
    for one in wanted(entry):
        assert all(parts and all(parts) for parts in one.names)
