"""Operations that show the status of the work."""

from __future__ import annotations

import pytest

from forge.errors import UnknownName
from forge.front.operations.table import OPERATIONS
from tests.front.calling import Front
from tests.front.operations.test_documents import ITEM, ITEM_PATH, put

PLAN = """---
phase: {folder}
plan: {number:02}
wave: 1
depends_on: [{depends}]
requirements: [{requirements}]
---

<objective>
{title}
</objective>

<task type="auto">
<name>Write it</name>
</task>
"""
REQUIREMENTS = """# Requirements

- [ ] **AUTH-01**: Users log in
- [x] **AUTH-02**: Users log out
- [ ] **AUTH-03**: Users are counted
"""


def put_plan(
    front: Front, name: str, title: str, depends: str = "", requirements: str = ""
) -> None:
    phase, number = name.split("-")
    folder = f"{phase}-part"
    text = PLAN.format(
        folder=folder, number=int(number), title=title, depends=depends, requirements=requirements
    )
    put(front, f".planning/phases/{folder}/{name}-PLAN.md", text)


@pytest.fixture
def project(front: Front) -> Front:
    put_plan(front, "01-01", "Log in", requirements="AUTH-01")
    put_plan(front, "01-02", "Log out", depends="01-01", requirements="AUTH-02, AUTH-99")
    put_plan(front, "02-01", "Pay")
    put(front, ITEM_PATH, ITEM + "---\n")
    put(front, ".planning/REQUIREMENTS.md", REQUIREMENTS)
    return front


def test_status_lists_phases_plans_backlog_and_what_is_next(project: Front) -> None:
    lines = project.text("status").splitlines()
    assert lines[:2] == ["mission work", "  active, 0 of 3 plans proven"]
    assert lines.index(".planning/phases/01-part") < lines.index(".planning/phases/02-part")
    plans = [line.split()[:2] for line in lines if line.startswith("  0")]
    assert plans == [["01-01", "ready"], ["01-02", "open"], ["02-01", "open"]]
    assert "backlog: 1 todo; 1 can start" in lines
    assert lines[lines.index("next:") + 1].startswith("  forge ")


def test_status_without_plans_says_so(front: Front) -> None:
    lines = front.text("status").splitlines()
    assert "there are no plans under .planning/ yet" in lines
    assert lines[-3:] == ["next:", "  forge init", "  forge demo"]


def test_status_counts_archived_plans_in_one_line(project: Front) -> None:
    project.perform("archive", name="02-01")
    assert "archived: 1 plan (1 archived)" in project.text("status").splitlines()


def test_ready_lists_what_can_start(project: Front) -> None:
    lines = project.text("ready").splitlines()
    assert [line.split()[0] for line in lines] == ["01-01", "k3f9x2m"]
    data = project.data("ready")
    assert [plan["id"] for plan in data["ready"]] == ["01-01"]
    assert "waiting" not in data


def test_ready_explains_why_the_rest_cannot_start(project: Front) -> None:
    reply = project.perform("ready", explain=True)
    waiting = reply.as_data()["waiting"]
    assert isinstance(waiting, list) and [entry["id"] for entry in waiting] == ["01-02", "02-01"]
    assert all(entry["reasons"] for entry in waiting)
    assert "01-01" in "".join(waiting[0]["reasons"])
    assert waiting[0]["reasons"][0] in reply.as_text()


def test_ready_without_anything_to_start(front: Front) -> None:
    assert front.text("ready") == "nothing can start now"


def test_next_names_the_plan_that_can_start(project: Front) -> None:
    data = project.data("next")
    assert data["why"] == "01-01 can start" and data["next"][0].startswith("forge ")
    assert project.text("next").splitlines()[0] == "01-01 can start"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("todo", "no plan can start; the item k3f9x2m (P1) can: Count it"),
        ("in_progress", "no plan can start; the item k3f9x2m is in progress: Count it"),
        ("done", "there are no plans yet"),
    ],
)
def test_next_without_plans_names_an_item(front: Front, status: str, why: str) -> None:
    put(front, ITEM_PATH, ITEM.replace("todo", status) + "---\n")
    assert front.data("next")["why"] == why


def test_next_without_plans_names_phases_of_the_roadmap(front: Front) -> None:
    roadmap = "# Roadmap\n\n## Phases\n\n- [ ] **Phase 1: Log in**\n- [ ] **Phase 2: Pay**\n"
    put(front, ".planning/ROADMAP.md", roadmap)
    why = front.data("next")["why"]
    assert why.startswith("there are no plans yet; the roadmap lists 2 phases without plans: 1")


def test_board_shows_columns_one_below_the_other_as_text(project: Front) -> None:
    reply = project.perform("board")
    lines = reply.as_text().splitlines()
    assert lines[lines.index("ready (1)") + 1] == "  01-01 Log in"
    assert lines[lines.index("todo (1)") + 1] == "  k3f9x2m Count it"
    columns = [column.name for column in reply.view.plans]  # type: ignore[attr-defined]
    assert columns.index("open") < columns.index("proven")


@pytest.mark.parametrize(
    ("form", "sign"), [("text", "01-02"), ("mermaid", "-->"), ("dot", "digraph")]
)
def test_graph_draws_in_each_form(project: Front, form: str, sign: str) -> None:
    reply = project.perform("graph", form=form)
    assert sign in reply.as_text() and reply.as_data()["drawing"] == reply.as_text()


def test_graph_draws_one_phase(project: Front) -> None:
    drawing = project.text("graph", phase="2")
    assert "02-01" in drawing and "01-02" not in drawing


def test_graph_lists_the_phases_if_one_is_unknown(project: Front) -> None:
    with pytest.raises(UnknownName) as unknown:
        project.perform("graph", phase="7")
    assert "there are:\n  .planning/phases/01-part\n" in unknown.value.message


def test_trace_shows_requirements_with_their_plans(project: Front) -> None:
    lines = project.text("trace").splitlines()
    heads = {line[4:11]: line for line in lines if line.startswith("[")}
    assert heads["AUTH-01"].startswith("[ ]") and heads["AUTH-02"].startswith("[x]")
    assert "not covered" in heads["AUTH-03"]
    assert lines[lines.index(heads["AUTH-02"]) + 1] == "      ticked, and 01-02 open"
    assert "unknown: 01-02 names AUTH-99, which is not defined" in lines
    assert lines[-1] == "0 proven, 2 planned, 1 not covered, 0 put off"


def test_trace_of_one_requirement_leaves_out_the_others(project: Front) -> None:
    text = project.text("trace", requirement="AUTH-01")
    assert "AUTH-01" in text and "AUTH-02" not in text and "unknown" not in text


def test_trace_of_what_is_not_covered(project: Front) -> None:
    data = project.data("trace", uncovered=True)
    assert [entry["id"] for entry in data["requirements"]] == ["AUTH-03"]


def test_trace_refuses_an_unknown_requirement(project: Front) -> None:
    with pytest.raises(UnknownName, match="no requirement `AUTH-07` is defined"):
        project.perform("trace", requirement="AUTH-07")


def test_trace_without_requirements(front: Front) -> None:
    text = front.text("trace")
    assert text == "there is no .planning/REQUIREMENTS.md, so no requirement is defined"


def test_rules_are_listed_with_their_severity(front: Front) -> None:
    reply = front.perform("rules")
    rules = reply.as_data()["rules"]
    assert isinstance(rules, list) and len(rules) > 20
    assert set(rules[0]) == {"id", "severity", "blocks", "summary"}
    lines = reply.as_text().splitlines()
    assert len(lines) == len(rules) + 2 and lines[0].split()[0] == rules[0]["id"]


def test_help_lists_topics_and_commands(front: Front) -> None:
    reply = front.perform("help")
    assert reply.as_data()["commands"] == list(OPERATIONS)
    lines = reply.as_text().splitlines()
    assert lines[0] == "topics:" and "commands:" in lines
    assert any(line.split()[:1] == ["execute"] for line in lines)


def test_help_on_a_topic_fits_the_width_of_the_caller(front: Front) -> None:
    text = front.text("help", topic="plans")
    assert text.startswith("PLANS") and max(map(len, text.splitlines())) <= 100
    with pytest.raises(UnknownName, match="no topic, command or rule `plants`") as unknown:
        front.perform("help", topic="plants")
    assert "`forge help plans`" in unknown.value.hint


def test_doctor_reports_each_check(front: Front) -> None:
    reply = front.perform("doctor")
    checks = reply.as_data()["checks"]
    assert isinstance(checks, list) and "git" in [check["name"] for check in checks]
    assert any(line.startswith("ok       git: ") for line in reply.as_text().splitlines())


def test_doctor_works_outside_of_a_repository(front: Front) -> None:
    front.folder = front.folder.parent
    reply = front.perform("doctor")
    assert reply.code == 1 and "repository" in reply.as_text()


def test_completion_is_for_command_lines(front: Front) -> None:
    with pytest.raises(Exception, match="only the command line is completed"):
        front.perform("completion", shell="bash")
