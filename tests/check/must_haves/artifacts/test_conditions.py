"""The conditions of an artifact: what passes, what fails, and that what cannot be decided never
passes.
"""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.check.must_haves.artifacts.artifact import judge
from forge.check.must_haves.verdict import Verdict
from forge.planning.plan.must_haves import MustHave
from forge.text.source import Span
from forge.text.yaml.parse import Value, parse
from tests.check.must_haves.memory_tree import MemoryTree

TEXT = "import os\n\n\ndef load(path, mode):\n    return open(path, mode)  # a.b\n"


def verdict(conditions: str, data: str | bytes = TEXT) -> Verdict:
    value = parse(f"path: f.py\n{conditions}\n")
    return judge(MustHave("artifact", 1, value), MemoryTree({"f.py": data}))


@pytest.mark.parametrize(
    ("conditions", "lines"),
    [
        ("contains: def load", [4]),
        ("contains: [import os, def load]", [1, 4]),
        ("contains: 'mode, import os'", [4, 1]),
        ("contains: 'load(path, mode)'", [4]),
        ("contains: a.b", [5]),
        ("contains: 'import os, load(path, mode)'", [1, 4]),
        ("contains: |\n  def load(path, mode):\n", [4]),
        ("contains: '  def load  '", [4]),
        ("contains: []", []),
    ],
)
def test_literal_text_a_list_and_a_comma_list_are_found_with_their_lines(
    conditions: str, lines: list[int]
) -> None:
    outcome = verdict(conditions)
    assert outcome.verdict == "pass", outcome.reason
    assert [item.line for item in outcome.evidence if item.how.startswith("literal text")] == lines


@pytest.mark.parametrize(
    ("conditions", "says"),
    [
        ("contains: def store", "does not contain `def store`"),
        ("contains: [import os, missing one]", "`missing one`"),
        ("contains: 'import os, missing two'", "`missing two`"),
        ("contains: 'one, two'", "`one, two`"),
        (
            "contains: 'load(path, open(path'",
            "does not contain",
        ),  # brackets that do not pair: code, not a list
        ("contains: 'def .*mode'", "only as a pattern (line 4)"),
        ("contains: 'load|store'", "only as a pattern"),
        ("contains: 'x(unclosed'", "does not contain"),
        (
            "contains: 'Pair<def load, mode>'",
            "does not contain `Pair<def load, mode>`",
        ),  # a type, not a list
        ("contains: DEF LOAD", "upper and lower case (line 4)"),
        ("contains: import os def load", "white space"),
    ],
)
def test_text_that_differs_fails_with_the_difference(conditions: str, says: str) -> None:
    outcome = verdict(conditions)
    assert outcome.verdict == "fail"
    assert says in outcome.reason


@pytest.mark.parametrize("key", ["not_contains", "forbidden"])
def test_forbidden_text_must_not_occur(key: str) -> None:
    assert verdict(f"{key}: eval").verdict == "pass"
    assert verdict(f"{key}: [eval, exec]").verdict == "pass"
    outcome = verdict(f"{key}: [eval, open]")
    assert outcome.verdict == "fail"
    assert outcome.evidence[-1].line == 5
    assert (
        verdict(f"{key}: 'eval, open(path, mode)'").verdict == "unproven"
    )  # a part of it is there
    assert verdict(f"{key}: 'def .*mode'").verdict == "unproven"  # there as a pattern
    assert verdict(f"{key}: ''").verdict == "unproven"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 0),
        ("a", 1),
        ("a\n", 1),
        ("a\nb", 2),
        ("a\nb\n", 2),
        ("\n", 1),
        ("a\r\nb\r\n", 2),
        ("a\n\n", 2),
    ],
)
def test_lines_are_counted_as_people_count_them(text: str, lines: int) -> None:
    assert verdict(f"min_lines: {lines}", text).verdict == "pass"
    assert verdict(f"max_lines: {lines}", text).verdict == "pass"
    assert verdict(f"min_lines: {lines + 1}", text).verdict == "fail"
    if lines:
        outcome = verdict(f"max_lines: {lines - 1}", text)
        assert outcome.verdict == "fail"
        assert str(lines) in outcome.reason


@pytest.mark.parametrize("key", ["min_lines", "max_lines"])
@pytest.mark.parametrize(
    "value", ["", "many", "true", "1.5", "[3]", "{a: 1}", "-1", "~", "'3 lines'", "9" * 40]
)
def test_an_invalid_number_of_lines_is_undecided(key: str, value: str) -> None:
    assert verdict(f"{key}: {value}").verdict == "unproven"


def test_a_number_in_quotes_is_a_number() -> None:
    assert verdict("min_lines: '5'").verdict == "pass"
    assert verdict("min_lines: '6'").verdict == "fail"


@pytest.mark.parametrize(
    "condition",
    [
        "contains: ''",
        "contains:",
        "contains: '  '",
        "contains: {a: b}",
        "contains: [a: b]",
        "contains: ['']",
        "exports:",
        "exports: ''",
        "exports: {load: 1}",
        "exports: ','",
        "exports: [~]",
        "forbidden: [[a]]",
    ],
)
def test_an_empty_condition_is_undecided(condition: str) -> None:
    assert verdict(condition).verdict == "unproven"


@pytest.mark.parametrize(
    "key",
    [
        "contain",
        "Contains",
        "must_contain",
        "mustContain",
        "contains_all",
        "min_line",
        "min-lines",
        "minLines",
        "export",
        "exported",
        "not_contain",
        "no_contains",
        "pattern",
        "max_tokens",
        "should_exist",
        "exists",
        "includes",
        "regex",
        "lines",
    ],
)
def test_a_key_that_reads_like_a_condition_makes_the_artifact_unproven(key: str) -> None:
    outcome = verdict(f"{key}: x")
    assert outcome.verdict == "unproven"
    assert f"`{key}`" in outcome.reason


def test_a_misspelt_condition_gets_advice() -> None:
    assert "did you mean `contains`?" in verdict("contians: x").reason
    assert "did you mean `min_lines`?" in verdict("min_line: 3").reason


@pytest.mark.parametrize(
    "key",
    ["provides", "description", "purpose", "status", "covers", "owner", "modifies", "structure"],
)
def test_other_keys_are_not_conditions(key: str) -> None:
    assert verdict(f"{key}: anything at all").verdict == "pass"


def test_all_conditions_count_and_all_failures_are_named() -> None:
    assert (
        verdict(
            "contains: def load\nmin_lines: 5\nexports: [load]\nmax_lines: 9\nforbidden: eval"
        ).verdict
        == "pass"
    )
    outcome = verdict(
        "contains: [def store, def load]\nmin_lines: 50\nexports: [store]\npattern: x"
    )
    assert outcome.verdict == "fail"
    assert all(part in outcome.reason for part in ("def store", "50", "`store` is not exported"))
    assert verdict("contains: def load\ncontain: x").verdict == "unproven"


def test_evidence_names_file_line_and_how() -> None:
    outcome = verdict("contains: def load\nmin_lines: 2\nexports: [load]")
    assert [(item.path, item.line, item.how) for item in outcome.evidence] == [
        ("f.py", None, "file"),
        ("f.py", 4, "literal text"),
        ("f.py", None, "5 lines"),
        ("f.py", 4, "export (syntax tree)"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_encodings_with_a_mark_are_read(encoding: str) -> None:
    data = "größe = 1\n".encode(encoding)
    data = codecs.BOM_UTF16_BE + data if encoding == "utf-16-be" else data
    assert (
        verdict("contains: größe\nexports: [größe]\nmin_lines: 1\nmax_lines: 1", data).verdict
        == "pass"
    )


def test_line_ends_of_windows_are_line_ends() -> None:
    assert verdict('contains: "a\\nb"', b"a\r\nb\r\n").verdict == "pass"


def test_binary_content_proves_only_literal_matches() -> None:
    data = b"%PDF-1.7\0\0\n\n"
    assert verdict("contains: '%PDF-1.7'", data).verdict == "pass"
    for condition in (
        "contains: x",
        "forbidden: x",
        "min_lines: 1",
        "max_lines: 99",
        "min_lines: 99",
        "exports: [x]",
    ):
        assert verdict(condition, data).verdict == "unproven", condition


def test_invalid_utf_8_is_read_around() -> None:
    assert (
        verdict("contains: def load\nmin_lines: 2", b"# \xff\xfe?\ndef load(): pass\n").verdict
        == "pass"
    )


WORDS = st.text(st.sampled_from("ab,()[]{}|.*\\ \n\ud800'\"#$%"), max_size=30)


@given(
    WORDS,
    WORDS,
    st.sampled_from(
        [
            "contains",
            "not_contains",
            "forbidden",
            "exports",
            "min_lines",
            "path",
            "should_not_exist",
        ]
    ),
)
def test_no_text_makes_the_judge_raise(wanted: str, text: str, key: str) -> None:
    span = Span(0, 0)
    items = {"path": Value("f.py", "f.py", span, {}), key: Value(wanted, wanted, span, {})}
    data = text.encode("utf-8", "replace")
    outcome = judge(MustHave("artifact", 1, Value(items, "", span, {})), MemoryTree({"f.py": data}))
    assert outcome.verdict in ("pass", "fail", "unproven")
    assert outcome.reason
