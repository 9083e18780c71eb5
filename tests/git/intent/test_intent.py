"""Intents: performed whole or taken back, never through a link, never over what others wrote."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.errors import StorageFailed, UsageError
from forge.git.intent import intent as intents
from forge.git.intent import staging, undo
from forge.git.intent.confined import read, resolved
from forge.git.intent.intent import Intent, Rename, Step, Write
from forge.git.intent.perform import AlreadyThere, changing, perform, performing
from forge.git.intent.place import intent_path, is_pending
from forge.git.intent.recover import recover
from forge.git.repository import Repository
from tests.conftest import Sandbox

A, B, C = ".planning/a.md", ".planning/b.md", ".planning/new/c.md"


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    sandbox.write(A, "a")
    sandbox.write(B, "b")
    return Repository.discover(sandbox.root)


def steps() -> list[Step]:
    return [Rename(A, ".planning/d.md"), Write(B, b"b", b"B"), Write(C, None, b"C")]


def seen(repository: Repository) -> dict[str, bytes]:
    root = repository.root
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / ".planning").rglob("*"))
        if path.is_file()
    }


BEFORE = {A: b"a", B: b"b"}
AFTER = {B: b"B", ".planning/d.md": b"a", C: b"C"}


def left(repository: Repository) -> None:
    """Perform an intent, and stop where a killed process would: before its record is removed."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intents, "remove", lambda repository: None)
        perform(repository, Intent("move", steps()))
    assert is_pending(repository) and seen(repository) == AFTER


def test_all_of_an_intent_is_performed(repository: Repository) -> None:
    with changing(repository):
        perform(repository, Intent("move", steps()))
    assert seen(repository) == AFTER and not is_pending(repository)


def test_a_failure_in_the_block_takes_all_back(repository: Repository) -> None:
    with pytest.raises(ZeroDivisionError), performing(repository, Intent("move", steps())):
        raise ZeroDivisionError
    assert seen(repository) == BEFORE and not (repository.root / ".planning/new").exists()


def test_what_a_killed_command_left_is_taken_back_once(repository: Repository) -> None:
    left(repository)
    lines = recover(repository, crashed=True)
    assert lines == ["`forge move` was killed half way and is taken back: give it again"]
    assert seen(repository) == BEFORE and recover(repository, crashed=True) == []
    left(repository)
    with changing(repository):
        assert seen(repository) == BEFORE


def test_what_the_user_changed_since_is_left_alone(repository: Repository) -> None:
    left(repository)
    (repository.root / B).write_text("mine")
    (line,) = recover(repository, crashed=True)
    assert f"except for what changed since: {B}" in line
    assert seen(repository) == {**BEFORE, B: b"mine"}
    (aside,) = (repository.forge_dir / "torn").glob("intent-*.json")
    assert Intent.decode(aside.read_bytes()).steps == steps() and str(aside) in line


def test_a_file_that_git_restored_meanwhile_is_not_there_twice(repository: Repository) -> None:
    left(repository)
    (repository.root / A).write_text("a")
    assert "is taken back: give" in recover(repository, crashed=True)[0]
    assert seen(repository) == BEFORE


def test_a_new_file_is_not_put_over_another_and_that_one_is_never_removed(
    repository: Repository,
) -> None:
    (repository.root / ".planning/new").mkdir()
    (repository.root / C).write_bytes(b"C")  # the very bytes that were to be written
    with pytest.raises(AlreadyThere):
        perform(repository, Intent("new", steps()))
    with pytest.raises(UsageError, match="exists already"):
        perform(repository, Intent("move", [Rename(A, B), Write(B, b"a", b"A")]))
    assert seen(repository) == {**BEFORE, C: b"C"} and not is_pending(repository)


def test_a_document_that_changed_meanwhile_is_not_overwritten(repository: Repository) -> None:
    with pytest.raises(StorageFailed, match=r"b\.md: it changed while it was read"):
        perform(repository, Intent("set", [Write(A, b"a", b"A"), Write(B, b"old", b"B")]))
    assert seen(repository) == BEFORE


def test_a_link_that_is_swapped_in_is_not_followed(repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    path = resolved(repository.root, C)
    (repository.root / ".planning/new").symlink_to(outside)
    with pytest.raises(StorageFailed, match=r"\.planning/new is a symbolic link"):
        perform(repository, Intent("new", [Write(B, b"b", b"B"), Write(path, None, b"C")]))
    with pytest.raises(StorageFailed, match="is a symbolic link"):
        staging.put(repository, C, b"C")
    with pytest.raises(StorageFailed, match="is a symbolic link"):
        perform(repository, Intent("move", [Rename(B, ".planning/new/b.md")]))
    assert list(outside.iterdir()) == [] and seen(repository) == BEFORE


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, lambda path: os.symlink("/dev/zero", path), os.mkdir],
    ids=["pipe", "device", "folder"],
)
def test_what_is_no_regular_file_is_neither_read_nor_replaced(
    repository: Repository, make: Callable[[Path], None]
) -> None:
    (repository.root / B).unlink()
    make(repository.root / B)
    for call in (
        lambda: read(repository.root, B),
        lambda: perform(repository, Intent("set", [Write(A, b"a", b"A"), Write(B, b"b", b"B")])),
    ):
        with pytest.raises(StorageFailed, match=r"b\.md is (not a regular|a symbolic)"):
            call()
    assert (repository.root / A).read_bytes() == b"a"


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", ".git/config", "a/.GIT/hooks/x", "a//b"])
def test_an_intent_that_leaves_the_work_tree_is_set_aside(
    repository: Repository, path: str
) -> None:
    data = json.loads(Intent("set", [Write("x", None, b"x")]).encode())
    data["steps"][0][1] = path
    intent_path(repository).parent.mkdir(parents=True)
    intent_path(repository).write_text(json.dumps(data))
    assert "an intent that cannot be read is kept in" in recover(repository, crashed=False)[0]
    assert not is_pending(repository)


@pytest.mark.parametrize("text", ["", "[]", '{"steps": 3}', "{", '{"steps": [], "verb": 1}'])
def test_an_intent_that_is_damaged_is_set_aside(repository: Repository, text: str) -> None:
    intent_path(repository).parent.mkdir(parents=True)
    intent_path(repository).write_text(text)
    assert "is kept in" in recover(repository, crashed=False)[0] and not is_pending(repository)


def test_names_and_bytes_of_any_kind_are_kept(repository: Repository) -> None:
    name = os.fsdecode(b".planning/\xff\n.md")
    intent = Intent("move", [Rename(name, "x"), Write("y", b"\xff\0", None)])
    assert Intent.decode(intent.encode()).steps == intent.steps


def test_a_link_leads_to_a_folder_of_the_repository_only(
    repository: Repository, tmp_path: Path
) -> None:
    root = repository.root
    (root / "inner").mkdir()
    (root / ".planning/in").symlink_to("../inner")
    (root / ".planning/out").symlink_to(tmp_path)
    (root / ".planning/git").symlink_to("../.git")
    assert resolved(root, ".planning/in/x") == "inner/x"
    for path, message in ((".planning/out/x", "outside"), (".planning/git/x", "folder of git")):
        with pytest.raises(UsageError, match=message):
            resolved(root, path)


def test_on_another_file_system_the_file_is_made_beside(repository: Repository) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == repository.root.stat().st_dev:
        pytest.skip("there is no other file system here")
    scratch = elsewhere / f"forge-test-{os.getpid()}"
    scratch.mkdir()
    try:
        repository.forge_dir.symlink_to(scratch)
        intent = Intent("set", [Write(A, b"a", b"A")])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(staging, "_rename", lambda *words, **named: pytest.fail("killed"))
            patch.setattr(staging, "discard", lambda *words: None)
            patch.setattr(undo, "discard", lambda *words: None)
            patch.setattr(intents, "remove", lambda repository: None)
            with pytest.raises(pytest.fail.Exception):
                perform(repository, intent)
        assert (repository.root / ".planning" / intent.beside(0)).exists()
        recover(repository, crashed=True)
        assert seen(repository) == BEFORE and not is_pending(repository)
    finally:
        shutil.rmtree(scratch)
