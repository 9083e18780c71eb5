"""Operations that show a run: one run is executed once, and read by each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.errors import ForgeError, NoOpenRun, UnknownName, UsageError
from forge.front.operations.call import Call
from forge.front.operations.log import log_lines
from forge.front.operations.shared.run_text import run_lines
from forge.text.printable import Styled
from tests.conftest import Sandbox, new_sandbox
from tests.front.calling import Front, enter
from tests.front.unattended import Unattended
from tests.run.plans import Case, Task, auto, writes

MUST_HAVES = """must_haves:
  truths:
    - statement: It is there
      verify: test -s a.txt
  artifacts:
    - path: a.txt
"""


def execute_plan(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Front:
    """Return a front in a repository in which a plan of two steps was executed and proven."""
    tasks = [Task("Write it", "a.txt", auto("test -s a.txt")), Task("Test it", "", auto("true"))]
    work = {1: writes("a.txt", "one\n")}
    Case(sandbox, tasks, work, files=("a.txt",), must_haves=MUST_HAVES).set_up()
    front = enter(sandbox, monkeypatch)
    front.perform("approve", name="01-01")
    reply = front.perform("execute", name="01-01")
    assert reply.code == 0, reply.as_text()
    return front


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The executed plan for tests that only read it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield execute_plan(new_sandbox(tmp_path_factory.mktemp("runs")), monkeypatch)


@pytest.fixture
def run(executed: Front) -> str:
    return str(executed.data("runs")["runs"][0]["run"])


def test_execute_replies_with_the_run_and_counts_it(executed: Front, run: str) -> None:
    assert executed.command.counters == {"runs": 1} and not executed.command.partial
    assert executed.text("show", name=run).startswith(f"run {run}: completed, proven")


def test_execute_of_a_completed_phase_runs_nothing(executed: Front) -> None:
    reply = executed.perform("execute", name="1", approve=True)
    assert reply.as_text() == "every plan of 1 is completed"
    assert reply.as_data() == {
        "run": None,
        "plan": None,
        "verdict": None,
        "step": None,
        "waiting_for": None,
        "failure": None,
        "status": "completed",
        "next": ["forge status"],
    }


def test_a_dry_run_of_a_completed_phase_has_nothing_to_do(executed: Front) -> None:
    assert executed.text("execute", name="1", dry_run=True) == "nothing is left to do"


def test_a_dry_run_runs_nothing(executed: Front) -> None:
    before = executed.data("runs")
    reply = executed.perform("execute", name="01-01", dry_run=True)
    (planned,) = reply.as_data()["dry_run"]  # type: ignore[misc]
    assert planned["plan"] == "01-01" and "Write it" in reply.as_text()
    assert executed.data("runs") == before


def test_runs_lists_a_line_for_each(executed: Front, run: str) -> None:
    (line,) = executed.text("runs").splitlines()
    assert line == f"{run}  completed    proven     2 commits  Make it so."


def test_timeline_shows_each_event_and_the_chain(executed: Front, run: str) -> None:
    reply = executed.perform("timeline")
    lines, events = reply.as_text().splitlines(), reply.as_data()["events"]
    assert isinstance(events, list)
    assert lines[0] == f"run {run}: completed"
    assert lines[-1] == f"{len(events)} events, chain whole"
    assert [int(line.split()[0]) for line in lines[1:-1]] == [event["seq"] for event in events]
    assert all(len(line) <= 220 for line in lines)


def test_timeline_leaves_out_what_was_seen(executed: Front) -> None:
    events = executed.data("timeline", after=3)["events"]
    assert events[0]["seq"] == 4


def test_timeline_follows_a_run_to_its_end(executed: Front, run: str) -> None:
    executed.caller = Unattended()
    reply = executed.perform("timeline", follow=True, after=2)
    (first, data), *others = executed.caller.lines
    assert (first, data) == (f"run {run}: completed", None)
    assert [event["seq"] for _, event in others if event] == [
        event["seq"] for event in executed.data("timeline", after=2)["events"]
    ]
    assert reply.one_line and reply.as_text() == f"run {run}: completed" and reply.code == 0
    assert reply.as_data() == {"run": run, "status": "completed", "valid": True, "problem": None}


class LeftReader(Unattended):
    """A reader that leaves at the first line."""

    def line(self, text: str, data: dict[str, object] | None = None) -> None:
        raise BrokenPipeError


class Impatient(Unattended):
    """A user that interrupts at the first line."""

    def line(self, text: str, data: dict[str, object] | None = None) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize(("caller", "code"), [(LeftReader(), 0), (Impatient(), 130)])
def test_a_follower_may_leave(executed: Front, caller: Unattended, code: int) -> None:
    executed.caller = caller
    assert executed.perform("timeline", follow=True).code == code
    executed.caller = Unattended()


def test_replay_finds_a_sound_record(executed: Front, run: str) -> None:
    reply = executed.perform("replay")
    lines = reply.as_text().splitlines()
    assert lines[0].startswith(f"run {run}: completed, ") and lines[-1] == "sound"
    assert reply.code == 0 and reply.as_data()["valid"] is True


def test_replay_finds_a_changed_record(executed: Front, run: str) -> None:
    path = executed.folder / ".planning/runs" / run / "timeline.jsonl"
    original = path.read_bytes()
    events = original.splitlines(keepends=True)
    path.write_bytes(b"".join(events).replace(b"Write it", b"Wrote it"))
    try:
        reply = executed.perform("replay")
        assert reply.code == 1 and reply.as_text().splitlines()[-1] == "NOT VALID"
        assert "  WRONG        event " in reply.as_text()
        shown = executed.perform("timeline")
        assert shown.code == 1 and "NOT VALID: " in shown.as_text().splitlines()[-1]
    finally:
        path.write_bytes(original)


def test_log_shows_steps_with_their_commits(executed: Front, run: str) -> None:
    reply = executed.perform("log")
    lines = reply.as_text().splitlines()
    assert lines[0] == f"{run}  01-01  completed, proven"
    assert lines[1] == "|  Make it so."
    steps = [line.split()[1:4] for line in lines if line.startswith("|  *")]
    assert steps == [["*", "1", "edit"], ["*", "2", "test"]]
    assert any(line.startswith("|  |     ") for line in lines), "a commit"
    assert lines[-1].startswith("|  must-haves: 2 declared, 2 passed, 0 failed")


def test_log_is_colored_for_a_terminal(executed: Front, run: str) -> None:
    lines = log_lines(executed.perform("log").view)  # type: ignore[arg-type]
    assert lines[0] == (Styled(run, "yellow"), "  01-01  ", Styled("completed, proven", bold=True))
    assert ("|  ", Styled("*", "green")) in [line[:2] for line in lines if isinstance(line, tuple)]
    assert log_lines([]) == []


@pytest.mark.parametrize("name", ["01-01", ".planning/phases/01-first/01-01-PLAN.md"])
def test_log_of_a_plan_shows_its_runs(executed: Front, run: str, name: str) -> None:
    assert executed.text("log", name=name, max_count=1).startswith(run)


def test_log_of_an_unknown_name(executed: Front) -> None:
    with pytest.raises(NoOpenRun):
        executed.perform("log", name="09-09")


def test_diff_shows_what_a_run_changed(executed: Front, run: str) -> None:
    reply = executed.perform("diff")
    assert "+++ b/a.txt" in reply.as_text() and "+one" in reply.as_text()
    data = reply.as_data()
    assert data["run"] == run and data["files"] == [{"path": "a.txt", "added": 1, "removed": 0}]
    assert data["patch"] == reply.as_text() + "\n"
    assert executed.text("diff", run=run, stat=True) == "a.txt  +1 -0"


def test_diff_of_a_step_that_changed_nothing(executed: Front, run: str) -> None:
    assert executed.text("diff", run="01-01/2") == "the step 01-01/2 changed no file"


def test_diff_lists_the_steps_if_one_is_unknown(executed: Front) -> None:
    with pytest.raises(UnknownName, match="01-01/2"):
        executed.perform("diff", run="01-01/9")


@pytest.mark.parametrize("form", ["md", "html"])
def test_report_is_a_page(executed: Front, run: str, form: str) -> None:
    data = executed.data("report", form=form)
    assert data["format"] == form and run in data["page"]
    assert executed.data("report", form=form) == data, "the same record gives the same bytes"


def test_report_goes_to_a_file(executed: Front, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    assert executed.text("report", output=path) == f"wrote {path}"
    assert path.read_text() == executed.data("report")["page"]
    linked = tmp_path / "link.md"
    linked.symlink_to(path)
    executed.perform("report", output=linked)
    assert linked.is_symlink(), "a link is written to, not replaced"
    with pytest.raises(UsageError, match="is not a folder"):
        executed.perform("report", output=tmp_path / "none" / "page.md")


def test_show_of_a_run_answers_who_did_what(executed: Front, run: str) -> None:
    lines = executed.text("show", name=run).splitlines()
    titles = [line[2:12].strip() for line in lines[1:] if line[2:12].strip()]
    assert titles == ["asked", "done", "proven", "by", "when", "evidence"]
    assert any("runner worker" in line for line in lines)
    (story,) = executed.perform("log").view  # type: ignore[misc]
    assert [*run_lines(story)] == lines


def test_verify_decides_each_must_have(executed: Front) -> None:
    reply = executed.perform("verify", name="01-01")
    lines = reply.as_text().splitlines()
    assert reply.code == 0 and lines[0].startswith("01-01: PROVEN  .planning/phases/01-first/")
    assert [line.split()[:2] for line in lines if line.startswith("  pass")] == [
        ["pass", "truth:1"],
        ["pass", "artifact:1"],
    ]
    assert (
        executed.data("verify", name="1")["plans"] == executed.data("verify", every=True)["plans"]
    )


def test_verify_runs_commands_only_if_it_is_told_to(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = execute_plan(sandbox, monkeypatch)
    assert "ran" not in executed.data("verify", name="01-01")
    reply = executed.perform("verify", name="01-01", run=True)
    (ran,) = reply.as_data()["ran"]  # type: ignore[misc]
    assert "test -s a.txt" in json.dumps(ran) and reply.code == 0


def test_verify_needs_to_know_what_is_meant(executed: Front) -> None:
    with pytest.raises(UsageError, match="which plan or phase is meant") as refused:
        executed.perform("verify")
    assert refused.value.next_commands == ["forge verify --all"]
    with pytest.raises(UsageError, match="--run runs commands on the work tree"):
        executed.perform("verify", name="01-01", run=True, rev="HEAD")
    with pytest.raises(UnknownName):
        executed.perform("verify", name="07-07", rev="HEAD")


def test_verify_of_a_revision_that_has_not_the_plan_yet(executed: Front) -> None:
    """The plan is then read from the work tree, and judged on that revision."""
    reply = executed.perform("verify", name="01-01", rev=f"{_first_commit(executed)}")
    assert reply.code == 1


def _first_commit(front: Front) -> str:
    output = front.call().repository.git("rev-list", "--max-parents=0", "HEAD")
    return output.decode().strip()


def test_audit_counts_what_is_called_complete(executed: Front) -> None:
    reply = executed.perform("audit", at_completion=True)
    lines = reply.as_text().splitlines()
    assert reply.code == 0 and lines[0].startswith("01-01: proven")
    assert lines[-1].endswith("1 proven, 0 claimed with failures, 0 cannot be decided")
    assert executed.command.counters["claimed"] == 1


def test_audit_names_what_is_broken(executed: Front) -> None:
    path = executed.folder / "a.txt"
    path.unlink()
    repository = executed.call().repository
    try:
        repository.git("commit", "-q", "-am", "Remove it")
        reply = executed.perform("audit")
        assert reply.code == 1 and "01-01: claimed with failures" in reply.as_text()
        assert "    artifact:1  " in reply.as_text()
    finally:
        repository.git("reset", "-q", "--hard", "HEAD~1")


def test_audit_without_a_completed_plan(front: Front) -> None:
    assert front.text("audit").startswith("no plan is called complete at ")


def test_rollback_and_undo_reply_with_their_runs(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = execute_plan(sandbox, monkeypatch)
    back = executed.perform("rollback")
    assert back.code == 0 and not (executed.folder / "a.txt").exists()
    again = executed.perform("undo")
    assert again.code == 0 and (executed.folder / "a.txt").read_text() == "one\n"
    kinds = [entry["kind"] for entry in executed.data("runs")["runs"]]
    assert kinds == ["execute", "rollback", "undo"]


def test_a_name_that_means_no_run_is_refused(executed: Front) -> None:
    for verb in ("timeline", "replay", "diff"):
        with pytest.raises(ForgeError):
            executed.perform(verb, run="20990101T000000Z-none")


def test_outside_of_a_repository_an_operation_says_so(executed: Front, tmp_path: Path) -> None:
    call = Call(tmp_path, None, executed.command, Unattended())
    with pytest.raises(ForgeError) as refused:
        _ = call.repository
    assert refused.value.kind == "repository"
