"""Which document a name means: the most exact kind of match decides, archived documents come
last, and messages list the candidates.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.errors import UnknownName
from forge.planning.names.document import Document, Kind
from forge.planning.names.phases import names_phase, phase_named
from forge.planning.names.plan_files import Phase, identified
from forge.planning.names.resolve import Place, matching, one, one_phase, one_plan, plans_matching

ROOT = Place(Path("/repository"))
P = ".planning"
FILES = identified(
    f"{P}/{path}"
    for path in (
        "phases/01-setup/01-01-PLAN.md",
        "phases/01-setup/01-02-log-in-PLAN.md",
        "phases/02-search/02-01-PLAN.md",
        "milestones/v1-phases/01-old/01-01-PLAN.md",
        "archive/phases/09-gone/09-01-PLAN.md",
        "quick/003-typo/003-PLAN.md",
    )
)
DOCUMENTS = [
    Document("mission", "shop", f"{P}/missions/shop.yaml"),
    Document("phase", "01-setup", f"{P}/phases/01-setup"),
    Document("phase", "02-search", f"{P}/phases/02-search"),
    Document("phase", "03-empty", f"{P}/phases/03-empty"),
    Document("phase", "09-gone", f"{P}/archive/phases/09-gone"),
    *(Document.of_plan(file) for file in FILES),
    Document("item", "k3f9x2m", f"{P}/backlog/k3f9x2m-log-in.md"),
    Document("item", "k4a", f"{P}/backlog/k4a-log-out.md"),
    Document("item", "old", f"{P}/archive/backlog/old-shop.md"),
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop", ["mission shop"]),
        (f"{P}/missions/shop.yaml", ["mission shop"]),
        (f"./{P}//missions/../missions/shop.yaml", ["mission shop"]),
        (f"{P}/phases/02-search/README.md", ["phase 02-search"]),
        ("2", ["phase 02-search"]),
        ("02", ["phase 02-search"]),
        ("setup", ["phase 01-setup"]),
        ("search", ["phase 02-search", "plan 02-01"]),
        ("9", ["phase 09-gone"]),
        ("01-01", ["plan 01-01"]),
        ("v1/01-01", ["plan v1/01-01"]),
        ("01-02", ["plan 01-02-log-in"]),
        ("01-02-log-in-PLAN.md", ["plan 01-02-log-in"]),
        ("log-in", ["plan 01-02-log-in"]),
        ("LOG-IN", ["plan 01-02-log-in"]),
        ("k3f9x2m", ["item k3f9x2m"]),
        ("k3f9x2m-log", ["item k3f9x2m"]),
        ("k3", ["item k3f9x2m"]),
        ("k", ["item k3f9x2m", "item k4a"]),
        ("old", ["item old"]),
        ("old-s", ["item old"]),
        ("003", ["plan 003"]),
        ("nothing", []),
        ("", []),
    ],
)
def test_documents_by_name(name: str, expected: list[str]) -> None:
    assert [str(document) for document in matching(name, DOCUMENTS, ROOT)] == expected


@pytest.mark.parametrize("name", ["k3", "01", "sh"])
def test_the_start_of_a_name_counts_only_with_prefixes(name: str) -> None:
    plans = [document for document in DOCUMENTS if document.kind in ("plan", "item", "mission")]
    assert matching(name, plans, ROOT) and not matching(name, plans, ROOT, prefixes=False)


def test_an_exact_name_comes_before_the_start_of_another() -> None:
    pair = [
        Document("item", "ab", f"{P}/backlog/ab-x.md"),
        Document("item", "abc", f"{P}/backlog/abc-y.md"),
    ]
    assert matching("ab", pair, ROOT) == pair[:1]


def test_a_phases_slug_means_its_only_plan() -> None:
    assert [file.id for file in plans_matching("search", FILES, ROOT)] == ["02-01"]
    assert plans_matching("setup", FILES, ROOT) == [], "that phase has two plans"


def test_a_relative_path_counts_from_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / P / "phases/01-setup"
    folder.mkdir(parents=True)
    here = Place(tmp_path, folder)
    assert [str(match) for match in matching("01-01-PLAN.md", DOCUMENTS, here)] == ["plan 01-01"]
    assert [str(match) for match in matching("../03-empty", DOCUMENTS, here)] == ["phase 03-empty"]


def test_a_link_to_a_folder_is_followed_but_a_link_to_a_plan_means_itself(tmp_path: Path) -> None:
    folder = tmp_path / P / "phases/01-setup"
    folder.mkdir(parents=True)
    (folder / "01-01-PLAN.md").write_text("")
    (tmp_path / "elsewhere").symlink_to(folder)
    (folder / "01-02-log-in-PLAN.md").symlink_to("01-01-PLAN.md")
    place = Place(tmp_path, tmp_path)
    assert one_plan("elsewhere/01-01-PLAN.md", FILES, place).id == "01-01"
    assert one_plan("elsewhere/01-02-log-in-PLAN.md", FILES, place).id == "01-02-log-in"


def test_an_ambiguous_name_lists_the_candidates() -> None:
    with pytest.raises(UnknownName) as caught:
        one("k", DOCUMENTS, ROOT, "item")
    assert caught.value.message.startswith("`k` names 2 items:\n  item ")
    assert "k3f9x2m-log-in.md" in caught.value.message and "k4a" in caught.value.message
    assert caught.value.hint


def test_an_unknown_name_lists_what_has_it_in_its_path() -> None:
    with pytest.raises(UnknownName) as caught:
        one("mpt", DOCUMENTS, ROOT, "document")
    assert "there is no document `mpt`" in caught.value.message
    assert "03-empty" in caught.value.message and "01-setup" not in caught.value.message
    with pytest.raises(UnknownName, match=r"there are:\n  01-02-log-in  .planning"):
        one_plan("in-PLAN", FILES, ROOT)
    with pytest.raises(UnknownName, match="this repository has no plans"):
        one_plan("x", [], ROOT)


def test_twenty_candidates_are_listed_and_the_others_counted() -> None:
    many = [Document("item", f"a{n}", f"{P}/backlog/a{n}-x.md") for n in range(30)]
    with pytest.raises(UnknownName) as caught:
        one("a", many, ROOT, "item")
    assert len(caught.value.lines) == 22 and caught.value.lines[-1] == "  and 10 more"


PHASES = [
    Phase(f"{P}/{folder}", ())
    for folder in ("phases/01-setup", "phases/02-search", "phases/02-other", "quick/003-typo")
]


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("01-setup", "phases/01-setup"),
        ("1", "phases/01-setup"),
        ("001", "phases/01-setup"),
        ("setup", "phases/01-setup"),
        (f"{P}/quick/003-typo", "quick/003-typo"),
        ("2", None),
        ("3", None),
        ("typo", None),
        ("", None),
        ("0", None),
    ],
)
def test_phases_by_name(name: str, folder: str | None) -> None:
    phase = one_phase(name, PHASES, ROOT)
    assert (phase.folder if phase else None) == (f"{P}/{folder}" if folder else None)


def test_a_folders_name_comes_before_a_slug() -> None:
    pair = [Phase(f"{P}/phases/{name}", ()) for name in ("01-a", "02-01-a")]
    assert phase_named("01-a", pair) == pair[0]


@pytest.mark.parametrize(
    ("name", "folder", "named"),
    [
        ("01-a", f"{P}/phases/01-a", True),
        (" 01-a/ ", f"{P}/phases/01-a", True),
        ("a", f"{P}/phases/01-a", True),
        ("1", f"{P}/phases/01-a", True),
        ("2", f"{P}/phases/01-a", False),
        ("", f"{P}/phases/01-a", False),
        ("1", f"{P}/milestones/v1-phases/01-a", False),
        ("01-a", f"{P}/milestones/v1-phases/01-a", True),
        ("a", f"{P}/quick/01-a", False),
    ],
)
def test_a_mission_names_a_phase(name: str, folder: str, named: bool) -> None:
    assert names_phase(name, folder) is named


KINDS: list[Kind] = ["mission", "phase", "plan", "item"]


@given(st.text(max_size=12))
def test_any_name_means_documents_or_none(name: str) -> None:
    matches = matching(name, DOCUMENTS, ROOT)
    assert all(document in DOCUMENTS for document in matches)
    current = [document for document in matches if not document.archived]
    assert matches in (current, [document for document in matches if document.archived])


@given(st.sampled_from(DOCUMENTS))
def test_every_document_is_found_by_its_id_and_by_its_path(document: Document) -> None:
    assert matching(document.path, DOCUMENTS, ROOT) == [document]
    assert matching(document.id, DOCUMENTS, ROOT) == [document]
