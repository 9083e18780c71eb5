"""Key links with a pattern: where it is searched, how it is read, and what does not count."""

from __future__ import annotations

import pytest

from tests.check.must_haves.links.key_links import judged, shown


def test_a_match_in_from_passes_and_names_line_and_way() -> None:
    verdict = judged(
        {"a.py": "import os\nrouter.add(handler)\n", "b.py": ""}, "a.py", "b.py", r"router\.add\("
    )
    assert verdict.verdict == "pass"
    assert shown(verdict) == ["a.py:2 pattern"]


def test_a_match_across_lines_passes_and_is_labelled() -> None:
    verdict = judged(
        {"a.ts": "x\nimport {\n  run,\n} from './b'\n", "b.ts": ""},
        "a.ts",
        "b.ts",
        r"import \{.*run.*b'",
    )
    assert verdict.verdict == "pass"
    assert shown(verdict) == ["a.ts:2 pattern across lines"]
    assert "lines 2 to 4" in verdict.reason


def test_a_match_within_one_line_goes_before_one_across_lines() -> None:
    verdict = judged({"a.ts": "open(\n)\nopen(1)\n", "b.ts": ""}, "a.ts", "b.ts", r"open\(.*\)")
    assert shown(verdict) == ["a.ts:3 pattern"]


def test_line_ends_of_other_systems_do_not_matter() -> None:
    verdict = judged({"a.ts": "one\r\ntwo;\r\n", "b.ts": ""}, "a.ts", "b.ts", "^two;$")
    assert shown(verdict) == ["a.ts:2 pattern"]


def test_no_match_fails() -> None:
    verdict = judged({"a.py": "x = 1\n", "b.py": "y = 1\n"}, "a.py", "b.py", "connect")
    assert verdict.verdict == "fail"
    assert "does not match" in verdict.reason


def test_a_match_in_to_alone_fails_with_a_hint() -> None:
    verdict = judged(
        {"a.py": "x = 1\n", "b.py": "\ndef connect(): pass\n"}, "a.py", "b.py", "connect"
    )
    assert verdict.verdict == "fail"
    assert "only `b.py` does, on line 2" in verdict.reason


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "# connect(db)\nx = 1\n"),
        ("a.py", '"""Later: connect(db)"""\nx = 1\n'),
        ("a.py", "def f():\n    '''connect(db)'''\n"),
        ("a.ts", "// connect(db)\n/* connect(db) */\n"),
        ("a.html", "<!-- connect(db) -->\n<p>\n"),
        ("a.sh", "# connect(db)\necho\n"),
        ("a.sql", "-- connect(db)\nselect 1;\n"),
    ],
)
def test_a_match_in_a_comment_alone_fails(path: str, text: str) -> None:
    verdict = judged({path: text, "b.py": ""}, path, "b.py", r"connect\(db\)")
    assert verdict.verdict == "fail"
    assert "only in a comment" in verdict.reason
    assert verdict.evidence[0].how == "comment"


def test_a_match_in_a_comment_and_in_code_passes_with_the_code() -> None:
    verdict = judged(
        {"a.py": "# connect(db)\n\nconnect(db)\n", "b.py": ""}, "a.py", "b.py", "connect"
    )
    assert shown(verdict) == ["a.py:3 pattern"]


def test_a_match_that_begins_in_code_and_ends_in_a_comment_passes() -> None:
    verdict = judged(
        {"a.ts": "connect(); // to the database\n", "b.ts": ""}, "a.ts", "b.ts", "connect.*database"
    )
    assert shown(verdict) == ["a.ts:1 pattern"]


def test_a_match_that_joins_two_comments_does_not_count() -> None:
    text = "// import the rest later\nlet x = 1;\n// from './b'\n"
    verdict = judged({"a.ts": text, "b.ts": ""}, "a.ts", "b.ts", r"import.*from './b'")
    assert verdict.verdict == "fail"


def test_strings_count_for_a_pattern() -> None:
    verdict = judged({"a.ts": 'fetch("/api/users")\n', "b.ts": ""}, "a.ts", "b.ts", "/api/users")
    assert verdict.verdict == "pass"


def test_text_of_an_unknown_language_counts_unmasked() -> None:
    assert (
        judged({"notes.xyz": "# see b\n", "b.ts": ""}, "notes.xyz", "b.ts", "see b").verdict
        == "pass"
    )


def test_an_instruction_in_a_comment_counts() -> None:
    files = {"a.go": "package a\n\n//go:embed schema.sql\nvar s string\n", "schema.sql": ""}
    assert shown(judged(files, "a.go", "schema.sql", "embed schema")) == ["a.go:3 pattern"]


def test_alternatives_as_grep_writes_them_pass_with_a_label() -> None:
    verdict = judged({"a.py": "second()\n", "b.py": ""}, "a.py", "b.py", r"first\|second")
    assert shown(verdict) == [r"a.py:1 pattern (grep-style \|)"]


def test_a_literal_bar_is_looked_for_first() -> None:
    verdict = judged(
        {"a.py": "second\nx = first|second\n", "b.py": ""}, "a.py", "b.py", r"first\|second"
    )
    assert shown(verdict) == ["a.py:2 pattern"]


def test_escapes_as_lua_writes_them_pass_with_a_label_in_lua_alone() -> None:
    text = 'require("lib.baton")\n'
    assert shown(judged({"a.lua": text, "b": ""}, "a.lua", "b", "lib%.baton")) == [
        "a.lua:1 pattern (Lua-style %)"
    ]
    assert judged({"a.js": text, "b": ""}, "a.js", "b", "lib%.baton").verdict == "fail"


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("", "empty"),
        ("  ", "empty"),
        (".*", "everything"),
        (".", "everything"),
        ("a?", "everything"),
        (r"\w+", "everything"),
        ("x|", "everything"),
        ("open(", "compile"),
        ("(?<=x)y", "compile"),
        (r"(a)\1", "compile"),
        (["a", "b"], "not one text"),
        ({"is": "a"}, "not one text"),
    ],
)
def test_a_pattern_that_matches_everything_is_unproven(pattern: object, word: str) -> None:
    verdict = judged({"a.py": "open(a)\n", "b.py": ""}, "a.py", "b.py", pattern)
    assert verdict.verdict == "unproven"
    assert word in verdict.reason


def test_a_pattern_that_is_a_number_is_its_digits() -> None:
    assert judged({"a.py": "abort(404)\n", "b.py": ""}, "a.py", "b.py", 404).verdict == "pass"


def test_a_pattern_too_large_for_the_file_is_unproven() -> None:
    pattern = "|".join(f"[a-d](?s:.){{{count}}}Q" for count in range(900, 1000, 5))
    verdict = judged({"a.txt": "abcd " * 100_000, "b.py": ""}, "a.txt", "b.py", pattern)
    assert verdict.verdict == "unproven"
    assert "too large" in verdict.reason


def test_a_pattern_that_backtracks_in_other_engines_ends() -> None:
    assert judged({"a.txt": "a" * 200_000, "b.py": ""}, "a.txt", "b.py", "(a+)+b").verdict == "fail"


def test_a_long_pattern_is_quoted_in_short() -> None:
    verdict = judged({"a.py": "x\n", "b.py": ""}, "a.py", "b.py", "no\nsuch " * 500)
    assert verdict.verdict == "fail"
    assert len(verdict.reason) < 400 and "\n" not in verdict.reason


def test_to_must_exist_even_if_the_pattern_matches() -> None:
    verdict = judged({"a.py": "import lib.util\n"}, "a.py", "lib/util.py", "import lib")
    assert verdict.verdict == "fail"
    assert (
        "matches the pattern on line 1" in verdict.reason
        and "`lib/util.py`, to which" in verdict.reason
    )


@pytest.mark.parametrize(
    "goal",
    [
        "build/web/",
        "shots/*.png",
        "dist/app.js",
        "logs/run.jsonl",
        "report.csv",
        ".planning/SPEC.md",
    ],
)
def test_what_a_build_or_a_run_may_make_leaves_a_match_undecided(goal: str) -> None:
    assert (
        judged({"a.json": '{"public": "build"}\n'}, "a.json", goal, "public").verdict == "unproven"
    )


@pytest.mark.parametrize(
    "goal",
    ["users table", "/api/users", "db.transaction", "zod", "~/.config/app.json", "$HOME/x/y.json"],
)
def test_to_in_words_does_not_hinder_a_match(goal: str) -> None:
    assert judged({"a.ts": "connect()\n"}, "a.ts", goal, "connect").verdict == "pass"


def test_a_pattern_that_occurs_as_plain_text_fails_with_a_hint() -> None:
    verdict = judged({"a.ts": "\ndb.$queryRaw`x`\n", "b.ts": ""}, "a.ts", "b.ts", "$queryRaw")
    assert verdict.verdict == "fail" and "line 2 contains it as plain text" in verdict.reason
