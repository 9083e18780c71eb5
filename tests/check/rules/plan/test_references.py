"""References that are not files of the repository: found, and left out of what a runner reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.check.rules.catalog import check_plan
from forge.check.rules.plan.references import why_refused
from forge.planning.plan.plan import load
from forge.text.finding import Finding
from forge.text.source import Source
from tests.check.rules.plan_texts import PATH, changed


def found(text: str, root: Path) -> list[Finding]:
    plan = load(Source.of(PATH, text.encode()), "01-01")
    return [finding for finding in check_plan(plan, root) if finding.rule == "reference-outside"]


@pytest.mark.parametrize(
    "reference",
    [
        "../secret",
        "./../secret",
        "docs/../../secret",
        "~/.ssh/id_rsa",
        "~root/x",
        "/etc/passwd",
        "//host/share",
        "C:\\secret",
        "..\\secret",
        "$HOME/.ssh/id_rsa",
        "${HOME}/x",
        "%USERPROFILE%\\x",
        "file:///etc/passwd",
        "https://example.org/x",
        ".git/config",
        "sub/.GIT/config",
        '"../secret"',
        "`../secret`",
        "docs/a\u202e.md",
        ".env",
        "deploy/id_ed25519",
        "/etc/passwd:3",
        "../secret#L3",
    ],
)
def test_a_reference_that_is_refused(reference: str, tmp_path: Path) -> None:
    assert why_refused(reference, str(tmp_path))
    context = changed("<tasks>", f"<context>\n@{reference}\n</context>\n<tasks>")
    assert len(found(context, tmp_path)) == 1, "in a context"
    first = changed("  <action>", f"  <read_first>{reference}</read_first>\n  <action>")
    assert len(found(first, tmp_path)) == 1, "to read first"


@pytest.mark.parametrize(
    "reference",
    [
        "README.md",
        "./src/a.py",
        "src/a.py:10-20",
        ".github/x.yml",
        "src/*.py",
        "a/../b.md",
        ".env.example",
    ],
)
def test_a_reference_that_is_kept(reference: str, tmp_path: Path) -> None:
    assert why_refused(reference, str(tmp_path)) is None
    assert not found(changed("<tasks>", f"<context>\n@{reference}\n</context>\n<tasks>"), tmp_path)


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "work"
    (root / ".git").mkdir(parents=True)
    (root / "inside.md").write_text("x")
    for name, target in (("out", tmp_path), ("git", root / ".git"), ("in", root / "inside.md")):
        (root / name).symlink_to(target)
    assert why_refused("out/secret", str(root)) == "is a link that leaves the repository"
    assert why_refused("git/config", str(root)) == "is a link that leaves the repository"
    assert why_refused("in", str(root)) is None


@pytest.mark.parametrize(
    ("tool", "severity"),
    [
        ("~/.claude/get-shit-done/workflows/execute-plan.md", "note"),
        ("/home/ada/.claude/get-shit-done/workflows/execute-plan.md", "note"),
        ("C:\\Users\\ada\\.claude\\get-shit-done\\workflows\\execute-plan.md", "note"),
        ("~/.config/opencode/get-shit-done/templates/summary.md", "note"),
        ("$HOME/.codex/gsd-core/templates/summary.md", "note"),
        ("~/.claude/get-shit-done/../../.ssh/id_rsa", "warning"),
        ("~/get-shit-done/notes.md", "warning"),
    ],
)
def test_a_finding_is_at_the_reference_and_a_tool_is_a_note(
    tool: str, severity: str, tmp_path: Path
) -> None:
    text = changed("<tasks>", f"<execution_context>\n@{tool}\n</execution_context>\n<tasks>")
    (finding,) = found(text, tmp_path)
    assert finding.severity == severity and text.split("\n")[finding.line - 1] == f"@{tool}"
    assert not finding.blocks
