"""Ids sort by their time, are unique, and are safe as names of files."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from forge.timeline import ids
from tests.timeline.clock import Clock


def test_now_is_utc_with_microseconds() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", ids.now())
    shown = datetime.strptime(ids.now(), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - shown).total_seconds()) < 60


def test_a_ulid_has_26_characters_and_no_ambiguous_ones() -> None:
    assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", ids.ulid())


def test_ulids_sort_by_their_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock("20261120T025549Z").install(monkeypatch)
    made = []
    for _ in range(50):
        made.append(ids.ulid())
        clock.now += 0.002
    assert made == sorted(made)
    assert len(set(made)) == 50
    first = sum(
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(sign) << 5 * place
        for place, sign in enumerate(reversed(made[0][:10]))
    )
    assert (
        datetime.fromtimestamp(first / 1000, UTC).strftime("%Y%m%dT%H%M%SZ") == "20261120T025549Z"
    )


def test_ulids_of_one_moment_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock("20261120T025549Z").install(monkeypatch)
    assert len({ids.ulid() for _ in range(100)}) == 100


def test_short_ids_are_easy_to_type() -> None:
    assert re.fullmatch("[a-hj-km-np-tv-z2-9]{6}", ids.short(6))
    assert len({ids.short(8) for _ in range(100)}) == 100
