"""Ids of runs sort in the order of their start, are unique, and are safe folder names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.timeline.run import run_id as module
from forge.timeline.run.run_id import is_run_id, run_id
from tests.timeline.clock import Clock


def test_a_run_id_has_time_plan_and_random_part(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock("20261120T025549Z").install(monkeypatch)
    assert re.fullmatch(r"20261120T025549Z-01-01-[a-z2-9]{4}", run_id("01-01"))


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
    assert re.fullmatch(rf"20261120T025549Z-{re.escape(safe)}-[a-z2-9]{{4}}", run_id(plan))


@given(st.text())
def test_any_plan_has_a_safe_run_id(plan: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}", run_id(plan))


def test_run_ids_of_one_clone_sort_in_the_order_of_their_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock("20261120T025549Z", step=0.3).install(monkeypatch)
    ids: list[str] = []
    for plan in ("z", "a", "m", "b"):
        ids.append(run_id(plan, ids, max(ids, default="")))
    assert ids == sorted(ids)
    assert [name.partition("-")[0][-3:-1] for name in ids] == ["49", "50", "51", "52"]
    assert clock.slept > 0


def test_a_taken_id_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock("20261120T025549Z").install(monkeypatch)
    chances = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr(module, "short", lambda: next(chances))
    first = run_id("01-01")
    assert run_id("01-01", {first}) == first.replace("49Z", "50Z").replace("aaaa", "bbbb")


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
    assert run_id("01-01", (), last).startswith(f"{stamp}-01-01-")
    assert clock.slept <= 2


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("20261120T025549Z-01-01-k3f9", True),
        ("20261120T025549Z-v1.0-01-01-k3f9", True),
        ("20261120T025549Z-01-01-K3F9", False),
        ("20261120T025549Z-01-01-k3f", False),
        ("20261120-01-01-k3f9", False),
        ("20261120T025549Z-a/b-k3f9", False),
        ("", False),
    ],
)
def test_the_form_of_a_run_id(name: str, answer: bool) -> None:
    assert is_run_id(name) is answer


def test_a_new_id_has_the_form_of_one() -> None:
    assert is_run_id(run_id("01-01"))
