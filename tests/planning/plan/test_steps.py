"""Steps of a plan by themselves: their parts, and the mistakes in them."""

from __future__ import annotations

import pytest

from forge.planning.plan.steps import Option, Step, findings_on, findings_outside, steps_in
from forge.text.source import Source


def source(text: str) -> Source:
    return Source.of("01-01-PLAN.md", text.encode())


def steps(*inner: str, attributes: str = "") -> list[Step]:
    text = "".join(f"<task{attributes}>\n{kind}\n</task>\n" for kind in inner)
    return steps_in(source(text), "01-01")


def test_steps_are_numbered_from_one() -> None:
    read_steps = steps("<name>A</name>", "<name>B</name>")
    assert [(step.id, step.number, step.name) for step in read_steps] == [
        ("01-01/1", 1, "A"),
        ("01-01/2", 2, "B"),
    ]


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        ("<name>A\n  b</name>", "A b"),
        ("<name>A\x1b[31m</name>", "A [31m"),
        ("<name></name><decision>Which one?</decision>", "Which one?"),
        ("<what-built>The page</what-built>", "The page"),
        ("", "step 1"),
    ],
)
def test_the_name_of_a_step(inner: str, name: str) -> None:
    assert steps(inner)[0].name == name


def test_a_tag_that_is_repeated_is_joined_and_verify_has_the_place_of_the_first() -> None:
    text = "<task>\n<verify>one</verify>\n<verify>two</verify>\n</task>\n"
    (step,) = steps_in(source(text), "x")
    assert step.parts["verify"] == "one\ntwo"
    assert step.verify_span is not None
    assert text[step.verify_span.start : step.verify_span.end] == "one"


def test_the_files_and_references_of_a_step() -> None:
    (step,) = steps(
        "<files>a.py, src/{b,c}.py (new)</files><read_first>d.md</read_first>"
        "<context>\n@e.md\n- @f.md\n</context>"
    )
    assert step.files == ["a.py", "src/b.py", "src/c.py"]
    assert step.references == ["d.md", "e.md", "f.md"]
    assert step.files is step.files, "computed once"


def test_the_options_of_a_decision() -> None:
    (step,) = steps(
        '<options>\n<option id="a"><name>One</name><pros>good</pros></option>\n'
        "<option>Two</option>\n</options>",
        attributes=' type="checkpoint:decision"',
    )
    assert step.options == [Option("a", "One good"), Option("option-2", "Two")]
    assert step.asks == "decision"


@pytest.mark.parametrize(
    ("attributes", "tdd"),
    [(' tdd="true"', True), (' tdd="TRUE "', True), (' tdd="no"', False), ("", False)],
)
def test_a_tdd_step(attributes: str, tdd: bool) -> None:
    assert steps("<files>a.py</files>", attributes=attributes)[0].tdd is tdd
    assert not steps("<name>Read it</name>", attributes=attributes)[0].tdd, "it changes no files"


def test_a_feature_is_the_only_step_of_a_plan_without_tasks() -> None:
    (step,) = steps_in(source("<feature>\n<name>A</name>\n<files>a.py</files>\n</feature>\n"), "x")
    assert (step.id, step.stage, step.tdd, step.name) == ("x/1", "edit", True, "A")
    both = "<feature>\n<name>A</name>\n</feature>\n<task>\n<name>B</name>\n</task>\n"
    assert [step.name for step in steps_in(source(both), "x")] == ["B"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", [("no-steps", True)]),
        ('<task id="a">\n</task>\n<task id="a">\n</task>\n', [("duplicate-step-id", True)]),
        ('<task stage="walk">\n</task>\n', [("unknown-stage", False)]),
        ('<task id="a">\n</task>\n<task>\n</task>\n<task>\n</task>\n', []),
    ],
)
def test_mistakes_in_steps(text: str, rules: list[tuple[str, bool]]) -> None:
    findings = findings_on(source(text), steps_in(source(text), "x"))
    assert [(finding.rule, finding.blocks) for finding in findings] == rules


def test_a_file_that_is_not_text_has_no_finding_about_steps() -> None:
    broken = Source.of("x", b"\xff")
    assert list(findings_on(broken, [])) == []


def test_each_path_outside_of_the_repository_is_a_finding() -> None:
    text = "<task>\n<files>a.py, ../b.py, /c.py</files>\n</task>\n"
    findings = list(findings_outside(source(text), steps_in(source(text), "x")))
    assert [finding.message.split("`")[1] for finding in findings] == ["../b.py", "/c.py"]
    assert all(finding.blocks and finding.line == 1 for finding in findings)
