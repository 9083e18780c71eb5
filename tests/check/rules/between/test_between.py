"""Rules between documents, on a `.planning/` in a repository, and on one that is only an
excerpt.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.text.finding import Finding
from forge.views.validation.validate import validate

STEP = "<task>\n  <name>Task 1: x</name>\n  <files>{files}</files>\n</task>\n"
FindingsOf = Callable[..., list[Finding]]


def plan(front: str = "", body: str = "", files: str = "a.py") -> str:
    return f"---\n{front}---\n{body}{STEP.format(files=files)}"


@pytest.fixture
def findings_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FindingsOf:
    """Write documents below `.planning/` and return what validate finds, less what is wrong with
    each by itself.
    """
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))

    def write(
        documents: dict[str, str], *, repository: bool = True, only: list[str] | None = None
    ) -> list[Finding]:
        root = tmp_path / "work"
        for name, text in documents.items():
            path = root / ".planning" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if repository:
            subprocess.run(
                ["git", "init", "-q", str(root)],
                check=True,
                env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"},
            )
        return validate(root, [root / ".planning" / name for name in only or []]).findings

    return write


def of(findings: list[Finding], rule: str) -> list[tuple[str, int, int, str]]:
    of_the_rule = [finding for finding in findings if finding.rule == rule]
    return [
        (finding.path.removeprefix(".planning/"), finding.line, finding.column, finding.severity)
        for finding in of_the_rule
    ]


A, B, C = (
    "phases/01-start/01-01-PLAN.md",
    "phases/01-start/01-02-PLAN.md",
    "phases/02-grow/02-01-PLAN.md",
)


def test_entries_of_depends_on_that_are_not_a_plan(findings_of: FindingsOf) -> None:
    findings = findings_of(
        {
            A: plan("wave: 1\ndepends_on: [01-09, 01-02]\n"),
            B: plan("depends_on: ['01', none, 01-02, after lunch]\n"),
        }
    )
    assert of(findings, "depends-unknown") == [(A, 3, 14, "warning"), (B, 2, 33, "note")]
    assert of(findings, "depends-self") == [(B, 2, 26, "error")]


def test_every_form_of_a_plans_name_is_understood(findings_of: FindingsOf) -> None:
    names = "[01-01, 01-01-PLAN.md, 01-01-write-notes, '01', 1-01, ../01-start/01-01-PLAN.md]"
    findings = findings_of(
        {A: plan(), B: plan(f"depends_on: {names}\n"), C: plan("depends_on: [01-02]\n")}
    )
    assert [finding for finding in findings if finding.rule.startswith("depends")] == []


def test_a_missing_plan_of_an_excerpt_is_a_note(findings_of: FindingsOf) -> None:
    documents = {A: plan("depends_on: [01-09]\n", "<context>\n@docs/nowhere.md\n</context>\n")}
    findings = findings_of(documents, repository=False)
    assert (
        of(findings, "depends-unknown") == [(A, 2, 14, "note")]
        and of(findings, "reference-missing") == []
    )


def test_circles_are_named_in_each_of_their_plans(findings_of: FindingsOf) -> None:
    third = "phases/01-start/01-03-PLAN.md"
    findings = findings_of(
        {
            A: plan("depends_on: [01-02]\n"),
            B: plan("depends_on: [01-03]\n"),
            third: plan("depends_on: [01-01]\n"),
        }
    )
    assert of(findings, "depends-cycle") == [
        (A, 2, 14, "error"),
        (B, 2, 14, "error"),
        (third, 2, 14, "error"),
    ]
    assert all(
        "01-01, 01-02, 01-03" in finding.message
        for finding in findings
        if finding.rule == "depends-cycle"
    )


def test_a_later_phase(findings_of: FindingsOf) -> None:
    findings = findings_of({A: plan("depends_on: [02-01]\n"), C: plan("depends_on: []\n")})
    assert of(findings, "depends-forward") == [(A, 2, 14, "warning")]


def test_waves_against_the_graph(findings_of: FindingsOf) -> None:
    third = "phases/01-start/01-03-PLAN.md"
    waits = "wave: {}\ndepends_on: [01-01]\n"
    findings = findings_of(
        {A: plan("wave: 1\n"), B: plan(waits.format(1)), third: plan(waits.format(4))}
    )
    assert of(findings, "wave-mismatch") == [(B, 2, 7, "warning"), (third, 2, 7, "note")]


def test_plans_that_close_gaps_count_their_waves_anew(findings_of: FindingsOf) -> None:
    findings = findings_of(
        {
            A: plan("wave: 3\nfiles_modified: [a.py]\n"),
            B: plan("wave: 1\ngap_closure: true\ndepends_on: [01-01]\nfiles_modified: [a.py]\n"),
        }
    )
    assert [finding for finding in findings if finding.rule.startswith("wave")] == []


def test_a_shared_file_puts_plans_into_waves(findings_of: FindingsOf) -> None:
    findings = findings_of(
        {A: plan("wave: 1\nfiles_modified: [a.py]\n"), B: plan("wave: 2\nfiles_modified: [a.py]\n")}
    )
    assert [finding for finding in findings if finding.rule.startswith("wave")] == []


def test_two_plans_of_one_wave_that_write_one_file(findings_of: FindingsOf) -> None:
    front = "wave: 2\nfiles_modified:\n  - a.py\n  - ./b.py\n"
    documents = {A: plan(front), B: plan(front.replace("./b.py", "c.py"))}
    assert of(findings_of(documents), "wave-file-conflict") == [(B, 4, 5, "warning")]
    done = {A.replace("PLAN", "SUMMARY"): "Done\n", B.replace("PLAN", "SUMMARY"): "Done\n"}
    assert of(findings_of({**documents, **done}), "wave-file-conflict") == [(B, 4, 5, "note")]


def test_references(findings_of: FindingsOf) -> None:
    context = (
        "<context>\n@docs/nowhere.md\n@README.md\n- @made.py, which is"
        " new\n@~/x.md\n@.claude/y.md\n@app.route\n"
        "@scope/pkg\n@.planning/phases/01-start/01-02-SUMMARY.md\n@src/{name}.py\n@../CONTEXT.md\n</context>\n"
    )
    documents = {
        A: plan("", context),
        B: plan("files_modified: [made.py]\n"),
        "../README.md": "x",
        "phases/CONTEXT.md": "x",
    }
    assert of(findings_of(documents), "reference-missing") == [(A, 4, 1, "warning")]
    assert of(
        findings_of({**documents, A.replace("PLAN", "SUMMARY"): "Done\n"}), "reference-missing"
    ) == [(A, 4, 1, "note")]


REQUIREMENTS = """# Requirements

## v1
- [ ] **AUTH-01**: one
- [ ] **AUTH-02**: two
- [x] **AUTH-03**: three
- [ ] **GROW-01**: four

## Out of scope
- **AUTH-09**: never

| Requirement | Phase | Status |
|---|---|---|
| AUTH-01 | Phase 1 | Pending |
| AUTH-02 | Phase 1 | Pending |
| GROW-01 | Phase 2 | Pending |
"""


def test_requirements(findings_of: FindingsOf) -> None:
    findings = findings_of(
        {"REQUIREMENTS.md": REQUIREMENTS, A: plan("requirements:\n  - AUTH-01\n  - AUTH-77\n")}
    )
    assert of(findings, "requirement-unknown") == [(A, 4, 5, "warning")]
    assert of(findings, "requirement-uncovered") == [("REQUIREMENTS.md", 5, 9, "warning")]


def test_requirements_in_ranges_and_archives_are_known(findings_of: FindingsOf) -> None:
    archive = {"milestones/v1.0-REQUIREMENTS.md": "- **OLD-01** through **OLD-03**\n"}
    front = "requirements: [AUTH-01, AUTH-02, OLD-02]\n"
    findings = findings_of({"REQUIREMENTS.md": REQUIREMENTS, **archive, A: plan(front)})
    assert [finding for finding in findings if finding.rule.startswith("requirement")] == []


def test_no_rule_asks_for_a_document_that_is_absent(findings_of: FindingsOf) -> None:
    findings = findings_of({A: plan("requirements: [AUTH-01]\n"), C: plan()})
    assert {
        finding.rule
        for finding in findings
        if finding.rule.startswith(("requirement", "roadmap", "status", "state"))
    } == set()


def test_a_requirement_that_is_defined_twice(findings_of: FindingsOf) -> None:
    findings = findings_of({"REQUIREMENTS.md": "- [ ] **A-01**: x\n- [ ] **A-01**: y\n"})
    assert of(findings, "duplicate-requirement") == [("REQUIREMENTS.md", 2, 9, "warning")]


ROADMAP = """# Roadmap

- [x] **Phase 1: Start** - done
- [ ] **Phase 3: Later** - TBD

### Phase 1: Start
Plans:
- [x] 01-01-PLAN.md - one
- [ ] 01-03-PLAN.md - three
- [ ] 01-04: TBD
"""


def test_a_roadmap_against_folders_files_and_summaries(findings_of: FindingsOf) -> None:
    findings = findings_of({"ROADMAP.md": ROADMAP, A: plan(), B: plan(), C: plan()})
    assert of(findings, "roadmap-unlisted") == [
        ("ROADMAP.md", 1, 1, "warning"),
        ("ROADMAP.md", 8, 7, "note"),
    ]
    assert of(findings, "roadmap-missing") == [("ROADMAP.md", 9, 7, "warning")]
    assert of(findings, "status-without-evidence") == [("ROADMAP.md", 8, 7, "warning")]


def test_a_roadmap_that_is_behind(findings_of: FindingsOf) -> None:
    text = ROADMAP.replace("[x] 01-01", "[ ] 01-01")
    findings = findings_of({"ROADMAP.md": text, A: plan(), A.replace("PLAN", "SUMMARY"): "Done\n"})
    assert of(findings, "roadmap-behind") == [("ROADMAP.md", 8, 7, "note")]
    assert of(findings, "status-without-evidence") == []


def test_a_plan_that_reaches_beyond_its_missions(findings_of: FindingsOf) -> None:
    mission = "title: A\ngoal: b\nphases: [1]\nscope_contract:\n  paths: [src/**, a.py]\n"
    findings = findings_of(
        {
            "missions/m.yaml": mission,
            "missions/free.yaml": "title: A\ngoal: b\nphases: [1, 2]\n",
            A: plan("files_modified:\n  - ./src/x/\n  - docs/*.md\n  - src/**/*.py\n"),
            B: plan(files="b.py"),
            C: plan("files_modified: [elsewhere]\n"),
        }
    )
    assert of(findings, "outside-mission") == [(A, 4, 5, "warning"), (B, 1, 1, "warning")]
    assert any("`docs/*.md`" in finding.message for finding in findings)
    findings = findings_of({A.replace("PLAN", "SUMMARY"): "Done\n"})
    assert of(findings, "outside-mission") == [(A, 4, 5, "note"), (B, 1, 1, "warning")]


def test_claims_without_evidence(findings_of: FindingsOf) -> None:
    findings = findings_of(
        {
            A: plan("status: complete\n"),
            C: plan("status: draft\n"),
            "phases/02-grow/02-VERIFICATION.md": (
                "---\nstatus: passed\nscore: 3/5 must-haves\n---\n"
            ),
            "STATE.md": "---\nprogress:\n  total_plans: 2\n  completed_plans: 3\n---\n",
        }
    )
    verification = ("phases/02-grow/02-VERIFICATION.md", 2, 9, "warning")
    assert of(findings, "status-without-evidence") == [
        (A, 2, 9, "warning"),
        verification,
        verification,
    ]
    assert of(findings, "state-numbers") == [("STATE.md", 4, 20, "warning")]


def test_summaries(findings_of: FindingsOf) -> None:
    summary = {
        "phases/01-start/01-02-SUMMARY.md": "---\na: @b\n---\n",
        "phases/01-start/01-SUMMARY.md": "All done\n",
    }
    findings = findings_of({A: plan(), **summary})
    assert of(findings, "summary-without-plan") == [
        ("phases/01-start/01-02-SUMMARY.md", 1, 1, "warning")
    ]
    assert of(findings, "report-yaml") == [("phases/01-start/01-02-SUMMARY.md", 2, 4, "warning")]


def test_one_file_of_a_repository_is_held_against_its_neighbours(findings_of: FindingsOf) -> None:
    documents = {A: plan("depends_on: [01-02]\n"), B: plan("depends_on: [01-01]\n")}
    assert [
        finding.path
        for finding in findings_of(documents, only=[A])
        if finding.rule == "depends-cycle"
    ] == [f".planning/{A}"]


def test_one_file_outside_a_repository_is_judged_by_itself(findings_of: FindingsOf) -> None:
    documents = {A: plan("depends_on: [01-02]\n"), B: plan("depends_on: [01-01]\n")}
    assert of(findings_of(documents, repository=False, only=[A]), "depends-cycle") == []
    assert len(of(findings_of(documents, repository=False), "depends-cycle")) == 2


def test_two_phases_of_one_number(findings_of: FindingsOf) -> None:
    page = "---\ntitle: It\n---\n"
    documents = {
        "phases/01-start/README.md": page,
        "phases/1-other/README.md": page,
        "phases/01.1-more/README.md": page,
        "phases/01-third/01-01-PLAN.md": plan(),
    }
    assert of(findings_of(documents), "duplicate-phase") == [
        ("phases/01-third/01-01-PLAN.md", 1, 1, "warning"),
        ("phases/1-other/README.md", 1, 1, "warning"),
    ]
    done = findings_of({"phases/01-third/01-01-SUMMARY.md": "---\nphase: 01-third\n---\n"})
    assert of(done, "duplicate-phase")[0] == ("phases/01-third/01-01-PLAN.md", 1, 1, "note")


def test_a_mission_whose_shape_or_phases_are_wrong(findings_of: FindingsOf) -> None:
    mission = "id: other\ntitle: A\nstatus: finished\nphases: [1, 01-first-of-all, 7, 9]\n"
    findings = findings_of(
        {
            "phases/01-start/01-01-PLAN.md": plan(),
            "missions/a.yaml": mission,
            "ROADMAP.md": "- [ ] **Phase 1: Start**\n- [ ] **Phase 9: End**\n",
        }
    )
    assert of(findings, "mission-shape") == [
        ("missions/a.yaml", 1, 1, "warning"),
        ("missions/a.yaml", 1, 5, "warning"),
        ("missions/a.yaml", 3, 9, "warning"),
    ]
    assert of(findings, "mission-phase") == [
        ("missions/a.yaml", 4, 13, "warning"),
        ("missions/a.yaml", 4, 30, "warning"),
        ("missions/a.yaml", 4, 33, "note"),
    ]
    right = "id: a\ntitle: A\ngoal: b\nphases: [start, .planning/phases/01-start]\n"
    assert not {"mission-shape", "mission-phase"} & {
        finding.rule for finding in findings_of({"missions/a.yaml": right})
    }


def test_a_mission_that_is_called_done_and_is_not(findings_of: FindingsOf) -> None:
    mission = "status: {}\nphases: ['1', grow]\n"
    documents = {
        A: plan(),
        C: plan(),
        "phases/01-start/01-01-SUMMARY.md": "---\nphase: 01-start\n---\n",
    }
    findings = findings_of(
        {
            **documents,
            "missions/a.yaml": mission.format("done"),
            "missions/b.yaml": mission.format("active"),
        }
    )
    assert of(findings, "mission-not-done") == [("missions/a.yaml", 1, 9, "warning")]
    assert (
        of(
            findings_of({"phases/02-grow/02-01-SUMMARY.md": "---\nphase: 02-grow\n---\n"}),
            "mission-not-done",
        )
        == []
    )
    assert (
        of(
            findings_of({"missions/a.yaml": "status: done\nphases: [03-gone]\n"}),
            "mission-not-done",
        )
        != []
    )


def test_items_by_themselves_and_between_each_other(findings_of: FindingsOf) -> None:
    item = "---\nid: {}\ntitle: It\nstatus: {}\ndepends_on: [{}]\nacceptance: [a]\n---\n"
    findings = findings_of(
        {
            "backlog/aa1-x.md": item.format("aa1", "done", "aa9"),
            "backlog/aa1-y.md": item.format("aa1", "todo", ""),
            "backlog/aa2-x.md": "no front matter",
            "backlog/aa3-x.md": item.format("aa3", "dnoe", ""),
        }
    )
    rules = (
        "item-front-matter",
        "item-shape",
        "duplicate-item",
        "item-dependency",
        "item-not-done",
    )
    assert [[place for place, *_ in of(findings, rule)] for rule in rules] == [
        ["backlog/aa2-x.md"],
        ["backlog/aa3-x.md"],
        ["backlog/aa1-y.md"],
        ["backlog/aa1-x.md"],
        ["backlog/aa1-x.md"],
    ]
