"""Front matter that does not parse: each class is named on its very characters, shown as it should
read, and read so.
"""

from __future__ import annotations

import pytest

from tests.text.yaml.plans import document, marked, read, yaml_findings

ARTIFACT = "  artifacts:\n    - path: a.py\n"


@pytest.mark.parametrize(
    ("lines", "characters", "words", "reads", "value"),
    [
        (
            ARTIFACT + '      pattern: "\\.a\\(b"\n',
            "\\.",
            "backslash twice",
            '      pattern: "\\\\.a\\\\(b"',
            "\\.a\\(b",
        ),
        (
            ARTIFACT + '      pattern: "a\\\\.b\\.c"\n',
            "\\.",
            "backslash twice",
            '      pattern: "a\\\\.b\\\\.c"',
            "a\\.b\\.c",
        ),
        (
            ARTIFACT + '      pattern: "C:\\users"\n',
            "\\u",
            "backslash twice",
            '      pattern: "C:\\\\users"',
            "C:\\users",
        ),
        (
            ARTIFACT + '      pattern: "\\bf\\("\n',
            "\\(",
            "backslash twice",
            '      pattern: "\\\\bf\\\\("',
            "\\bf\\(",
        ),
        (
            ARTIFACT + '      pattern: "a", "b, c"\n',
            '"a", "b, c"',
            "a list",
            '["a", "b, c"]',
            ["a", "b, c"],
        ),
        (
            ARTIFACT + "      pattern: 'it''s' , \"b\"\n",
            "'it''s' , \"b\"",
            "a list",
            "['it''s' , \"b\"]",
            ["it's", "b"],
        ),
        (
            ARTIFACT + "      pattern: 'a' twice\n",
            "twice",
            "closing quote",
            "\"'a' twice\"",
            "'a' twice",
        ),
        (
            ARTIFACT + '      pattern: "a" or "b"\n',
            'or "b"',
            "closing quote",
            '\'"a" or "b"\'',
            '"a" or "b"',
        ),
        (ARTIFACT + "      pattern: a: b\n", ":", "a colon", "'a: b'", "a: b"),
        (
            ARTIFACT + '      pattern: a: it\'s "b"\n',
            ":",
            "a colon",
            "'a: it''s \"b\"'",
            'a: it\'s "b"',
        ),
        (
            ARTIFACT + "      pattern: [x] done\n",
            "done",
            "closing bracket",
            "'[x] done'",
            "[x] done",
        ),
        (ARTIFACT + "      pattern: `a` b\n", "`", "a backtick", "'`a` b'", "`a` b"),
        (ARTIFACT + "      pattern: `it's`\n", "`", "a backtick", '"`it\'s`"', "`it's`"),
        (ARTIFACT + "      pattern: @a/b\n", "@", "begin with `@`", "'@a/b'", "@a/b"),
        (ARTIFACT + "      pattern: *:focus\n", "*", "begin with `*`", "'*:focus'", "*:focus"),
        (ARTIFACT + "\t  pattern: x\n", "\t  ", "a tab", "      pattern: x", "x"),
        (ARTIFACT + '      pattern: "a\n', '"', "not closed", '      pattern: "a"', "a"),
        (
            ARTIFACT + "      pattern: [a, [b]  # c\n      min_lines: 1\n",
            "[",
            "not closed",
            "[a, [b]]  # c",
            ["a", ["b"]],
        ),
        (
            ARTIFACT + '      pattern: "\\.a" # why\n',
            "\\.",
            "backslash twice",
            '      pattern: "\\\\.a" # why',
            "\\.a",
        ),
    ],
)
def test_a_class(lines: str, characters: str, words: str, reads: str, value: object) -> None:
    plan = read(document(lines))
    (finding,) = yaml_findings(plan)
    assert finding.severity == "error"
    assert marked(plan, finding) == characters
    assert words in finding.message
    assert reads in finding.hint
    (item,) = plan.must_haves
    pattern = item.value.get("pattern")
    assert pattern is not None and pattern.plain() == value
    assert item.statement == "a.py" and len(plan.steps) == 1


def test_a_duplicate_key_becomes_a_list_if_it_is_listed() -> None:
    plan = read(
        document(ARTIFACT + '      contains: "a"\n      contains: "b"\n      contains: "c"\n')
    )
    second, third = yaml_findings(plan)
    assert (second.line, third.line) == (14, 15) and marked(plan, second) == "contains"
    assert 'contains: ["a", "b", "c"]' in second.hint and "first on line 13" in third.message
    contains = plan.must_haves[0].value.get("contains")
    assert contains is not None and contains.plain() == ["a", "b", "c"]


def test_another_duplicate_key_keeps_its_first_value_and_lists_are_joined() -> None:
    plan = read(
        document(
            "  truths:\n    - one\n  truths:\n    - two\n  artifacts:\n    - path: a.py\n     "
            " path: b.py\n"
        )
    )
    assert [marked(plan, finding) for finding in yaml_findings(plan)] == ["truths", "path"]
    assert [item.statement for item in plan.must_haves] == ["one", "two", "a.py"]


def test_every_broken_line_is_reported_and_the_lines_between_keep_their_places() -> None:
    text = document(
        '  truths:\n    - `a` is\n    - fine\n    - b: c: d\n  artifacts:\n    - path: "x\\.py"\n  '
        '    contains: "p", "q"\n\t- path: y.py\n    - path: z.py\n'
    )
    plan = read(text)
    reported = yaml_findings(plan)
    assert [finding.line for finding in reported] == [12, 14, 16, 17, 18]
    assert [item.statement for item in plan.must_haves] == [
        "`a` is",
        "fine",
        "b: c: d",
        "x\\.py",
        "y.py",
        "z.py",
    ]
    for item in plan.must_haves[1:2] + plan.must_haves[-1:]:
        written = plan.source.text[item.span.start : item.span.end]
        assert written in ("fine", "path: z.py")


def test_a_value_on_several_lines_is_quoted_as_a_whole() -> None:
    plan = read(document("  truths:\n    - `a` goes\n      on here\n    - next\n"))
    assert [item.statement for item in plan.must_haves] == ["`a` goes on here", "next"]


def test_conflict_markers_in_front_matter_are_named() -> None:
    text = document(
        "  truths:\n<<<<<<< HEAD\n    - ours\n=======\n    - theirs\n>>>>>>> topic\n    - both\n"
    )
    plan = read(text)
    reported = yaml_findings(plan)
    assert [(finding.line, marked(plan, finding)) for finding in reported] == [
        (12, "<<<<<<< HEAD"),
        (14, "======="),
        (16, ">>>>>>> topic"),
    ]
    assert all(
        "merge conflict" in finding.message and "keep one side" in finding.hint
        for finding in reported
    )
    assert [item.statement for item in plan.must_haves] == ["ours", "theirs", "both"]


def test_a_line_without_remedy_is_left_out_and_the_rest_is_read() -> None:
    plan = read(document("  truths:\n    - one\n").replace("wave: 1\n", "wave: 1\n}}} ]]] {{{\n"))
    (finding,) = yaml_findings(plan)
    assert finding.line == 6 and "not read" in finding.hint
    assert [item.statement for item in plan.must_haves] == ["one"]


def test_a_text_that_cannot_be_repaired_reports_where_it_stops() -> None:
    plan = read("---\n" + "}\n" * 40 + "---\n" + "<task>\n</task>\n")
    assert yaml_findings(plan)[-1].line > 1
    assert plan.must_haves == [] and len(plan.steps) == 1


def test_windows_line_ends_do_not_matter() -> None:
    plan = read(
        document(ARTIFACT + '      pattern: "\\.a"\n    - path: b.py\n').replace("\n", "\r\n")
    )
    (finding,) = yaml_findings(plan)
    assert marked(plan, finding) == "\\." and '`      pattern: "\\\\.a"`' in finding.hint
    assert [item.statement for item in plan.must_haves] == ["a.py", "b.py"]


def test_many_broken_lines_are_all_found() -> None:
    lines = "".join(f'    - path: a{number}.py\n      pattern: "a\\.b"\n' for number in range(40))
    plan = read(document("  artifacts:\n" + lines))
    assert len(yaml_findings(plan)) == 40 and len(plan.must_haves) == 40


def test_sound_front_matter_has_no_such_finding() -> None:
    plan = read(
        document('  truths:\n    - "a: \\"b\\" \\\\."\n    - \'`x`\'\n    - plain `x` [y]\n')
    )
    assert yaml_findings(plan) == []
