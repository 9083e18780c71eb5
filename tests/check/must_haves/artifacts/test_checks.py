"""The checks on an artifact's content, each through its function."""

from __future__ import annotations

import pytest

from forge.check.must_haves import exports
from forge.check.must_haves.artifacts import checks
from forge.check.must_haves.artifacts.checks import Check, Content, comma_parts
from forge.check.must_haves.artifacts.conditions import conditions, resembled
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.model import Files
from forge.text.yaml import parse as yaml
from tests.check.must_haves.memory_tree import MemoryTree

TEXT = "import os\n\n\ndef load(path, mode):\n    return Path  # TODO: a.b\n"


def content(text: str = TEXT, *, binary: bool = False, path: str = "f.py") -> Content:
    return Content(Code(path, text), Files(MemoryTree({path: text}), 1 << 20), binary)


def result(check: Check, text: str = TEXT, *, binary: bool = False) -> tuple[str, str]:
    outcome = check(content(text, binary=binary))
    return outcome.verdict, outcome.reason


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\nb\n", 2), ("\n", 1), ("\n\n", 2)],
)
def test_the_number_of_lines(text: str, lines: int) -> None:
    assert content(text).lines == lines


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a, b", ["a", "b"]),
        ("a,b,c", ["a", "b", "c"]),
        ("a", []),
        ("", []),
        ("a,", []),
        ("f(a, b)", []),
        ("[a, b], c", ["[a, b]", "c"]),
        ("Map<string, number>", []),
        ("a), b", []),
        ("(a, b", []),
        ("{a, b}", []),
    ],
)
def test_comma_lists(text: str, parts: list[str]) -> None:
    assert comma_parts(text) == parts


@pytest.mark.parametrize(
    "wanted", ["import os", "def load(path, mode)", " load", "TODO", "os, load"]
)
def test_text_that_the_file_contains(wanted: str) -> None:
    assert result(checks.contains(wanted)) == ("pass", "")


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("missing", "it does not contain `missing`"),
        (
            "IMPORT OS",
            "it does not contain `IMPORT OS`: it differs in upper and lower case (line 1)",
        ),
        ("import  os", "it does not contain `import os`: it differs in white space or line ends"),
        ("d.f load", "it does not contain `d.f load`: it matches only as a pattern (line 4)"),
        ("os, missing", "of `os, missing` it does not contain `missing`"),
    ],
)
def test_text_that_the_file_does_not_contain(wanted: str, reason: str) -> None:
    verdict, lines = result(checks.contains(wanted))
    assert verdict == "fail" and lines.startswith(reason)


def test_text_in_a_binary_file() -> None:
    verdict, reason = result(checks.contains("x"), "\0\0", binary=True)
    assert verdict == "unproven" and "NUL bytes" in reason
    assert result(checks.contains("\0"), "\0\0", binary=True)[0] == "pass"


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("missing", "pass", ""),
        ("TODO", "fail", "it contains `TODO` (line 5)"),
        ("\nTODO\n", "fail", "it contains `TODO` (line 5)"),
        (
            "TODO, FIXME",
            "unproven",
            "it contains `TODO` of `TODO, FIXME`; write one text per entry",
        ),
        ("TO.O", "unproven", "`TO.O` is not in it literally, but matches line 5 as a pattern"),
    ],
)
def test_forbidden_text(text: str, verdict: str, reason: str) -> None:
    assert result(checks.forbidden(text)) == (verdict, reason)


@pytest.mark.parametrize(
    ("name", "verdict"), [("load", "pass"), ("loa", "fail"), ("TODO", "fail"), ("Path", "pass")]
)
def test_names_outside_comments(name: str, verdict: str) -> None:
    assert result(checks.has_name(name))[0] == verdict


@pytest.mark.parametrize(("name", "verdict"), [("load", "pass"), ("missing", "fail")])
def test_exported_names(name: str, verdict: str) -> None:
    (wanted,) = exports.wanted(name)
    assert result(checks.exports_name(wanted))[0] == verdict
    assert result(checks.exports_name(wanted), binary=True)[0] == "unproven"


@pytest.mark.parametrize(
    ("check", "verdict", "reason"),
    [
        (checks.min_lines(5), "pass", ""),
        (checks.min_lines(6), "fail", "it has 5 lines, 6 are required"),
        (checks.max_lines(5), "pass", ""),
        (checks.max_lines(4), "fail", "it has 5 lines, at most 4 are allowed"),
        (checks.min_lines(0), "pass", ""),
    ],
)
def test_numbers_of_lines(check: Check, verdict: str, reason: str) -> None:
    assert result(check) == (verdict, reason)


def test_lines_of_a_binary_file_are_not_counted() -> None:
    for check in (checks.min_lines(1), checks.max_lines(1)):
        assert result(check, "\0", binary=True)[0] == "unproven"


@pytest.mark.parametrize(
    ("text", "count", "undecided"),
    [
        ("path: a\n", 0, ""),
        ("contains: x\n", 1, ""),
        ("contains: [x, y]\n", 2, ""),
        ("contains: []\n", 0, ""),
        ("contains:\n", 0, "`contains` is empty"),
        ("contains: ''\n", 0, "`contains` is empty"),
        ("contains: [{a: b}]\n", 0, "`contains` has an entry that is not a text"),
        ("exports: 'a, b'\n", 2, ""),
        ("exports: ','\n", 0, "`exports` names nothing"),
        ("min_lines: 3\n", 1, ""),
        ("min_lines: '+3'\n", 1, ""),
        ("min_lines: -3\n", 0, "`min_lines` is not a number of lines: `-3`"),
        ("min_lines: many\n", 0, "`min_lines` is not a number of lines: `many`"),
        ("max_lines: true\n", 0, "`max_lines` is not a number of lines"),
        ("max_lines: [3]\n", 0, "`max_lines` is not a number of lines"),
        ("should_not_exist: maybe\n", 0, "`should_not_exist` is neither true nor false"),
        ("contians: x\n", 0, "`contians` is not a condition of an artifact"),
        ("provides: x\nnote: y\n", 0, ""),
    ],
)
def test_conditions_as_they_are_declared(text: str, count: int, undecided: str) -> None:
    parsed = conditions(yaml.parse(text))
    assert len(parsed.checks) == count
    assert (parsed.undecided == []) == (undecided == "")
    assert all(undecided in reason for reason in parsed.undecided)


@pytest.mark.parametrize(("text", "absent"), [("true", True), ("false", False)])
def test_a_file_that_should_not_exist(text: str, absent: bool) -> None:
    assert conditions(yaml.parse(f"should_not_exist: {text}")).absent is absent


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("contians", "did you mean `contains`?"),
        ("minLines", "did you mean `min_lines`?"),
        ("max-lines", "did you mean `max_lines`?"),
        ("must_contain", "did you mean `not_contains`?"),
        ("pattern", "those are contains, "),
        ("sha256", "those are contains, "),
        ("path", ""),
        ("provides", ""),
        ("owner", ""),
        ("colour", ""),
    ],
)
def test_keys_that_read_like_a_condition(key: str, advice: str) -> None:
    assert resembled(key).startswith(advice) and bool(resembled(key)) == bool(advice)
