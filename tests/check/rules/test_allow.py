"""Comments that silence a finding by its rule, with a reason, at its line; and the settings of
severities.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.planning import settings
from forge.text.finding import Finding
from forge.views.validation.validate import validate
from tests.check.rules.plan_texts import PATH, SOUND, changed

BARE = changed("wave: 1", "wave: x")
VERIFY = "  <verify><automated>test -s docs/notes.md</automated></verify>\n"


@pytest.fixture(autouse=True)
def nobodys_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def read(root: Path, text: str, rules: str = "") -> list[Finding]:
    path = root / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if rules:
        (root / settings.PATH).write_text(f"rules:\n{rules}")
    return validate(root, []).findings


def names(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in findings]


def test_a_comment_on_the_line_or_the_one_before_silences(tmp_path: Path) -> None:
    assert names(read(tmp_path, BARE)) == [("front-matter-schema", "warning")]
    assert (
        read(
            tmp_path,
            BARE.replace("wave: x", "wave: x  # forge: allow front-matter-schema: on purpose"),
        )
        == []
    )
    assert (
        read(
            tmp_path,
            BARE.replace("wave: x", "# forge: allow front-matter-schema: on purpose\nwave: x"),
        )
        == []
    )


def test_a_comment_elsewhere_silences_nothing(tmp_path: Path) -> None:
    text = BARE.replace(
        "phase: 01-start", "# forge: allow front-matter-schema: on purpose\nphase: 01-start"
    )
    assert names(read(tmp_path, text)) == [
        ("allow-unused", "warning"),
        ("front-matter-schema", "warning"),
    ]


def test_a_body_has_its_own_comments(tmp_path: Path) -> None:
    comment = "<!-- forge: allow step-without-verify: nothing to see -->\n"
    text = SOUND.replace(VERIFY, "").replace("<task type", f"{comment}<task type")
    assert read(tmp_path, text) == []


def test_a_comment_without_a_reason_is_a_finding_and_silences_nothing(tmp_path: Path) -> None:
    text = BARE.replace("wave: x", "wave: x  # forge: allow front-matter-schema")
    assert names(read(tmp_path, text)) == [
        ("front-matter-schema", "warning"),
        ("allow-without-reason", "warning"),
    ]
    text = text.replace("-schema", "-schema:  ")
    assert names(read(tmp_path, text)) == [
        ("front-matter-schema", "warning"),
        ("allow-without-reason", "warning"),
    ]


def test_a_rule_that_is_not_there_is_named(tmp_path: Path) -> None:
    (finding,) = read(
        tmp_path, SOUND.replace("wave: 1", "wave: 1  # forge: allow front-mater-schema: why")
    )
    assert finding.rule == "allow-unused" and "front-matter-schema" in finding.hint


def test_what_is_wrong_with_the_whole_document_is_silenced_from_anywhere(tmp_path: Path) -> None:
    text = (
        "# Notes\n\n<!-- forge: allow no-steps: prose -->\n\n<!-- forge: allow"
        " front-matter-missing: prose -->\n"
    )
    assert read(tmp_path, text) == []


def test_severities_are_set_by_rule(tmp_path: Path) -> None:
    assert names(read(tmp_path, BARE, "  front-matter-schema: error\n")) == [
        ("front-matter-schema", "error")
    ]
    assert names(read(tmp_path, BARE, "  front-matter-schema: off\n")) == []
    commented = BARE.replace("wave: x", "wave: x  # forge: allow front-matter-schema: on purpose")
    assert names(read(tmp_path, commented, "  front-matter-schema: off\n")) == [], (
        "a rule that is off asks for no comment"
    )


def test_settings_that_name_no_rule_or_no_severity_are_findings(tmp_path: Path) -> None:
    (finding,) = read(tmp_path, SOUND, "  front-mater-schema: off\n")
    assert (finding.rule, finding.line, finding.column) == (
        "settings-key",
        2,
        3,
    ) and "front-matter-schema" in finding.hint
    (finding,) = read(tmp_path, SOUND, "  no-steps: never\n")
    assert (finding.rule, finding.line, finding.column) == ("settings", 2, 13)


def test_rules_of_the_repository_hold_over_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config/forge/forge.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("rules:\n  no-steps: note\n  step-without-done: off\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / ".planning").mkdir()
    (tmp_path / settings.PATH).write_text("rules:\n  no-steps: warning\n")
    assert dict(settings.load(tmp_path).rules) == {
        "no-steps": "warning",
        "step-without-done": "off",
    }
