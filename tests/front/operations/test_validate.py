"""Validation as a front without a terminal gets it."""

from __future__ import annotations

import pytest

from forge.errors import UsageError
from forge.front.operations.validate import Validation
from tests.conftest import Sandbox
from tests.front.calling import Front, enter
from tests.front.operations.test_documents import ITEM, ITEM_PATH, PLAN, PLAN_PATH, TASK, put
from tests.run.plans import Case, Task, auto

BACKTICK = "---\nphase: 01-first\nplan: 01\nmust_haves:\n  truths:\n    - `a` is there\n---\n"


def view(front: Front, **arguments: object) -> Validation:
    result = front.perform("validate", **arguments).view
    assert isinstance(result, Validation)
    return result


def test_documents_without_findings(front: Front) -> None:
    put(front, ITEM_PATH, ITEM + "---\n")
    reply = front.perform("validate")
    assert (reply.code, reply.findings) == (0, [])
    assert reply.as_text() == "1 file, 0 steps, 0 errors, 0 warnings"
    assert front.command.counters == {"files": 1, "findings": 0}


def test_findings_have_a_line_each(front: Front) -> None:
    put(front, ITEM_PATH, ITEM.replace("todo", "tomorrow") + "---\n")
    reply = front.perform("validate")
    (finding,) = reply.findings or ()
    assert reply.code == 1 and finding.severity == "error"
    place = f"{ITEM_PATH}:{finding.line}:{finding.column}"
    first, last = reply.as_text().splitlines()
    assert first == f"{place}: error {finding.rule} {finding.message}"
    assert last == "1 file, 0 steps, 1 error, 0 warnings"
    assert reply.as_data()["errors"] == 1


def test_quiet_keeps_errors_and_leaves_out_the_summary(front: Front) -> None:
    put(front, PLAN_PATH, PLAN + TASK)
    put(front, ITEM_PATH, ITEM.replace("todo", "tomorrow") + "---\n")
    assert {finding.severity for finding in front.perform("validate").findings or ()} >= {
        "error",
        "warning",
    }
    reply = front.perform("validate", quiet=True)
    assert {finding.severity for finding in reply.findings or ()} == {"error"}
    assert len(reply.as_text().splitlines()) == len(reply.findings or ())
    assert view(front, quiet=True).summary == ""


def test_only_named_files_are_read(front: Front) -> None:
    put(front, ITEM_PATH, ITEM.replace("todo", "tomorrow") + "---\n")
    put(front, PLAN_PATH, PLAN + TASK)
    assert front.perform("validate", paths=(PLAN_PATH,)).code == 0
    assert front.perform("validate", paths=(ITEM_PATH,)).code == 1
    assert front.data("validate", paths=(".planning/backlog",))["files"] == 1


def test_files_are_read_outside_of_a_repository_too(front: Front) -> None:
    put(front, "docs.md", "")
    front.folder = front.folder.parent
    (front.folder / "PLAN.md").write_text(PLAN + TASK)
    assert front.data("validate", paths=("PLAN.md",))["files"] == 1


def test_fixes_are_written_and_what_is_left_is_reported(front: Front) -> None:
    path = put(front, PLAN_PATH, BACKTICK + TASK)
    before = front.perform("validate")
    assert before.code == 1 and "fixed" not in before.as_data()
    fixed = view(front, fix=True)
    assert fixed.fixes is not None and len(fixed.fixes.made) == 1
    assert "'`a` is there'" in path.read_text()
    assert front.perform("validate").code == 0
    again = view(front, fix=True)
    assert again.fixes is not None and not again.fixes.made


def test_a_fix_is_part_of_the_data(front: Front) -> None:
    put(front, PLAN_PATH, BACKTICK + TASK)
    plain, fixing = front.data("validate"), front.data("validate", fix=True)
    assert set(plain) < set(fixing)


def test_a_probe_runs_the_commands_of_approved_plans(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Case(sandbox, [Task("Write it", "a.txt", auto("true"))], files=("a.txt",)).set_up()
    front = enter(sandbox, monkeypatch)
    front.perform("approve", name="01-01")
    reply = front.perform("validate", probe=True)
    assert [entry["command"] for entry in reply.as_data()["probed"]] == ["true"]  # type: ignore[attr-defined]
    assert "verify-already-passes" in {finding.rule for finding in reply.findings or ()}
    assert "probed" not in front.data("validate")


def test_a_probe_and_a_fix_exclude_each_other(front: Front) -> None:
    with pytest.raises(UsageError, match="--probe runs what was approved"):
        front.perform("validate", probe=True, fix=True)
