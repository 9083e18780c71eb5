"""The checks of a `<verify>`: commands for a shell, and checks for the user."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.plan.checks import Check, checks_in


def commands(text: str) -> list[str]:
    return [check.text for check in checks_in(text) if check.kind == "command"]


def people(text: str) -> list[str]:
    return [check.text for check in checks_in(text) if check.kind == "human"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<automated>npm test</automated>", ["npm test"]),
        ("<automated>cd src &amp;&amp; npm test</automated>", ["cd src && npm test"]),
        ("<automated>grep -q &quot;a&lt;b&quot; f</automated>", ['grep -q "a<b" f']),
        ("<automated>`npm test`</automated>", ["npm test"]),
        ("<automated>\n```bash\nnpm ci\nnpm test\n```\n</automated>", ["npm ci\nnpm test"]),
        ("<automated>$ npm test</automated>", ["npm test"]),
        (
            "<automated>npm test</automated>\n<automated>npm run lint</automated>",
            ["npm test", "npm run lint"],
        ),
        ("<automated>\n  npm test\n  npm run lint\n</automated>", ["npm test\n  npm run lint"]),
        ("<automated>anything at all</automated>", ["anything at all"]),
        ("<automated></automated>", []),
        ("<automated>  </automated>", []),
    ],
)
def test_automated_is_a_command(text: str, expected: list[str]) -> None:
    assert commands(text) == expected
    assert people(text) == []


def test_text_beside_automated_is_a_human_check() -> None:
    text = (
        "<automated>npm test</automated>\n<human-check>Look at the page.</human-check>\nIt looks"
        " <b>right</b>."
    )
    assert commands(text) == ["npm test"]
    assert people(text) == ["Look at the page.\nIt looks <b>right</b>."]


def test_human_checks_come_after_commands() -> None:
    assert [check.kind for check in checks_in("Look.\n<automated>npm test</automated>")] == [
        "command",
        "human",
    ]


@pytest.mark.parametrize(
    "text",
    ["<automated>MISSING — Wave 0 writes the test</automated>", "<automated>MISSING</automated>"],
)
def test_a_missing_command_is_a_human_check(text: str) -> None:
    (check,) = checks_in(text)
    assert (check.kind, check.reason) == ("human", "the plan names no command for it")
    assert check.text.startswith("MISSING")
    assert checks_in(text, prose=False) == [check]


@pytest.mark.parametrize(
    ("text", "expected", "person"),
    [
        ("```bash\nnpm test\n```", ["npm test"], []),
        ("```\nnpm test\n```", ["npm test"], []),
        ("~~~sh\nnpm test\n~~~", ["npm test"], []),
        ("  ```console\n  $ npm test\n  ```", ["npm test"], []),
        ("```bash\r\nnpm test\r\n```\r\n", ["npm test"], []),
        ("```bash\nnpm ci\n```\nThen:\n```bash\nnpm test\n```", ["npm ci", "npm test"], ["Then:"]),
        ("```json\n{}\n```", [], ["{}"]),
        ("```bash\nnpm test\n```\nThe page looks right.", ["npm test"], ["The page looks right."]),
        ("````bash\necho '```'\n````", ["echo '```'"], []),
        ("```bash\nnpm test", [], ["```bash\nnpm test"]),
        ("<!-- no -->\n```bash\nnpm test\n```", ["npm test"], []),
    ],
)
def test_a_fenced_block_is_a_command(text: str, expected: list[str], person: list[str]) -> None:
    assert commands(text) == expected
    assert people(text) == person


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`npm test`", ["npm test"]),
        ("Run `npm test`", ["npm test"]),
        ("`npm test` passes", ["npm test"]),
        ("- `npm test` succeeds without errors", ["npm test"]),
        ("1. `npm run build` && `npm test`", ["npm run build", "npm test"]),
        ("`npm test` exits with code 0", ["npm test"]),
        ("`! grep -q x a` — it is gone", ["! grep -q x a"]),
        ("[[ `npm test` ]] works", ["npm test"]),
        ("2) `npm test` passes", ["npm test"]),
        ("Step 3: `npm test`", ["npm test"]),
        ("`pytest`", ["pytest"]),
        ("`./scripts/check.sh`", ["./scripts/check.sh"]),
        ("`CI=1 npm test`", ["CI=1 npm test"]),
        ("`npx tsc --noEmit` — no type errors", ["npx tsc --noEmit"]),
        ("``grep -q '`x`' f``", ["grep -q '`x`' f"]),
        ("`npm run build`\nAll tests pass", ["npm run build"]),
        ("<!-- `rm -rf /tmp/x` -->`npm test`", ["npm test"]),
        ("`npm test` &amp; done", ["npm test"]),
    ],
)
def test_backticked_text_is_a_command(text: str, expected: list[str]) -> None:
    assert commands(text) == expected
    assert people(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "`grep -c foo a.txt` returns 0",
        "`grep foo a.txt` shows nothing",
        "`npm test` fails",
        "1. `grep -c x a` — 3 matches",
        "Start the server: `npm run dev`",
        "`wc -l a.txt` is greater than 10",
        "`git status` should show two files",
        "`npm test` reports at least 5 tests",
        "`curl localhost` prints ok",
        "`git diff` is empty",
        "`grep x a` finds exactly one match",
        "cargo check succeeds on new module",
        "npm test",
        "All tests pass",
        "`src/a.py` exists",
        "`Foo.bar` is called",
        "`npm` is installed",
        "Look at the page.",
        "Use `x` and `y`",
    ],
)
def test_an_expectation_or_plain_words_are_a_human_check(text: str) -> None:
    assert commands(text) == []
    assert people(text) == [text]


def test_each_line_is_a_check_of_its_own() -> None:
    text = textwrap.dedent("""\
        - `npm run build` passes
        - `grep -c x a` returns 0
        - The page looks right
    """)
    assert commands(text) == ["npm run build"]
    assert people(text) == ["- `grep -c x a` returns 0\n- The page looks right"]


def test_prose_of_verification_is_left_out() -> None:
    text = "- `npm test` passes\n- All of it works for people\n"
    assert checks_in(text, prose=False) == [Check("command", "npm test")]


def test_an_empty_text_has_no_checks() -> None:
    assert checks_in("") == []
    assert checks_in(" \n<!-- later -->\n") == []


@pytest.mark.parametrize(
    ("command", "proves"),
    [("npm test", True), ("npm test || true", False), ("npm test; echo done", False)],
)
def test_a_command_that_cannot_fail_proves_nothing(command: str, proves: bool) -> None:
    assert checks_in(f"<automated>{command}</automated>") == [
        Check("command", command, proves=proves)
    ]


PIECES = [
    "<automated>",
    "</automated>",
    "`npm test`",
    "```bash\n",
    "```\n",
    "\n",
    "MISSING",
    "passes",
    "returns 0",
    "<!--",
    "-->",
    "&amp;",
    "~~~",
    "x ",
]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=15).map("".join))
def test_any_text_has_checks_and_none_is_empty(text: str) -> None:
    step_checks = checks_in(text)
    assert all(check.text.strip() for check in step_checks)
    assert sum(check.kind == "human" for check in step_checks) <= 1


MANY = 100_000


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "```a\n" * MANY,
        "`" * MANY,
        "<!--" * MANY,
        "<manual " * MANY,
        "<automated>\n" * MANY,
        "`a " * MANY,
        "no new " * MANY,
        "<automated>MISSING</automated>\n" * (MANY // 10),
        "```\n~~~\n" * MANY,
        "all " * MANY,
        "<automated>" + "```a\n" * MANY,
    ],
    ids=[
        "fences",
        "backticks",
        "comments",
        "tags",
        "open",
        "half",
        "words",
        "missing",
        "both",
        "every",
        "inside",
    ],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    assert checks_in(text) is not None
