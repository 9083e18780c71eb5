"""Rules about runs: timelines that only grow, cards, commits, proofs; on real repositories."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest

from forge.text.finding import Finding
from forge.timeline.event import GENESIS
from forge.views.validation.validate import validate
from tests.conftest import Sandbox

RUN = ".planning/runs/20261120T025549Z-01-01-k3f9"
LINE = f"{RUN}/timeline.jsonl"


def timeline(*commits: str) -> bytes:
    """Return a whole timeline that names commits, one a line."""
    raw, prev = b"", GENESIS
    for seq, commit in enumerate(commits, 1):
        event = {
            "v": 1,
            "seq": seq,
            "ts": "2026-11-20T02:55:49.123456Z",
            "type": "diff_applied",
            "run": "r",
            "step": None,
            "attempt": None,
            "actor": "Ada",
            "execution": "",
            "data": {"commit": commit, "hook_changed": []},
            "evidence": [],
            "prev": prev,
        }
        line = json.dumps(event, separators=(",", ":")).encode()
        raw, prev = raw + line + b"\n", hashlib.sha256(line).hexdigest()[:32]
    return raw


Judge = Callable[[str], list[tuple[str, int, str]]]


@pytest.fixture
def judge(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Judge:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(sandbox.home))

    def of(rule: str) -> list[tuple[str, int, str]]:
        findings: list[Finding] = validate(sandbox.root, []).findings
        return [
            (finding.path, finding.line, finding.severity)
            for finding in findings
            if finding.rule == rule
        ]

    return of


def test_a_timeline_that_grows_is_sound(sandbox: Sandbox, judge: Judge) -> None:
    head = sandbox.head()
    for length in (1, 2):
        sandbox.write(LINE, timeline(*[head] * length))
        sandbox.commit()
    sandbox.write(LINE, timeline(head, head, head))
    assert (
        judge("timeline-rewritten") == []
        and judge("timeline-damaged") == []
        and judge("run-without-commits") == []
    )


def test_a_commit_that_changes_a_line_is_found_though_later_ones_grow(
    sandbox: Sandbox, judge: Judge
) -> None:
    head = sandbox.head()
    for commits in (("a" * 40, head), (head, head), (head, head, head)):
        sandbox.write(LINE, timeline(*commits))
        sandbox.commit()
    assert judge("timeline-rewritten") == [(LINE, 1, "error")]


def test_a_commit_that_shortens_is_found_in_a_merge_too(sandbox: Sandbox, judge: Judge) -> None:
    head = sandbox.head()
    sandbox.write(LINE, timeline(head))
    sandbox.commit()
    sandbox.git("checkout", "-q", "-b", "side")
    sandbox.write(LINE, timeline(head, head))
    sandbox.commit()
    sandbox.git("checkout", "-q", "main")
    sandbox.write("other", "x")
    sandbox.commit()
    sandbox.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "Merge", "side")
    assert judge("timeline-rewritten") == [(LINE, 1, "error")]


def test_the_work_tree_is_held_against_head(sandbox: Sandbox, judge: Judge) -> None:
    head = sandbox.head()
    sandbox.write(LINE, timeline(head, head))
    sandbox.commit()
    sandbox.write(LINE, timeline(head))
    assert judge("timeline-rewritten") == [(LINE, 1, "error")]


def test_a_timeline_that_was_deleted(sandbox: Sandbox, judge: Judge) -> None:
    other = LINE.replace("k3f9", "k3fa")
    sandbox.write(LINE, timeline(sandbox.head()))
    sandbox.write(other, timeline(sandbox.head()))
    sandbox.commit()
    (sandbox.root / LINE).unlink()
    sandbox.commit()
    assert judge("timeline-rewritten") == [(LINE, 1, "warning")]


def test_damage_torn_lines_and_commits_that_are_gone(sandbox: Sandbox, judge: Judge) -> None:
    raw = timeline(sandbox.head(), "f" * 40, sandbox.head())
    sandbox.write(LINE, raw)
    assert judge("run-without-commits") == [(LINE, 2, "warning")]
    lines = raw.splitlines(keepends=True)
    sandbox.write(LINE, lines[0] + lines[2])
    assert judge("timeline-damaged") == [(LINE, 2, "error")]
    sandbox.write(LINE, raw[:-5])
    assert judge("timeline-damaged") == [(LINE, 3, "error")]


def test_a_repository_without_commits_has_no_history(
    make_sandbox: Callable[[str], Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    unborn = make_sandbox("unborn")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(unborn.home))
    unborn.write(LINE, timeline())
    assert validate(unborn.root, []).findings == []


def test_unreadable_cards_and_proofs(sandbox: Sandbox, judge: Judge) -> None:
    sandbox.write(f"{RUN}/run.yaml", "version: 1\n")
    sandbox.write(".planning/proofs/a.yaml", "kind: [\n")
    sandbox.write(".planning/proofs/b.yaml", "kind: waiver\n")
    sandbox.write(".planning/config.json", '{"mode": yolo}\n')
    assert judge("run-card") == [(f"{RUN}/run.yaml", 1, "error")]
    assert [path for path, _, _ in judge("proof-unread")] == [
        ".planning/proofs/a.yaml",
        ".planning/proofs/b.yaml",
    ]
    assert judge("config-json") == [(".planning/config.json", 1, "warning")]


def test_a_project_that_forge_made_is_sound(sandbox: Sandbox, judge: Judge) -> None:
    done = sandbox.forge("demo", "demo")
    assert done.code == 0, done.err
    report = validate(sandbox.root / "demo", [])
    assert {"run", "timeline", "plan", "summary"} <= {
        str(document["kind"]) for document in report.documents
    }
    assert [finding for finding in report.findings if finding.severity != "note"] == []
