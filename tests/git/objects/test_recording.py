from __future__ import annotations

import os

import pytest

from forge.git.objects.recording import RecordingWorkTree
from forge.git.repository import Repository
from tests.conftest import Sandbox


@pytest.fixture
def tree(repository: Repository) -> RecordingWorkTree:
    return RecordingWorkTree(repository)


def test_reads_are_recorded_inside_the_block_only(tree: RecordingWorkTree) -> None:
    tree.entry("README.md")
    with tree.recording() as read:
        tree.read("README.md")
        tree.blob(".gitignore")
        tree.entry("missing")
    tree.files()
    assert read.paths == {"README.md", ".gitignore", "missing"}
    assert not read.listed
    with tree.recording() as read:
        tree.files()
    assert (read.paths, read.listed) == (set(), True)


def settled(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.git.objects.recording._SETTLED", -(10**12))


def test_a_file_that_changed_just_now_has_no_fingerprint(tree: RecordingWorkTree) -> None:
    assert tree.fingerprint("README.md") is None
    assert tree.fingerprint("missing") == "absent"


def test_fingerprints_change_with_the_file(
    sandbox: Sandbox, tree: RecordingWorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(sandbox, monkeypatch)
    path = sandbox.root / "README.md"
    fingerprints = [tree.fingerprint("README.md")]
    assert tree.fingerprint("README.md") == fingerprints[0]
    os.utime(path, ns=(1, 1))
    fingerprints.append(tree.fingerprint("README.md"))
    path.write_text("longer than before, by far\n")
    fingerprints.append(tree.fingerprint("README.md"))
    path.unlink()
    fingerprints.append(tree.fingerprint("README.md"))
    path.mkdir()
    fingerprints.append(tree.fingerprint("README.md"))
    assert None not in fingerprints
    assert len(set(fingerprints)) == 5


def test_a_link_has_the_fingerprint_of_its_target(
    sandbox: Sandbox, tree: RecordingWorkTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(sandbox, monkeypatch)
    (sandbox.root / "link").symlink_to("README.md")
    assert tree.fingerprint("link") == tree.fingerprint("README.md")


def test_the_listing_changes_with_names_only(sandbox: Sandbox, repository: Repository) -> None:
    before = RecordingWorkTree(repository).listing_fingerprint()
    sandbox.write("README.md", "changed\n")
    assert RecordingWorkTree(repository).listing_fingerprint() == before
    sandbox.write("new", "x")
    assert RecordingWorkTree(repository).listing_fingerprint() != before
