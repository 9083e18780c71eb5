"""The parts of creating, editing and changing documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from forge.errors import StorageFailed, UsageError
from forge.git.repository import Repository
from forge.planning.edits.fields import Change
from forge.planning.names.documents import Document, Documents
from forge.run.documents import create
from forge.run.documents.create import Created, Numbered
from forge.run.documents.edit import Choice, Edited, NotSaved, edit
from forge.run.documents.plans import taken_numbers
from forge.run.documents.set_fields import NotDone, NotWritable, assign, tick
from forge.text.finding import Finding
from tests.conftest import Sandbox

ITEM = "---\nid: k3f\ntitle: X\nstatus: todo\nacceptance: [one, two]\n---\n"


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    sandbox.write(".planning/backlog/k3f-x.md", ITEM)
    return Repository.discover(sandbox.root)


def item(repository: Repository) -> Document:
    return Documents(repository.root).one("k3f")


@pytest.mark.parametrize(("title", "clean"), [("  A \n title ", "A title"), ("全", "全")])
def test_a_title_is_one_line(title: str, clean: str) -> None:
    assert create.clean_title(title) == clean


def test_a_file_is_created_once_and_inside(repository: Repository, tmp_path: Path) -> None:
    assert create.create_file(repository, ".planning/x.md", "one")
    assert not create.create_file(repository, ".planning/x.md", "two")
    assert not create.create_file(repository, ".planning/x.md", "one"), "the same bytes: not ours"
    assert (repository.root / ".planning/x.md").read_text() == "one"
    (repository.root / ".planning/out").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="would be outside the repository"):
        create.create_file(repository, ".planning/out/x.md", "text")


def test_the_first_free_number_is_reserved(repository: Repository) -> None:
    def attempt(number: str) -> Numbered | None:
        path = f".planning/{number}.md"
        return None if number == "03" else Numbered(Created(number, path), path, number)

    assert create.create_numbered(repository, "s", ["01"], attempt).id == "02"
    assert create.create_numbered(repository, "s", ["01"], attempt).id == "04", "03 was taken"
    assert sorted(create.reserved_numbers(repository, "s")) == ["02", "04"]
    assert create.create_numbered(repository, "other", [], attempt).id == "01"
    (repository.forge_dir / "numbers/s/05").write_text("of another work tree")
    assert create.create_numbered(repository, "s", ["01"], attempt).id == "06"


def test_when_every_number_is_taken_nothing_is_created(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create, "TRIES", 3)
    with pytest.raises(StorageFailed, match="no number is free"):
        create.create_numbered(repository, "s", [], lambda number: None)


def test_numbers_of_plans_that_are_gone_stay_taken(
    repository: Repository, sandbox: Sandbox
) -> None:
    folder = ".planning/phases/01-a"
    sandbox.write(f"{folder}/01-01-PLAN.md", "")
    sandbox.commit()
    (sandbox.root / folder / "01-01-PLAN.md").unlink()
    sandbox.commit()
    sandbox.write(f"{folder}/01-02-login-PLAN.md", "")
    sandbox.write(".planning/archive/phases/01-a/01-03-PLAN.md", "")
    sandbox.write(".planning/runs/20260102T030405Z-01-04-k3f9/run.yaml", "")
    sandbox.write(".planning/phases/02-b/02-09-PLAN.md", "")
    assert taken_numbers(repository, folder, "01") == {"01", "02", "03", "04"}


def changed(repository: Repository, *changes: Change, reason: str | None = None) -> str:
    assign(repository, [item(repository)], changes, force=reason is not None, reason=reason)
    return (repository.root / ".planning/backlog/k3f-x.md").read_text()


DONE = Change("status", "=", "done")


def test_an_item_with_open_criteria_is_not_done(repository: Repository) -> None:
    with pytest.raises(NotDone, match="2 of its criteria are not ticked"):
        changed(repository, DONE)
    with pytest.raises(UsageError, match="needs a reason"):
        changed(repository, DONE, reason=" ")


def test_a_reason_of_force_is_kept_until_the_item_is_opened(repository: Repository) -> None:
    text = changed(repository, DONE, reason=" No time ")
    assert "status: done" in text and "forced_reason: No time" in text
    assert changed(repository, Change("status", "=", "todo")) == ITEM


def test_criteria_that_the_same_change_removes_do_not_count(repository: Repository) -> None:
    text = changed(repository, Change("acceptance", "=", ""), DONE)
    assert "status: done" in text and "forced_reason" not in text


def test_ticks_are_counted_from_one(repository: Repository) -> None:
    assert tick(repository, item(repository), 2, ticked=True).changed
    assert not tick(repository, item(repository), 2, ticked=True).changed
    for number in (0, 3):
        with pytest.raises(UsageError, match=rf"no criterion {number}\n  1  \[ \] one\n  2  \[x\]"):
            tick(repository, item(repository), number, ticked=True)


def test_none_of_several_documents_is_changed_if_one_cannot_be(
    repository: Repository, sandbox: Sandbox
) -> None:
    sandbox.write(".planning/phases/01-a/notes.md", "")
    documents = [item(repository), Documents(sandbox.root).one("01-a")]
    with pytest.raises(NotWritable, match="cannot be read"):
        assign(repository, documents, [Change("priority", "=", "P0")], force=False, reason=None)
    assert (sandbox.root / ".planning/backlog/k3f-x.md").read_text() == ITEM


def edited(
    repository: Repository, *texts: str | Callable[[Path], None], choices: Sequence[Choice] = ()
) -> Edited:
    """Edit the item with an editor that writes one text after another."""
    left, answers = list(texts), list(choices)

    def edit_file(repository: Repository, copy: Path) -> None:
        text = left.pop(0)
        copy.write_text(text) if isinstance(text, str) else text(copy)

    def ask(findings: Sequence[Finding]) -> Choice:
        assert findings and all(finding.severity == "error" for finding in findings)
        return answers.pop(0)

    made = edit(repository, item(repository), ask, edit_file)
    assert left == [] and answers == []
    return made


BROKEN = ITEM.replace("status: todo", "status: [")


def test_an_edit_replaces_the_document(repository: Repository) -> None:
    made = edited(repository, ITEM.replace("X", "Y"))
    assert made.changed and "title: Y" in (repository.root / made.document.path).read_text()
    assert not edited(repository, lambda copy: None).changed
    assert list((repository.forge_dir / "edits").iterdir()) == []


def test_a_text_with_new_errors_is_edited_again_saved_or_kept(repository: Repository) -> None:
    fixed = ITEM.replace("X", "Z")
    assert edited(repository, BROKEN, fixed, choices=["edit"]).findings == []
    with pytest.raises(NotSaved, match="is unchanged: the new text has") as caught:
        edited(repository, BROKEN, choices=["stop"])
    assert (
        caught.value.findings
        and "title: Z" in (repository.root / ".planning/backlog/k3f-x.md").read_text()
    )
    kept: list[str] = []
    edited(repository, lambda copy: kept.append(copy.read_text()), choices=["save"])
    assert kept == [BROKEN], "the text of the last edit is opened again"


def test_an_emptied_text_is_dropped(repository: Repository) -> None:
    with pytest.raises(NotSaved, match="the new text is empty"):
        edited(repository, " \n")
    assert list((repository.forge_dir / "edits").iterdir()) == []


def test_a_change_by_another_process_is_never_overwritten(repository: Repository) -> None:
    path = repository.root / ".planning/backlog/k3f-x.md"

    def both(copy: Path) -> None:
        copy.write_text(ITEM.replace("X", "Y"))
        path.write_text(ITEM.replace("X", "theirs"))

    with pytest.raises(NotSaved, match="changed by another process"):
        edited(repository, both)
    with pytest.raises(NotSaved, match="changed since your edit"):
        edited(repository)
    assert "theirs" in path.read_text()
