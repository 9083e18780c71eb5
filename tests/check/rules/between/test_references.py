"""References `@path` in a plan's context."""

from __future__ import annotations

import pytest

from forge.check.rules.between.references import check
from tests.check.rules.projects import plan, project, rows

A, B = "phases/01-start/01-01-PLAN.md", "phases/01-start/01-02-PLAN.md"


def context(*references: str) -> str:
    return plan("", "<context>\n" + "".join(f"@{path}\n" for path in references) + "</context>\n")


@pytest.mark.parametrize(
    "reference",
    [
        "README.md",
        "./README.md",
        "src/main.py",
        "src/main.py:12",
        "src/main.py:12-40",
        "README.md#install",
        "src",
        ".planning/phases/01-start/01-01-PLAN.md",
        ".planning/phases/01-start/01-02-SUMMARY.md",
        "01-02-PLAN.md",
        "../01-start/01-02-PLAN.md",
    ],
)
def test_a_reference_to_something_that_exists(reference: str) -> None:
    whole = project({A: context(reference), B: plan()}, "README.md", "src/main.py")
    assert rows(check, whole) == []


@pytest.mark.parametrize(
    "reference",
    [
        "~/notes.md",
        "$HOME/notes.md",
        ".claude/commands/x.md",
        ".codex/x.md",
        ".gemini/x.md",
        ".opencode/x.md",
        "get-shit-done/templates/x.md",
        "/etc/passwd.md",
        "src/{name}.py",
        "src/<name>.py",
        "src/*.py",
        "phases/NN-x/README.md",
        "phases/XX/README.md",
        "app.route",
        "override",
        "scope/package",
        "ada",
    ],
)
def test_what_is_not_checked(reference: str) -> None:
    assert rows(check, project({A: context(reference)})) == []


@pytest.mark.parametrize(
    "reference", ["docs/missing.md", "missing.py", "src/missing.ts", ".github/missing.yml", "a/b.c"]
)
def test_a_missing_file(reference: str) -> None:
    (finding,) = check(project({A: context(reference)}))
    assert finding.rule == "reference-missing" and finding.severity == "warning"
    assert finding.message == f"there is no `{reference}`, and no plan writes it"


def test_a_file_that_a_plan_writes_is_not_missing() -> None:
    writing = plan("files_modified: [docs/new.md]\n")
    assert rows(check, project({A: context("docs/new.md"), B: writing})) == []
    own = plan("files_modified: [x.md]\n", "<context>\n@x.md\n</context>\n")
    assert rows(check, project({A: own})) == []


@pytest.mark.parametrize(
    ("more", "severity"), [({}, "warning"), ({"completed": frozenset([f".planning/{A}"])}, "note")]
)
def test_a_done_plan_has_a_note(more: dict[str, object], severity: str) -> None:
    assert [row[4] for row in rows(check, project({A: context("x.md")}, **more))] == [severity]


def test_excerpts_and_archives_are_not_checked() -> None:
    assert rows(check, project({A: context("x.md")}, whole=False)) == []
    archived = "milestones/v1-phases/01-old/01-01-PLAN.md"
    assert rows(check, project({archived: context("x.md")})) == []
