"""Rules about one plan: a bad case with the very characters, severity and next step, and good cases
beside it.
"""

from __future__ import annotations

import pytest

from tests.check.rules.plan_texts import PATH, SOUND, changed, characters, findings, of_rule

VERIFY = "<automated>test -s docs/notes.md</automated>"
CHECKPOINT = (
    '<task type="checkpoint:human-verify">\n  <what-built>It</what-built>\n</task>\n</tasks>'
)
PATTERN = '"README[.]md"'

BAD = [
    (
        "must-haves-unread",
        changed("contains: Notes", "contians: Notes"),
        "contians",
        "error",
        "`contains`",
    ),
    (
        "unknown-key",
        changed("wave: 1", "wave: 1\ndepend_on: []"),
        "depend_on",
        "warning",
        "`depends_on`",
    ),
    (
        "unknown-key",
        changed("via: a link", "via: a link\n      colour: red"),
        "colour",
        "note",
        "known keys are",
    ),
    (
        "must-haves-unread",
        changed("wave: 1", "wave: 1\ntruths: [a]"),
        "truths",
        "error",
        "`must_haves: truths`",
    ),
    (
        "unknown-key",
        changed("<done>The notes are there.</done>", "<doen>\nIt is there.\n</doen>"),
        "doen",
        "warning",
        "<done>",
    ),
    (
        "unknown-key",
        changed('type="auto"', 'type="auto" gaet="blocking"'),
        "gaet",
        "warning",
        "`gate`",
    ),
    (
        "phase-mismatch",
        changed("phase: 01-start", "phase: 02-grow"),
        "02-grow",
        "warning",
        "01-start",
    ),
    ("plan-mismatch", changed("plan: 01", "plan: 02"), "02", "warning", "plan: 01"),
    ("step-unclosed", changed("</task>\n", ""), "<task", "warning", "</task>"),
    (
        "step-without-action",
        changed("<action>Write them.</action>", ""),
        "<task",
        "warning",
        "<action>",
    ),
    (
        "step-without-verify",
        changed(f"<verify>{VERIFY}</verify>", ""),
        "<task",
        "warning",
        "<verify>",
    ),
    (
        "step-without-done",
        changed("<done>The notes are there.</done>", ""),
        "<task",
        "note",
        "<done>",
    ),
    (
        "checkpoint-in-autonomous",
        changed("</tasks>", CHECKPOINT),
        "true",
        "warning",
        "autonomous: false",
    ),
    ("verify-prose", changed(VERIFY, "They read well"), "They read well", "warning", "<automated>"),
    (
        "verify-prose",
        changed(VERIFY, "<automated>MISSING - none yet</automated>"),
        "<automated>",
        "warning",
        "<automated>",
    ),
    (
        "verify-cannot-fail",
        changed(VERIFY, "<automated>make && make x || true</automated>"),
        "make && make x || true",
        "warning",
        "proves nothing",
    ),
    (
        "verify-cannot-fail",
        changed(VERIFY, "<automated>make; echo done</automated>"),
        "make; echo done",
        "warning",
        "; echo",
    ),
    (
        "verify-cannot-fail",
        changed(VERIFY, "<automated>make 2&gt;&amp;1 | tail -5</automated>"),
        "make 2&gt;&amp;1 | tail -5",
        "note",
        "pipefail",
    ),
    (
        "verify-foreign-path",
        changed(VERIFY, "<automated>cd /home/ada/x && make</automated>"),
        "cd /home/ada/x && make",
        "warning",
        "`make`",
    ),
    ("must-have-empty", changed('"the notes are written"', '""'), '""', "warning", "remove it"),
    (
        "must-have-bare",
        changed("- path: docs/notes.md\n      contains: Notes", "- docs/notes.md"),
        "docs/notes.md",
        "note",
        "min_lines",
    ),
    (
        "must-have-undecidable",
        changed('"the notes are written"', "The notes: written"),
        "The notes: written",
        "warning",
        "quotes",
    ),
    (
        "must-have-undecidable",
        changed("contains: Notes", "no_contains: Notes"),
        "no_contains",
        "warning",
        "`contains`",
    ),
    (
        "must-have-undecidable",
        changed("- path: docs/notes.md", "- path: ~/notes.md"),
        "~/notes.md",
        "warning",
        "relative",
    ),
    (
        "must-have-undecidable",
        changed("- path: docs/notes.md", "- path: the notes themselves"),
        "the notes themselves",
        "warning",
        "file",
    ),
    (
        "must-have-undecidable",
        changed("- path: docs/notes.md", "- path: docs/<topic>.md"),
        "docs/<topic>.md",
        "warning",
        "write the name",
    ),
    (
        "truth-uncovered",
        changed('"the notes are written"', '"Customers receive invoices"'),
        '"Customers receive invoices"',
        "note",
        "verify",
    ),
    ("pattern-invalid", changed(PATTERN, '"run("'), '"run("', "error", "escape"),
    ("pattern-invalid", changed(PATTERN, "'a(?=b)'"), "'a(?=b)'", "warning", "look-around"),
    ("pattern-matches-all", changed(PATTERN, '".*"'), '".*"', "warning", "only the link"),
    ("pattern-matches-all", changed(PATTERN, '"x*"'), '"x*"', "warning", "only the link"),
    (
        "files-undeclared",
        changed("[docs/notes.md]", "[README.md]"),
        "docs/notes.md",
        "warning",
        "files_modified",
    ),
    (
        "files-untouched",
        changed("[docs/notes.md]", "[docs/notes.md, a.py]"),
        "a.py",
        "note",
        "<files>",
    ),
    (
        "conflict-markers",
        changed("wave: 1\n", "<<<<<<< HEAD\nwave: 1\n=======\nwave: 2\n>>>>>>> topic\n"),
        "<<<<<<< HEAD",
        "error",
        "delete the markers",
    ),
]


def test_a_sound_plan_has_no_findings() -> None:
    assert findings(SOUND) == []


@pytest.mark.parametrize("end", ["\r\n", "  \n", "\t\r\n"])
def test_blanks_and_line_ends_of_other_systems_close_a_step(end: str) -> None:
    assert of_rule("step-unclosed", SOUND.replace("\n", end)) == []


@pytest.mark.parametrize(
    ("text", "path", "severity"),
    [
        ("# Plan\n\nOne thing, then the other.\n", PATH, "warning"),
        ("<objective>\nOne thing.\n</objective>\n", PATH, "error"),
        ("<objective>\nOne thing.\n</objective>\n", ".planning/SPEED_PLAN.md", "warning"),
        ("---\nphase: 01-start\n---\n# Plan\n", PATH, "error"),
        ("---\nphase: 01-start\n# Plan\n", PATH, "error"),
        ("\n", PATH, "error"),
    ],
)
def test_text_that_only_has_the_name_of_a_plan_is_a_warning(
    text: str, path: str, severity: str
) -> None:
    (finding,) = of_rule("no-steps", text, path)
    assert (finding.severity, finding.blocks) == (severity, True)


@pytest.mark.parametrize(
    ("rule", "text", "place", "severity", "hint"),
    BAD,
    ids=[f"{bad[0]}-{bad[2][:12]}" for bad in BAD],
)
def test_a_bad_case_is_named_on_its_characters(
    rule: str, text: str, place: str, severity: str, hint: str
) -> None:
    reported = [
        finding for finding in of_rule(rule, text) if characters(text, finding).startswith(place)
    ]
    assert len(reported) == 1, findings(text)
    assert reported[0].severity == severity and hint in reported[0].hint
    assert reported[0].message and reported[0].blocks is False


def test_must_haves_that_are_missing_are_named_at_the_top_or_at_their_key() -> None:
    without = SOUND[: SOUND.index("must_haves")] + SOUND[SOUND.index("---\n<objective>") :]
    (finding,) = of_rule("must-haves-missing", without)
    assert (finding.line, finding.severity) == (1, "warning")
    text = without.replace("wave: 1", "wave: 1\nmust_haves:")
    (finding,) = of_rule("must-haves-missing", text)
    assert characters(text, finding) == "must_haves"


GOOD = [
    ("unknown-key", changed("wave: 1", "wave: 1\ntags: [a]\nslug: b\nplan_id: c\nnyquist: true")),
    ("unknown-key", changed("<done>", "<title>x</title>\n<div>\n</div>\n<done>")),
    ("phase-mismatch", changed("phase: 01-start", "phase: 1")),
    ("phase-mismatch", changed("phase: 01-start", "phase: start")),
    ("plan-mismatch", changed("plan: 01", "plan: 01-01-write-notes")),
    ("plan-mismatch", changed("plan: 01", "plan: 1")),
    (
        "step-without-action",
        changed("<action>Write them.</action>", "<behavior>It is written.</behavior>"),
    ),
    (
        "step-without-action",
        changed(
            "  <name>Task 1: Write the notes</name>",
            "Just write them.\n<description>\n</description>",
        ),
    ),
    (
        "step-without-verify",
        changed(f"<verify>{VERIFY}</verify>", "<acceptance_criteria>x</acceptance_criteria>"),
    ),
    (
        "checkpoint-in-autonomous",
        changed("</tasks>", CHECKPOINT).replace("autonomous: true", "autonomous: false"),
    ),
    ("verify-cannot-fail", changed(VERIFY, "<automated>true</automated>")),
    ("verify-cannot-fail", changed(VERIFY, "<automated>make | grep -q ok</automated>")),
    (
        "verify-cannot-fail",
        changed(VERIFY, "<automated>set -o pipefail; make | tail -5</automated>"),
    ),
    ("verify-cannot-fail", changed(VERIFY, "<automated>make || exit 1</automated>")),
    (
        "verify-cannot-fail",
        changed(VERIFY, '<automated>[ "$(cat a | head)" = "$(date | tr -d x)" ]</automated>'),
    ),
    ("unknown-key", changed("contains: Notes", "no_contains: Notes")),
    ("verify-foreign-path", changed(VERIFY, "<automated>cd docs && make</automated>")),
    ("must-have-bare", changed("contains: Notes", "exports: [run]")),
    ("must-have-undecidable", changed('"the notes are written"', '"The notes: written"')),
    ("truth-uncovered", changed('"the notes are written"', '"ノートが書かれている"')),
    (
        "truth-uncovered",
        changed('"the notes are written"', "{statement: Customers receive invoices, verify: make}"),
    ),
    ("pattern-matches-all", changed(PATTERN, '"import.*notes"')),
    ("files-undeclared", changed("[docs/notes.md]", "[docs/]")),
    ("files-undeclared", changed("[docs/notes.md]", '["docs/*.md"]')),
    (
        "files-undeclared",
        changed("<files>docs/notes.md</files>", "<files>docs/notes.md (new), none</files>"),
    ),
    ("files-untouched", changed("<files>docs/notes.md</files>", "<files>docs/</files>")),
    (
        "conflict-markers",
        changed("Write the notes.", "A line of\n=======\nis a heading, <<<<<<< is none"),
    ),
]


@pytest.mark.parametrize(
    ("rule", "text"), GOOD, ids=[f"{rule}-{number}" for number, (rule, _) in enumerate(GOOD)]
)
def test_a_good_case_is_left_alone(rule: str, text: str) -> None:
    assert of_rule(rule, text) == []


def test_a_check_by_hand_is_a_note() -> None:
    marked = changed(VERIFY, "<human-check>They read well</human-check>")
    assert [finding.severity for finding in of_rule("verify-prose", marked)] == ["note"]
    asking = changed(VERIFY, "They read well").replace("autonomous: true", "autonomous: false")
    assert [finding.severity for finding in of_rule("verify-prose", asking)] == ["note"]


def test_markers_in_a_fence_may_be_an_example() -> None:
    text = changed("Write the notes.", "```\n<<<<<<< a\n=======\n>>>>>>> b\n```")
    assert [finding.severity for finding in of_rule("conflict-markers", text)] == ["warning"]


def test_decimal_phases_may_be_in_the_folder_of_their_whole_number() -> None:
    path = ".planning/phases/05-web/05.1-01-PLAN.md"
    assert of_rule("phase-mismatch", changed("phase: 01-start", "phase: 5.1"), path) == []
    assert len(of_rule("phase-mismatch", changed("phase: 01-start", "phase: 6"), path)) == 1


def test_a_folder_with_a_date_is_not_a_phase() -> None:
    assert of_rule("phase-mismatch", SOUND, ".planning/phases/2026-02-19-next/01-01-PLAN.md") == []
