"""Rules about one document: a good and a bad case of each, through their functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.check.rules.documents import conflict, item, mission, proof, report, run
from forge.planning.backlog.item import load as load_item
from forge.planning.gsd.reports import ReportFront
from forge.planning.mission.mission import load as load_mission
from forge.text.finding import Finding
from forge.text.source import Source
from forge.timeline import log
from tests.check.replay.units import Log, card


def source(text: str | bytes, path: str = "x.md") -> Source:
    return Source.of(path, text.encode() if isinstance(text, str) else text)


def row(findings: list[Finding]) -> list[tuple[str, int, int, str]]:
    return [(finding.rule, finding.line, finding.column, finding.severity) for finding in findings]


CONFLICT = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (CONFLICT, [1]),
        ("x\n" + CONFLICT + CONFLICT, [2, 7]),
        (CONFLICT.replace("\n", "\r\n"), [1]),
        ("<<<<<<< HEAD\nb\n>>>>>>> topic\n", []),
        ("=======\n>>>>>>> topic\n<<<<<<< HEAD\n", []),
        (" <<<<<<< HEAD\n=======\n>>>>>>> topic\n", []),
        ("<<<<<<<< HEAD\n=======\n>>>>>>> topic\n", []),
        ("Heading\n=======\n", []),
        ("", []),
    ],
)
def test_merge_conflicts(text: str, lines: list[int]) -> None:
    assert row(list(conflict.check(source(text)))) == [
        ("conflict-markers", line, 1, "error") for line in lines
    ]


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_a_conflict_in_a_fence_is_a_warning(fence: str) -> None:
    findings = list(conflict.check(source(f"{fence}\n{CONFLICT}{fence}\n{CONFLICT}")))
    assert [finding.severity for finding in findings] == ["warning", "error"]


@pytest.mark.parametrize("text", ["{}", '{"a": 1}', ' \n{"mode": "yolo"}\n'])
def test_a_config_that_is_an_object(text: str) -> None:
    assert list(report.check_config(source(text))) == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"a": b}', 1, "this is not valid JSON: "),
        ('{\n"a": 1,\n}', 3, "this is not valid JSON: "),
        ("", 1, "this is not valid JSON: "),
        ("[1]", 1, "the settings are not an object"),
        ("\n\n3\n", 3, "the settings are not an object"),
        ("[" * 100_000, 1, "this JSON cannot be read: "),
    ],
)
def test_a_config_that_cannot_be_read(text: str, line: int, message: str) -> None:
    (finding,) = report.check_config(source(text))
    assert (finding.rule, finding.line, finding.severity) == ("config-json", line, "warning")
    assert finding.message.startswith(message) and finding.hint


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("---\nstatus: passed\n---\n", 0),
        ("no front matter\n", 0),
        ("---\nprovides: @scope/x\n---\n", 1),
        ("---\na: b: c\n---\n", 1),
    ],
)
def test_the_front_matter_of_a_report(text: str, count: int) -> None:
    findings = list(report.check_report(ReportFront.of(source(text))))
    assert [finding.rule for finding in findings] == ["report-yaml"] * count


PROOF = (
    "kind: attestation\nplan_path: p\nabout: truth 1\nstatement_sha256: s\nby: Ada\n"
    "at: '2026-11-20T02:55:49Z'\n"
)


@pytest.mark.parametrize("text", [PROOF, PROOF + "own_key: 1\n"])
def test_a_proof_that_counts(text: str) -> None:
    assert list(proof.check(source(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "kind: [\n",
        "- a\n",
        "",
        "kind: waiver\n",
        PROOF.replace("by: Ada\n", ""),
        PROOF.replace("by: Ada", "by: [Ada]"),
        PROOF.replace("kind: attestation", "kind: 3"),
    ],
)
def test_a_proof_that_is_ignored(text: str) -> None:
    findings = list(proof.check(source(text)))
    assert findings and {finding.rule for finding in findings} == {"proof-unread"}
    assert all(finding.message and finding.hint for finding in findings)


@pytest.mark.parametrize(
    ("name", "front", "rules"),
    [
        ("aa1-x", "id: aa1\ntitle: It\nstatus: todo\n", []),
        ("aa1-x", "id: aa1\ntitle: It\nstatus: todo\nmood: 1\n", []),
        ("aa1-x", "id: aa2\ntitle: It\nstatus: todo\n", ["item-shape"]),
        ("aa1-x", "id: aa1\ntitle: It\nstatus: dnoe\n", ["item-shape"]),
        ("aa1-x", "id: aa1\nstatus: todo\n", ["item-shape"]),
        ("aa1-x", "id: aa1\ntitle: [It]\nstatus: todo\n", ["item-shape"]),
        ("aa1-x", "id: aa1\ntitle: a: b\nstatus: todo\n", ["item-front-matter"]),
    ],
)
def test_a_backlog_item(name: str, front: str, rules: list[str]) -> None:
    path = f".planning/backlog/{name}.md"
    findings = item.check(load_item(source(f"---\n{front}---\n", path)))
    assert [finding.rule for finding in findings] == rules


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("id: m\ntitle: A\ngoal: b\nstatus: active\n", []),
        ("title: A\ngoal: b\nstatus: active\n", []),
        ("id: other\ntitle: A\ngoal: b\nstatus: active\n", ["mission-shape"]),
        ("id: m\ntitle: A\nstatus: active\n", ["mission-shape"]),
        ("id: m\ntitle: A\ngoal: b\nstatus: finished\n", ["mission-shape"]),
        ("id: m\ntitle: A: b\n", ["mission-yaml"]),
    ],
)
def test_a_mission(text: str, rules: list[str], tmp_path: Path) -> None:
    path = ".planning/missions/m.yaml"
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text)
    findings = mission.check(source(text, path), load_mission(tmp_path, path))
    assert [finding.rule for finding in findings] == rules


CHAIN = b"".join(line + b"\n" for line in Log().start().add("run_interrupted", last_seq=1).lines)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (CHAIN, []),
        (b"", []),
        (CHAIN[:-5], [2]),
        (CHAIN.replace(b'"seq":2', b'"seq":3'), [2]),
        (CHAIN.replace(b"Write it", b"Write me"), [2]),
        (CHAIN + b"x\n", [3]),
    ],
)
def test_a_timeline(data: bytes, lines: list[int]) -> None:
    findings = list(run.check_timeline("t.jsonl", log.read(data)))
    assert row(findings) == [("timeline-damaged", line, 1, "error") for line in lines]


def test_a_run_card() -> None:
    assert list(run.check_card(source(card().encode(), "run.yaml"))) == []


@pytest.mark.parametrize("text", ["", "version: 1\n", "- a\n", "run: [\n", "version: 99\n"])
def test_a_run_card_that_cannot_be_read(text: str) -> None:
    (finding,) = run.check_card(source(text, "run.yaml"))
    assert (finding.rule, finding.severity) == ("run-card", "error")
    assert finding.message and not finding.message.startswith("run.yaml: ")
