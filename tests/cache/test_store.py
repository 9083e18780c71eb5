"""The file of a cache: what is put comes back, and nothing else ever does."""

from __future__ import annotations

import os
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.cache import store
from forge.cache.store import CacheStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache/values.cache"


def fill(path: Path, **values: str) -> None:
    with CacheStore(path) as cache:
        for name, value in values.items():
            cache.put(name, "s", value.encode())


def contents(path: Path, *names: str) -> list[str | None]:
    with CacheStore(path) as cache:
        return [value.decode() if (value := cache.get(name, "s")) else None for name in names]


def test_a_value_comes_back_in_the_next_process(path: Path) -> None:
    fill(path, one="1", two="2")
    assert contents(path, "one", "two", "three") == ["1", "2", None]


def test_a_value_comes_back_before_it_is_saved(path: Path) -> None:
    with CacheStore(path) as cache:
        cache.put("one", "s", b"1")
        assert cache.get("one", "s") == b"1"
        cache.put("one", "s", b"uno")
        assert cache.get("one", "s") == b"uno"
    assert contents(path, "one") == ["uno"]


def test_another_stamp_is_another_value(path: Path) -> None:
    fill(path, one="1")
    with CacheStore(path) as cache:
        assert cache.get("one", "t") is None
        cache.put("one", "t", b"new")
        assert cache.get("one", "s") is None
        assert cache.get("one", "t") == b"new"


def test_a_value_without_a_stamp_is_not_kept(path: Path) -> None:
    with CacheStore(path) as cache:
        cache.put("one", "", b"1")
        assert cache.get("one", "") is None
    assert not path.exists()


def test_saving_keeps_the_values_that_were_not_touched(path: Path) -> None:
    fill(path, one="1", two="2", three="3", four="4")
    fill(path, two="zwei")
    fill(path, five="5")
    assert contents(path, "one", "two", "three", "four", "five") == ["1", "zwei", "3", "4", "5"]


def test_a_saved_store_can_be_used_again(path: Path) -> None:
    cache = CacheStore(path)
    cache.put("one", "s", b"1")
    cache.save()
    assert cache.get("one", "s") == b"1"
    cache.put("two", "s", b"2")
    cache.save()
    assert contents(path, "one", "two") == ["1", "2"]


def test_pruning_forgets_other_names(path: Path) -> None:
    fill(path, one="1", two="2", three="3")
    with CacheStore(path) as cache:
        cache.put("four", "s", b"4")
        cache.prune({"two", "four"})
    assert contents(path, "one", "two", "three", "four") == [None, "2", None, "4"]


def test_nothing_is_written_if_nothing_changed(path: Path) -> None:
    fill(path, one="1")
    before = path.stat()
    contents(path, "one")
    with CacheStore(path) as cache:
        cache.prune({"one"})
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_names_and_values_may_be_any_bytes(path: Path) -> None:
    name = os.fsdecode(b"na\xffme\n")
    with CacheStore(path) as cache:
        cache.put(name, "s", b"\x00\xff\n" * 1000)
    with CacheStore(path) as cache:
        assert cache.get(name, "s") == b"\x00\xff\n" * 1000


def test_a_tag_separates_caches(path: Path) -> None:
    with CacheStore(path, tag="clone 1") as cache:
        cache.put("one", "s", b"1")
    assert CacheStore(path, tag="clone 2").get("one", "s") is None
    assert CacheStore(path, tag="clone 1").get("one", "s") == b"1"


def test_other_code_has_other_caches(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path, one="1")
    with monkeypatch.context() as patch:
        patch.setattr(store, "fingerprint", lambda: "other code")
        assert contents(path, "one") == [None]
    assert contents(path, "one") == ["1"]
    with monkeypatch.context() as patch:
        patch.setattr(store, "fingerprint", lambda: "other code")
        fill(path, two="2")
        assert contents(path, "one", "two") == [None, "2"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: b"{}",
        lambda raw: b"SQLite format 3\0" + b"\0" * 4096,
        lambda raw: raw[:30],
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: raw.replace(b"forge cache 1", b"forge cache 2"),
        lambda raw: raw[:14] + b"g" * 16 + raw[30:],
        lambda raw: raw[:14] + b"f" * 16 + raw[30:],
        lambda raw: b"\xff" * len(raw),
    ],
    ids=range(11),
)
def test_a_file_that_is_not_a_whole_cache_is_ignored_and_replaced(
    path: Path, damage: object
) -> None:
    fill(path, one="1", two="2")
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert contents(path, "one", "two") == [None, None]
    fill(path, three="3")
    assert contents(path, "one", "three") == [None, "3"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_one_changed_byte_never_changes_a_value(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cache") / "x.cache"
    fill(path, one="value one", two="value two")
    raw = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    one, two = contents(path, "one", "two")
    assert one in (None, "value one")
    assert two in (None, "value two")


def test_old_values_go_first_when_the_cache_is_full(path: Path) -> None:
    def save(name: str) -> None:
        with CacheStore(path, most_entries=3) as cache:
            cache.put(name, "s", name.encode())

    for name in ("a", "b", "c", "a", "d"):
        save(name)
    assert contents(path, "a", "b", "c", "d") == ["a", None, "c", "d"]


def test_a_cache_keeps_to_its_size(path: Path) -> None:
    for number in range(20):
        with CacheStore(path, most_bytes=5000) as cache:
            cache.put(str(number), "s", b"x" * 1000)
    assert path.stat().st_size < 6000
    assert contents(path, "0") == [None]
    assert contents(path, "19") == ["x" * 1000]


@pytest.mark.parametrize("obstacle", ["file", "folder"])
def test_a_place_that_cannot_be_written_is_not_an_error(path: Path, obstacle: str) -> None:
    if obstacle == "file":
        path.parent.write_text("in the way")
    else:
        path.mkdir(parents=True)
    fill(path, one="1")
    assert contents(path, "one") == [None]
    if obstacle == "folder":
        assert [*path.parent.iterdir()] == [path], "the temporary file is gone"


def test_an_exception_leaves_no_temporary_file(path: Path) -> None:
    with pytest.raises(KeyError), CacheStore(path) as cache:
        cache.put("one", "s", b"1")
        raise KeyError
    assert [*path.parent.iterdir()] == [path]


def test_temporary_files_of_killed_processes_are_removed(path: Path) -> None:
    fill(path, one="1")
    old, new = path.with_name(".values.cache.0a.tmp"), path.with_name(".values.cache.0b.tmp")
    for place in (old, new):
        place.write_bytes(b"half")
    os.utime(old, (0, 0))
    fill(path, two="2")
    assert not old.exists()
    assert new.exists(), "its process may still be at work"


def _writer(path: Path, name: str) -> None:
    for number in range(20):
        with CacheStore(path) as cache:
            cache.put(f"{name}{number}", "s", name.encode() * 100)


def test_concurrent_writers_leave_a_whole_file(path: Path) -> None:
    context = get_context("fork")
    writers = [context.Process(target=_writer, args=(path, name)) for name in "abc"]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        for name in "abc":
            assert contents(path, f"{name}5") in ([None], [name * 100])
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    with CacheStore(path) as cache:
        last = [cache.get(f"{name}19", "s") for name in "abc"]
    assert any(last), "the last writer won"
