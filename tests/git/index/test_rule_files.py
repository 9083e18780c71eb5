from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge.git import modes
from forge.git.index import fast_index
from forge.git.index.fast_index import IndexEntry
from forge.git.index.rule_files import tracked_rules
from forge.git.repository import Repository
from tests.conftest import Sandbox

RULES = (".gitignore", ".gitattributes")


def index_of(sandbox: Sandbox) -> Path:
    return sandbox.root / ".git/index"


def test_rule_files_are_found_with_their_blobs(sandbox: Sandbox, repository: Repository) -> None:
    for path in (
        ".gitattributes",
        "a/.gitignore",
        "a/b/.gitattributes",
        "not.gitignore",
        "a/x.gitattributes",
        ".gitignore-not",
        ".gitignored/file",
    ):
        sandbox.write(path, f"{path}\n")
    sandbox.commit()
    rules = tracked_rules(index_of(sandbox))
    assert rules is not None
    assert [path for path, _ in rules.ignore] == [".gitignore", "a/.gitignore"]
    assert [path for path, _ in rules.attributes] == [".gitattributes", "a/b/.gitattributes"]
    for path, blob in (*rules.ignore, *rules.attributes):
        assert blob == sandbox.git("rev-parse", f":{path}").strip()
    assert rules.count == len(sandbox.git("ls-files").splitlines())
    assert not rules.has_submodule


def test_a_submodule_is_noticed(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("update-index", "--add", "--cacheinfo", f"160000,{sandbox.head()},deep/library")
    rules = tracked_rules(index_of(sandbox))
    assert rules is not None
    assert rules.has_submodule


@pytest.mark.parametrize("kind", ["missing", "short", "no index", "version 4", "intent to add"])
def test_an_unusual_index(sandbox: Sandbox, repository: Repository, kind: str) -> None:
    index = index_of(sandbox)
    if kind == "missing":
        index.unlink()
    elif kind == "short":
        index.write_bytes(b"DIRC")
    elif kind == "no index":
        index.write_bytes(b"x" * 100)
    elif kind == "version 4":
        sandbox.git("update-index", "--index-version", "4")
    else:
        sandbox.write("new", "x\n")
        sandbox.git("add", "-N", "new")
    assert tracked_rules(index) is None


def test_a_rule_file_with_unusual_flags(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.git("update-index", "--assume-unchanged", ".gitignore")
    assert tracked_rules(index_of(sandbox)) is None


NAMES = st.sampled_from([".gitignore", ".gitattributes", "x.gitignore", "a", ".git", "ignore"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(PATHS, st.binary(min_size=20, max_size=20), max_size=8))
def test_the_search_agrees_with_the_decoded_entries(
    tmp_path: Path, entries: dict[str, bytes]
) -> None:
    decoded = {
        path: IndexEntry(0, 0, 0, 0, 0, 0, modes.FILE, 0, 0, 0, blob, len(os.fsencode(path)))
        for path, blob in entries.items()
    }
    index = tmp_path / "index"
    index.write_bytes(fast_index._encoded(decoded))
    rules = tracked_rules(index)
    assert rules is not None
    assert rules.count == len(entries)
    rules_of = {".gitignore": dict(rules.ignore), ".gitattributes": dict(rules.attributes)}
    for name in RULES:
        assert rules_of[name] == {
            path: blob.hex() for path, blob in entries.items() if path.split("/")[-1] == name
        }
