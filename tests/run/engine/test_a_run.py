"""A plan as another tool writes it, executed by a runner, from the first commit to the last."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

MUST_HAVES = """\
must_haves:
  truths:
    - statement: "It greets"
      verify: "python3 greet.py | grep -q hello"
  artifacts:
    - path: greet.py
      contains: "def greet"
      exports: [greet]
      min_lines: 3
  key_links:
    - from: greet.py
      to: words.py
      pattern: "from words import"
"""
GREET = "from words import WORD\n\n\ndef greet():\n    return WORD\n\n\nprint(greet())\n"


def two_edits(sandbox: Sandbox, **more: str) -> Case:
    tasks = [
        Task("Task 1: Write the words", "words.py", auto("test -s words.py")),
        Task("Task 2: Write the greeting", "greet.py", auto("python3 greet.py &amp;&amp; true")),
        Task("Task 3: Test it", "", auto("python3 greet.py | grep hello")),
    ]
    work = {1: writes("words.py", 'WORD = "hello"\n'), 2: writes("greet.py", GREET)}
    return Case(sandbox, tasks, work, files=("words.py", "greet.py"), **more)


def trailers(sandbox: Sandbox, commit: str) -> dict[str, str]:
    text = sandbox.git("log", "-1", "--format=%(trailers:only,unfold)", commit)
    return dict(line.split(": ", 1) for line in text.splitlines() if line)


def test_a_whole_run(sandbox: Sandbox) -> None:
    case = two_edits(sandbox, must_haves=MUST_HAVES)
    case.set_up()
    start = sandbox.head()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 0, result.err
    run = result.data["run"]
    assert result.data | {"run": "", "next": []} == {
        "run": "",
        "plan": "01-01",
        "status": "completed",
        "verdict": "proven",
        "step": None,
        "waiting_for": None,
        "failure": None,
        "next": [],
    }
    assert re.fullmatch(r"\d{8}T\d{6}Z-01-01-\w{4}", run)
    assert sandbox.subjects()[2:] == [
        "forge(01-01): checkpoint before 1 — Task 1: Write the words",
        "Task 1: Write the words",
        "forge(01-01): checkpoint before 2 — Task 2: Write the greeting",
        "Task 2: Write the greeting",
        "forge(01-01): record — completed",
    ]
    assert sandbox.status() == []
    assert not (sandbox.root / ".git/forge/runs" / run).exists(), (
        "the live log goes when the closing record is committed"
    )
    check_trailers(sandbox, case, run, start)
    check_timeline(sandbox, run)
    summary = (sandbox.root / ".planning/phases/01-first/01-01-SUMMARY.md").read_text()
    assert "status: complete\n" in summary and run in summary


def check_trailers(sandbox: Sandbox, case: Case, run: str, start: str) -> None:
    plan = hashlib.sha256((sandbox.root / case.path).read_bytes()).hexdigest()[:12]
    commits = sandbox.git("rev-list", "--reverse", f"{start}..HEAD").split()
    seen = [trailers(sandbox, commit) for commit in commits]
    assert all(
        entry["Forge-Run"] == run and entry["Forge-Plan"] == f"01-01@{plan}" for entry in seen
    )
    assert [entry.get("Forge-Step") for entry in seen] == [
        "01-01/1",
        "01-01/1",
        "01-01/2",
        "01-01/2",
        None,
    ]
    assert [entry.get("Forge-Checkpoint") for entry in seen] == [
        "cp-1",
        "cp-1",
        "cp-2",
        "cp-2",
        None,
    ]
    assert seen[-1]["Forge-Final"] == "completed"
    for commit, entry in zip(commits, seen, strict=True):
        text = sandbox.git("show", f"{commit}:.planning/runs/{run}/timeline.jsonl")
        held = len(text.splitlines())
        is_result = "Forge-Step" in entry and commits.index(commit) % 2 == 1
        assert int(entry["Forge-Seq"]) > held if is_result else int(entry["Forge-Seq"]) == held


def check_timeline(sandbox: Sandbox, run: str) -> None:
    raw = (sandbox.root / ".planning/runs" / run / "timeline.jsonl").read_bytes()
    previous = "0" * 32
    events = sandbox.events(run)
    for number, line in enumerate(raw.splitlines(), 1):
        event = events[number - 1]
        assert list(event) == [
            "v",
            "seq",
            "ts",
            "type",
            "run",
            "step",
            "attempt",
            "actor",
            "execution",
            "data",
            "evidence",
            "prev",
        ]
        assert (event["seq"], event["prev"], event["run"]) == (number, previous, run)
        previous = hashlib.sha256(line).hexdigest()[:32]
    types = [event["type"] for event in events]
    assert types[:2] == ["mission_started", "approval_resolved"] and types[-2:] == [
        "must_haves_verified",
        "final",
    ]
    assert types.count("checkpoint_created") == 2
    for event in events:
        for entry in event["evidence"]:
            data = (sandbox.root / ".planning/runs" / run / entry["path"]).read_bytes()
            assert (
                hashlib.sha256(data).hexdigest() == entry["sha256"] and len(data) == entry["bytes"]
            )
    timeline = sandbox.call("timeline", run)
    assert (
        timeline.code == 0
        and timeline.data["valid"] is True
        and len(timeline.data["events"]) == len(events)
    )


def test_same_plan_same_tree_same_output_gives_the_same_events(make_sandbox) -> None:
    histories = []
    for name in ("one", "two"):
        sandbox = make_sandbox(name)
        sandbox.write(".gitignore", "__pycache__/\n")
        sandbox.commit()
        two_edits(sandbox).set_up()
        run = sandbox.call("execute", "01-01", "--approve").data["run"]
        histories.append(
            [(event["type"], event["step"], event["attempt"]) for event in sandbox.events(run)]
        )
    assert histories[0] == histories[1]


def test_verify_names_the_evidence_and_follows_the_tree(sandbox: Sandbox) -> None:
    two_edits(sandbox, must_haves=MUST_HAVES).set_up()
    assert sandbox.call("execute", "01-01", "--approve").code == 0
    result = sandbox.call("verify", "01-01")
    (plan,) = result.data["plans"]
    assert result.code == 0 and plan["verdict"] == "proven" and result.data["revision"] is None
    assert plan["counts"] == {
        "declared": 3,
        "pass": 3,
        "fail": 0,
        "unproven": 0,
        "stale": 0,
        "waived": 0,
    }
    truth, artifact, link = plan["must_haves"]
    assert "fresh" in truth["reason"]
    assert {"path": "greet.py", "line": 4} in [
        {key: item[key] for key in ("path", "line")} for item in artifact["evidence"]
    ]
    assert link["evidence"][0]["path"] == "greet.py" and link["evidence"][0]["line"] == 1
    sandbox.write("other.txt", "carried: only another file changed\n")
    (plan,) = sandbox.call("verify", "01-01").data["plans"]
    assert plan["verdict"] == "proven" and "carried" in plan["must_haves"][0]["reason"]
    assert (
        sandbox.call("verify", "01-01", "--strict").data["plans"][0]["must_haves"][0]["verdict"]
        == "stale"
    )
    sandbox.write("greet.py", "print('bye')\n")
    result = sandbox.call("verify", "01-01")
    (plan,) = result.data["plans"]
    assert result.code == 1 and plan["verdict"] == "failed"
    assert [item["verdict"] for item in plan["must_haves"]] == ["stale", "fail", "fail"]
    assert sandbox.call("verify", "01-01", "--rev", "HEAD").data["revision"] == sandbox.head()


@pytest.mark.parametrize("count", [20])
def test_twenty_edit_steps_and_twenty_test_steps(sandbox: Sandbox, count: int) -> None:
    edits = [
        Task(f"Task {n}: Write {n}", f"f{n}.txt", auto(f"test -s f{n}.txt"))
        for n in range(1, count + 1)
    ]
    Case(sandbox, edits, {n: writes(f"f{n}.txt", "x\n") for n in range(1, count + 1)}).set_up()
    tests = Case(
        sandbox,
        [Task(f"Task {n}: Test {n}", "", auto(f"test -s f{n}.txt")) for n in range(1, count + 1)],
        path=".planning/phases/01-first/01-02-PLAN.md",
    )
    sandbox.write(tests.path, tests.plan_text())
    sandbox.commit("Second plan")
    result = sandbox.call("execute", "01-01", "--approve")
    assert (result.code, result.data["status"], result.data["verdict"]) == (
        1,
        "completed",
        "unproven",
    ), "no must-haves: nothing is proven"
    before = len(sandbox.subjects())
    result = sandbox.call("execute", "01-02", "--approve")
    assert result.data["status"] == "completed"
    assert sandbox.subjects()[before:] == ["forge(01-02): record — completed"]
    assert sandbox.types(result.data["run"]).count("test_completed") == count


def test_no_checks_runs_nothing_and_proves_nothing(sandbox: Sandbox) -> None:
    case = two_edits(sandbox, must_haves=MUST_HAVES)
    case.tasks[0].verify = auto("touch was-run; false")
    case.set_up()
    result = sandbox.call("execute", "01-01", "--approve", "--no-checks", "no toolchain here")
    assert (result.code, result.data["status"], result.data["verdict"]) == (
        1,
        "completed",
        "unproven",
    )
    assert not (sandbox.root / "was-run").exists()
    events = sandbox.events(result.data["run"])
    skipped = [event["data"] for event in events if event["type"] == "test_skipped"]
    assert len(skipped) == 4 and all(data["reason"] == "no toolchain here" for data in skipped)
    assert "test_started" not in [event["type"] for event in events]
    assert (
        "status: halted"
        in (sandbox.root / ".planning/phases/01-first/01-01-SUMMARY.md").read_text()
    )


def test_a_summary_of_the_user_is_never_overwritten(sandbox: Sandbox) -> None:
    case = two_edits(sandbox)
    sandbox.write(".planning/phases/01-first/01-01-SUMMARY.md", "mine\n")
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert (sandbox.root / ".planning/phases/01-first/01-01-SUMMARY.md").read_text() == "mine\n"
    assert (sandbox.root / ".planning/runs" / run / "summary.md").exists()
    assert sandbox.status() == []


def test_the_record_is_committed_even_if_it_is_ignored(sandbox: Sandbox) -> None:
    sandbox.write(".gitignore", "__pycache__/\n.planning/runs/\n")
    two_edits(sandbox).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert sandbox.git("ls-files", f".planning/runs/{run}/timeline.jsonl")
    assert sandbox.status() == []
