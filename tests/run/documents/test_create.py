"""forge new, set and tick: unique ids, documents without errors, items that are really done."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.errors import UnknownName, UsageError
from forge.git.repository import Repository
from forge.planning.edits.fields import Change, assignment, removal
from forge.planning.edits.new_documents import Wishes
from forge.planning.names.documents import Documents
from forge.run.documents import items, missions, phases, plans
from forge.run.documents.set_fields import NotDone, NotWritable, assign, tick
from forge.text.finding import Finding
from forge.views.validation.validate import validate
from tests.conftest import Sandbox

NONE = Wishes()


def repository(sandbox: Sandbox) -> Repository:
    return Repository.discover(sandbox.root)


def findings(sandbox: Sandbox) -> list[Finding]:
    return [
        finding for finding in validate(sandbox.root, []).findings if finding.severity == "error"
    ]


def test_twenty_at_once_are_twenty_items_with_twenty_ids(sandbox: Sandbox) -> None:
    running = [sandbox.start("new", "item", "The same title", "--json") for _ in range(20)]
    outputs = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 20
    names = [path.name for path in (sandbox.root / ".planning/backlog").iterdir()]
    assert len(names) == 20 and len({name.partition("-")[0] for name in names}) == 20
    assert all(
        any(name.partition("-")[0].encode() in output for output in outputs) for name in names
    )


def test_new_documents_have_no_errors_and_no_invented_content(sandbox: Sandbox) -> None:
    repo = repository(sandbox)
    phase = phases.create(repo, "Log in", NONE, sandbox.root)
    first = plans.create(repo, "Hash passwords", NONE, sandbox.root)
    second = plans.create(repo, "A page: <b>", Wishes(depends_on=("1",), phase="1"), sandbox.root)
    item = items.create(
        repo,
        'Say: "why"\n# it failed',
        Wishes(accept=("It's: said", "[x]"), priority="P0"),
        sandbox.root,
    )
    child = items.create(repo, "全", Wishes(depends_on=(item.id[:6],)), sandbox.root)
    mission = missions.create(repo, "2024", Wishes(goal="- win", phase=phase.id), sandbox.root)
    assert (phase.id, first.id, second.id, mission.id) == ("01-log-in", "01-01", "01-02", "2024")
    assert child.path.endswith(f"{child.id}-item.md") and item.path.endswith(
        "-say-why-it-failed.md"
    )
    assert findings(sandbox) == []
    text = (sandbox.root / second.path).read_text()
    assert "wave: 2\ndepends_on: [01-01]" in text and text.count("<task") == 2
    assert f"depends_on: [{item.id}]" in (sandbox.root / child.path).read_text()
    for kind, made in (("item", item), ("mission", mission)):
        assert Documents(sandbox.root).one(made.id, kinds=(kind,)).path == made.path  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="already"):
        missions.create(repo, "2024", NONE, sandbox.root)
    with pytest.raises(UsageError, match="title"):
        items.create(repo, " \n", NONE, sandbox.root)


def test_numbers_are_not_used_twice(sandbox: Sandbox) -> None:
    repo = repository(sandbox)
    phases.create(repo, "One", NONE, sandbox.root)
    sandbox.commit("A phase")
    sandbox.git("switch", "-qc", "other")
    assert plans.create(repo, "Theirs", NONE, sandbox.root).id == "01-01"
    phases.create(repo, "Theirs", NONE, sandbox.root)
    sandbox.commit("Theirs")
    sandbox.git("switch", "-q", "main")
    assert plans.create(repo, "Mine", NONE, sandbox.root).id == "01-02"
    assert phases.create(repo, "Mine", NONE, sandbox.root).id == "03-mine"
    sandbox.write(".planning/runs/20260101T000000Z-01-07-abcd/run.yaml", "")
    with pytest.raises(UsageError, match="2 phases"):
        plans.create(repo, "Which?", NONE, sandbox.root)
    assert plans.create(repo, "Behind a run", Wishes(phase="one"), sandbox.root).id == "01-08"
    sandbox.commit("Mine")
    sandbox.git("merge", "-q", "other")


def test_numbers_are_used_once_in_all_work_trees_committed_or_not(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    assert sandbox.forge("new", "phase", "One").code == 0
    sandbox.commit("A phase")
    other = tmp_path / "other"
    sandbox.git("worktree", "add", "-q", str(other), "-b", "other")
    there = Sandbox(other, sandbox.home)
    ids = [
        clone.call("new", "plan", "It", "--phase", "1").data["id"]
        for clone in (there, sandbox, there)
    ]
    assert ids == ["01-01", "01-02", "01-03"]
    (sandbox.root / ".planning/phases/01-one/01-02-PLAN.md").unlink()
    assert sandbox.call("new", "plan", "It", "--phase", "1").data["id"] == "01-04"
    phases = [clone.call("new", "phase", "More").data["id"] for clone in (there, sandbox)]
    assert phases == ["02-more", "03-more"]


def test_a_name_is_the_start_of_one_document_only(sandbox: Sandbox) -> None:
    for path in (
        "backlog/k3f9x2m-a.md",
        "backlog/k3g-b.md",
        "missions/win.yaml",
        "phases/01-a/01-01-PLAN.md",
        "phases/01-a/01-02-login-PLAN.md",
        "phases/02-b/README.md",
        "archive/backlog/k3z-c.md",
    ):
        sandbox.write(f".planning/{path}", "title: x\n")
    documents = Documents(sandbox.root)
    for name, path in (
        ("k3f", "backlog/k3f9x2m-a.md"),
        ("k3g", "backlog/k3g-b.md"),
        ("w", "missions/win.yaml"),
        ("2", "phases/02-b"),
        ("02", "phases/02-b"),
        ("b", "phases/02-b"),
        ("login", "phases/01-a/01-02-login-PLAN.md"),
        ("01-01", "phases/01-a/01-01-PLAN.md"),
        ("01", "phases/01-a"),
        ("k3z", "archive/backlog/k3z-c.md"),
        (".planning/backlog/k3g-b.md", "backlog/k3g-b.md"),
    ):
        assert documents.one(name).path == f".planning/{path}", name
    for name in ("k3", "01-0", "nothing", ""):
        with pytest.raises(UnknownName):
            documents.one(name)


def test_set_changes_all_documents_or_none(sandbox: Sandbox) -> None:
    one = sandbox.write(
        ".planning/backlog/a1-x.md",
        "---\r\nid: a1\r\ntitle: 'X' # why\r\nstatus: todo\r\n---\r\ntext",
    )
    two = sandbox.write(".planning/backlog/b1-y.md", "---\nid: b1\ntitle: Y\nstatus: todo\n---\n")
    reply = sandbox.call(
        "set", "a1", "b1", "status=in_progress", "size=2", "--unset", "title", "nothing", env={}
    )
    assert reply.code == 0 and [document["changed"] for document in reply.data["documents"]] == [
        True,
        True,
    ]
    assert one.read_bytes() == b"---\r\nid: a1\r\nstatus: in_progress\r\nsize: 2\r\n---\r\ntext"
    assert two.read_text() == "---\nid: b1\nstatus: in_progress\nsize: 2\n---\n"
    two.write_text("---\nid: b1: c\n---\n")
    before = one.read_bytes()
    refused = sandbox.call("set", "a1", "b1", "status=blocked")
    assert (
        refused.code == 1
        and refused.json["error"]["kind"] == "not_writable"
        and ":2:" in refused.json["error"]["message"]
    )
    assert one.read_bytes() == before
    assert "did you mean `in_progress`?" in sandbox.forge("set", "a1", "status=In-Progres").err
    assert sandbox.forge("set", "a1").code == sandbox.forge("set", "status=done").code == 2


def test_an_item_is_done_when_its_criteria_are(sandbox: Sandbox) -> None:
    path = sandbox.write(
        ".planning/backlog/a1-x.md",
        "---\nid: a1\ntitle: X\nstatus: todo\nacceptance:\n  - It's on\n"
        "  - Seen [evidence](a.txt)\n---\n\n## Acceptance\n\n- [ ] In the text\n- [x] Too\n",
    )
    repo, document = repository(sandbox), Documents(sandbox.root).one("a1")
    before = path.read_text()

    def close(*, force: bool = False, reason: str | None = None) -> None:
        assign(repo, [document], [Change("status", "=", "done")], force=force, reason=reason)

    with pytest.raises(NotDone, match="3 of its criteria"):
        close()
    with pytest.raises(UsageError, match="reason"):
        close(force=True)
    assert path.read_text() == before
    close(force=True, reason="nobody: needs it")
    assert path.read_text() == before.replace("todo", "done").replace(
        "---\n\n", 'forced_reason: "nobody: needs it"\n---\n\n'
    )
    assert findings(sandbox) == []
    assign(repo, [document], [Change("status", "=", "todo")], force=False, reason=None)
    assert path.read_text() == before
    for number in (1, 3):
        tick(repo, document, number, ticked=True)
    sandbox.write("a.txt", "seen")
    close()
    done = path.read_text()
    assert done == before.replace("todo", "done").replace("It's on", '"[x] It\'s on"').replace(
        "[ ]", "[x]"
    )
    assert findings(sandbox) == []
    (sandbox.root / "a.txt").unlink()
    assert [finding.rule for finding in findings(sandbox)] == ["item-not-done"]
    sandbox.write("a.txt", "seen")
    tick(repo, document, 1, ticked=False)
    assert path.read_text() == done.replace('"[x] It\'s on"', "It's on")
    with pytest.raises(UsageError, match="no criterion 5"):
        tick(repo, document, 5, ticked=True)


def test_a_document_that_leads_out_of_the_repository_is_not_written(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("---\nid: a1\n---\n")
    (sandbox.root / ".planning/backlog").mkdir(parents=True)
    (sandbox.root / ".planning/backlog/a1-x.md").symlink_to(outside)
    with pytest.raises(NotWritable, match="outside"):
        assign(
            repository(sandbox),
            [Documents(sandbox.root).one("a1")],
            [Change("x", "=", "1")],
            force=False,
            reason=None,
        )


@pytest.mark.parametrize(
    ("text", "key", "how", "value"),
    [
        ("a=b", "a", "=", "b"),
        ("a=b=c", "a", "=", "b=c"),
        ("a-b+=c", "a-b", "+=", "c"),
        ("a-=c", "a", "-=", "c"),
        ("a=", "a", "=", ""),
    ],
)
def test_assignments(text: str, key: str, how: str, value: str) -> None:
    assert assignment(text) == Change(key, how, value)  # type: ignore[arg-type]
    assert assignment("01-01") is None and removal("a") == Change("a", "unset")


@pytest.mark.parametrize("text", ["a b=c", "1=x", "[a]=b"])
def test_keys_that_are_not_allowed(text: str) -> None:
    with pytest.raises(UsageError):
        assignment(text)


STYLES = [
    "plain",
    "'b: c'",
    "'d'",
    ">-\n    folded\n    text",
    "|\n    as it\n    stands",
    "&name e",
]


@pytest.mark.parametrize("entry", STYLES)
def test_a_tick_keeps_the_style_of_its_criterion(sandbox: Sandbox, entry: str) -> None:
    before = (
        f"---\nid: k3f\nstatus: todo\ntitle: It\nacceptance:\n  - {entry}\n  - 'the next'  #"
        " why\n---\n"
    )
    path = sandbox.write(".planning/backlog/k3f-it.md", before)
    assert sandbox.forge("tick", "k3f", "1").code == 0
    ticked = path.read_text()
    assert ticked != before and ticked.replace("[x] ", "").replace('"', "") == before
    assert sandbox.forge("show", "k3f").out.count("1  [x] ") == 1
    assert sandbox.forge("tick", "k3f", "1", "--undo").code == 0 and path.read_text() == before


def test_a_criterion_that_is_used_elsewhere_is_not_ticked(sandbox: Sandbox) -> None:
    before = "---\nid: k3f\nstatus: todo\nacceptance: [&it a]\ntitle: *it\n---\n"
    path = sandbox.write(".planning/backlog/k3f-it.md", before)
    assert sandbox.forge("tick", "k3f", "1").code == 1 and path.read_text() == before
