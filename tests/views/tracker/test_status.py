"""The tracker's commands, end to end: status, ready, next, board, graph and trace."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time

import pytest

from tests.conftest import FORGE, Sandbox
from tests.run.plans import Case, Task, auto, writes

MUST_HAVES = """\
must_haves:
  truths:
    - statement: It is there
      verify: "grep -q one a.txt"
  artifacts:
    - path: b.txt
requirements: [REQ-01]
"""
REQUIREMENTS = """\
# Requirements

- [x] **REQ-01**: It is there
- [x] **REQ-02**: It is fast
- [ ] **REQ-03**: **[Later]** It is **small**
"""

PROBE = """\
import sys
from forge.front.cli.main import main
sys.argv = ["forge", "status"]
try:
    main()
finally:
    heavy = ("ruamel", "yaml", "jsonschema", "re2", "sqlite3")
    print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""


def plan(sandbox: Sandbox, number: str, front: str = "", phase: str = "01-first") -> None:
    sandbox.write(
        f".planning/phases/{phase}/{phase[:2]}-{number}-PLAN.md",
        f"---\nphase: {phase}\nplan: {number}\n{front}---\n\n<objective>\nPlan"
        f" {number}.\n</objective>\n\n<tasks>\n"
        "<task>\n<name>Look</name>\n<verify><automated>true</automated></verify>\n</task>\n</tasks>\n",
    )


@pytest.fixture
def project(sandbox: Sandbox) -> Sandbox:
    """Plan 01-01 is proven; 01-02 can start, 01-03 waits for it; 01-04 claims to be done."""
    tasks = [Task("Write", "a.txt, b.txt", auto("test -s a.txt"))]
    work = {1: f"{writes('a.txt', 'one')}; {writes('b.txt', 'two')}"}
    Case(sandbox, tasks, work, front=MUST_HAVES, files=("a.txt", "b.txt")).set_up()
    plan(sandbox, "02", "wave: 2\ndepends_on: ['01-01']\nrequirements: [REQ-02, REQ-99]\n")
    plan(sandbox, "03", "wave: 3\ndepends_on: ['01-02', '01-09']\n")
    plan(sandbox, "04", "wave: 2\nstatus: complete\n")
    plan(sandbox, "01", phase="02-second")
    sandbox.write(".planning/REQUIREMENTS.md", REQUIREMENTS)
    sandbox.commit("Plans")
    assert sandbox.forge("execute", "01-01", "--approve").code == 0
    return sandbox


ITEMS = {
    "aa1": "status: todo\npriority: P1\nacceptance: [It works, '[x] It reads']\n",
    "aa2": "status: todo\npriority: P0\ndepends_on: [aa3, aa9, old]\n",
    "aa3": "status: in_progress\n",
    "aa4": "status: todo\ndepends_on: [old]\n",
    "aa5": "status: done\nacceptance: ['See [evidence](gone.md)', '[evidence](README.md)']\n",
    "aa6": "status: done\nforced_reason: no\nacceptance: [never]\n",
    "aa7": "status: waiting\n",
}


@pytest.fixture
def backlog(sandbox: Sandbox) -> Sandbox:
    """A backlog without plans: aa1 and aa4 can start, aa2 waits; aa5 is called done and is not."""
    for name, front in ITEMS.items():
        sandbox.write(
            f".planning/backlog/{name}-it.md",
            f"---\nid: {name}\ntitle: Item {name}\n{front}---\nText\n",
        )
    sandbox.write(".planning/archive/backlog/old-it.md", "---\nid: old\nstatus: done\n---\n")
    return sandbox


def test_items_that_can_start_come_after_the_plans_by_priority(backlog: Sandbox) -> None:
    data = backlog.call("ready", "--explain").data
    assert [
        (item["id"], item["priority"], item["met"], item["criteria"]) for item in data["items"]
    ] == [("aa1", "P1", 1, 2), ("aa4", "P2", 0, 0)]
    assert data["ready"] == [] and data["waiting"] == [
        {
            "id": "aa2",
            "reasons": [
                "depends on aa3, which is in_progress",
                "depends on `aa9`, which is not an item",
            ],
        }
    ]
    assert backlog.forge("ready").out == "aa1          P1 Item aa1\naa4          P2 Item aa4\n"
    plan(backlog, "01")
    assert backlog.forge("ready").out.startswith("01-01        Plan 01.\naa1 ")


def test_next_is_an_item_if_no_plan_can_start(backlog: Sandbox) -> None:
    assert backlog.call("next").data["next"] == ["forge show aa3", "forge set aa3 status=done"]
    backlog.forge("set", "aa3", "status=blocked")
    data = backlog.call("next").data
    assert data["next"] == ["forge show aa1", "forge set aa1 status=in_progress"]
    assert data["why"] == "no plan can start; the item aa1 (P1) can: Item aa1"
    plan(backlog, "01")
    assert backlog.call("next").data["next"][0] == "forge approve 01-01"


def test_the_backlog_in_status_and_on_the_board(backlog: Sandbox) -> None:
    output = backlog.forge("status").out
    assert "backlog: 3 todo, 1 in progress, 2 done, 1 waiting; 2 can start\n" in output
    assert (
        "but its status is `done`, and 1 of 2 criteria are not met" in output
        and output.count("but ") == 1
    )
    counts = {"todo": 3, "in_progress": 1, "blocked": 0, "done": 2, "waiting": 1, "ready": 2}
    assert backlog.call("status").data["backlog"] == counts
    columns = {
        column["name"]: [card["id"] for card in column["cards"]]
        for column in backlog.call("board").data["backlog"]
    }
    assert columns == {
        "todo": ["aa2", "aa1", "aa4"],
        "in progress": ["aa3"],
        "blocked": [],
        "done": ["aa5", "aa6"],
        "waiting": ["aa7"],
    }
    drawn = backlog.forge("board", env={"COLUMNS": "100"}).out
    assert (
        re.search(r"todo \(3\) +in progress \(1\) +done \(2\) +waiting \(1\)", drawn)
        and "aa1 Item aa1 P1 1/2" in drawn
    )


def test_a_mission_counts_its_plans_and_shows_a_contradiction(project: Sandbox) -> None:
    project.write(
        ".planning/missions/first.yaml", "title: First\nstatus: active\nphases: ['1', second]\n"
    )
    project.write(
        ".planning/missions/win.yaml", "title: Win\nstatus: done\nphases: [01-first, 07-gone]\n"
    )
    project.write(".planning/phases/01-first/01-02-SUMMARY.md", "done\n")
    first, win = project.call("status").data["missions"]
    assert (first["plans"], first["proven"], first["claimed"], first["contradiction"]) == (
        5,
        1,
        1,
        "",
    )
    assert (win["plans"], win["proven"], win["claimed"]) == (4, 1, 1)
    assert (
        win["contradiction"]
        == "its file says `done`, and 2 of its 4 plans are not done, its phase `07-gone` has no"
        " plans"
    )
    assert (
        f"  done, 1 of 4 plans proven, 1 only claimed\n  but {win['contradiction']}\n"
        in project.forge("status").out
    )
    findings = [
        finding
        for finding in project.call("validate").json["findings"]
        if finding["rule"] == "mission-not-done"
    ]
    assert [(finding["path"], finding["line"], finding["column"]) for finding in findings] == [
        (".planning/missions/win.yaml", 2, 9)
    ]
    assert findings[0]["message"].endswith(
        "01-03, 01-04 of 01-first have neither summary nor run; its phase `07-gone` has no plans"
    )


def words(sandbox: Sandbox) -> dict[str, str]:
    return {plan["id"]: plan["word"] for plan in sandbox.call("status").data["plans"]}


def test_status_separates_claims_from_evidence(project: Sandbox) -> None:
    assert words(project) == {
        "01-01": "proven",
        "01-02": "ready",
        "01-03": "open",
        "01-04": "ready",
        "02-01": "open",
    }
    by_id = {plan["id"]: plan for plan in project.call("status").data["plans"]}
    assert (
        by_id["01-04"]["contradiction"]
        == "its front matter says `complete`, and there is neither a summary nor a run"
    )
    assert "but its front matter says `complete`" in project.forge("status").out
    project.write(".planning/phases/01-first/01-02-SUMMARY.md", "---\nstatus: complete\n---\n")
    assert words(project)["01-02"] == "claimed"


def test_a_proof_is_stale_once_a_bound_file_has_changed(project: Sandbox) -> None:
    project.write("other.txt", "nothing that it rests on")
    project.commit("Other")
    assert words(project)["01-01"] == "proven"
    project.write("a.txt", "one and more")
    project.commit("Change")
    assert words(project)["01-01"] == "stale"
    assert "forge verify 01-01" not in project.call("next").data["next"][:1], (
        "a plan that can start comes first"
    )
    project.git("revert", "--no-edit", "HEAD")
    assert words(project)["01-01"] == "proven"
    project.git("rm", "-q", "b.txt")
    project.commit("Remove an artifact")
    assert words(project)["01-01"] == "stale"


def test_ready_lists_plans_that_can_start_and_why_others_cannot(project: Sandbox) -> None:
    data = project.call("ready", "--explain").data
    assert [entry["id"] for entry in data["ready"]] == ["01-02", "01-04"]
    assert {entry["id"]: entry["reasons"] for entry in data["waiting"]} == {
        "01-03": [
            "depends on 01-02, which is not completed",
            "depends on `01-09`, which is not a plan",
        ],
        "02-01": ["phase 01-first comes first: 3 of its plans are not completed"],
    }
    project.write(
        ".planning/phases/01-first/01-04-PLAN.md", "---\nphase: 01-first\nplan: 04\nwave: 2\n---\n"
    )
    data = project.call("ready", "--explain").data
    assert [entry["id"] for entry in data["ready"]] == ["01-02"]
    assert "has to be fixed first: no-steps" in str(data["waiting"])
    assert "waiting" not in project.call("ready").data
    assert project.forge("ready").out.startswith("01-02")


def test_next_is_the_open_run_before_anything_else(project: Sandbox) -> None:
    assert project.call("next").data["next"][:2] == ["forge approve 01-02", "forge execute 01-02"]
    plan(project, "02", "wave: 2\nautonomous: false\n")
    text = (project.root / ".planning/phases/01-first/01-02-PLAN.md").read_text()
    project.write(
        ".planning/phases/01-first/01-02-PLAN.md",
        text.replace("<task>", '<task type="checkpoint:human-verify">'),
    )
    project.commit("Ask")
    run = project.call("execute", "01-02", "--approve").data["run"]
    data = project.call("next").data
    assert data["next"][0] == f"forge approve {run}"
    assert data["why"] == f"the run {run} of 01-02 is paused, it waits for you (human_verify)"
    assert words(project)["01-02"] == "paused"
    assert "waits for you: human_verify" in project.forge("status").out
    assert project.call("ready", "--explain").data["waiting"][0]["reasons"] == [
        f"its run {run} is paused"
    ]
    columns = {column["name"]: column["cards"] for column in project.call("board").data["columns"]}
    assert columns["waiting"] == [
        {"id": "01-02", "title": "Plan 02.", "note": "waits: human_verify"}
    ]


def test_the_board_has_a_column_for_each_word(project: Sandbox) -> None:
    columns = {
        column["name"]: [card["id"] for card in column["cards"]]
        for column in project.call("board").data["columns"]
    }
    assert columns == {
        "open": ["01-03", "02-01"],
        "ready": ["01-02", "01-04"],
        "running": [],
        "waiting": [],
        "claimed": [],
        "not proven": [],
        "proven": ["01-01"],
    }
    drawn = project.forge("board", env={"COLUMNS": "100"}).out
    assert re.search(r"open \(2\) +ready \(2\) +proven \(1\)", drawn)
    narrow = project.forge("board", env={"COLUMNS": "40"}).out
    assert narrow.index("open (2)") < narrow.index("01-03") < narrow.index("ready (2)")
    assert project.call("board", "--watch").json["error"]["kind"] == "usage"


def test_a_long_column_shows_the_next_or_the_last_cards(sandbox: Sandbox) -> None:
    for number in range(1, 21):
        sandbox.write(
            f".planning/phases/01-a/01-{number:02}-PLAN.md",
            f"---\nphase: 01-a\nplan: {number:02}\n---\n",
        )
        sandbox.write(
            f".planning/phases/02-b/02-{number:02}-PLAN.md",
            f"---\nphase: 02-b\nplan: {number:02}\n---\n",
        )
        sandbox.write(f".planning/phases/02-b/02-{number:02}-SUMMARY.md", "done\n")
    drawn = sandbox.forge("board", env={"COLUMNS": "100"}).out
    assert "01-01 01-01" in drawn and "01-12" in drawn and "01-13" not in drawn
    assert "02-20 02-20" in drawn and "02-09" in drawn and "02-08" not in drawn
    assert drawn.count("and 8 more") == 2


def test_a_watched_board_follows_changes_until_it_is_interrupted(project: Sandbox) -> None:
    outer, inner = pty.openpty()
    watching = subprocess.Popen(
        [*FORGE, "board", "--watch"],
        cwd=project.root,
        env=project.environment({"TERM": "xterm", "COLUMNS": "100"}),
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    shown = b""

    def wait_for(text: bytes) -> None:
        nonlocal shown
        deadline = time.monotonic() + 60
        while text not in shown:
            assert time.monotonic() < deadline, shown
            shown += os.read(outer, 65536)

    wait_for(b"proven (1)")
    project.write(".planning/phases/01-first/01-02-SUMMARY.md", "done\n")
    wait_for(b"claimed (1)")
    watching.send_signal(2)
    assert watching.wait(30) == 0
    os.close(outer)


def test_the_graph_in_each_language(project: Sandbox) -> None:
    data = project.call("graph").data
    assert {"plan": "01-03", "needs": "01-09", "known": False} in data["edges"]
    assert {"plan": "01-02", "needs": "01-01", "known": True} in data["edges"]
    text = project.forge("graph").out
    assert re.search(r"01-03 +open +Plan 03\.  <- 01-02, 01-09 \(no such plan\)", text)
    mermaid = project.forge("graph", "--format", "mermaid").out
    assert mermaid.startswith("flowchart LR\n")
    names = dict(re.findall(r'(p\d+)\["(\d\d-\d\d)', mermaid))
    assert set(names.values()) == {"01-01", "01-02", "01-03", "01-04", "02-01", "01-09"}
    edges = {
        (names[first], names[second]) for first, second in re.findall(r"(p\d+) --> (p\d+)", mermaid)
    }
    assert edges == {("01-01", "01-02"), ("01-02", "01-03"), ("01-09", "01-03")}
    dot = project.forge("graph", "--format", "dot").out
    assert '"01-09" -> "01-03" [style=dashed];' in dot
    if shutil.which("dot"):
        assert subprocess.run(
            ["dot", "-Tsvg"], input=dot.encode(), capture_output=True, check=True
        ).stdout.startswith(b"<?xml")
    assert [node["id"] for node in project.call("graph", "2").data["nodes"]] == ["02-01"]
    assert project.call("graph", "7").json["error"]["kind"] == "unknown_name"


def test_requirements_are_traced_to_plans_runs_and_evidence(project: Sandbox) -> None:
    data = project.call("trace").data
    by_id = {entry["id"]: entry for entry in data["requirements"]}
    assert {name: entry["word"] for name, entry in by_id.items()} == {
        "REQ-01": "proven",
        "REQ-02": "planned",
        "REQ-03": "not covered",
    }
    run = by_id["REQ-01"]["plans"][0]["runs"][0]
    assert run["verdict"] == "proven"
    assert (
        all(
            (project.root / run["record"] / "evidence" / name).is_file() for name in run["evidence"]
        )
        and run["evidence"]
    )
    assert by_id["REQ-02"]["contradiction"] == "ticked, and 01-02 ready"
    assert (by_id["REQ-01"]["text"], by_id["REQ-01"]["line"]) == ("It is there", 3)
    assert by_id["REQ-03"]["text"] == "[Later] It is small"
    assert data["unknown"] == [{"plan": "01-02", "name": "REQ-99"}]
    assert data["totals"] == {"proven": 1, "planned": 1, "not_covered": 1, "put_off": 0}
    assert [entry["id"] for entry in project.call("trace", "--uncovered").data["requirements"]] == [
        "REQ-03"
    ]
    assert f"{run['record']}/evidence/" in project.forge("trace", "REQ-01").out
    assert project.call("trace", "REQ-77").json["error"]["kind"] == "unknown_name"


def test_unchanged_files_are_not_read_again_and_every_change_is_noticed(project: Sandbox) -> None:
    before = project.call("status").data
    time.sleep(0.05)  # the cache keeps no file that changed within its last 20 ms
    project.forge("status")
    process = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stderr.strip().endswith("[]"), "nothing changed, so no document is parsed"
    for cache in (project.root / ".git/forge/cache").glob("outline-*"):
        cache.write_bytes(b"broken")
    assert project.call("status").data == before
    plan(project, "02", "wave: 9\n")
    assert words(project)["01-02"] == "open"
    assert json.dumps(before) != json.dumps(project.call("status").data)


def test_a_folder_with_a_name_that_is_not_utf_8(sandbox: Sandbox) -> None:
    folder = os.fsencode(sandbox.root) + b"/.planning/phases/01-\xff"
    os.makedirs(folder)
    with open(folder + b"/01-01-PLAN.md", "w") as file:
        file.write(
            "---\nphase: 01-x\nplan:"
            " 01\n---\n\n<tasks>\n<task>\n<name>Look</name>\n</task>\n</tasks>\n"
        )
    for _ in range(2):
        for words in (
            ("status",),
            ("list",),
            ("ready", "--explain"),
            ("board",),
            ("graph",),
            ("validate",),
            ("audit",),
            ("next",),
        ):
            result = sandbox.forge(*words)
            assert result.code == 0 and "bug" not in result.err, result
