"""forge move, archive and edit: references follow, and a failure leaves everything unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.errors import RunOpen, UsageError
from forge.git.repository import Repository
from forge.planning.names.documents import Documents
from forge.run.documents.move import Moved, archive, move
from forge.views.validation.validate import validate
from tests.conftest import Sandbox

TASK = (
    "<task>\n<name>Do"
    " it</name>\n<action>Do.</action>\n<verify>Look.</verify>\n<done>Done.</done>\n</task>\n"
)


def plan(sandbox: Sandbox, path: str, depends: str, phase: str, number: str) -> None:
    front = f"phase: {phase}  # where\r\nplan: {number}\r\ndepends_on: {depends}\r\n"
    sandbox.write(
        f".planning/phases/{path}",
        f"---\r\n{front}must_haves:\r\n  truths: [It is]\r\n---\r\n{TASK}",
    )


@pytest.fixture
def planned(sandbox: Sandbox) -> Sandbox:
    plan(sandbox, "01-a/01-01-PLAN.md", "[]", "01-a", "01")
    plan(sandbox, "01-a/01-02-PLAN.md", "['01']", "1", "02")
    plan(sandbox, "01-a/01-03-PLAN.md", "[01-02, 01-01]  # both", "01-a", "03")
    plan(sandbox, "02-b/02-01-PLAN.md", "\r\n  - 01-02  # first\r\n  - '01-03'", "02-b", "01")
    sandbox.write(".planning/phases/01-a/01-02-SUMMARY.md", "done")
    sandbox.write(".planning/phases/01-a/README.md", "---\nphase: 01-a\ntitle: A\n---\n")
    sandbox.write(
        ".planning/missions/win.yaml",
        "title: Win\ngoal: To win\nphases:\n  - 01-a  # begin\n  - 02-b\n",
    )
    sandbox.commit("Plans")
    return sandbox


def to(sandbox: Sandbox, name: str, place: str) -> Moved:
    return move(
        Repository.discover(sandbox.root), Documents(sandbox.root).one(name), place, sandbox.root
    )


def text(sandbox: Sandbox, path: str) -> str:
    return (sandbox.root / ".planning" / path).read_bytes().decode()


def sound(sandbox: Sandbox) -> bool:
    wrong = {
        "depends-unknown",
        "depends-self",
        "depends-cycle",
        "phase-mismatch",
        "plan-mismatch",
        "summary-without-plan",
    }
    return wrong.isdisjoint(finding.rule for finding in validate(sandbox.root, []).findings)


def test_references_follow_a_plan_to_another_phase(planned: Sandbox) -> None:
    assert sound(planned)
    moved = to(planned, "01-02", "2")
    assert (moved.document.id, moved.document.path) == (
        "02-02",
        ".planning/phases/02-b/02-02-PLAN.md",
    )
    assert text(planned, "phases/02-b/02-02-SUMMARY.md") == "done"
    assert "phase: 02  # where\r\nplan: 02\r\ndepends_on: [01-01]\r\n" in text(
        planned, "phases/02-b/02-02-PLAN.md"
    )
    assert "depends_on: [02-02, 01-01]  # both\r\n" in text(planned, "phases/01-a/01-03-PLAN.md")
    assert "\r\n  - 02-02  # first\r\n  - '01-03'\r\n" in text(planned, "phases/02-b/02-01-PLAN.md")
    assert sound(planned) and planned.git("diff", "--cached", "--name-only") == ""
    planned.git("add", "-A")
    assert planned.git("diff", "--cached", "--name-status", "-M30%").count("\nR") == 2
    planned.commit("Moved")
    assert to(planned, "02-02", "01-02").document.id == "01-02"
    assert to(planned, "01-03", "1").document.id == "01-04"


def test_a_phase_takes_its_plans_along(planned: Sandbox) -> None:
    before = text(planned, "phases/01-a/01-01-PLAN.md")
    moved = to(planned, "01-a", "05-new name")
    assert moved.document.path == ".planning/phases/05-new-name"
    assert text(planned, "phases/05-new-name/05-01-PLAN.md") == before.replace(
        "01-a", "05-new-name"
    )
    assert "phase: 05  # where" in text(planned, "phases/05-new-name/05-02-PLAN.md")
    assert "depends_on: ['01']" in text(planned, "phases/05-new-name/05-02-PLAN.md")
    assert "\r\n  - 05-02  # first\r\n  - 05-03\r\n" in text(planned, "phases/02-b/02-01-PLAN.md")
    assert "  - 05-new-name  # begin\n  - 02-b" in text(planned, "missions/win.yaml")
    assert text(planned, "phases/05-new-name/README.md").startswith(
        "---\nphase: 05-new-name\n"
    ) and sound(planned)
    with pytest.raises(UsageError, match="02-b"):
        to(planned, "05", "02")
    with pytest.raises(UsageError, match="not a number or a name"):
        to(planned, "05", "-")


def test_references_follow_an_archived_plan_and_its_number_stays_taken(planned: Sandbox) -> None:
    done = archive(Repository.discover(planned.root), Documents(planned.root).one("01-02"))
    assert done.document.path == ".planning/archive/phases/01-a/01-02-PLAN.md" and sound(planned)
    assert text(planned, "archive/phases/01-a/01-02-SUMMARY.md") == "done"
    planned.write(".planning/backlog/k3f-x.md", "---\nid: k3f\ntitle: X\nstatus: todo\n---\n")
    planned.write(
        ".planning/backlog/k3g-y.md",
        "---\nid: k3g\ntitle: Y\nstatus: todo\ndepends_on: [k3f]\n---\n",
    )
    assert planned.call("archive", "k3f").data["path"] == ".planning/archive/backlog/k3f-x.md"
    assert not [
        finding
        for finding in validate(planned.root, []).findings
        if finding.rule == "item-dependency"
    ]
    listed = planned.call("list").data["items"]
    assert {"01-02", "k3f"}.isdisjoint({item["id"] for item in listed}) and "k3g" in {
        item["id"] for item in listed
    }
    assert "k3f" in {
        item["id"] for item in planned.call("list", "items", "--archived").data["items"]
    }
    assert planned.forge("archive", "k3f").code == 2
    assert (
        planned.call("move", "k3g", "Another title").data["path"]
        == ".planning/backlog/k3g-another-title.md"
    )
    assert planned.call("move", "win", "Win more").data["changed"] == []


def test_runs_and_proofs_go_along(sandbox: Sandbox) -> None:
    check = "<verify><automated>test -s a.txt</automated></verify>"
    task = f'<task type="auto">\n<name>Write</name>\n<files>a.txt</files>\n{check}\n</task>\n'
    front = (
        "phase: 01-a\nplan: 01\nfiles_modified: [a.txt]\nmust_haves:\n  truths: [It is short]\n "
        " artifacts: [a.txt]\n"
    )
    sandbox.write(
        ".planning/phases/01-a/01-01-PLAN.md",
        f"---\n{front}---\n<objective>\nWrite.\n</objective>\n{task}",
    )
    sandbox.write(".planning/phases/02-b/README.md", "---\ntitle: B\n---\n")
    command = "version: 1\nrunner: w\nrunners:\n  w:\n    command: [sh, -c, 'echo it > a.txt']\n"
    sandbox.write(".planning/forge.yaml", command)
    sandbox.commit("A plan")
    assert sandbox.forge("execute", "01-01", "--approve").code == 1  # the truth is nobody's yet
    assert sandbox.forge("attest", "01-01", "truth:1", "--evidence", "a.txt").code == 0
    sandbox.commit("A proof")

    def standing(name: str) -> tuple[str, str, int]:
        (entry,) = sandbox.call("status").data["plans"]
        assert entry["id"] == name and sandbox.call("log", name).data["runs"][0][
            "plan_path"
        ].endswith("01-a/01-01-PLAN.md")
        judged = sandbox.call("verify", name).data["plans"][0]
        assert (
            sandbox.call("audit").data["plans"][0]["claimed_by"]
            and not validate(sandbox.root, []).errors
        )
        assert sandbox.forge("diff", name).code == 0
        return entry["word"], judged["verdict"], len(sandbox.call("show", name).data["runs"])

    before = standing("01-01")
    assert before == ("unproven", "proven", 1)
    to(sandbox, "01-01", "2")
    assert "\nformerly: [.planning/phases/01-a/01-01-PLAN.md]\n---\n" in text(
        sandbox, "phases/02-b/02-01-PLAN.md"
    )
    assert standing("02-01") == before
    to(sandbox, "02", "05-c")
    assert standing("05-01") == before
    sandbox.commit("Moved")
    assert standing("05-01") == before
    to(sandbox, "05-01", "05-04")
    assert (
        text(sandbox, "phases/05-c/05-04-PLAN.md").count("formerly") == 1
        and standing("05-04") == before
    )
    archive(Repository.discover(sandbox.root), Documents(sandbox.root).one("05-04"))
    assert standing("05-04") == before


def test_a_plan_without_evidence_is_moved_without_a_note(planned: Sandbox) -> None:
    to(planned, "01-03", "2")
    assert "formerly" not in text(planned, "phases/02-b/02-02-PLAN.md")


def test_nothing_moves_while_a_run_is_open(planned: Sandbox) -> None:
    assert planned.forge("execute", "01-01", "--approve").code in (1, 4)
    with pytest.raises(RunOpen):
        to(planned, "01-02", "2")
    with pytest.raises(RunOpen):
        archive(Repository.discover(planned.root), Documents(planned.root).one("01-a"))
    planned.write(".planning/backlog/k3f-x.md", "---\nid: k3f\n---\n")
    archive(Repository.discover(planned.root), Documents(planned.root).one("k3f"))


def test_a_move_that_fails_is_undone(planned: Sandbox) -> None:
    planned.write(".planning/phases/02-b/02-02-SUMMARY.md", "of another plan")
    planned.commit("A summary")
    with pytest.raises(UsageError, match="exists already"):
        to(planned, "01-02", "02-02")
    assert planned.status() == []


def editor(sandbox: Sandbox, script: str) -> dict[str, str]:
    place = sandbox.home / "editor"
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    return {"VISUAL": "", "EDITOR": f"{place} 'an argument'"}


def test_an_edit_is_saved_or_kept(sandbox: Sandbox) -> None:
    item = sandbox.write(
        ".planning/backlog/k3f-x.md", "---\nid: k3f\ntitle: X\nstatus: todo\n---\n"
    )
    first = item.read_bytes()
    good = sandbox.call("edit", "k3f", env=editor(sandbox, 'sed -i s/todo/blocked/ "$2"'))
    assert (
        good.code == 0
        and good.data["changed"]
        and item.read_bytes() == first.replace(b"todo", b"blocked")
    )
    same = sandbox.call("edit", "k3f", env=editor(sandbox, "true"))
    assert same.code == 0 and not same.data["changed"]
    before = item.read_bytes()
    bad = sandbox.call("edit", "k3f", env=editor(sandbox, 'sed -i s/blocked/blokced/ "$2"'))
    assert (
        bad.code == 1 and bad.json["error"]["kind"] == "not_saved" and item.read_bytes() == before
    )
    assert [finding["rule"] for finding in bad.json["findings"]] == ["item-shape"]
    kept = Path(bad.json["error"]["hint"].partition(" in ")[2].partition(": ")[0])
    assert b"blokced" in kept.read_bytes()
    again = sandbox.call("edit", "k3f", env=editor(sandbox, 'sed -i s/blokced/done/ "$2"'))
    assert (
        again.code == 0
        and item.read_bytes() == first.replace(b"todo", b"done")
        and not kept.exists()
    )


def test_an_edit_never_overwrites_another_change(sandbox: Sandbox) -> None:
    item = sandbox.write(
        ".planning/backlog/k3f-x.md", "---\nid: k3f\ntitle: X\nstatus: todo\n---\n"
    )
    both = editor(sandbox, f'sed -i s/X/Y/ "$2"; echo theirs >> {item}')
    result = sandbox.forge("edit", "k3f", env=both)
    assert (
        result.code == 1
        and "changed by another process" in result.err
        and item.read_text().endswith("theirs\n")
    )
    later = sandbox.forge("edit", "k3f", env=editor(sandbox, "true"))
    assert later.code == 1 and "since your edit" in later.err and "title: X" in item.read_text()
    failed = sandbox.forge("edit", "k3f", env=editor(sandbox, "exit 3"))
    assert failed.code == 1


def test_an_emptied_text_does_not_empty_the_document(sandbox: Sandbox) -> None:
    page = sandbox.write(
        ".planning/phases/01-a/README.md", "---\ntitle: A\n---\n\nWhat it is for.\n"
    )
    result = sandbox.forge("edit", "01-a", env=editor(sandbox, ': > "$2"'))
    assert (
        result.code == 1
        and "the new text is empty" in result.err
        and "What it is for." in page.read_text()
    )
    assert sandbox.call("edit", "01-a", env=editor(sandbox, "true")).data["changed"] is False


def test_earlier_errors_do_not_block_an_edit(sandbox: Sandbox) -> None:
    item = sandbox.write(".planning/backlog/k3f-x.md", "---\nid: k3f\nstatus: never\n---\n")
    result = sandbox.forge(
        "edit", "k3f", env=editor(sandbox, 'sed -i "s/id: k3f/&\\ntitle: X/" "$2"')
    )
    assert result.code == 0 and "title: X" in item.read_text()
    kept = sandbox.forge("edit", "k3f", "--keep", env=editor(sandbox, 'sed -i "s/^id.*//" "$2"'))
    assert kept.code == 0 and "id:" not in item.read_text()
