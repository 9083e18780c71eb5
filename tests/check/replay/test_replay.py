"""Replay: what really happened is sound on any clone; whatever was changed after the fact is named
at its event.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forge.git.repository import Repository
from forge.records.find import one_run
from forge.views.runs.replay import Replayed, replay
from tests.conftest import Sandbox, new_sandbox
from tests.run.plans import Case, Task, auto, writes

MUST_HAVES = "must_haves:\n  truths: [It reads well]\n  artifacts: [a.txt]\n"
COMMITS = (
    f"{writes('b.txt', 'b')}; import subprocess; subprocess.run(['git', 'add', 'b.txt']); "
    "subprocess.run(['git', 'commit', '-qm', 'By the runner'])"
)
HOOK = (
    "#!/bin/sh\n[ -e a.txt ] && ! grep -q hooked a.txt && echo hooked >> a.txt && git add"
    " a.txt\nexit 0\n"
)


def rich_case(sandbox: Sandbox) -> Case:
    tasks = [
        Task("Task 1: Write a", "a.txt", auto("seq 40000; test -s a.txt")),
        Task("Task 2: Write b", "b.txt", auto("echo more &gt; c.txt")),
        Task("Task 3: Write d", "d.txt", auto("test -s d.txt")),
        Task("Task 4: Test it", "", auto("cat d.txt")),
    ]
    return Case(
        sandbox,
        tasks,
        {1: writes("a.txt", "one\n"), 2: COMMITS, 3: "sys.exit(1)"},
        files=("a.txt", "b.txt", "c.txt", "d.txt"),
        must_haves=MUST_HAVES,
    )


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A run in which much happened: a hook that rewrote, a runner that committed, a kept change, a
    failure, a retry, a skip.
    """
    sandbox = new_sandbox(tmp_path_factory.mktemp("rich"))
    sandbox.write("README.md", "x\n")
    sandbox.commit()
    case = rich_case(sandbox)
    case.set_up()
    sandbox.write(".git/hooks/pre-commit", HOOK).chmod(0o755)
    assert sandbox.call("execute", "01-01", "--approve").code == 4, "a check changed a file"
    sandbox.call("approve")
    assert sandbox.call("resume").code == 1, "the runner of step 3 fails"
    case.set_work({3: writes("d.txt", "d")})
    reply = sandbox.call("retry")
    assert reply.data["status"] == "completed", reply.out
    return sandbox


@pytest.fixture
def copy(rich: Sandbox, tmp_path: Path) -> Sandbox:
    shutil.copytree(rich.root, tmp_path / "copy", symlinks=True)
    return Sandbox(tmp_path / "copy", rich.home)


def replayed(sandbox: Sandbox, name: str | None = None) -> Replayed:
    repository = Repository.discover(sandbox.root)
    return replay(repository, one_run(repository, name, among_open=False))


def wrong(sandbox: Sandbox) -> list[tuple[int, str]]:
    return [(remark.seq, remark.message) for remark in replayed(sandbox).problems]


def folder_of(sandbox: Sandbox) -> Path:
    (folder,) = (path for path in (sandbox.root / ".planning/runs").iterdir() if path.is_dir())
    return folder


def rewritten(sandbox: Sandbox, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the events and recompute the chain, as an attacker who knows the format would."""
    path = folder_of(sandbox) / "timeline.jsonl"
    events = [json.loads(line) for line in path.read_text().splitlines()]
    change(events)
    previous, raw = "0" * 32, b""
    for event in events:
        line = json.dumps(
            {**event, "prev": previous}, ensure_ascii=False, separators=(",", ":")
        ).encode()
        previous, raw = hashlib.sha256(line).hexdigest()[:32], raw + line + b"\n"
    path.write_bytes(raw)


def at(events: list[dict[str, Any]], kind: str, number: int = 0) -> dict[str, Any]:
    return [event for event in events if event["type"] == kind][number]


def test_what_happened_is_sound(rich: Sandbox) -> None:
    types = rich.types(folder_of(rich).name)
    assert {"step_retried", "checkpoint_restored", "diff_applied", "failure_detected"} <= set(types)
    applied = [
        event["data"]
        for event in rich.events(folder_of(rich).name)
        if event["type"] == "diff_applied"
    ]
    assert applied[0]["hook_changed"] == ["a.txt"] and len(applied) == 4
    reply = rich.call("replay")
    assert reply.code == 0 and reply.data | {"run": ""} == {
        "run": "",
        "status": "completed",
        "valid": True,
        "events": len(types),
        "problems": [],
        "unchecked": [],
        "note": None,
    }
    assert rich.forge("replay").out.splitlines()[-1] == "sound"


CLONES = {
    "whole": [],
    "shallow": ["--depth=3"],
    "partial": ["--filter=blob:none", "--no-checkout"],
    "treeless": ["--filter=tree:0"],
}


def test_on_any_clone(rich: Sandbox, tmp_path: Path) -> None:
    for name, words in CLONES.items():
        rich.git("config", "uploadpack.allowFilter", "true")
        rich.git("clone", "-q", *words, f"file://{rich.root}", str(tmp_path / name))
        clone = Sandbox(tmp_path / name, rich.home)
        clone.git("checkout", "-q", "HEAD", "--", ".")
        report = replayed(clone)
        assert report.problems == [], name
        assert bool(report.unchecked) is (name != "whole"), name
    report = replayed(Sandbox(tmp_path / "shallow", rich.home))
    assert {remark.seq for remark in report.unchecked} >= {
        1,
        9,
    } and "leaves out history" in report.unchecked[0].message
    back = Sandbox(tmp_path / "shallow", rich.home).call("rollback")
    assert back.code == 2 and back.json["error"]["next"] == ["git fetch --unshallow"], (
        "a part of it is not taken back in silence"
    )


def flip(sandbox: Sandbox) -> int:
    path = folder_of(sandbox) / "timeline.jsonl"
    path.write_bytes(
        path.read_bytes().replace(b'"type":"step_completed"', b'"type":"step_complated"', 1)
    )
    return sandbox.types(folder_of(sandbox).name).index("step_complated") + 1


def drop_a_line(sandbox: Sandbox) -> int:
    path = folder_of(sandbox) / "timeline.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:6] + lines[7:]))
    return 8


def repeat_a_line(sandbox: Sandbox) -> int:
    path = folder_of(sandbox) / "timeline.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:7] + lines[6:]))
    return 7


def take_out_the_end(sandbox: Sandbox) -> int:
    path = folder_of(sandbox) / "timeline.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3]))
    return len(lines) - 2


@pytest.mark.parametrize("harm", [flip, drop_a_line, repeat_a_line, take_out_the_end])
def test_a_changed_chain_is_named_at_its_event(
    copy: Sandbox, harm: Callable[[Sandbox], int]
) -> None:
    seq = harm(copy)
    reply = copy.call("replay")
    assert reply.code == 1 and reply.data["valid"] is False
    assert seq in {problem["seq"] for problem in reply.data["problems"]}, reply.data["problems"]


def test_a_torn_tracked_copy(copy: Sandbox) -> None:
    lines = len(copy.types(folder_of(copy).name))
    path = folder_of(copy) / "timeline.jsonl"
    path.write_bytes(path.read_bytes() + b'{"v":1,')
    assert [seq for seq, text in wrong(copy) if "torn" in text] == [lines + 1]


OTHER = "1" * 40
FORGERIES: dict[str, tuple[Callable[[list[dict[str, Any]]], object], str, str]] = {
    "goal": (
        lambda all: at(all, "mission_started")["data"].update(goal="Another"),
        "mission_started",
        "another goal",
    ),
    "approval": (
        lambda all: all[1]["data"].update(subject_sha256="2" * 64),
        "approval_resolved",
        "another text",
    ),
    "commit": (
        lambda all: at(all, "diff_applied")["data"].update(commit=OTHER),
        "diff_applied",
        "not in this repository",
    ),
    "files": (
        lambda all: at(all, "diff_proposed")["data"]["files_changed"].append("z.txt"),
        "diff_applied",
        "z.txt",
    ),
    "sha": (
        lambda all: at(all, "diff_proposed", 2)["data"].update(diff_sha256="3" * 64),
        "diff_applied",
        "another diff",
    ),
    "checkpoint": (
        lambda all: at(all, "checkpoint_created")["data"].update(checkpoint_id="c"),
        "runner_started",
        "not c",
    ),
    "base": (
        lambda all: at(all, "checkpoint_created", 1)["data"].update(base_commit=OTHER),
        "checkpoint_created",
        OTHER[:12],
    ),
    "counts": (
        lambda all: at(all, "must_haves_verified")["data"].update(passed=2),
        "must_haves_verified",
        "passed 2",
    ),
    "verdict": (
        lambda all: at(all, "must_haves_verified")["data"].update(verdict="proven"),
        "must_haves_verified",
        "proven",
    ),
    "final": (
        lambda all: at(all, "final")["data"].update(completed_steps=9),
        "final",
        "completed_steps 9",
    ),
    "twice": (
        lambda all: at(all, "diff_proposed", 1)["data"].update(diff_id="d-1"),
        "diff_proposed",
        "second time",
    ),
    "step": (
        lambda all: at(all, "step_completed").update(step="01-01/9"),
        "step_completed",
        "no step",
    ),
    "index": (
        lambda all: at(all, "step_started")["data"].update(step_index=4),
        "step_started",
        "is step 1, not 4",
    ),
    "seq": (lambda all: at(all, "runner_finished").update(seq=3), "runner_finished", "a repeat"),
    "run": (
        lambda all: at(all, "stage_changed").update(run="another"),
        "stage_changed",
        "belongs to another run",
    ),
    "data": (
        lambda all: at(all, "test_completed")["data"].update(exit_code="no"),
        "test_completed",
        "does not fit",
    ),
    "evidence": (
        lambda all: at(all, "test_completed")["evidence"][0].update(bytes=3),
        "test_completed",
        "not 3",
    ),
    "whole": (
        lambda all: at(all, "runner_finished")["evidence"][0].update(truncated=True),
        "runner_finished",
        "not truncated",
    ),
    "path": (
        lambda all: at(all, "test_completed")["evidence"][0].update(path="../run.yaml"),
        "test_completed",
        "not a path",
    ),
    "asked": (
        lambda all: at(all, "approval_resolved", 1)["data"].update(approval_id="a"),
        "approval_resolved",
        "never requested",
    ),
    "another subject": (
        lambda all: at(all, "approval_resolved", 1)["data"].update(subject_sha256="4" * 64),
        "approval_resolved",
        "is about 444444444444",
    ),
    "an option that was not offered": (
        lambda all: at(all, "approval_resolved", 1)["data"].update(option="put-back"),
        "approval_resolved",
        "no option put-back",
    ),
    "another kind": (
        lambda all: at(all, "approval_resolved", 1)["data"].update(kind="diff"),
        "approval_resolved",
        "asks command",
    ),
    "a no that was acted on as a yes": (
        lambda all: at(all, "approval_resolved", 1)["data"].update(decision="denied"),
        "diff_applied",
        "changed:1 was not approved",
    ),
    "an effect without its answer": (
        lambda all: at(all, "approval_resolved", 1).update(type="noted"),
        "diff_applied",
        "changed:1 was not approved",
    ),
    "a commit with other paths than were asked about": (
        lambda all: at(all, "approval_requested")["data"].update(paths=["z.txt"]),
        "diff_applied",
        "also holds c.txt",
    ),
    "a commit with other content than was asked about": (
        lambda all: [
            at(all, "approval_requested")["data"].update(subject_sha256="5" * 64),
            at(all, "approval_resolved", 1)["data"].update(subject_sha256="5" * 64),
        ],
        "diff_applied",
        "other content than was asked about",
    ),
    "files put back although nobody said so": (
        lambda all: at(all, "test_completed").update(
            type="checkpoint_restored",
            data={"commit": OTHER, "reason": "", "snapshot": OTHER, "about": "changed:1"},
        ),
        "checkpoint_restored",
        "no answer before this says so",
    ),
}


def test_a_forged_chain_is_named_at_its_event(copy: Sandbox) -> None:
    """Even if every hash is recomputed, each forged fact and the committed line are named at their
    places.
    """
    raw = (folder_of(copy) / "timeline.jsonl").read_bytes()
    for name, (change, kind, words) in FORGERIES.items():
        rewritten(copy, change)
        events = [
            json.loads(line)
            for line in (folder_of(copy) / "timeline.jsonl").read_text().splitlines()
        ]
        problems = wrong(copy)
        seqs = {event["seq"] for event in events if event["type"] == kind}
        assert [text for seq, text in problems if seq in seqs and words in text], (name, problems)
        assert any("a commit holds another line" in text for _, text in problems), name
        (folder_of(copy) / "timeline.jsonl").write_bytes(raw)
    assert wrong(copy) == []


def test_evidence_that_was_changed_or_taken_away(copy: Sandbox) -> None:
    whole = [event for event in copy.events(folder_of(copy).name) if event["evidence"]]
    first, last = whole[0], whole[-1]
    path = folder_of(copy) / last["evidence"][0]["path"]
    path.write_bytes(path.read_bytes() + b"x")
    (folder_of(copy) / first["evidence"][0]["path"]).unlink()
    problems = dict(wrong(copy))
    assert "cannot be read" in problems[first["seq"]] and "was changed" in problems[last["seq"]]
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "symbolic link" in dict(wrong(copy))[last["seq"]]


def test_a_card_that_was_changed(copy: Sandbox) -> None:
    card = folder_of(copy) / "run.yaml"
    text = card.read_text()
    plan = copy.git("rev-parse", "HEAD:README.md").strip()
    for key, value, words in (
        ("plan_blob", plan, "is not the text"),
        ("goal", "Another", "another goal"),
        ("plan_sha256", "4" * 64, "is not the text"),
    ):
        card.write_text(re.sub(rf"^{key}: .*\n", f'{key}: "{value}"\n', text, flags=re.M))
        problems = wrong(copy)
        assert [text for seq, text in problems if words in text and seq == 1], problems
        assert any("run.yaml is not what the record commit" in text for _, text in problems)


def test_history_that_was_rewritten(copy: Sandbox) -> None:
    run = folder_of(copy).name
    applied = [event for event in copy.events(run) if event["type"] == "diff_applied"][-1]
    copy.git("reset", "-q", "--soft", applied["data"]["commit"] + "^")
    copy.git("commit", "-qm", "All in one")
    problems = dict(wrong(copy))
    assert applied["seq"] in problems and "on no branch" in problems[applied["seq"]]
    copy.git("reflog", "expire", "--expire=now", "--all")
    copy.git("gc", "-q", "--prune=now")
    assert "is not in this repository" in dict(wrong(copy))[applied["seq"]]


def test_a_commit_that_contains_more_than_it_claims(copy: Sandbox) -> None:
    """The last commits made anew over a tree with one file more: another id, and not what the diff
    names.
    """
    run = folder_of(copy).name
    applied = [event for event in copy.events(run) if event["type"] == "diff_applied"][-1]
    message = copy.git("log", "-1", "--format=%B", applied["data"]["commit"])
    copy.git("checkout", "-q", "--detach", applied["data"]["commit"])
    copy.write("smuggled.txt", "x")
    copy.git("add", "smuggled.txt")
    copy.git("commit", "-q", "--no-verify", "--amend", "-m", message)
    smuggled = copy.head()
    copy.git("checkout", "-q", "main")
    rewritten(copy, lambda events: at(events, "diff_applied", 3)["data"].update(commit=smuggled))
    assert any("smuggled.txt" in text for seq, text in wrong(copy) if seq == applied["seq"])


def test_a_record_commit_with_false_trailers(copy: Sandbox) -> None:
    run = folder_of(copy).name
    final = copy.events(run)[-1]["seq"]
    message = copy.git("log", "-1", "--format=%B")
    copy.write("smuggled.txt", "x")
    copy.git("add", "smuggled.txt")
    copy.git(
        "commit",
        "-q",
        "--no-verify",
        "--amend",
        "-m",
        message.replace("Final: completed", "Final: stopped"),
    )
    texts = [text for seq, text in wrong(copy) if seq == final]
    assert any("smuggled.txt" in text for text in texts) and any(
        "Forge-Final stopped" in text for text in texts
    )


def test_a_rollback_and_its_undo(copy: Sandbox) -> None:
    for words in (("rollback", "--to", "2"), ("undo",)):
        reply = copy.call(*words)
        assert reply.code == 0, reply.err
        assert copy.call("replay", reply.data["run"]).code == 0
    folder = copy.root / ".planning/runs" / reply.data["run"]
    path = folder / "timeline.jsonl"
    made = next(
        event["data"]["made"]
        for event in copy.events(folder.name)
        if event["type"] == "checkpoint_restored"
    )
    path.write_text(path.read_text().replace(made, copy.git("rev-parse", "HEAD~4").strip()))
    problems = copy.call("replay", folder.name).data["problems"]
    assert any(problem["seq"] == 3 and "does not" in problem["message"] for problem in problems), (
        problems
    )


def test_changes_of_a_check_are_kept_after_an_edit_without_changes(sandbox: Sandbox) -> None:
    Case(sandbox, [Task("Write", "a.txt", auto("echo x &gt; kept.txt"))], files=("a.txt",)).set_up()
    assert sandbox.call("execute", "01-01", "--approve").data["waiting_for"]["kind"] == "command"
    sandbox.forge("approve")
    assert sandbox.call("resume").data["status"] == "completed"
    reply = sandbox.call("replay")
    assert reply.code == 0, reply.data["problems"]


def test_an_open_run_is_replayed_from_its_live_log(sandbox: Sandbox) -> None:
    case = rich_case(sandbox)
    case.work[1] = "sys.exit(1)"
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    reply = sandbox.call("replay", run)
    assert reply.code == 0 and reply.data["status"] == "paused" and reply.data["note"] is None
    live = sandbox.root / ".git/forge/runs" / run / "timeline.jsonl"
    live.write_bytes(live.read_bytes() + b'{"v":1')
    tracked = folder_of(sandbox) / "timeline.jsonl"
    lines = tracked.read_bytes().splitlines(keepends=True)
    tracked.write_bytes(b"".join(lines[:4]))
    reply = sandbox.call("replay", run)
    assert (
        reply.code == 0
        and "torn" in reply.data["unchecked"][0]["message"]
        and "live log is what counts" in reply.data["note"]
    )
    live.write_bytes(b"".join(lines[:5]))
    assert [seq for seq, text in wrong(sandbox) if "removed here" in text] == [6]
