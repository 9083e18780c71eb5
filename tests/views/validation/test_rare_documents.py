"""Documents that are rare in the corpus but common elsewhere: no crash, the right finding."""

from __future__ import annotations

import codecs
import time

import pytest

from forge.planning.plan.plan import Plan
from forge.planning.proof import statement_hash
from tests.conftest import Sandbox
from tests.text.yaml.plans import BODY, HEAD, PATH, document, marked, read, yaml_findings

PLAN = document("  truths:\n    - a is there\n  artifacts:\n    - path: a.py\n")
SECONDS = 10.0


def rules(plan: Plan) -> list[str]:
    return [finding.rule for finding in plan.findings]


@pytest.mark.parametrize(
    "data",
    [
        PLAN.encode(),
        PLAN.replace("\n", "\r\n").encode(),
        codecs.BOM_UTF8 + PLAN.encode(),
        PLAN.encode("utf-16"),
        codecs.BOM_UTF16_BE + PLAN.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + PLAN.encode("utf-32-le"),
        PLAN.rstrip("\n").encode(),
        PLAN.replace("a is there", "全角 ñ 😀").encode(),
        PLAN.replace("---\n", "---  \n").encode(),
    ],
    ids=[
        "plain",
        "crlf",
        "bom",
        "utf-16",
        "utf-16-be",
        "utf-32",
        "no-final-newline",
        "non-ascii",
        "blanks",
    ],
)
def test_encodings_and_line_ends_read_the_same(data: bytes) -> None:
    plan = read(data)
    assert rules(plan) == [] and len(plan.steps) == 1
    assert [item.kind for item in plan.must_haves] == ["truth", "artifact"]


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (PLAN.encode().replace(b"a is", b"a \xff is"), (12, 9), "is not UTF-8"),
        (PLAN.encode().replace(b"a is", b"a \0 is"), (12, 9), "NUL"),
        (PLAN.encode("utf-16-le"), (1, 2), "NUL"),
        (PLAN.encode("utf-16") + b"\xd8", None, "UTF-16"),
        (b"\x7fELF\x02\x01\0\0\0\xff\xfe", None, "byte"),
    ],
    ids=["invalid-utf-8", "nul", "utf-16-without-mark", "odd-utf-16", "binary"],
)
def test_bytes_that_are_not_text_are_reported_at_their_place(
    data: bytes, place: tuple[int, int] | None, words: str
) -> None:
    plan = read(data)
    (finding,) = [finding for finding in plan.findings if finding.rule == "unreadable"]
    assert words in finding.message and finding.blocks
    assert place is None or (finding.line, finding.column) == place


def test_zero_bytes_and_blank_files() -> None:
    assert rules(read(b"")) == rules(read(b"\n \n")) == ["front-matter-missing", "no-steps"]


def test_conflict_markers_in_the_body_lose_no_step() -> None:
    body = BODY.replace("<tasks>", "<<<<<<< HEAD\n<tasks>").replace(
        "</tasks>", "=======\n</tasks>\n>>>>>>> x"
    )
    assert len(read(document("  truths: []\n", body)).steps) == 1


@pytest.mark.parametrize(
    "addition",
    [
        "\n---\n\nmore\n\n---\n",
        "\n```python\ndef f():\n",
        "\n````\n```\n```\n````\n```\n",
        "a </task> b\n",
        "`<task>` and <T>\n",
        "<!-- <task>old</task> -->\n",
        "Vec<Option<T>> <div className='x'>\n",
        "<!-- a comment -->\n",
        "@@ -1 +1 @@\n",
    ],
    ids=[
        "rules",
        "open-fence",
        "fences",
        "close-in-text",
        "open-in-text",
        "task-in-comment",
        "generics",
        "comment",
        "diff",
    ],
)
def test_markdown_in_an_action_is_text(addition: str) -> None:
    body = BODY.replace("Write it.", f"Write it.\n{addition}Then more.")
    plan = read(document("  truths: []\n", body))
    assert rules(plan) == [] and len(plan.steps) == 1
    assert (
        "Then more." in plan.steps[0].parts["action"]
        and plan.steps[0].parts["done"] == "a.py is there"
    )


def test_several_plans_in_one_file_are_one_plan_with_all_steps() -> None:
    plan = read(PLAN + "\n" + PLAN)
    assert len(plan.steps) == 2 and len(plan.must_haves) == 2


@pytest.mark.parametrize(
    "before", ["# A title\n\n", "\n\n", "<!-- made by hand -->\n", "text\n---\nrule above\n"]
)
def test_text_before_the_front_matter_is_reported_and_the_rest_is_read(before: str) -> None:
    plan = read(before + PLAN)
    (finding,) = plan.findings
    assert (
        finding.rule == "front-matter-missing"
        and "before the front matter" in finding.message
        and finding.line == 1
    )
    assert len(plan.must_haves) == 2 and plan.must_haves[0].span.start > len(before)


def test_front_matter_that_is_never_closed_is_read_to_the_body() -> None:
    plan = read(f'---\n{HEAD}must_haves:\n  truths:\n    - a: "\\d"\n\n{BODY}')
    assert (
        rules(plan)[:2] == ["front-matter-unclosed", "front-matter-yaml"]
        and marked(plan, plan.findings[1]) == "\\d"
    )
    assert len(plan.must_haves) == 1 and len(plan.steps) == 1 and not plan.front_closed


def test_a_rule_in_the_body_does_not_end_front_matter_that_is_closed() -> None:
    assert len(read(PLAN.replace("<tasks>", "---\n<tasks>")).must_haves) == 2


@pytest.mark.parametrize(
    "data",
    [
        document(f"  truths:\n    - {'x' * 1_000_000}\n"),
        document(f'  truths:\n    - "{"x" * 500_000}\\.{"y" * 500_000}"\n'),
        document("  truths: []\n", BODY.replace("Write it.", "x < y > z " * 100_000)),
        document("  truths: []\n", BODY.replace("<files>a.py", "<files>" + "{a,b}/" * 150_000)),
        document("  truths: []\n", "<task " * 150_000 + ">\n" + BODY),
        document("  truths: []\n", "<task>\n" * 20_000),
        document("  truths:\n" + '    - `a: b: "c\\.\n' * 3_000),
        document("  truths:\n" + "\t- a\n" * 5_000),
        document("  truths:\n" + "  truths: [a]\n" * 5_000),
        document("  truths:\n" + "    - 'a', \"b\n" * 3_000),
        document("  truths: " + "[" * 50_000 + "\n"),
        document("  truths: " + "{a: " * 50_000 + "\n"),
        document("  truths:\n" + "".join(f"{'  ' * depth}- \n" for depth in range(2, 900))),
        document(
            "  a: &a0 [x]\n"
            + "".join(f"  a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 10))
        ),
        document("  a: &a\n    <<: *a\n    b: *a\n"),
        document("  <<: [*x, *y]\n"),
        "---\n" * 100_000,
        "---\nphase: 1\n" * 20_000,
        "'" * 300_000,
    ],
    ids=[
        "line",
        "broken-line",
        "action",
        "files",
        "open-tags",
        "tasks",
        "broken-lines",
        "tabs",
        "repeats",
        "quotes",
        "brackets",
        "braces",
        "depth",
        "laughs",
        "itself",
        "unknown-anchors",
        "rules",
        "plans",
        "apostrophes",
    ],
)
def test_hostile_documents_are_read_quickly(data: str) -> None:
    began = time.process_time()
    plan = read(data)
    assert all(len(step.files) >= 0 for step in plan.steps)
    assert all(finding.line >= 1 for finding in plan.findings)
    assert time.process_time() - began < SECONDS


def test_ten_thousand_steps_are_read_in_seconds() -> None:
    step = BODY[BODY.index("<task type") : BODY.index("</tasks>")]
    began = time.process_time()
    plan = read(document("  truths: []\n", f"<tasks>\n{step * 10_000}</tasks>\n"))
    assert len(plan.steps) == 10_000 and plan.steps[-1].id == "01-01/10000"
    assert all(item.checks[0].text == "test -f a.py" for item in plan.steps)
    assert time.process_time() - began < SECONDS


def test_two_hundred_levels_are_a_finding_and_sixty_are_not() -> None:
    deep = read(document(f"  x: {'[' * 200}{']' * 200}\n  truths: [a]\n"))
    (finding,) = yaml_findings(deep)
    assert "nested too deep" in finding.message and finding.line == 11
    assert len(deep.must_haves) == 1
    assert yaml_findings(read(document(f"  x: {'[' * 60}{']' * 60}\n"))) == []


def test_anchors_and_merge_keys_are_values() -> None:
    artifacts = "  artifacts:\n    - &a {path: a.py}\n    - {<<: *a, min_lines: 3}\n"
    plan = read(document(f"  truths: &t [a]\n  prohibitions: *t\n{artifacts}"))
    assert [item.statement for item in plan.must_haves] == ["a", "a.py", "a.py", "a"]
    assert yaml_findings(plan) == []


def test_documents_that_are_links_pipes_or_oddly_named(sandbox: Sandbox) -> None:
    sandbox.write(".planning/phases/01-a/01-01-PLAN.md", PLAN)
    folder = sandbox.root / ".planning/phases/01-a"
    (folder / "01-02-PLAN.md").symlink_to("01-01-PLAN.md")
    (folder / "01-03-PLAN.md").symlink_to("nowhere")
    (folder / "01-04-PLAN.md").symlink_to("/dev/zero")
    (folder / "01-05-größe-全-PLAN.md").write_text(PLAN)
    (folder / "01-06-PLAN.md").mkdir()
    reply = sandbox.call("validate")
    unreadable = {
        finding["path"] for finding in reply.json["findings"] if finding["rule"] == "unreadable"
    }
    assert {f".planning/phases/01-a/01-0{number}-PLAN.md" for number in (3, 4)} <= unreadable
    assert (
        PATH not in unreadable and ".planning/phases/01-a/01-05-größe-全-PLAN.md" not in unreadable
    )
    assert {plan["id"] for plan in sandbox.call("status").json["data"]["plans"]} >= {
        "01-01",
        "01-03",
        "01-04",
    }
    refused = sandbox.call("execute", "01-04", "--approve")
    assert refused.code == 2 and "not a regular file" in refused.json["error"]["message"]


def test_half_a_surrogate_pair_is_hashed_like_any_text() -> None:
    plan = read(document('  truths:\n    - "a \\ud800 b"\n    - "a \\ud801 b"\n'))
    first, second = (statement_hash(item.statement) for item in plan.must_haves)
    assert len(first) == 64 and first != second


def test_a_comment_after_a_block_and_blank_lines_before_it_are_yaml() -> None:
    plan = read(
        document("  truths:\n\n    - | # why\n      a is there\n  note:\n\n\n    | # and\n")
    )
    assert yaml_findings(plan) == [] and [item.statement for item in plan.must_haves] == [
        "a is there"
    ]
