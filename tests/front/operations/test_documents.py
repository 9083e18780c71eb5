"""Operations that make, change, list and find documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge.errors import ForgeError, UnknownName, UsageError
from forge.front.operations.list import is_phase
from forge.git.repository import Repository
from tests.front.calling import Front
from tests.front.unattended import Unattended

ITEM = "---\nid: k3f9x2m\ntitle: Count it\nstatus: todo\npriority: P1\nacceptance:\n  - It counts\n"
PLAN = "---\nphase: 01-first\nplan: 01\n---\n\n<objective>\nBuild it.\n</objective>\n"
PLAN_PATH = ".planning/phases/01-first/01-01-PLAN.md"
ITEM_PATH = ".planning/backlog/k3f9x2m-count-it.md"
TASK = '\n<task type="auto">\n<name>Write it</name>\n</task>\n'


def put(front: Front, path: str, text: str) -> Path:
    place = front.folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


@pytest.fixture
def filled(front: Front) -> Front:
    put(front, PLAN_PATH, PLAN + TASK)
    put(front, ITEM_PATH, ITEM + "---\n")
    return front


def test_init_writes_the_settings_once(front: Front) -> None:
    first = front.perform("init")
    assert first.as_data()["created"] == [".planning/forge.yaml"]
    assert first.as_text().startswith("wrote .planning/forge.yaml\nnext:\n")
    assert front.text("init").startswith(".planning/forge.yaml exists already\nnext:\n")


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        ("item", {"priority": "P0", "accept": ("It works",)}, ".planning/backlog/"),
        ("mission", {"goal": "Win"}, ".planning/missions/"),
        ("phase", {}, ".planning/phases/01-"),
    ],
)
def test_new_makes_a_document(
    front: Front, kind: str, fields: dict[str, object], path: str
) -> None:
    reply = front.perform("new", kind=kind, title=("A", "title"), **fields)
    data = reply.as_data()
    assert str(data["path"]).startswith(path)
    assert reply.as_text() == f"{data['id']}  {data['path']}"
    assert (front.folder / str(data["path"])).exists()


@pytest.mark.parametrize(
    ("kind", "fields", "named"),
    [
        ("item", {"wave": 1}, "--wave"),
        ("item", {"requirements": ("A-1",)}, "--requirement"),
        ("plan", {"priority": "P1", "goal": "Win"}, "--goal, --priority"),
        ("phase", {"links": ("a",)}, "--link"),
        ("mission", {"depends_on": ("01-01",)}, "--depends-on"),
    ],
)
def test_new_refuses_fields_of_another_kind(
    front: Front, kind: str, fields: dict[str, object], named: str
) -> None:
    with pytest.raises(UsageError) as refused:
        front.perform("new", kind=kind, title=("x",), **fields)
    assert refused.value.message == f"a {kind} has no {named}"
    assert not (front.folder / ".planning").exists(), "nothing is written"


def test_set_changes_fields_of_all_documents_or_of_none(filled: Front) -> None:
    text = filled.text("set", words=("k3f", "status=in_progress", "priority=P1"))
    assert text == f"{ITEM_PATH}: changed"
    assert filled.text("set", words=("k3f", "priority=P1")) == f"{ITEM_PATH}: unchanged"
    assert "status: in_progress" in (filled.folder / ITEM_PATH).read_text()
    with pytest.raises(ForgeError):
        filled.perform("set", words=("k3f", "nobody", "priority=P0"))
    assert "priority: P1" in (filled.folder / ITEM_PATH).read_text()


def test_set_removes_keys(filled: Front) -> None:
    filled.perform("set", words=("k3f",), unset=("priority",))
    assert "priority" not in (filled.folder / ITEM_PATH).read_text()


@pytest.mark.parametrize("words", [("k3f",), ("status=done",)])
def test_set_needs_a_document_and_a_change(filled: Front, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="a document is missing, or what to change in it"):
        filled.perform("set", words=words)


def test_set_closes_an_item_with_open_criteria_only_by_force(filled: Front) -> None:
    with pytest.raises(ForgeError):
        filled.perform("set", words=("k3f", "status=done"))
    filled.perform("set", words=("k3f", "status=done"), force=True, reason="not needed")
    assert "forced_reason: not needed" in (filled.folder / ITEM_PATH).read_text()


def test_tick_ticks_a_criterion_and_removes_the_tick(filled: Front) -> None:
    assert filled.text("tick", name="k3f", number=1) == f"{ITEM_PATH}: changed"
    assert filled.text("tick", name="k3f", number=1) == f"{ITEM_PATH}: unchanged"
    assert filled.text("tick", name="k3f", number=1, undo=True) == f"{ITEM_PATH}: changed"


def test_tick_works_on_items_only(filled: Front) -> None:
    with pytest.raises(UnknownName):
        filled.perform("tick", name="01-01", number=1)


def test_move_gives_a_plan_another_number(filled: Front) -> None:
    reply = filled.perform("move", name="01-01", to="01-03")
    new = ".planning/phases/01-first/01-03-PLAN.md"
    assert reply.as_text().splitlines()[0] == f"{PLAN_PATH} -> {new}"
    assert (filled.folder / new).exists() and not (filled.folder / PLAN_PATH).exists()


def test_archive_moves_a_document(filled: Front) -> None:
    text = filled.text("archive", name="k3f")
    assert text.startswith(f"{ITEM_PATH} -> .planning/archive/")
    assert not (filled.folder / ITEM_PATH).exists()


class Editor(Unattended):
    """A caller with an editor that writes a text."""

    def __init__(self, text: str, choices: tuple[Any, ...] = ()) -> None:
        super().__init__()
        self.text = text
        self.choices = [*choices]

    def edit_file(self, repository: Repository, path: Path) -> None:
        path.write_text(self.text)

    def after_errors(self, findings: Any) -> Any:
        return self.choices.pop(0)


def test_edit_saves_what_the_editor_wrote(filled: Front) -> None:
    filled.caller = Editor(ITEM.replace("Count it", "Count all") + "---\n")
    reply = filled.perform("edit", name="k3f")
    assert reply.as_text() == f"{ITEM_PATH}: saved" and reply.as_data()["changed"] is True
    assert "Count all" in (filled.folder / ITEM_PATH).read_text()


def test_edit_without_a_change_saves_nothing(filled: Front) -> None:
    filled.caller = Editor(ITEM + "---\n")
    assert filled.text("edit", name="k3f") == f"{ITEM_PATH}: unchanged"


def test_edit_shows_new_errors_and_asks_what_to_do(filled: Front) -> None:
    wrong = ITEM.replace("todo", "tomorrow") + "---\n"
    filled.caller = Editor(wrong, ("stop",))
    with pytest.raises(ForgeError) as stopped:
        filled.perform("edit", name="k3f")
    assert stopped.value.kind == "not_saved"
    assert any("tomorrow" in note for note in filled.caller.notes)
    assert "tomorrow" not in (filled.folder / ITEM_PATH).read_text()
    filled.caller = Editor(wrong, ("edit", "save"))
    assert filled.text("edit", name="k3f") == f"{ITEM_PATH}: saved"
    assert filled.caller.choices == []


def test_edit_keeps_errors_without_a_question_if_it_is_told_to(filled: Front) -> None:
    filled.caller = Editor(ITEM.replace("todo", "tomorrow") + "---\n")
    assert filled.text("edit", name="k3f", keep=True) == f"{ITEM_PATH}: saved"


def test_edit_needs_an_editor(filled: Front) -> None:
    with pytest.raises(UsageError, match="there is no editor here"):
        filled.perform("edit", name="k3f")


def test_list_shows_kinds_statuses_and_titles(filled: Front) -> None:
    lines = filled.text("list").splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["phase", "01-first"],
        ["plan", "01-01"],
        ["item", "k3f9x2m"],
    ]
    assert [row["id"] for row in filled.data("list", kinds=("items",))["items"]] == ["k3f9x2m"]
    assert filled.data("list", priorities=("P0",))["items"] == []
    assert filled.data("list", phase="1")["items"][-1]["id"] == "01-01"
    assert filled.data("list", phase="2")["items"] == []


def test_list_names_the_kinds_that_there_are(filled: Front) -> None:
    with pytest.raises(UsageError) as refused:
        filled.perform("list", kinds=("epics",))
    assert refused.value.message == "there are no `epics` to list"
    assert "missions, phases, plans, items" in refused.value.hint


@pytest.mark.parametrize(
    ("status", "suggested"), [("provn", "; did you mean `proven`?"), ("todo", ""), ("zzzz", "")]
)
def test_list_suggests_the_nearest_status(front: Front, status: str, suggested: str) -> None:
    text = front.text("list", statuses=(status,))
    assert text == f"there is nothing to list{suggested}"


@pytest.mark.parametrize(
    ("name", "folder", "matches"),
    [
        ("01-first", "01-first", True),
        ("1", "01-first", True),
        ("01", "01-first", True),
        ("first", "01-first", True),
        ("2", "01-first", False),
        ("fir", "01-first", False),
        ("rst", "01-first", False),
        ("2.1", "02.1-hotfix", True),
    ],
)
def test_a_phase_is_named_by_its_folder_its_number_or_its_slug(
    name: str, folder: str, matches: bool
) -> None:
    assert is_phase(name, folder) is matches


def test_show_shows_a_plan_with_its_steps(filled: Front) -> None:
    lines = filled.text("show", name="01-01").splitlines()
    assert lines[0] == "plan 01-01: Build it."
    assert lines[1] == f"  {PLAN_PATH}"
    assert any(line.split()[:1] == ["01-01/1"] and "Write it" in line for line in lines)


def test_show_shows_the_criteria_of_an_item(filled: Front) -> None:
    text = filled.text("show", name="k3f")
    assert text.startswith(f"item k3f9x2m: Count it\n  {ITEM_PATH}\n  todo")
    assert "  priority: P1" in text and "  1  [ ] It counts" in text
    filled.perform("tick", name="k3f", number=1)
    assert "  1  [x] It counts" in filled.text("show", name="k3f")


def test_show_lists_findings(filled: Front) -> None:
    put(filled, ITEM_PATH, ITEM.replace("todo", "tomorrow") + "---\n")
    reply = filled.perform("show", name="k3f")
    assert reply.findings and reply.findings[0].rule in reply.as_text()


def test_search_finds_documents_with_every_word(filled: Front) -> None:
    reply = filled.perform("search", words=("build",))
    assert reply.as_data()["found"] == 1
    assert reply.as_text().startswith(f"{PLAN_PATH}:")
    assert filled.text("search", words=("build", "count")) == "nothing was found"


def test_search_says_how_to_see_the_rest(filled: Front) -> None:
    for number in range(2, 5):
        put(filled, PLAN_PATH.replace("01-01", f"01-0{number}"), PLAN)
    text = filled.text("search", words=("build",), limit=1)
    assert text.splitlines()[-1] == "and 3 more; show them with `--limit 4`"
