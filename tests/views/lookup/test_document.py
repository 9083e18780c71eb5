"""One document in full, and the names for completion."""

from __future__ import annotations

import pytest

from forge.errors import StorageFailed
from forge.git.repository import Repository
from forge.planning.names.documents import Documents
from forge.views.lookup.document import ShownDocument, show
from forge.views.lookup.names import names
from forge.views.lookup.search import search
from tests.conftest import Sandbox

PLAN = (
    "---\nphase: 01-a\nplan: 01\npriority: P1\n---\n<objective>\nWrite it\n</objective>\n"
    '<task type="auto">\n<name>Do it</name>\n<files>a.txt</files>\n</task>\n'
)


@pytest.fixture
def filled(sandbox: Sandbox) -> Sandbox:
    sandbox.write(".planning/phases/01-a/01-01-PLAN.md", PLAN)
    sandbox.write(".planning/phases/02-b/README.md", "---\ntitle: Second\n---\n")
    sandbox.write(".planning/missions/win.yaml", "title: Win\nstatus: active\n")
    sandbox.write(
        ".planning/backlog/k3f-x.md",
        "---\nid: k3f\ntitle: An item\nacceptance: ['[x] done', 'open', 'README.md']\n---\n",
    )
    return sandbox


def shown(sandbox: Sandbox, name: str) -> ShownDocument:
    return show(Repository.discover(sandbox.root), Documents(sandbox.root).one(name))


def test_a_plan_has_steps_and_findings(filled: Sandbox) -> None:
    plan = shown(filled, "01-01")
    assert plan.parts == [{"id": "01-01/1", "name": "Do it", "stage": "edit", "files": ["a.txt"]}]
    assert plan.fields["priority"] == "P1"
    assert plan.findings and plan.runs == [] and plan.text == PLAN


def test_an_item_has_numbered_criteria(filled: Sandbox) -> None:
    parts = shown(filled, "k3f").parts
    assert [(part["number"], part["ticked"]) for part in parts] == [
        (1, True),
        (2, False),
        (3, False),
    ]


def test_a_phase_has_its_plans_and_needs_no_page(filled: Sandbox) -> None:
    assert shown(filled, "01-a").parts == [{"id": "01-01", "title": "Write it", "status": "ready"}]
    assert shown(filled, "01-a").fields == {}
    assert shown(filled, "02-b").fields == {"title": "Second"}


def test_a_mission_has_fields_only(filled: Sandbox) -> None:
    mission = shown(filled, "win")
    assert (mission.parts, mission.fields["title"]) == ([], "Win")


def test_a_document_that_cannot_be_read_is_an_error(filled: Sandbox) -> None:
    document = Documents(filled.root).one("win")
    path = filled.root / document.path
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageFailed, match="cannot be read"):
        show(Repository.discover(filled.root), document)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("plan", ["01-01"]),
        ("phase", ["01-a", "02-b"]),
        ("mission", ["win"]),
        ("item", ["k3f"]),
        ("run", []),
        ("runner", ["manual", "agent"]),
    ],
)
def test_names_of_each_kind(filled: Sandbox, kind: str, expected: list[str]) -> None:
    filled.write(".planning/forge.yaml", "runners: {agent: {command: [agent]}}\n")
    completions = names(Repository.discover(filled.root), kind)
    assert [name.text for name in completions] == expected


def test_settings_that_cannot_be_used_name_no_runner(filled: Sandbox) -> None:
    filled.write(".planning/forge.yaml", "limits: 3\n")
    assert list(names(Repository.discover(filled.root), "runner")) == []


def test_a_search_counts_every_word_and_finds_other_files(filled: Sandbox) -> None:
    filled.write(".planning/NOTES.md", "one item\ntwo items\n")
    filled.write(".planning/runs/x/notes.md", "item")
    filled.write(".planning/picture.png", "item")
    hits = search(Repository.discover(filled.root), ["ITEM"])
    assert [(hit.kind, hit.path, hit.count) for hit in hits] == [
        ("item", ".planning/backlog/k3f-x.md", 1),
        ("document", ".planning/NOTES.md", 2),
    ]
    assert (hits[1].line, hits[1].column, hits[1].text) == (1, 5, "one item")
