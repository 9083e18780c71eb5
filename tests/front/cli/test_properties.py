"""What holds for any text, whatever is in it."""

from __future__ import annotations

import json

import click
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from forge.front.cli.output import rendered
from forge.front.cli.status_line import fitted
from forge.front.cli.terminal import colored_patch
from forge.front.envelope import Reply, reply_envelope
from forge.front.operations.timeline import _short
from forge.text.jsonl import escaped

TEXT = st.text(max_size=60)
ANY_TEXT = st.text(st.characters(codec=None), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80)
@given(st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_a_line_is_one_printable_line_whatever_is_in_it(lines: list[str]) -> None:
    shown = rendered([*lines])
    assert shown.count("\n") == len(lines) - 1
    assert shown.replace("\n", "").isprintable()


@settings(max_examples=80)
@given(ANY_TEXT)
def test_json_is_printable_and_keeps_its_values(text: str) -> None:
    shown = escaped(json.dumps({"a": text}, ensure_ascii=False, indent=1))
    assert shown.replace("\n", "").isprintable()
    assert json.loads(shown)["a"].encode("utf-16", "surrogatepass") == text.encode(
        "utf-16", "surrogatepass"
    )


@settings(max_examples=80)
@given(st.text("ab 全é😀", max_size=60), st.integers(1, 60))
def test_a_fitted_text_is_not_wider_than_the_terminal(text: str, width: int) -> None:
    shown = fitted(text, width)
    assert cell_len(shown) <= width
    assert text.startswith(shown) or cell_len(text) > width


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_a_patch_has_no_control_characters(patch: str) -> None:
    shown = click.unstyle(rendered(colored_patch(patch)))
    assert shown.replace("\n", "").isprintable()


@settings(max_examples=60)
@given(VALUES)
def test_a_value_of_an_event_is_one_short_line(value: object) -> None:
    text = _short(value)
    assert len(text) <= 60 and "\n" not in text


@settings(max_examples=60)
@given(st.dictionaries(TEXT, VALUES, max_size=3), st.sampled_from([0, 1, 4]))
def test_an_envelope_reads_back_from_json(data: dict[str, object], code: int) -> None:
    envelope = reply_envelope("status", "01A", Reply(data, code=code))
    read = json.loads(json.dumps(envelope))
    assert read["data"] == data and read["ok"] is (code == 0)
