"""Two branches and one git merge: what merges by itself, what the user has to settle, and that
nothing is lost silently.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.views.validation.validate import validate
from tests.conftest import ROOT, Sandbox

ITEM = """---
id: k3f
status: todo
title: Log in
priority: P2
depends_on: []
acceptance:
  - The page is there

  - The reason is named

  - It is logged
links: []
---

Words about it.
"""
PLAN = """---
phase: 01-a
plan: 01
files_modified: [a.txt]
must_haves:
  artifacts: [a.txt]
---
<objective>
Write it.
</objective>
<task type="auto">
<name>Write it</name>
<files>a.txt</files>
<verify><automated>test -f a.txt</automated></verify>
</task>
"""
PATH = ".planning/backlog/k3f-log-in.md"
PHASE = ".planning/phases/01-a"
FORGE = (
    "version: 1\nrunner: writer\nrunners:\n  writer:\n    command: [sh, -c, 'date +%N > a.txt']\n"
)
Side = Callable[[Sandbox], object]


def forge(*words: str) -> Side:
    def run(sandbox: Sandbox) -> None:
        result = sandbox.forge(*words)
        assert result.code == 0, result.err

    return run


def replaced(path: str, old: str, new: str) -> Side:
    def write(sandbox: Sandbox) -> None:
        place = sandbox.root / path
        assert old in place.read_text()
        place.write_text(place.read_text().replace(old, new))

    return write


def moved(path: str, to: str) -> Side:
    return lambda sandbox: sandbox.git("mv", path, to)


def line_ends(path: str) -> Side:
    return lambda sandbox: (sandbox.root / path).write_bytes(
        (sandbox.root / path).read_bytes().replace(b"\n", b"\r\n")
    )


def deleted(path: str) -> Side:
    return lambda sandbox: sandbox.git("rm", "-q", path)


@pytest.fixture
def forked(sandbox: Sandbox) -> Sandbox:
    sandbox.write(PATH, ITEM)
    sandbox.write(f"{PHASE}/01-01-PLAN.md", PLAN)
    sandbox.write(".planning/forge.yaml", FORGE)
    sandbox.commit("Documents")
    return sandbox


def merged(sandbox: Sandbox, mine: Side, theirs: Side) -> list[str]:
    """Let two branches make changes, merge them with git, and return the conflicting paths."""
    sandbox.git("switch", "-qc", "theirs")
    theirs(sandbox)
    sandbox.commit("Theirs")
    sandbox.git("switch", "-q", "main")
    mine(sandbox)
    sandbox.commit("Mine")
    done = subprocess.run(
        ["git", "merge", "-q", "--no-edit", "theirs"],
        cwd=sandbox.root,
        env=sandbox.environment(),
        capture_output=True,
        check=False,
    )
    conflicts = sandbox.git("diff", "--name-only", "--diff-filter=U").split()
    assert (done.returncode != 0) == bool(conflicts)
    return conflicts


def wrong(sandbox: Sandbox) -> set[str]:
    return {
        finding.rule
        for finding in validate(sandbox.root, []).findings
        if finding.severity == "error"
    }


CLEAN: dict[str, tuple[Side, Side]] = {
    "each creates an item": (
        forge("new", "item", "The same title"),
        forge("new", "item", "The same title"),
    ),
    "each creates a plan": (forge("new", "plan", "Mine"), forge("new", "plan", "Theirs")),
    "each creates a phase": (forge("new", "phase", "Same"), forge("new", "phase", "Same")),
    "different fields": (forge("set", "k3f", "status=blocked"), forge("set", "k3f", "priority=P0")),
    "each ticks another criterion": (forge("tick", "k3f", "1"), forge("tick", "k3f", "2")),
    "status against text": (
        forge("set", "k3f", "status=blocked"),
        replaced(PATH, "Words about it.", "Other words.\n\nMore"),
    ),
    "rename against edit": (
        forge("move", "k3f", "Another title"),
        forge("set", "k3f", "status=blocked"),
    ),
    "rename of a plan against its text": (
        moved(f"{PHASE}/01-01-PLAN.md", f"{PHASE}/01-04-PLAN.md"),
        replaced(f"{PHASE}/01-01-PLAN.md", "Write it.", "Do it."),
    ),
    "archive against edit": (forge("archive", "k3f"), forge("set", "k3f", "priority=P0")),
    "the same on both": (
        forge("set", "k3f", "status=blocked"),
        forge("set", "k3f", "status=blocked"),
    ),
}


@pytest.mark.parametrize("row", CLEAN)
def test_rows_that_merge_by_themselves(forked: Sandbox, row: str) -> None:
    assert merged(forked, *CLEAN[row]) == []
    assert wrong(forked) == set()


def test_both_sides_of_a_clean_merge_are_there(forked: Sandbox) -> None:
    def all_of(*sides: Side) -> Side:
        return lambda sandbox: [side(sandbox) for side in sides]

    mine = all_of(
        *(
            pair[0]
            for name, pair in CLEAN.items()
            if name in ("different fields", "each ticks another criterion")
        )
    )
    theirs = all_of(
        *(
            pair[1]
            for name, pair in CLEAN.items()
            if name in ("different fields", "each ticks another criterion")
        )
    )
    assert merged(forked, mine, theirs) == []
    text = (forked.root / PATH).read_text()
    assert "status: blocked" in text and "priority: P0" in text and text.count("[x]") == 2


CONFLICTS: dict[str, tuple[Side, Side]] = {
    "same field": (
        forge("set", "k3f", "status=blocked"),
        forge("set", "k3f", "status=in_progress"),
    ),
    "line ends against a field": (line_ends(PATH), forge("set", "k3f", "status=blocked")),
    "delete against edit": (deleted(PATH), forge("set", "k3f", "status=blocked")),
}


@pytest.mark.parametrize("row", CONFLICTS)
def test_rows_that_the_user_resolves(forked: Sandbox, row: str) -> None:
    assert merged(forked, *CONFLICTS[row]) == [PATH]
    text = (forked.root / PATH).read_text()
    if row != "delete against edit":
        assert text.count("status:") == 2 and "<<<<<<< " in text
        assert {"conflict-markers", "item-front-matter"} <= wrong(forked)
        listed = forked.call("list", "items").data["items"]
        assert [item["path"] for item in listed] == [PATH]
        refused = forked.forge("set", PATH, "priority=P0")
        assert refused.code == 1 and (forked.root / PATH).read_text() == text
    else:
        assert "status: blocked" in text and wrong(forked) == set()
        assert forked.status() == [f"DU {PATH}"]


def test_runs_on_both_sides_merge(forked: Sandbox) -> None:
    forked.write(
        f"{PHASE}/01-02-PLAN.md", PLAN.replace("plan: 01", "plan: 02").replace("a.txt", "b.txt")
    )
    forked.write(
        ".planning/forge.yaml",
        FORGE.replace("a.txt", '$(grep -o [ab].txt "$FORGE_PLAN_FILE" | head -1)'),
    )
    forked.commit("Another plan")
    sides = [forge("execute", name, "--approve") for name in ("01-01", "01-02")]
    assert merged(forked, *sides) == []
    runs = forked.call("runs").data["runs"]
    assert sorted(run["plan"] for run in runs) == ["01-01", "01-02"] and {
        run["verdict"] for run in runs
    } == {"proven"}
    assert wrong(forked) == set()


def test_a_plan_with_an_unresolved_merge_is_not_ready(forked: Sandbox) -> None:
    mine, theirs = (
        replaced(f"{PHASE}/01-01-PLAN.md", "Write it.", words) for words in ("Mine.", "Theirs.")
    )
    assert merged(forked, mine, theirs) == [f"{PHASE}/01-01-PLAN.md"]
    ready = forked.call("ready", "--explain").data
    assert (
        ready["ready"] == []
        and "has to be fixed first: conflict-markers" in ready["waiting"][0]["reasons"][0]
    )
    (plan,) = (row for row in forked.call("list", "plans").data["items"])
    assert (
        plan["title"] == "Mine."
        and plan["status"] == "open"
        and "an unresolved merge conflict" in plan["note"]
    )
    assert forked.call("next").data["next"][0] == "forge show k3f"


def test_conflict_markers_are_found_anywhere_and_nothing_is_lost(forked: Sandbox) -> None:
    assert forked.forge("execute", "01-01", "--approve").code == 0
    forked.write(".planning/PROJECT.md", "# A thing\n\n## What This Is\n\nA thing.\n")
    forked.write(f"{PHASE}/README.md", "---\ntitle: A\npriority: P1\n---\n\n# A\n")
    assert forked.forge("waive", "01-01", "artifact:1", "--reason", "for now").code == 0
    forked.write(
        ".planning/missions/win.yaml", "id: win\ntitle: Win\ngoal: To win\nphases: [01-a]\n"
    )
    record = str(next((forked.root / ".planning/runs").glob("2*")).relative_to(forked.root))
    proof = str(next((forked.root / ".planning/proofs").iterdir()).relative_to(forked.root))
    pages = [
        ".planning/PROJECT.md",
        f"{PHASE}/README.md",
        ".planning/missions/win.yaml",
        PATH,
        f"{PHASE}/01-01-PLAN.md",
    ]
    for path in (*pages, proof, f"{record}/run.yaml", f"{record}/timeline.jsonl"):
        place = forked.root / path
        whole = place.read_bytes()
        lines = whole.splitlines(keepends=True)
        place.write_bytes(
            b"".join(
                [
                    *lines[:2],
                    b"<<<<<<< HEAD\n",
                    lines[2],
                    b"=======\n",
                    lines[2],
                    b">>>>>>> b\n",
                    *lines[3:],
                ]
            )
        )
        assert "conflict-markers" in {
            finding.rule for finding in validate(forked.root, [Path(forked.root, path)]).findings
        }, path
        rows = {row["path"]: row["note"] for row in forked.call("list").data["items"]}
        assert {PHASE, ".planning/missions/win.yaml", PATH, f"{PHASE}/01-01-PLAN.md"} <= {*rows}
        if path in (PATH, ".planning/missions/win.yaml"):
            assert (
                "cannot be read" in rows[path]
                and "but it cannot be read" in forked.forge("status").out
            )
        runs = forked.call("runs").data
        if path.endswith("run.yaml"):
            assert runs["runs"] == [] and [run["run"] for run in runs["unreadable"]] == [
                record.rpartition("/")[2]
            ]
            assert (
                "cannot be read" in forked.forge("status").out
                and "cannot be read" in forked.forge("runs").out
            )
        elif path.endswith("jsonl"):
            assert [run["status"] for run in runs["runs"]] == ["damaged"]
            assert forked.call("status").data["plans"][0]["word"] == "damaged"
        place.write_bytes(whole)
    assert wrong(forked) == set() and forked.call("runs").data["unreadable"] == []


def test_neighboring_lines_never_lose_a_side(forked: Sandbox) -> None:
    conflicts = merged(
        forked, forge("set", "k3f", "status=blocked"), forge("set", "k3f", "title=Sign in")
    )
    text = (forked.root / PATH).read_text()
    assert "status: blocked" in text and "title: Sign in" in text and conflicts in ([], [PATH])


def test_every_row_of_the_page_is_tested() -> None:
    page = (ROOT / "docs/merging.md").read_text()
    rows = [
        line.split("|")[1].strip()
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith("| two ")
    ]
    assert {*CLEAN, *CONFLICTS, "runs on both", "neighboring lines"} == {
        row.partition(" (")[0] for row in rows
    }
