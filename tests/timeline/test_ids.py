"""Ids sort by their time, are unique, and are safe as names of files."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.timeline import ids


class Clock:
    """A clock that moves by `step` seconds with each sleep."""

    def __init__(self, moment: str, step: float = 1.0) -> None:
        self.now = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        self.step = step
        self.slept = 0

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        self.now += self.step

    def install(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        clock = self

        class Shown(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.fromtimestamp(clock.now, tz)

        monkeypatch.setattr(ids, "datetime", Shown)
        monkeypatch.setattr(time, "sleep", self.sleep)
        monkeypatch.setattr(time, "time", lambda: clock.now)
        return self


def test_now_is_utc_with_microseconds() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", ids.now())
    shown = datetime.strptime(ids.now(), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - shown).total_seconds()) < 60


def test_a_ulid_has_26_characters_and_no_ambiguous_ones() -> None:
    assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", ids.ulid())


def test_ulids_sort_by_their_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock("20261120T025549Z").install(monkeypatch)
    found = []
    for _ in range(50):
        found.append(ids.ulid())
        clock.now += 0.002
    assert found == sorted(found)
    assert len(set(found)) == 50
    first = sum(
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(sign) << 5 * place
        for place, sign in enumerate(reversed(found[0][:10]))
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


def test_a_run_id_has_time_plan_and_random_part(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock("20261120T025549Z").install(monkeypatch)
    assert re.fullmatch(r"20261120T025549Z-01-01-[a-z2-9]{4}", ids.run_id("01-01"))


@pytest.mark.parametrize(
    ("plan", "safe"),
    [
        ("v1.0/01-01", "v1.0-01-01"),
        ("../../etc", "etc"),
        ("ä ö", "plan"),
        ("", "plan"),
        ("a b\nc", "a-b-c"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_run_id_is_a_safe_folder_name(
    plan: str, safe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock("20261120T025549Z").install(monkeypatch)
    assert re.fullmatch(rf"20261120T025549Z-{re.escape(safe)}-[a-z2-9]{{4}}", ids.run_id(plan))


@given(st.text())
def test_any_plan_has_a_safe_run_id(plan: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}", ids.run_id(plan))


def test_run_ids_of_one_clone_sort_in_the_order_of_their_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock("20261120T025549Z", step=0.3).install(monkeypatch)
    found: list[str] = []
    for plan in ("z", "a", "m", "b"):
        found.append(ids.run_id(plan, found, max(found, default="")))
    assert found == sorted(found)
    assert [name.partition("-")[0][-3:-1] for name in found] == ["49", "50", "51", "52"]
    assert clock.slept > 0


def test_a_taken_id_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock("20261120T025549Z").install(monkeypatch)
    chances = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr(ids, "short", lambda: next(chances))
    first = ids.run_id("01-01")
    assert ids.run_id("01-01", {first}) == first.replace("49Z", "50Z").replace("aaaa", "bbbb")


@pytest.mark.parametrize(
    ("last", "stamp"),
    [
        ("20261120T025549Z-a-aaaa", "20261120T025550Z"),
        ("20261120T025550Z-a-aaaa", "20261120T025551Z"),
        ("20261120T055549Z-a-aaaa", "20261120T055550Z"),
        ("20261231T235959Z-a-aaaa", "20270101T000000Z"),
        ("99991231T235959Z-a-aaaa", "20261120T025549Z"),
        ("nonsense", "20261120T025549Z"),
        ("zzzz-a", "20261120T025549Z"),
        ("", "20261120T025549Z"),
        ("20201120T025549Z-a-aaaa", "20261120T025549Z"),
    ],
)
def test_a_clock_that_was_set_back_causes_no_waiting(
    last: str, stamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock("20261120T025549Z").install(monkeypatch)
    assert ids.run_id("01-01", (), last).startswith(f"{stamp}-01-01-")
    assert clock.slept <= 2
