"""The files of a run, read from a folder and from a commit's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.git.objects.tree import RevisionTree, Unreadable
from forge.git.repository import Repository
from forge.records.files import read_folder, read_tree
from tests.conftest import Sandbox
from tests.records.runs import COMPLETED, PAUSED, card, put, put_tracked


def test_a_folder_reads_as_card_and_log(tmp_path: Path) -> None:
    place = put(tmp_path, card(), PAUSED, COMPLETED)
    files = read_folder(place)
    assert files.card == card()
    assert files.card_data == (place / "run.yaml").read_bytes()
    assert files.reading.valid
    assert [event.type for event in files.reading.events] == [
        "mission_started",
        "execution_paused",
        "final",
    ]


def test_lines_leave_out_a_torn_end(tmp_path: Path) -> None:
    place = put(tmp_path, card(), PAUSED)
    log = place / "timeline.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"v":1,"se')
    files = read_folder(place)
    assert len(files.lines) == 2
    assert b"".join(line + b"\n" for line in files.lines) == whole
    assert files.log_up_to(2) == files.log_up_to(9) == whole
    assert whole.startswith(files.log_up_to(1)) and files.log_up_to(1).count(b"\n") == 1
    assert files.log_up_to(0) == b""


def test_a_commit_reads_like_the_folder_it_was_made_from(sandbox: Sandbox) -> None:
    place = put_tracked(sandbox, card(), COMPLETED)
    sandbox.commit("A run")
    tree = RevisionTree(Repository.discover(sandbox.root), "HEAD")
    committed, folder = read_tree(tree, card().run), read_folder(place)
    assert (committed.card, committed.log_data) == (folder.card, folder.log_data)
    (place / "timeline.jsonl").write_bytes(b"")
    assert read_tree(tree, card().run).log_data == folder.log_data
    with pytest.raises(Unreadable):
        read_tree(tree, "no-such-run")


@pytest.mark.parametrize("name", ["run.yaml", "timeline.jsonl"])
def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path, name: str) -> None:
    place = put(tmp_path, card())
    (place / name).unlink()
    with pytest.raises(FileNotFoundError) as caught:
        read_folder(place)
    assert Path(str(caught.value.filename)).name == name


@pytest.mark.parametrize("text", ["", "[]", "run: x", "run: [", "version: 99\nrun: x\n"])
def test_a_card_that_is_not_one_is_a_value_error(tmp_path: Path, text: str) -> None:
    place = put(tmp_path, card())
    (place / "run.yaml").write_text(text)
    with pytest.raises(ValueError, match=r"run\.yaml"):
        read_folder(place)
