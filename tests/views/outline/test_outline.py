"""The outline: entries of documents, read again only if their file changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from forge.cache import stamps
from forge.git.repository import Repository
from forge.views.outline import outline as module
from forge.views.outline.entries import PhaseEntry, RollbackEntry, RunEntry
from forge.views.outline.outline import Outline
from tests.conftest import Sandbox

PLAN = ".planning/phases/01-a/01-01-PLAN.md"
ITEM = ".planning/backlog/k3f-tea.md"
TEXT = (
    "---\nphase: 01-a\nplan: 01\npriority: P1\ndepends_on: [01-02]\nformerly: [old/x-PLAN.md]\n"
    "---\n<objective>\nMake tea\n</objective>\n<task>\n<name>Boil</name>\n</task>\n"
)


@pytest.fixture
def filled(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A repository with a document of each kind; to forge all of them are old enough to cache."""
    monkeypatch.setattr(stamps, "settled", lambda status, now: True)
    sandbox.write(PLAN, TEXT)
    sandbox.write(".planning/phases/01-a/README.md", "# Tea time\n")
    sandbox.write(".planning/phases/02-b/notes.txt", "")
    sandbox.write(".planning/ROADMAP.md", "# Roadmap\n\n- [x] **Phase 1: A**\n- [ ] Phase 2: B\n")
    sandbox.write(".planning/missions/win.yaml", "title: Win\nstatus: active\n")
    sandbox.write(ITEM, "---\nid: k3f\ntitle: Tea\nacceptance: ['[x] hot', 'sweet']\n---\n")
    sandbox.write(".planning/archive/backlog/k3a-old.md", "---\nid: k3a\ntitle: Old\n---\n")
    return sandbox


def outline(sandbox: Sandbox) -> Outline:
    return Outline(Repository.discover(sandbox.root))


def all_of(view: Outline) -> dict[str, Any]:
    names = ("plans", "phases", "roadmap", "items", "missions", "runs", "files")
    return {name: getattr(view, name) for name in names}


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plan_entry", "phase_entry", "roadmap_entries", "item_entry", "mission_entry"):
        monkeypatch.setattr(module.load, name, lambda *args: pytest.fail(f"read again: {args}"))


def test_an_entry_holds_what_lists_need(filled: Sandbox) -> None:
    view = outline(filled)
    plan = view.plans[PLAN]
    assert (plan.title, plan.priority, plan.depends_on) == ("Make tea", "P1", ["01-02"])
    assert plan.former_paths == ["old/x-PLAN.md"]
    assert view.phases == {".planning/phases/01-a": PhaseEntry("Tea time", "")}
    assert view.phase_folders == [".planning/phases/01-a", ".planning/phases/02-b"]
    assert [(phase.number, phase.ticked) for phase in view.roadmap] == [("1", True), ("2", False)]
    assert [mission.title for mission in view.missions] == ["Win"]
    assert [(item.title, item.criteria, item.unticked) for item in view.items.values()] == [
        ("Tea", 2, [""]),
        ("Old", 0, []),
    ]
    assert view.item_paths == [ITEM]


def test_nothing_unchanged_is_read_again(filled: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with outline(filled) as view:
        first = all_of(view)
    forbid_reading(monkeypatch)
    with outline(filled) as view:
        assert all_of(view) == first


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (PLAN, "plans"),
        (".planning/phases/01-a/README.md", "phases"),
        (".planning/ROADMAP.md", "roadmap"),
        (".planning/missions/win.yaml", "missions"),
        (ITEM, "items"),
    ],
)
def test_a_changed_document_is_read_again(filled: Sandbox, path: str, kind: str) -> None:
    with outline(filled) as view:
        before = all_of(view)
    text = (filled.root / path).read_text()
    for old, new in (("tea", "soup"), ("Tea", "Soup"), ("Phase 2", "Phase 3"), ("Win", "Won")):
        text = text.replace(old, new)
    (filled.root / path).write_text(text + "\n")
    with outline(filled) as view:
        after = all_of(view)
    assert {name for name in after if after[name] != before[name]} == {kind}


def test_a_file_that_changed_a_moment_ago_is_not_cached(
    filled: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "settled", lambda status, now: False)
    reads: list[str] = []
    original = module.load.plan_entry
    monkeypatch.setattr(
        module.load,
        "plan_entry",
        lambda root, file: reads.append(file.path) or original(root, file),
    )
    for _ in range(2):
        with outline(filled) as view:
            assert view.plans
    assert reads == [PLAN, PLAN]


def test_a_removed_document_is_forgotten(filled: Sandbox) -> None:
    with outline(filled) as view:
        assert view.plans and view.files
    (filled.root / PLAN).unlink()
    with outline(filled) as view:
        assert view.plans == {} and view.files == []
    assert outline(filled).cached_title(PLAN) == ""


def test_titles_come_from_the_cache_without_reading(
    filled: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outline(filled).cached_title(PLAN) == "", "never read before"
    with outline(filled) as view:
        all_of(view)
    forbid_reading(monkeypatch)
    assert outline(filled).cached_title(PLAN) == "Make tea"
    assert outline(filled).cached_title(ITEM) == "Tea"
    assert outline(filled).cached_run_status("no-such-run") == ""


@pytest.mark.parametrize("damage", [b"", b"junk", os.urandom(200)])
def test_a_damaged_cache_is_ignored(filled: Sandbox, damage: bytes) -> None:
    with outline(filled) as view:
        first = all_of(view)
    (cache,) = (filled.root / ".git/forge/cache").glob("outline-*.cache")
    cache.write_bytes(damage)
    with outline(filled) as view:
        assert all_of(view) == first
    assert outline(filled).cached_title(PLAN) == "Make tea", "the cache was made again"


@pytest.mark.parametrize(
    ("files", "missions"),
    [
        ({}, [("implicit", "")]),
        ({".planning/PROJECT.md": "# Tea\n\n## Core Value\n\nHot.\n"}, [("implicit", "Tea")]),
        ({".planning/archive/missions/old.yaml": "title: Old\n"}, [("implicit", "")]),
    ],
)
def test_a_work_tree_without_mission_files_has_the_implicit_one(
    sandbox: Sandbox, files: dict[str, str], missions: list[tuple[str, str]]
) -> None:
    for path, text in files.items():
        sandbox.write(path, text)
    view = outline(sandbox)
    assert [mission.id for mission in view.missions] == [name for name, _ in missions]
    assert len(view.archived_missions) == sum("archive" in path for path in files)


def test_a_plan_that_cannot_be_read_has_an_entry_with_the_reason(filled: Sandbox) -> None:
    (filled.root / PLAN).unlink()
    (filled.root / PLAN).symlink_to(Path("nowhere"))
    assert "it cannot be read: " in outline(filled).plans[PLAN].problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (TEXT, ""),
        (TEXT.partition("<task>")[0], "no-steps: "),
        ("<<<<<<< a\n=======\n>>>>>>> b\n" + TEXT, "conflict-markers: "),
    ],
)
def test_an_entry_names_what_keeps_a_plan_from_running(
    filled: Sandbox, text: str, problem: str
) -> None:
    filled.write(PLAN, text)
    reported = outline(filled).plans[PLAN].problem
    assert reported.startswith(problem) and bool(reported) is bool(problem)


def run(name: str, *rollbacks: RollbackEntry) -> RunEntry:
    return RunEntry(name, "01-01", PLAN, "rollback", "completed", None, rollbacks=list(rollbacks))


def test_rolled_back_runs_are_those_whose_rollback_was_not_undone(filled: Sandbox) -> None:
    view = outline(filled)
    view.__dict__["runs"] = [
        run("c", RollbackEntry("rollback", "a", 2, None)),
        run("d", RollbackEntry("rollback", "b", 2, None)),
        run("e", RollbackEntry("undo", "d", 2, 2)),
        run("f", RollbackEntry("rollback", "f", 9, None)),  # its own step: it goes on
    ]
    assert view.rolled_back == {"a"}
