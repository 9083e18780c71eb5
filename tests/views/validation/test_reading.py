"""A reading: its form in the cache."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forge.views.validation.read_one import read
from forge.views.validation.reading import Reading, plain
from tests.views.validation.sources import PLAN, TEXT, written


def test_a_reading_survives_the_cache(tmp_path: Path) -> None:
    text = f"{TEXT}<!-- forge: allow no-such-rule: tested -->\n"
    reading = read("plan", tmp_path, written(tmp_path, PLAN, text))
    assert (reading.name, reading.steps) == ("01-01", 1) and reading.findings
    assert Reading.decode(reading.encode(), reading.facts) == reading


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '["plan", "x"]', "[1, 2, 3, 4, 5, 6]"])
def test_a_damaged_reading_is_an_error(damaged: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        Reading.decode(damaged, "null")


@pytest.mark.parametrize("value", [None, 3, [1, "größe"], {"a": "\udc80"}])
def test_json_with_lone_surrogates_is_read(value: Any) -> None:
    assert plain(json.dumps(value)) == value
