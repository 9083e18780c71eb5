"""The cache of verdicts never changes an answer."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from forge.cache.store import CacheStore
from forge.git.clone import clone_id
from forge.git.objects.recording import RecordingWorkTree
from forge.git.repository import Repository
from forge.planning import settings
from forge.planning.names.catalog import Catalog
from forge.views.proof.verdicts import TreeJudge, tree_to_judge
from tests.conftest import Sandbox
from tests.views.proof.plans_and_history import PLAN, SUMMARY, history, plan, truth
from tests.views.proof.test_broken_since import BASE, MUST_HAVES, changed

LONG_AGO = 1_700_000_000


def answers(sandbox: Sandbox, *, rev: str | None, memory: bool = True) -> Any:
    repository = Repository.discover(sandbox.root)
    tree, catalog = tree_to_judge(repository, rev)
    bench = TreeJudge.on(repository, tree, 1 << 20)
    if not memory:
        bench = TreeJudge(bench.tree, bench.limit, bench.store, bench.book)
    verdicts = [*bench.verdicts_in(catalog, catalog.files)]
    return [
        (verdict.as_data(), [finding.as_data() for finding in verdict.findings])
        for verdict in verdicts
    ]


def kept(sandbox: Sandbox) -> list[Path]:
    return sorted((sandbox.root / ".git/forge/cache").glob("verdicts-*.cache"))


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files that changed just now be remembered, as if time had gone by."""
    monkeypatch.setattr("forge.git.objects.recording._SETTLED", -(10**12))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("committed", [True, False])
def test_random_changes(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, seed: int, committed: bool
) -> None:
    settle(monkeypatch)
    dice = random.Random(seed)
    trees = [dict(BASE)]
    while len(trees) < 15:
        trees.append(changed(trees[-1], dice))
    commits = history(sandbox, trees)
    for number, commit in enumerate(commits):
        sandbox.git("checkout", "-q", "-f", commit)
        rev = commit if committed else None
        first = answers(sandbox, rev=rev)
        assert first == answers(sandbox, rev=rev, memory=False), number
        assert kept(sandbox)
        assert first == answers(sandbox, rev=rev)


def test_an_unchanged_plan_is_not_read_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    history(sandbox, [BASE])
    for rev in ("HEAD", None):
        first = answers(sandbox, rev=rev)
        monkeypatch.setattr(
            "forge.views.proof.verdicts.load", lambda *_: pytest.fail("it was read again")
        )
        assert answers(sandbox, rev=rev) == first
        monkeypatch.undo()
        settle(monkeypatch)


def test_an_answer_from_a_file_that_just_changed_is_not_cached(sandbox: Sandbox) -> None:
    history(sandbox, [BASE])
    answers(sandbox, rev=None)
    assert kept(sandbox) == []
    for path in ("a.py", "src/b.py", "src/m.ts", "src/n.ts", "src/c.py"):
        os.utime(sandbox.root / path, (LONG_AGO, LONG_AGO))
    answers(sandbox, rev=None)
    assert kept(sandbox) == [], "a file's times can be set, the time of that change cannot"


def test_a_change_of_an_ignored_file_is_noticed(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    history(
        sandbox,
        [
            {
                PLAN: plan("  artifacts:\n    - path: out/x.txt\n      contains: good\n"),
                ".gitignore": "out/\n",
            }
        ],
    )
    sandbox.write("out/x.txt", "good\n")
    assert answers(sandbox, rev=None)[0][0]["verdict"] == "unproven"
    sandbox.write("out/x.txt", "evil\n")
    assert answers(sandbox, rev=None)[0][0]["verdict"] == "failed"
    shutil.rmtree(sandbox.root / "out")
    assert answers(sandbox, rev=None)[0][0]["verdict"] == "failed"


def test_proofs_are_not_cached(sandbox: Sandbox) -> None:
    history(
        sandbox,
        [
            {
                PLAN: plan(truth("It is nice") + "  artifacts:\n    - path: none.py\n"),
                "shot.txt": "s\n",
            }
        ],
    )
    assert answers(sandbox, rev="HEAD")[0][0]["verdict"] == "failed"
    sandbox.forge("attest", "01-01", "truth:1", "--evidence", "shot.txt")
    sandbox.forge("waive", "01-01", "artifact:1", "--reason", "later")
    assert answers(sandbox, rev="HEAD")[0][0]["verdict"] == "proven"
    assert answers(sandbox, rev="HEAD") == answers(sandbox, rev="HEAD", memory=False)


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"key": 1}', b'{"key": null, "plan": [], "asked": 3}', b"\xff\x00"],
)
def test_a_damaged_cache_is_ignored(sandbox: Sandbox, damage: bytes) -> None:
    history(sandbox, [BASE])
    first = answers(sandbox, rev="HEAD")
    for path in kept(sandbox):
        path.write_bytes(damage)
    assert answers(sandbox, rev="HEAD") == first


def test_a_copied_folder_brings_no_answers_along(sandbox: Sandbox, make_sandbox: Any) -> None:
    history(sandbox, [{PLAN: plan("  artifacts:\n    - path: none.py\n"), SUMMARY: "done\n"}])
    assert sandbox.call("audit").code == 1
    repository = Repository.discover(sandbox.root)
    tag = f"{clone_id(repository)} {settings.load(sandbox.root).limits.artifact_bytes}"
    stamp = hashlib.sha256((sandbox.root / PLAN).read_bytes()).hexdigest()
    with CacheStore(*kept(sandbox), tag=tag) as store:
        value = store.get(PLAN, stamp)
        assert value is not None
        store.put(PLAN, stamp, value.replace(b"fail", b"pass"))
    assert sandbox.call("audit").code == 0, "a cache is believed in the clone that made it"
    other = make_sandbox("copy")
    shutil.rmtree(other.root)
    shutil.copytree(sandbox.root, other.root, symlinks=True)
    assert other.call("audit").code == 1


def test_a_cache_that_cannot_be_written_is_not_an_error(sandbox: Sandbox) -> None:
    history(sandbox, [BASE])
    first = answers(sandbox, rev="HEAD")
    shutil.rmtree(sandbox.root / ".git/forge/cache")
    (sandbox.root / ".git/forge/cache").write_text("in the way")
    assert answers(sandbox, rev="HEAD") == first


def test_the_work_tree_records_what_is_read(sandbox: Sandbox) -> None:
    history(sandbox, [{PLAN: plan(MUST_HAVES), "a.py": ""}])
    repository = Repository.discover(sandbox.root)
    tree = RecordingWorkTree(repository)
    with tree.recording() as asked:
        TreeJudge.on(repository, tree, 1000).verdict(
            Catalog(repository.root).load(Catalog(repository.root).files[0])
        )
    assert {"a.py", "src/b.py", "old.py", "link/b.py"} <= asked.paths
    assert asked.listed
