"""The cache of the outline: what is refreshed, what is kept, and what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.cache.store import CacheStore
from forge.views.outline.entries import PhaseEntry, PlanEntry, RollbackEntry, RunEntry
from forge.views.outline.store import OutlineCache, Shelf


@pytest.fixture
def cache(tmp_path: Path) -> OutlineCache:
    return OutlineCache(tmp_path / "outline.cache")


@pytest.mark.parametrize(
    ("cached", "stamps", "reads", "kept"),
    [
        ({}, {"a": "1"}, ["a"], {"a": ("1", "new a")}),
        ({"a": ("1", "old")}, {"a": "1"}, [], {"a": ("1", "old")}),
        ({"a": ("1", "old")}, {"a": "2"}, ["a"], {"a": ("2", "new a")}),
        ({"a": ("1", "old")}, {"b": "1"}, ["b"], {"b": ("1", "new b")}),
        ({"a": ("1", "old")}, {"a": ""}, ["a"], {"a": ("1", "old")}),
        ({}, {"a": ""}, ["a"], {}),
        ({"a": ("1", "old")}, {}, [], {}),
    ],
)
def test_only_files_with_another_stamp_are_read(
    cache: OutlineCache,
    cached: Shelf[str],
    stamps: dict[str, str],
    reads: list[str],
    kept: Shelf[str],
) -> None:
    shelf, asked, before = dict(cached), [], dict(cached)

    def read(path: str) -> str:
        asked.append(path)
        return f"new {path}"

    entries = cache.refreshed(shelf, stamps, read)
    assert asked == reads and shelf == kept
    assert entries == {path: f"new {path}" if path in reads else "old" for path in stamps}
    assert cache.changed is (shelf != before)


def test_entries_of_each_kind_survive(cache: OutlineCache, tmp_path: Path) -> None:
    plan = PlanEntry("T", 1.5, ["01-02"], former_paths=["x"], claims_done=True)
    run = RunEntry(
        "r",
        "01-01",
        "p",
        "execute",
        "completed",
        "proven",
        counts={"passed": 1},
        bound={"a": None, "b": "id"},
        needed=["c"],
        waiting_for={"kind": "diff", "step": None},
        rollbacks=[RollbackEntry("undo", "q", 3, 2)],
    )
    cache.put(cache.entries.plans, "p", "1", plan)
    cache.put(cache.entries.runs, "r", "2", run)
    cache.put(cache.entries.phases, "f", "3", PhaseEntry("Tea", "P1"))
    cache.entries.stale = ("head", ["r"])
    cache.save()
    assert OutlineCache(tmp_path / "outline.cache").entries == cache.entries
    assert not cache.changed


def test_an_unchanged_cache_is_not_written(cache: OutlineCache, tmp_path: Path) -> None:
    cache.save()
    assert not (tmp_path / "outline.cache").exists()


def test_names_that_are_not_utf8_are_not_written(cache: OutlineCache, tmp_path: Path) -> None:
    cache.put(cache.entries.phases, "\udcff", "1", PhaseEntry())
    cache.save()
    assert not (tmp_path / "outline.cache").exists()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("value", [b"", b"\xc1", b"\x90", b"\x98" + b"\x05" * 8])
def test_entries_of_another_form_are_ignored(tmp_path: Path, value: bytes) -> None:
    with CacheStore(tmp_path / "outline.cache") as store:
        store.put("outline", "outline", value)
    assert OutlineCache(tmp_path / "outline.cache").entries.plans == {}
