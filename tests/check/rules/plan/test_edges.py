"""Edge cases of the rules about one plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.check.rules.plan import verify
from forge.planning.plan.plan import Plan, load
from forge.text.source import Source
from tests.check.rules.plan_texts import PATH, SOUND, changed, findings, of_rule

VERIFY = "<automated>test -s docs/notes.md</automated>"
TRUTH = '"the notes are written"'
LINK = (
    "    - from: docs/notes.md\n      to: README.md\n"
    '      via: a link\n      pattern: "README[.]md"\n'
)
ARTIFACT = "    - path: docs/notes.md\n      contains: Notes\n"


def plan(text: str) -> Plan:
    return load(Source.of(PATH, text.encode()), "01-01")


def messages(rule: str, text: str) -> list[str]:
    return [finding.message for finding in of_rule(rule, text)]


@pytest.mark.parametrize(
    ("link", "rule", "message"),
    [
        ("    - a and b\n", "must-have-undecidable", "key link 1 does not name two ends"),
        (
            "    - a: b\n",
            "must-have-undecidable",
            "key link 1 does not name two ends: a colon made it a mapping",
        ),
        ("    - from: a.py\n      via: x\n", "must-have-empty", "key link 1 has no `to`"),
        ("    - to: a.py\n      via: x\n", "must-have-empty", "key link 1 has no `from`"),
        (
            "    - from: /home/ada/a.py\n      to: b.py\n      via: x\n",
            "must-have-undecidable",
            "`/home/ada/a.py` is outside the repository",
        ),
        (
            "    - from: a.py\n      to: b.py\n",
            "must-have-bare",
            "key link 1 does not say how its ends are connected",
        ),
    ],
)
def test_key_links(link: str, rule: str, message: str) -> None:
    assert message in messages(rule, changed(LINK, link))


def test_a_route_is_not_a_path_on_a_disk() -> None:
    text = changed(LINK, "    - from: /api/notes\n      to: b.py\n      via: x\n")
    assert messages("must-have-undecidable", text) == []


@pytest.mark.parametrize(
    ("artifact", "rule", "message"),
    [
        ("    - contains: x\n", "must-have-empty", "artifact 1 has no path"),
        ("    - path: ''\n      contains: x\n", "must-have-empty", "artifact 1 has no path"),
        ("    - {}\n", "must-have-empty", "artifact 1 is empty"),
        ("    - ''\n", "must-have-empty", "artifact 1 is empty"),
        (
            "    - path: ../x.md\n      contains: x\n",
            "must-have-undecidable",
            "`../x.md` is outside the repository, where nothing is proven",
        ),
        (
            "    - path: the notes\n      contains: x\n",
            "must-have-undecidable",
            "`the notes` is not a path",
        ),
        (
            "    - path: a.md\n      max_tokens: 3\n",
            "must-have-undecidable",
            "`max_tokens` reads like a condition, but forge checks none of that name",
        ),
        ("    - path: a.md\n", "must-have-bare", "artifact 1 only requires that the file exists"),
        ("    - a.md\n", "must-have-bare", "artifact 1 only requires that the file exists"),
    ],
)
def test_artifacts(artifact: str, rule: str, message: str) -> None:
    assert message in messages(rule, changed(ARTIFACT, artifact))


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ("{statement: x y, verify: 'make || true'}", "the command of truth 1 cannot fail"),
        ("{a: b}", "truth 1 is not a statement: a colon made it a mapping"),
        ("[a]", "truth 1 is not a statement: a colon made it a mapping"),
    ],
)
def test_truths(truth: str, message: str) -> None:
    assert message in messages("must-have-undecidable", changed(TRUTH, truth))


@pytest.mark.parametrize(
    ("command", "severities"),
    [
        ("make", []),
        ("make || true", ["warning"]),
        ("make; true", ["warning"]),
        ("make; echo done", ["warning"]),
        ("make | tail -3", ["note"]),
        ("make |&amp; head", ["note"]),
        ("make | cat", ["note"]),
        ("make | tee log", ["note"]),
        ("make | grep ok", []),
        ("make | wc -l | grep 3", []),
        ("make | tail -3 | grep ok", []),
        ("set -o pipefail; make | tail", []),
        ('make | tail; exit "${PIPESTATUS[0]}"', []),
        ("make &amp;&amp; make test", []),
    ],
)
def test_commands_that_hide_their_status(command: str, severities: list[str]) -> None:
    text = changed(VERIFY, f"<automated>{command}</automated>")
    assert [finding.severity for finding in of_rule("verify-cannot-fail", text)] == severities


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("cd src &amp;&amp; make", 0),
        ("cd /elsewhere/x &amp;&amp; make", 1),
        ("(cd /elsewhere/x &amp;&amp; make)", 1),
        ("pushd /elsewhere/x &amp;&amp; make", 1),
        ("make", 0),
    ],
)
def test_commands_in_another_tree(command: str, count: int) -> None:
    text = changed(VERIFY, f"<automated>{command}</automated>")
    assert len(of_rule("verify-foreign-path", text)) == count


def test_a_command_in_the_work_tree_itself_is_fine(tmp_path: Path) -> None:
    text = changed(VERIFY, f"<automated>cd {tmp_path}/src &amp;&amp; make</automated>")
    assert list(verify.check_in(plan(text), tmp_path)) == []
    assert len(list(verify.check_in(plan(text), Path("/another")))) == 1


@pytest.mark.parametrize(
    ("results", "count"),
    [
        (["passed"], 1),
        (["failed"], 0),
        (["inconclusive"], 0),
        (["not run"], 0),
        (["passed", "failed"], 0),
        (["passed", "not run"], 1),
        ([], 0),
    ],
)
def test_probed_commands(results: list[verify.ProbedAs], count: int) -> None:
    reported = list(verify.check_probed(plan(SOUND), {1: results}))
    assert [finding.rule for finding in reported] == ["verify-already-passes"] * count


def test_a_plan_that_was_not_probed() -> None:
    sound = plan(SOUND)
    (finding,) = verify.check_unapproved(sound, sound.steps)
    assert finding.severity == "note" and "not approved" in finding.message
    assert finding.hint == f"read it, then forge approve {PATH}"
    assert list(verify.check_unapproved(sound, [])) == []


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        ("'run'", None),
        ("'run|stop'", None),
        ("'run('", "pattern-invalid"),
        ("'[a'", "pattern-invalid"),
        ("'(?<=a)b'", "pattern-invalid"),
        (r"'(a)\1'", "pattern-invalid"),
        ("'.*'", "pattern-matches-all"),
        ("'a*'", "pattern-matches-all"),
        ("'^'", "pattern-matches-all"),
        ("'|x'", "pattern-matches-all"),
        ("''", None),
    ],
)
def test_patterns(pattern: str, rule: str | None) -> None:
    text = changed('"README[.]md"', pattern)
    rules = [finding.rule for finding in findings(text) if finding.rule.startswith("pattern-")]
    assert rules == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("declared", "files", "expected"),
    [
        ("[a.py]", "a.py", []),
        ("[a.py]", "b.py", ["files-untouched", "files-undeclared"]),
        ("[src/]", "src/x/a.py", []),
        ("[a.py]", "src/a.py", []),
        ("[src/a.py]", "a.py", []),
        ("['src/**']", "src/a.py", []),
        ("[src/a.py]", "src/", []),
        ("[]", "a.py", []),
        ("[a.py]", "the notes", ["files-untouched"]),
        ("[a.py, b.py]", "a.py, b.py (new)", []),
    ],
)
def test_declared_and_named_files(declared: str, files: str, expected: list[str]) -> None:
    text = changed("[docs/notes.md]", declared).replace(
        "<files>docs/notes.md</files>", f"<files>{files}</files>"
    )
    assert sorted(
        finding.rule for finding in findings(text) if finding.rule.startswith("files-")
    ) == sorted(expected)


@pytest.mark.parametrize(
    ("phase", "number", "path", "expected"),
    [
        ("01-start", "01", PATH, []),
        ("1", "1", PATH, []),
        ("start", "one", PATH, []),
        ("2", "01", PATH, ["phase-mismatch"]),
        ("01-start", "2", PATH, ["plan-mismatch"]),
        ("3.10", "01", ".planning/phases/03.1-x/03.1-01-PLAN.md", []),
        ("9", "9", "elsewhere/01-01-PLAN.md", []),
        ("9", "9", ".planning/quick/01-x/01-01-PLAN.md", []),
    ],
)
def test_numbers(phase: str, number: str, path: str, expected: list[str]) -> None:
    text = changed("phase: 01-start\nplan: 01", f"phase: {phase}\nplan: {number}")
    rules = [finding.rule for finding in findings(text, path) if finding.rule.endswith("-mismatch")]
    assert [rule for rule in rules if rule != "wave-mismatch"] == expected


def test_a_more_specific_finding_replaces_the_schema() -> None:
    text = changed(ARTIFACT, "    - path: ''\n      contains: x\n")
    places = [(finding.line, finding.column) for finding in findings(text)]
    specific = {(finding.line, finding.column) for finding in of_rule("must-have-empty", text)}
    assert all(places.count(place) == 1 for place in specific)
