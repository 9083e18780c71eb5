"""Verify commands and human checks: what is run, what is asked, and what a failure leads to."""

from __future__ import annotations

import html

import pytest

from tests.conftest import CommandResult, Sandbox
from tests.run.plans import Case, Task, auto, writes

GOOD = writes("a.txt", "x\n")


def execute(sandbox: Sandbox, verify: str, settings: str = "", work: str = GOOD) -> CommandResult:
    Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt", verify)],
        {1: work},
        files=("a.txt",),
        settings=settings,
    ).set_up()
    return sandbox.call("execute", "01-01", "--approve")


def test_a_failing_command_pauses_and_a_fixed_tree_goes_on(sandbox: Sandbox) -> None:
    result = execute(sandbox, auto("echo looking; grep -q wanted a.txt"))
    run = result.data["run"]
    assert (result.code, result.data["status"], result.data["step"]) == (1, "paused", "01-01/1")
    assert result.data["next"][:2] == [f"forge resume {run}", f"forge retry {run}"]
    last = sandbox.events(run)[-2:]
    assert [event["type"] for event in last] == ["failure_detected", "execution_paused"]
    assert "looking" in last[0]["data"]["error"] and last[1]["data"]["reason"] == "failure"
    assert sandbox.status() == []
    assert sandbox.call("resume").code == 1, "nothing was fixed"
    sandbox.write("a.txt", "wanted\n")
    sandbox.write("elsewhere.txt", "out of scope\n")
    assert sandbox.call("resume", run).data["waiting_for"]["kind"] == "scope"
    assert sandbox.call("approve", run).code == 0
    result = sandbox.call("resume", run)
    assert result.data["status"] == "completed", result.err
    assert sandbox.git("show", "HEAD:a.txt") == "wanted\n"
    mended = sandbox.git(
        "log", "-1", "--format=%(trailers:key=Forge-Attempt,valueonly)|%s", "--", "elsewhere.txt"
    ).strip()
    assert mended.replace("\n", "") == "1|Task 1: Write it"


def test_a_commit_of_the_user_is_accepted_after_a_failure(sandbox: Sandbox) -> None:
    run = execute(sandbox, auto("grep -q wanted a.txt")).data["run"]
    sandbox.write("a.txt", "wanted\n")
    sandbox.commit("I did it myself")
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert "I did it myself" in sandbox.subjects()


def test_retry_puts_back_the_tree_and_calls_the_runner_again(sandbox: Sandbox) -> None:
    case = Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt, b.txt", auto("grep -q wanted a.txt"))],
        {1: f"{GOOD}; {writes('b.txt', 'first attempt')}"},
        files=("a.txt", "b.txt"),
    )
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.write("mine.txt", "not committed by anybody\n")
    case.set_work({1: writes("a.txt", "wanted\n")})
    result = sandbox.call("retry", run)
    assert "left as they are, since they may be yours: mine.txt" in result.err
    assert result.code == 4 and result.data["status"] == "paused", "mine.txt is outside the scope"
    assert (sandbox.root / "mine.txt").read_text() == "not committed by anybody\n"
    (sandbox.root / "mine.txt").unlink()
    result = sandbox.call("resume", run)
    assert result.data["status"] == "completed", result.err
    assert (
        not (sandbox.root / "b.txt").exists() and (sandbox.root / "a.txt").read_text() == "wanted\n"
    )
    attempts = [
        event["attempt"] for event in sandbox.events(run) if event["type"] == "runner_started"
    ]
    assert attempts == [1, 2]
    snapshot = next(
        event["data"]["snapshot"]
        for event in sandbox.events(run)
        if event["type"] == "checkpoint_restored"
    )
    assert sandbox.git("show", f"{snapshot}:mine.txt") == "not committed by anybody\n"
    assert sandbox.git("fsck", "--no-dangling") == ""


def test_retry_is_refused_if_others_changed_the_steps_work_and_a_fix_by_hand_goes_on(
    sandbox: Sandbox,
) -> None:
    run = execute(sandbox, auto("grep -q wanted a.txt")).data["run"]
    sandbox.write("a.txt", "a first try of mine\n")
    mine = sandbox.commit("I fix it")
    before = sandbox.events(run)
    result = sandbox.call("retry")
    assert (result.code, result.json["error"]["kind"]) == (2, "in_the_way") and mine[
        :12
    ] in result.json["error"]["message"]
    assert sandbox.events(run) == before, "nothing was written: the failure stands as before"
    sandbox.git("revert", "--no-edit", "HEAD")
    assert sandbox.call("retry").data["failure"]["kind"] == "check", (
        "as it says: what was reverted is in nobody's way"
    )
    sandbox.write("a.txt", "wanted\n")
    sandbox.commit("I fix it again")
    assert sandbox.call("retry").code == 2
    assert sandbox.call("resume").data["status"] == "completed"
    assert sandbox.call("replay").code == 0


def test_a_skipped_step_is_recorded(sandbox: Sandbox) -> None:
    run = execute(sandbox, auto("false")).data["run"]
    result = sandbox.call("skip", run, "--reason", "not needed any more")
    assert result.data["status"] == "completed"
    final = sandbox.events(run)[-1]["data"]
    assert (final["completed_steps"], final["total_steps"]) == (0, 1)
    assert (
        "not needed any more"
        in (sandbox.root / ".planning/phases/01-first/01-01-SUMMARY.md").read_text()
    )


def test_skip_is_refused_if_work_would_be_lost(sandbox: Sandbox) -> None:
    execute(sandbox, auto("false"), work="pathlib.Path('a.txt').write_text('x'); sys.exit(1)")
    result = sandbox.call("skip", "--reason", "x")
    assert result.code == 2 and "a.txt" in result.json["error"]["message"]


def test_repair_attempts_get_the_failing_output(sandbox: Sandbox) -> None:
    work = (
        "prompt = open(os.environ['FORGE_PROMPT_FILE']).read(); attempt ="
        " os.environ['FORGE_ATTEMPT']; pathlib.Path('a.txt').write_text('wanted' if 'the reason is"
        " 42' in prompt else attempt)"
    )
    result = execute(
        sandbox,
        auto("echo the reason is $((6*7)); grep -q wanted a.txt"),
        "repair: {attempts: 2}\n",
        work,
    )
    assert result.data["status"] == "completed", result.err
    types = sandbox.types(result.data["run"])
    assert (
        types.count("repair_attempted") == 1
        and types.count("checkpoint_created") == 2
        and types.count("runner_started") == 2
    )


def test_repair_gives_up_and_pauses(sandbox: Sandbox) -> None:
    result = execute(sandbox, auto("false"), "repair: {attempts: 2}\n")
    assert (result.code, result.data["status"]) == (1, "paused")
    assert sandbox.types(result.data["run"]).count("repair_attempted") == 2


@pytest.mark.parametrize(
    ("verify", "text"),
    [
        ("The page looks right.", "The page looks right."),
        ("cargo check succeeds on new module", "cargo check succeeds on new module"),
        ("`grep -c x a.txt` returns 0", "returns 0"),
        (auto("MISSING: no test yet"), "MISSING"),
        (auto("grep -q nothing a.txt || true"), "cannot fail"),
        (auto("cd /tmp && test -d ."), "without the cd it reads:\n  $ test -d ."),
        (auto("yes | head -n 1"), "141"),
    ],
)
def test_what_no_command_decides_is_asked(sandbox: Sandbox, verify: str, text: str) -> None:
    result = execute(sandbox, verify)
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "human_verify"
    assert text in result.data["waiting_for"]["text"]
    run = result.data["run"]
    started = [
        event["data"]["command"] for event in sandbox.events(run) if event["type"] == "test_started"
    ]
    assert all("cargo" not in command and "cd /tmp" not in command for command in started)
    assert sandbox.call("approve").code == 0
    assert sandbox.call("resume").data["status"] == "completed"


def test_a_no_to_a_human_check_is_a_failure(sandbox: Sandbox) -> None:
    run = execute(sandbox, "The page looks right.").data["run"]
    result = sandbox.call("reject", "--note", "it is blue")
    assert result.code == 0
    result = sandbox.call("resume", run)
    assert (result.code, result.data["status"]) == (1, "paused")
    result = sandbox.call("resume", run)
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "human_verify", (
        "it is asked again"
    )


def test_changes_of_a_command_are_asked_about(sandbox: Sandbox) -> None:
    result = execute(sandbox, auto("echo made > made.txt"))
    assert (
        result.code == 4
        and result.data["waiting_for"]["kind"] == "command"
        and "made.txt" in result.data["waiting_for"]["text"]
    )
    run = result.data["run"]
    completed = next(
        event["data"] for event in sandbox.events(run) if event["type"] == "test_completed"
    )
    assert completed["changed"] == ["made.txt"] and completed["success"] is True
    sandbox.call("approve", run)
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert sandbox.git("show", "HEAD:made.txt") == "made\n"


def test_changes_of_a_command_are_found_even_if_it_resets_times(sandbox: Sandbox) -> None:
    old = "__pycache__/old"
    words = (
        "mkdir __pycache__",
        f"cp -p README.md {old}",
        f"tr A B < {old} > README.md",
        f"touch -r {old} README.md .gitignore",
    )
    result = execute(sandbox, auto(html.escape(" && ".join(words))))
    assert result.code == 4, result.err
    (completed,) = [
        event["data"]
        for event in sandbox.events(result.data["run"])
        if event["type"] == "test_completed"
    ]
    assert completed["changed"] == ["README.md"]


def test_changes_of_a_command_are_discarded_after_a_snapshot(sandbox: Sandbox) -> None:
    run = execute(sandbox, auto("echo made > made.txt &amp;&amp; echo more >> README.md")).data[
        "run"
    ]
    sandbox.call("reject", run)
    result = sandbox.call("resume", run)
    assert result.data["status"] == "completed", result.err
    assert (
        not (sandbox.root / "made.txt").exists()
        and sandbox.git("show", "HEAD:README.md") == "# A repository\n"
    )
    assert sandbox.status() == []
    snapshot = next(
        event["data"]["snapshot"]
        for event in sandbox.events(run)
        if event["type"] == "checkpoint_restored"
    )
    assert sandbox.git("show", f"{snapshot}:made.txt") == "made\n"


def test_a_command_that_hangs_ends_at_its_limit(sandbox: Sandbox) -> None:
    result = execute(sandbox, auto("sleep 60"), "limits: {step_timeout: 1}\n")
    assert (result.code, result.data["status"]) == (1, "paused")
    completed = next(
        event["data"]
        for event in sandbox.events(result.data["run"])
        if event["type"] == "test_completed"
    )
    assert completed["ended"] == "timeout" and completed["success"] is False


def test_verification_after_the_last_step(sandbox: Sandbox) -> None:
    case = Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt", auto("test -s a.txt"))],
        {1: GOOD},
        files=("a.txt",),
        verification="- `grep -q wanted a.txt`\n- It reads well.",
    )
    case.set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert (result.code, result.data["status"], result.data["step"]) == (1, "paused", None)
    sandbox.write("a.txt", "wanted\n")
    result = sandbox.call("resume")
    assert result.data["status"] == "completed" and sandbox.status() == []


def test_a_failing_verification_can_be_skipped(sandbox: Sandbox) -> None:
    Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt")],
        {1: GOOD},
        files=("a.txt",),
        verification="- `grep -q wanted a.txt`",
    ).set_up()
    sandbox.call("execute", "01-01", "--approve")
    assert sandbox.call("skip", "--reason", "no such tool here").data["status"] == "completed"


def test_a_declined_verification_can_be_skipped(sandbox: Sandbox) -> None:
    case = Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt")],
        {1: GOOD},
        files=("a.txt",),
        verification="- `test -f b || true`",
    )
    case.set_up()
    assert (
        sandbox.call("execute", "01-01", "--approve").data["waiting_for"]["kind"] == "human_verify"
    )
    result = sandbox.call("skip", "--reason", "x")
    assert result.code == 2 and "nothing to skip" in result.json["error"]["message"], (
        "it waits for an answer"
    )
    sandbox.forge("reject")
    assert sandbox.call("resume").data["failure"]["kind"] == "denied"
    assert sandbox.call("skip", "--reason", "b comes later").data["status"] == "completed"


def test_a_truth_that_failed_and_changed_files_is_not_skipped(sandbox: Sandbox) -> None:
    truth = (
        'must_haves:\n  truths:\n    - statement: "It works"\n      verify: "echo x >> left.txt;'
        ' false"\n'
    )
    Case(
        sandbox, [Task("Task 1: Write it", "a.txt")], {1: GOOD}, files=("a.txt",), must_haves=truth
    ).set_up()
    assert sandbox.call("execute", "01-01", "--approve").data["waiting_for"]["kind"] == "command"
    sandbox.commit("Keep what it left")
    result = sandbox.call("skip", "--reason", "x")
    assert result.code == 2 and "nothing to skip" in result.json["error"]["message"]
    refused = sandbox.call("approve")
    assert refused.json["error"]["kind"] == "changed_since_asked"
    sandbox.call("resume")
    assert sandbox.call("resume").data["verdict"] == "unproven"


def test_an_edit_that_changes_nothing_and_has_no_command_is_asked_about(sandbox: Sandbox) -> None:
    result = execute(sandbox, "", work="pass")
    assert result.code == 4 and "changed nothing" in result.data["waiting_for"]["text"]
    proposed = next(
        event["data"]
        for event in sandbox.events(result.data["run"])
        if event["type"] == "diff_proposed"
    )
    assert proposed["files_changed"] == []
    sandbox.call("approve")
    assert sandbox.call("resume").data["status"] == "completed"
    assert [subject for subject in sandbox.subjects() if subject == "Task 1: Write it"] == [], (
        "no result commit"
    )


def test_an_edit_that_changes_nothing_is_proven_by_its_command(sandbox: Sandbox) -> None:
    assert execute(sandbox, auto("true"), work="pass").data["status"] == "completed"


def test_a_step_of_another_stage_that_changes_the_tree_pauses(sandbox: Sandbox) -> None:
    task = Task("Task 1: Analyze it", "", "", extra="<action>Look at it.</action>")
    Case(sandbox, [task], {1: GOOD}).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4 and "a.txt" in result.data["waiting_for"]["text"]
    sandbox.call("approve")
    assert sandbox.call("resume").data["status"] == "completed"
    assert sandbox.git("show", "HEAD:a.txt") == "x\n"


def test_hooks_run_for_result_commits_and_only_for_them(sandbox: Sandbox) -> None:
    hook = sandbox.write(
        ".git/hooks/pre-commit",
        "#!/bin/sh\necho ran >> .git/hook-ran\necho hooked >> a.txt; git add a.txt\n",
    )
    hook.chmod(0o755)
    Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt", auto("grep -q hooked a.txt"))],
        {1: GOOD},
        files=("a.txt",),
    )
    case = Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt", auto("grep -q hooked a.txt"))],
        {1: GOOD},
        files=("a.txt",),
    )
    hook.chmod(0o644)
    case.set_up()
    hook.chmod(0o755)
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["status"] == "completed", result.err
    assert (sandbox.root / ".git/hook-ran").read_text() == "ran\n"
    applied = next(
        event["data"]
        for event in sandbox.events(result.data["run"])
        if event["type"] == "diff_applied"
    )
    assert applied["hook_changed"] == ["a.txt"] and sandbox.status() == []


def test_a_hook_that_refuses_pauses_the_run(sandbox: Sandbox) -> None:
    case = Case(sandbox, [Task("Task 1: Write it", "a.txt")], {1: GOOD}, files=("a.txt",))
    case.set_up()
    hook = sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\necho not today; exit 1\n")
    hook.chmod(0o755)
    result = sandbox.call("execute", "01-01", "--approve")
    assert (result.code, result.data["status"]) == (1, "paused")
    error = next(
        event["data"]
        for event in sandbox.events(result.data["run"])
        if event["type"] == "failure_detected"
    )
    assert error["kind"] == "commit" and "not today" in error["error"]
    hook.unlink()
    assert sandbox.call("resume").data["status"] == "completed"
