"""The envelope: what every front prints of replies and errors."""

from __future__ import annotations

import errno

import pytest

from forge.errors import (
    DirtyTree,
    ForgeError,
    GitFailed,
    Held,
    Interrupted,
    NotApproved,
    StorageFailed,
    UnknownName,
    UsageError,
)
from forge.front.envelope import Bug, Reply, as_forge_error, error_envelope, reply_envelope
from forge.text.finding import Finding

FINDING = Finding("a-rule", "error", "a.md", 1, 2, 1, 5, "it is wrong", "fix it", blocks=True)


def test_a_reply_is_data_in_an_envelope_with_schema_and_execution() -> None:
    envelope = reply_envelope("runs", "01ABC", Reply({"runs": []}, "there are no runs yet"))
    assert envelope == {
        "schema": "forge.runs/1",
        "execution": "01ABC",
        "ok": True,
        "data": {"runs": []},
    }
    assert list(envelope) == ["schema", "execution", "ok", "data"], "the order is a promise too"


@pytest.mark.parametrize(("code", "ok"), [(0, True), (1, False), (4, False), (130, False)])
def test_a_reply_is_ok_if_its_exit_status_is_0(code: int, ok: bool) -> None:
    assert reply_envelope("verify", "", Reply({}, code=code))["ok"] is ok


def test_findings_are_listed_beside_the_data() -> None:
    envelope = reply_envelope("validate", "", Reply({"files": 1}, findings=[FINDING]))
    assert envelope["findings"] == [
        {
            "rule": "a-rule",
            "severity": "error",
            "path": "a.md",
            "line": 1,
            "column": 2,
            "end_line": 1,
            "end_column": 5,
            "message": "it is wrong",
            "hint": "fix it",
        }
    ]


def test_no_findings_are_not_the_same_as_an_answer_without_findings() -> None:
    assert reply_envelope("validate", "", Reply({}, findings=[]))["findings"] == []
    assert "findings" not in reply_envelope("runs", "", Reply({}))


def test_only_the_form_that_is_printed_is_made() -> None:
    made: list[str] = []

    def data() -> dict[str, object]:
        made.append("data")
        return {"plans": 3}

    def text() -> str:
        made.append("text")
        return "3 plans"

    reply = Reply(data, text)
    assert made == []
    assert reply.as_text() == "3 plans" and made == ["text"]
    assert reply.as_data() == {"plans": 3} and made == ["text", "data"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UsageError("which plan?", "name one"), "usage"),
        (UnknownName("no plan `x`", "`forge list` lists them"), "unknown_name"),
        (DirtyTree("a.txt is not committed", "commit it"), "dirty_tree"),
        (Held("process 7 works on it", "wait"), "held"),
        (GitFailed("git refused", "see git"), "git"),
        (StorageFailed("a.txt: no space", "make room"), "storage"),
        (Interrupted("interrupted", "call it again"), "interrupted"),
        (Bug("this is a bug", "report it"), "bug"),
    ],
)
def test_an_error_has_its_kind_its_message_and_its_hint(error: ForgeError, kind: str) -> None:
    envelope = error_envelope("status", "01ABC", error)
    assert envelope == {
        "schema": "forge.status/1",
        "execution": "01ABC",
        "ok": False,
        "error": {"kind": kind, "message": error.message, "hint": error.hint},
    }


def test_commands_to_type_next_are_part_of_an_error() -> None:
    error = UsageError("no step was tried", "continue", ["forge resume"])
    shown = error_envelope("retry", "", error)["error"]
    assert isinstance(shown, dict) and shown["next"] == ["forge resume"]


def test_findings_of_an_error_are_listed() -> None:
    error = UsageError("it has errors", "fix them")
    error.findings = [FINDING]  # type: ignore[attr-defined]
    envelope = error_envelope("edit", "", error)
    assert envelope["findings"] == [FINDING.as_data()] and "error" in envelope


def test_a_missing_approval_is_data_of_a_run_that_waits() -> None:
    error = NotApproved("01-01 is not approved", "approve it", ["forge approve 01-01"])
    envelope = error_envelope("execute", "01ABC", error)
    assert "error" not in envelope and envelope["ok"] is False
    assert envelope["data"] == {
        "run": None,
        "plan": None,
        "status": None,
        "verdict": None,
        "step": None,
        "waiting_for": {
            "kind": "plan",
            "step": None,
            "approval_id": None,
            "text": "01-01 is not approved",
        },
        "next": ["forge approve 01-01"],
    }


def test_an_error_of_forge_is_what_it_is() -> None:
    error = UsageError("no", "do this")
    assert as_forge_error(error) is error


@pytest.mark.parametrize(
    ("exception", "kind", "status"),
    [
        (KeyboardInterrupt(), "interrupted", 130),
        (OSError(errno.ENOSPC, "No space left on device"), "storage", 1),
        (PermissionError(errno.EACCES, "Permission denied", "a.txt"), "storage", 1),
    ],
)
def test_what_the_system_raises_becomes_an_error_with_a_hint(
    exception: BaseException, kind: str, status: int
) -> None:
    error = as_forge_error(exception)
    assert error is not None and (error.kind, error.exit_code) == (kind, status)
    assert error.message and error.hint


@pytest.mark.parametrize("exception", [ValueError("no"), KeyError("plan"), RecursionError()])
def test_what_nobody_expected_is_a_bug(exception: Exception) -> None:
    assert as_forge_error(exception) is None
    assert Bug("this is a bug").exit_code == 3
