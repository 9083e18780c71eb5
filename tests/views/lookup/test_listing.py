"""forge list, show and search: the state of documents, also from the outline alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge.cache import stamps
from forge.git.repository import Repository
from forge.views.lookup.listing import Filters, list_documents
from forge.views.lookup.search import search
from tests.conftest import Sandbox

PLAN = (
    "---\nphase: 01-a\nplan:"
    " 01\n{front}---\n<objective>\n{title}\n</objective>\n<task>\n<name>Do</name>\n</task>\n"
)


@pytest.fixture
def filled(sandbox: Sandbox) -> Sandbox:
    for number, (title, front) in enumerate(
        (("First <x>", ""), ("Second", "status: complete\n"), ("Third", "priority: P0\n")), 1
    ):
        sandbox.write(
            f".planning/phases/01-a/01-0{number}-PLAN.md", PLAN.format(title=title, front=front)
        )
    sandbox.write(".planning/phases/01-a/01-03-SUMMARY.md", "done")
    sandbox.write(".planning/phases/10-z/README.md", '---\ntitle: "Last: one"\n---\n')
    sandbox.write(".planning/phases/02-b/02-01-PLAN.md", "no front matter")
    sandbox.write(".planning/missions/win.yaml", "title: 'Win'  # why\nstatus: active\n")
    for name, front in (
        ("k3f", "status: done\nacceptance: [a]\n"),
        ("k3g", "status: done\nforced_reason: no\nacceptance: [a]\n"),
        ("k3h", "status: done\nacceptance: ['[x] a']\n"),
        ("k3j", "priority: P1\n"),
    ):
        sandbox.write(
            f".planning/backlog/{name}-x.md",
            f"---\nid: {name}\ntitle: Item {name}\n{front}---\nSome wörds\n",
        )
    return sandbox


def rows(sandbox: Sandbox, **filters: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    listed = list_documents(Repository.discover(sandbox.root), Filters(**filters))  # type: ignore[arg-type]
    return [(row.id, row.title, row.status, row.note) for row in listed]


SAYS = "its front matter says `complete`, and there is neither a summary nor a run"
EXPECTED = [
    ("win", "Win", "active", ""),
    ("01-a", "a", "open", ""),
    ("02-b", "b", "open", ""),
    ("10-z", "Last: one", "open", ""),
    ("01-01", "First <x>", "ready", ""),
    ("01-02", "Second", "ready", SAYS),
    ("01-03", "Third", "claimed", ""),
    ("02-01", "02-01", "open", "it has to be fixed first: no-steps: the plan has no steps"),
    ("k3f", "Item k3f", "done", "its status is `done`, and 1 of 1 criteria are not met"),
    ("k3g", "Item k3g", "done", "closed by force"),
    ("k3h", "Item k3h", "done", ""),
    ("k3j", "Item k3j", "todo", ""),
]


def test_documents_with_their_status(filled: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "settled", lambda status, now: True)
    assert rows(filled) == EXPECTED
    assert rows(filled, kinds=("plan",), statuses=("open",)) == [
        row for row in EXPECTED[4:8] if row[2] == "open"
    ]
    assert rows(filled, priorities=("P0", "P1")) == [EXPECTED[6], EXPECTED[11]]
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"read {path}"))
    assert (
        rows(filled, kinds=("plan", "phase", "mission")) == EXPECTED[:8]
        and rows(filled, kinds=("item",)) == EXPECTED[8:]
    )


def test_an_unknown_status_names_a_similar_one(filled: Sandbox) -> None:
    assert "did you mean `claimed`?" in filled.forge("list", "--status", "clamed").out


def test_changed_documents_are_read_again(filled: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "settled", lambda status, now: True)
    assert rows(filled) == EXPECTED
    plan = filled.root / ".planning/phases/01-a/01-01-PLAN.md"
    plan.write_text(PLAN.format(title="Other <x>", front=""))
    filled.write(".planning/phases/01-a/01-09-PLAN.md", PLAN.format(title="New", front=""))
    (filled.root / ".planning/phases/01-a/01-03-SUMMARY.md").unlink()
    reported = rows(filled, kinds=("plan",))
    assert [row[:3] for row in reported[:4]] == [
        ("01-01", "Other <x>", "ready"),
        ("01-02", "Second", "ready"),
        ("01-03", "Third", "ready"),
        ("01-09", "New", "ready"),
    ]
    for damage in (b"", b"{}", b"[1]", b'{"key": 1', os.urandom(50)):
        (filled.root / ".git/forge/cache/outline-main.cache").write_bytes(damage)
        assert rows(filled, kinds=("plan",)) == reported


def test_a_plan_has_the_verdict_of_its_run(filled: Sandbox) -> None:
    filled.write(
        ".planning/phases/01-a/01-01-PLAN.md",
        "---\nphase: 01-a\nmust_haves:\n  artifacts: [README.md]\n---\n"
        "<task>\n<name>Read it</name>\n<verify><automated>true</automated></verify>\n</task>\n",
    )
    filled.commit("Plans")
    assert filled.forge("execute", "01-01", "--approve").code == 0
    for _ in range(2):
        assert filled.call("list", "plans", "--phase", "1").data["items"][0]["status"] == "proven"
    shown = filled.call("show", "01-01")
    assert (
        shown.data["runs"][0]["verdict"] == "proven" and shown.data["parts"][0]["name"] == "Read it"
    )


def test_show_and_list_as_text(filled: Sandbox) -> None:
    assert "  1  [ ] a" in filled.forge("show", "k3f").out
    phase = filled.call("show", "1").data
    assert [part["id"] for part in phase["parts"]] == ["01-01", "01-02", "01-03"] and phase[
        "fields"
    ] == {}
    assert filled.call("show", "win").data["fields"]["status"] == "active"
    assert (
        filled.forge("list", "cows").code == 2
        and "01-02" in filled.forge("list", "plans", "--phase", "a").out
    )
    assert filled.call("list", "items", "--status", "blocked").data == {"items": []}


def test_words_are_found_in_any_case_and_titles_come_first(filled: Sandbox) -> None:
    repo = Repository.discover(filled.root)
    assert [hit.id for hit in search(repo, ["WÖRDS", "k3g"])] == ["k3g"]
    assert [(hit.id, hit.line, hit.column) for hit in search(repo, ["second"])] == [("01-02", 7, 1)]
    assert search(repo, ["second", "third"]) == [] and search(repo, [" "]) == []
    assert [hit.kind for hit in search(repo, ["item k3f"])] == ["item"]
    data = filled.call("search", "item", "--limit", "2").data
    assert data["found"] == 4 and len(data["hits"]) == 2
