"""Since when a must-have is broken, against an oracle that judges every commit by itself."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from forge.check.must_haves.artifacts import artifact as artifacts
from forge.check.must_haves.links import key_link
from forge.git.objects.tree import RevisionTree
from forge.git.repository import Repository
from forge.planning.plan.plan import load
from forge.text.source import Source
from forge.views.proof.audit import audit
from tests.conftest import Sandbox
from tests.views.proof.plans_and_history import PLAN, SUMMARY, Tree, artifact, history, plan

MUST_HAVES = """\
  artifacts:
    - path: a.py
    - path: src/b.py
      contains: good
    - path: src/*.ts
      contains: good
    - path: old.py
      should_not_exist: true
    - path: link/b.py
    - path: deep/er/x.py
    - path: way/y.py
  key_links:
    - from: src/c.py
      to: src/b.py
      pattern: good
    - from: src/m.ts
      to: src/n.ts
    - from: c.py
      to: src/b.py
      pattern: good
"""
BASE = {
    PLAN: plan(MUST_HAVES),
    SUMMARY: "done\n",
    "a.py": "x\n",
    "src/b.py": "good\n",
    "src/m.ts": "import './n'; // good\n",
    "src/n.ts": "good\n",
    "src/c.py": "good = 1\n",
    "link": "link:src",
    "deep/er/x.py": "x\n",
    "way": "link:far/away",
    "far/away/y.py": "y\n",
}
MOVES = [
    "deep/er/x.py",
    "deep/er/other",
    "far/away/y.py",
    "way",
    "a.py",
    "src/b.py",
    "src/m.ts",
    "src/n.ts",
    "src/c.py",
    "link",
    "old.py",
    "src/z.ts",
    "lib/c.py",
    "noise",
]


def changed(tree: Tree, dice: random.Random) -> dict[str, str]:
    """Return a tree with some files taken away, put back or spoilt."""
    changed = dict(tree)
    for path in dice.sample(MOVES, dice.randint(1, 2)):
        text = dice.choice([None, "bad\n", BASE.get(path, "good\n")])
        changed.pop(path, None)
        if path in ("link", "way") and text == "bad\n":
            text = dice.choice(["link:lib", "link:../out", "a file\n"])
        if text is not None:
            changed[path] = text
    return changed


def oracle(repository: Repository, line: Sequence[str], text: str) -> list[str | None]:
    """Return for each must-have the first failing commit of the line after the last passing one."""
    items = load(Source.of(PLAN, text.encode()), "01-01").must_haves
    breaks: list[str | None] = []
    for item in items:
        judge = artifacts.judge if item.kind == "artifact" else key_link.judge
        answers = [judge(item, RevisionTree(repository, commit)).verdict for commit in line]
        if answers[0] != "pass" or answers[-1] != "fail":
            breaks.append(None)
            continue
        last = max(place for place, answer in enumerate(answers) if answer == "pass")
        breaks.append(
            next(line[place] for place in range(last + 1, len(line)) if answers[place] == "fail")
        )
    return breaks


def broken(repository: Repository) -> tuple[list[str | None], str | None]:
    (one,) = audit(repository, at_completion=True).plans
    data = one.as_data()
    return [item["broken_since"] for item in data["must_haves"]], data["broken_since"]  # type: ignore[return-value, attr-defined, index]


@pytest.mark.parametrize("seed", range(12))
def test_random_histories(sandbox: Sandbox, seed: int) -> None:
    dice = random.Random(seed)
    trees: list[Tree] = [BASE]
    while len(trees) < 30:
        trees.append(changed(trees[-1], dice))
    commits = history(sandbox, trees)
    repository = Repository.discover(sandbox.root)
    expected = oracle(repository, commits, BASE[PLAN])
    assert any(expected)
    commit, first = broken(repository)
    assert commit == expected
    assert first == min((commit_id for commit_id in expected if commit_id), key=commits.index)


@pytest.mark.parametrize("seed", range(6))
def test_random_histories_with_merges(sandbox: Sandbox, seed: int) -> None:
    """The plan is completed on a branch; the line goes through it, and from the merge along first
    parents.
    """
    dice = random.Random(100 + seed)
    trees: list[Tree] = [{PLAN: BASE[PLAN]}, BASE]
    while len(trees) < 8:
        trees.append(changed(trees[-1], dice))  # 2..7: the branch, completed at 1
    trees += [
        {PLAN: BASE[PLAN], "elsewhere": ""},
        {**trees[7], "elsewhere": ""},
    ]  # 8: the main line, 9: the merge
    while len(trees) < 16:
        trees.append(changed(trees[-1], dice))
    commits = history(sandbox, trees, {8: [0], 9: [8, 7]})
    repository = Repository.discover(sandbox.root)
    assert broken(repository)[0] == oracle(repository, commits[1:8] + commits[9:], BASE[PLAN])


def test_broken_repaired_and_broken_again(sandbox: Sandbox) -> None:
    here, gone = (
        {PLAN: plan(artifact("a.py")), SUMMARY: "d\n", "a.py": ""},
        {PLAN: plan(artifact("a.py")), SUMMARY: "d\n"},
    )
    commits = history(sandbox, [here, gone, here, {**here, "x": ""}, gone, {**gone, "x": ""}])
    assert broken(Repository.discover(sandbox.root)) == ([commits[4]], commits[4])


def test_a_repaired_must_have_is_not_broken(sandbox: Sandbox) -> None:
    here, gone = (
        {PLAN: plan(artifact("a.py")), SUMMARY: "d\n", "a.py": ""},
        {PLAN: plan(artifact("a.py")), SUMMARY: "d\n"},
    )
    history(sandbox, [here, gone, here])
    assert broken(Repository.discover(sandbox.root)) == ([None], None)


def test_a_must_have_that_never_passed_was_not_broken(sandbox: Sandbox) -> None:
    history(
        sandbox,
        [
            {PLAN: plan(artifact("a.py")), SUMMARY: "d\n"},
            {PLAN: plan(artifact("a.py")), SUMMARY: "d\n", "x": ""},
        ],
    )
    assert broken(Repository.discover(sandbox.root)) == ([None], None)


def test_a_merge_that_drops_a_file_broke_it(sandbox: Sandbox) -> None:
    here, gone = (
        {PLAN: plan(artifact("a.py")), SUMMARY: "d\n", "a.py": ""},
        {PLAN: plan(artifact("a.py")), SUMMARY: "d\n"},
    )
    commits = history(
        sandbox, [here, {**here, "x": ""}, {**here, "y": ""}, gone], {1: [0], 2: [0], 3: [1, 2]}
    )
    assert broken(Repository.discover(sandbox.root)) == ([commits[3]], commits[3])


def test_a_waived_must_have_counts_as_passed(sandbox: Sandbox) -> None:
    here = {PLAN: plan(artifact("a.py")), SUMMARY: "d\n", "a.py": ""}
    history(sandbox, [here, {path: text for path, text in here.items() if path != "a.py"}])
    sandbox.forge("waive", "01-01", "artifact:1", "--reason", "not needed")
    assert broken(Repository.discover(sandbox.root)) == ([None], None)
