"""Plans as people write them: front matter, steps, sections, and everything that is wrong said at
once.
"""

from __future__ import annotations

import hashlib
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.plan.plan import Plan, load
from forge.text.source import Source

PATH = ".planning/phases/01-first/01-01-PLAN.md"


def read(text: str | bytes, plan_id: str = "01-01") -> Plan:
    data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    return load(Source.of(PATH, data), plan_id)


def rules(plan: Plan) -> list[str]:
    return [finding.rule for finding in plan.findings]


WHOLE = """\
    ---
    phase: 01-first
    plan: 01
    depends_on: ["00-01", 2]
    files_modified: [src/a.py, "docs/*.md"]
    files_deleted: [old.py]
    must_haves:
      truths: ["It works"]
      artifacts: [{path: "src/b.py"}]
    ---

    <objective>

    Make it work.
    And more.
    </objective>

    <context>
    @README.md
    - @docs/guide.md
    mail@example.org
    </context>

    <tasks>

    <task type="auto" id="one">
      <name>Task 1: Write it</name>
      <files>src/a.py, src/c.py (new), src/d.py (delete)</files>
      <read_first>src/x.py, src/y.py</read_first>
      <action>Write `</task>` into it.</action>
      <verify><automated>test -s src/a.py</automated></verify>
      <done>It is there.</done>
    </task>

    <task type="checkpoint:decision" gate="blocking">
      <decision>Which way?</decision>
      <context>
      @notes.md
      </context>
      <options>
        <option id="left">Go left, it is
        nearer.</option>
        <option>Go right.</option>
      </options>
    </task>

    </tasks>

    <verification>
    - `npm test` passes
    - It feels right
    </verification>
"""


def test_a_whole_plan() -> None:
    plan = read(WHOLE)
    assert plan.findings == []
    assert plan.front_closed
    assert plan.path == PATH
    assert plan.sha256 == hashlib.sha256(textwrap.dedent(WHOLE).encode()).hexdigest()
    assert plan.title == "Make it work."
    assert plan.section("objective") == "Make it work.\nAnd more."
    assert plan.section("threat_model") == ""
    assert plan.texts("depends_on") == ["00-01", "2"]
    assert plan.texts("absent") == []
    assert plan.references == ["README.md", "docs/guide.md"]
    assert [check.text for check in plan.verification] == ["npm test"]
    assert [item.name for item in plan.must_haves] == ["truth:1", "artifact:1"]
    assert plan.announced_deletes == ["src/d.py", "old.py"]
    assert plan.write_scope.paths == (
        "src/a.py",
        "docs/*.md",
        "old.py",
        "src/b.py",
        "src/c.py",
        "src/d.py",
    )


def test_its_steps() -> None:
    first, second = read(WHOLE).steps
    assert (first.id, first.number, first.name, first.stage) == (
        "01-01/1",
        1,
        "Task 1: Write it",
        "edit",
    )
    assert (second.id, second.number, second.name, second.stage) == (
        "01-01/2",
        2,
        "Which way?",
        "checkpoint",
    )
    assert first.attributes == {"type": "auto", "id": "one"}
    assert first.parts["action"] == "Write `</task>` into it."
    assert first.files == ["src/a.py", "src/c.py", "src/d.py"]
    assert first.references == ["src/x.py", "src/y.py"]
    assert second.references == ["notes.md"]
    assert [check.text for check in first.checks] == ["test -s src/a.py"]
    assert (first.edits, second.edits) == (True, False)
    assert [(option.id, option.text) for option in second.options] == [
        ("left", "Go left, it is nearer."),
        ("option-2", "Go right."),
    ]


def test_a_steps_spans_are_its_characters() -> None:
    plan = read(WHOLE)
    text, step = plan.source.text, plan.steps[0]
    assert text[step.span.start : step.span.end].startswith("<task")
    assert text[step.span.start : step.span.end].endswith("</task>")
    assert step.verify_span is not None
    assert (
        text[step.verify_span.start : step.verify_span.end]
        == "<automated>test -s src/a.py</automated>"
    )
    assert plan.steps[1].verify_span is None


def one_step(attributes: str, inner: str) -> Plan:
    return read(f"---\nphase: 1\n---\n<task{attributes}>\n{inner}\n</task>\n")


@pytest.mark.parametrize(
    ("kind", "asks"),
    [
        ("checkpoint:human-verify", "human_verify"),
        ("checkpoint:decision", "decision"),
        ("checkpoint:human-action", "human_action"),
        ("checkpoint", "human_verify"),
        ("human", "human_verify"),
    ],
)
def test_the_kind_of_answer_of_a_checkpoint(kind: str, asks: str) -> None:
    assert one_step(f' type="{kind}"', "<name>x</name>").steps[0].asks == asks


@pytest.mark.parametrize(
    ("attributes", "inner", "called"),
    [
        ("", "<name>Add it</name>", True),
        ("", "<name>Fix it now</name>\n<verify><automated>true x</automated></verify>", True),
        ("", "<name>Test it now</name>", False),
        ("", "<name>Test it now</name>\n<action>Do it.</action>", True),
        (
            "",
            (
                "<name>Test it now</name>\n<action>Do it.</action>\n<verify><automated>npm"
                " test</automated></verify>"
            ),
            False,
        ),
        ("", "<name>Read it now</name>\n<action>Do it.</action>\n<verify>Look.</verify>", True),
        (' type="checkpoint"', "<action>Do it.</action>", False),
    ],
)
def test_a_runner_or_the_user_does_a_steps_work(attributes: str, inner: str, called: bool) -> None:
    assert one_step(attributes, inner).steps[0].calls_runner is called


def test_a_name_is_one_printable_line() -> None:
    assert one_step("", "<name>a\x07b\n  c\u2028d</name>").steps[0].name == "a b c d"
    assert one_step("", "<what-built>A page</what-built>").steps[0].name == "A page"
    assert one_step("", "").steps[0].name == "step 1"


def test_a_tag_that_appears_twice_is_joined() -> None:
    step = one_step("", "<verify>`npm test`</verify>\n<verify>`npm run lint`</verify>").steps[0]
    assert [check.text for check in step.checks] == ["npm test", "npm run lint"]


def test_a_tdd_plan_of_a_feature_has_one_step() -> None:
    plan = read(
        "---\ntype: tdd\n---\n<feature>\n  <name>Add sums</name>\n "
        " <files>a.py</files>\n</feature>\n"
    )
    assert [(step.id, step.name, step.stage, step.files) for step in plan.steps] == [
        ("01-01/1", "Add sums", "edit", ["a.py"])
    ]
    assert rules(plan) == []


TASK = "<task>\n<name>x</name>\n</task>\n"


@pytest.mark.parametrize(
    ("text", "expected", "blocking"),
    [
        ("", ["front-matter-missing", "no-steps"], ["no-steps"]),
        (TASK, ["front-matter-missing"], []),
        ("text\n---\na: 1\n---\n" + TASK, ["front-matter-missing"], []),
        ("---\na: 1\n" + TASK, ["front-matter-unclosed"], ["front-matter-unclosed"]),
        ("---\n", ["front-matter-unclosed", "no-steps"], ["front-matter-unclosed", "no-steps"]),
        ("---\n---\n" + TASK, [], []),
        ("---\na: [1\n---\n" + TASK, ["front-matter-yaml"], []),
        ("---\n- a\n---\n" + TASK, ["front-matter-shape"], []),
        ("---\njust words\n---\n" + TASK, ["front-matter-shape"], []),
        ("---\na: 1\n---\n", ["no-steps"], ["no-steps"]),
        (
            "---\na: 1\n---\n" + TASK.replace("<task>", '<task id="a">') * 2,
            ["duplicate-step-id"],
            ["duplicate-step-id"],
        ),
        (
            "---\na: 1\n---\n" + TASK.replace("<task>", '<task stage="deploy">'),
            ["unknown-stage"],
            [],
        ),
        (
            "---\nfiles_modified: [../a, b, /etc/c]\n---\n" + TASK,
            ["path-outside", "path-outside"],
            ["path-outside"] * 2,
        ),
        (
            "---\na: 1\n---\n" + TASK.replace("x</name>", "x</name>\n<files>~/a</files>"),
            ["path-outside"],
            ["path-outside"],
        ),
        (b"---\na: \xff\n---\n" + TASK.encode(), ["unreadable"], ["unreadable"]),
        (b"---\na: 1\n---\n\0" + TASK.encode(), ["unreadable"], ["unreadable"]),
        (b"\0\1\2", ["unreadable", "front-matter-missing"], ["unreadable"]),
    ],
)
def test_every_mistake_is_a_finding_and_some_block(
    text: str | bytes, expected: list[str], blocking: list[str]
) -> None:
    plan = read(text)
    assert [rule for rule in rules(plan) if rule in expected] == expected
    assert [finding.rule for finding in plan.blocking] == blocking
    assert bool(rules(plan)) is bool(expected)
    assert all(
        finding.hint and finding.message and finding.path == PATH for finding in plan.findings
    )


def test_invalid_yaml_is_a_finding_at_its_place() -> None:
    plan = read("---\nphase: 1\nbad: `x`\n---\n" + TASK)
    (finding,) = plan.findings
    assert (finding.rule, finding.severity, finding.line) == ("front-matter-yaml", "error", 3)
    assert plan.front_closed


def test_a_path_outside_the_repository_is_a_finding_at_its_place() -> None:
    plan = read("---\nfiles_modified:\n  - src/a.py\n  - ../b.py\n---\n" + TASK)
    (finding,) = plan.findings
    assert (finding.line, finding.column, finding.end_column) == (4, 5, 12)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_carriage_returns_and_a_mark_change_nothing(mark: bytes) -> None:
    plan, other = read(mark + textwrap.dedent(WHOLE).replace("\n", "\r\n").encode()), read(WHOLE)
    assert plan.findings == []
    assert [(step.id, step.name, step.stage, step.files) for step in plan.steps] == [
        (step.id, step.name, step.stage, step.files) for step in other.steps
    ]
    assert [check.text for check in plan.steps[0].checks] == ["test -s src/a.py"]
    assert plan.front.plain() == other.front.plain()
    assert plan.title == other.title
    assert [check.text for check in plan.verification] == ["npm test"]


def test_front_matter_of_utf_16_is_read() -> None:
    plan = read(b"\xff\xfe" + ("---\nphase: 7\n---\n" + TASK).encode("utf-16-le"))
    assert plan.front.plain() == {"phase": 7}
    assert plan.findings == []


PIECES = [
    "---\n",
    "phase: 1\n",
    "files_modified: [../a]\n",
    "must_haves:\n",
    "  truths: [a]\n",
    "<task>\n",
    "<task id='1' stage='x'>\n",
    "</task>\n",
    "<name>Fix it </name>\n",
    "<files>a, /b</files>\n",
    "<verify>`npm test`</verify>\n",
    "<feature>\n",
    "<verification>\n",
    "\0",
    "\r\n",
    "@x\n",
    "<options>\n<option id=1>a</option>\n</options>\n",
]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(st.sampled_from(PIECES).map(str.encode), st.binary(max_size=5)), max_size=25
    ).map(b"".join)
)
def test_any_bytes_are_a_plan_with_findings(data: bytes) -> None:
    plan = read(data)
    lines = plan.source.text.count("\n") + 1
    assert all(1 <= finding.line <= lines and finding.column >= 1 for finding in plan.findings)
    assert [step.number for step in plan.steps] == list(range(1, len(plan.steps) + 1))
    assert plan.steps or plan.blocking
    for step in plan.steps:
        assert step.name
        assert step.text in plan.source.text
        assert (step.checks, step.options, step.files, step.references) is not None
    plan.write_scope.covers("a")
    assert (
        plan.must_haves,
        plan.verification,
        plan.references,
        plan.announced_deletes,
        plan.title,
    ) is not None
