"""New documents can be read, and hold what the user gave for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.planning.backlog import item as items
from forge.planning.edits.new_documents import Wishes, item, mission, one_line, phase, plan
from forge.planning.plan.facts import PlanFacts
from forge.planning.plan.plan import load
from forge.text.source import Source
from forge.text.yaml import parse as yaml

TITLES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20).filter(
    one_line
)


@given(TITLES, st.lists(TITLES, max_size=3))
def test_any_title_makes_an_item_that_reads_back(title: str, accept: list[str]) -> None:
    wishes = Wishes(accept=tuple(map(one_line, accept)), priority="P1")
    read = items.load(Source.of("k3f-x.md", item("k3f", one_line(title), wishes).encode()))
    assert read.findings == [] and read.title == one_line(title).strip()
    assert (read.id, read.status, read.fields.priority) == ("k3f", "todo", "P1")
    assert len(read.criteria) == len(accept)


@given(TITLES)
def test_any_title_makes_a_mission_with_a_goal(title: str) -> None:
    top = yaml.parse(mission("a", one_line(title), Wishes()))
    data = top.plain()
    assert isinstance(data, dict)
    assert data["title"] == data["goal"] == one_line(title) and data["status"] == "draft"


def test_a_mission_holds_what_was_given() -> None:
    data = yaml.parse(
        mission("a", "A", Wishes(goal="To win", phase="01-a", status="active"))
    ).plain()
    assert isinstance(data, dict)
    assert (data["goal"], data["phases"], data["status"]) == ("To win", ["01-a"], "active")


def test_a_plan_has_one_step_and_its_place_in_the_phase() -> None:
    wishes = Wishes(depends_on=("01-01",), requirements=("AUTH-01",))
    text = plan("01-a", "02", "Log in", 3, wishes)
    read = load(Source.of("01-02-PLAN.md", text.encode()), "01-02")
    assert (read.title, read.wave, len(read.steps)) == ("Log in", 3.0, 1)
    assert read.texts("depends_on") == ["01-01"] and read.texts("requirements") == ["AUTH-01"]
    number = PlanFacts.of(read).number
    assert number is not None and number.text == "02"


def test_a_phase_has_a_page() -> None:
    text = phase("01-log-in", "01", "Log in", Wishes(depends_on=("00-start",)))
    data = yaml.parse(text.split("---\n")[1]).plain()
    assert isinstance(data, dict)
    assert (data["phase"], data["title"]) == ("01-log-in", "Log in")
    assert "Log in" in text.split("---\n")[2]


def test_braces_in_a_title_are_not_filled() -> None:
    assert "{{goal}}" in mission("a", "{{goal}}", Wishes(goal="x"))


@pytest.mark.parametrize(
    ("title", "line"),
    [("a\nb", "a b"), (["a", "b  c"], "a b c"), ("\x1b[31ma", "[31ma"), (" ", ""), ("é", "é")],
)
def test_a_title_is_one_printable_line(title: str | list[str], line: str) -> None:
    assert one_line(title) == line
