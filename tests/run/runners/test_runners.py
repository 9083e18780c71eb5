"""Runners that misbehave: what is kept, what the run does, and how a second command goes on."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import time
from pathlib import Path

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

GOOD = writes("a.txt", "x\n")


def one_edit(
    sandbox: Sandbox, work: str, settings: str = "", verify: str = auto("test -s a.txt")
) -> Case:
    return Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt", verify)],
        {1: work},
        files=("a.txt",),
        settings=settings,
    )


def failed(sandbox: Sandbox, code: int = 1) -> tuple[str, dict]:
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.code == code, reply.err
    assert reply.data["status"] == "paused" and reply.data["next"][0].startswith("forge resume")
    events = sandbox.events(reply.data["run"])
    assert sandbox.git("show", f"HEAD:.planning/runs/{reply.data['run']}/timeline.jsonl").count(
        "\n"
    ) == len(events)
    return reply.data["run"], {event["type"]: event["data"] for event in events}


def carries_on(sandbox: Sandbox, case: Case, run: str) -> None:
    """A retry with a runner that works takes the run to its end."""
    case.set_work({1: GOOD})
    reply = sandbox.call("retry", run)
    assert reply.data["status"] == "completed", reply.err
    assert (sandbox.root / "a.txt").read_text() == "x\n" and sandbox.status() == []


def test_a_runner_that_is_not_found(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, GOOD)
    case.set_up()
    sandbox.write(
        ".planning/forge.yaml", "runner: gone\nrunners: {gone: {command: [no-such-program-here]}}\n"
    )
    sandbox.commit("Another runner")
    run, events = failed(sandbox)
    assert (
        events["runner_finished"]["ended"] == "not_found"
        and "no-such-program-here" in events["failure_detected"]["error"]
    )
    sandbox.write("a.txt", "by hand\n")
    reply = sandbox.call("resume", run)
    assert reply.data["status"] == "completed", "the user's changes are the step's work"


def test_a_runner_that_crashes_leaves_its_changes_for_the_user(sandbox: Sandbox) -> None:
    case = one_edit(
        sandbox,
        f"{GOOD}; (pathlib.Path('half.txt')).write_text('half'); print('no more'); sys.exit(7)",
    )
    case.set_up()
    run, events = failed(sandbox)
    assert (
        events["runner_finished"]["exit_code"] == 7
        and "no more" in events["failure_detected"]["error"]
    )
    assert sorted(sandbox.status()) == ["?? a.txt", "?? half.txt"]
    reply = sandbox.call("resume", run)
    assert reply.code == 4 and reply.data["waiting_for"]["kind"] == "scope", (
        "what a runner changed is judged"
    )
    assert "half.txt" in reply.data["waiting_for"]["text"]
    reply = sandbox.call("reject", run, "--note", "half is not wanted")
    assert reply.code == 0
    assert sandbox.call("resume", run).code == 1
    carries_on(sandbox, case, run)
    assert not (sandbox.root / "half.txt").exists(), "retry puts the checkpoint back"
    refs = sandbox.git("for-each-ref", "--format=%(refname)", "refs/forge/safety").split()
    assert any("half.txt" in sandbox.git("ls-tree", "-r", "--name-only", ref) for ref in refs), (
        "and keeps what was there"
    )


def test_a_runner_that_dies_by_a_signal(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, "os.kill(os.getpid(), 9)")
    case.set_up()
    run, events = failed(sandbox)
    assert (events["runner_finished"]["ended"], events["runner_finished"]["exit_code"]) == (
        "signal",
        137,
    )
    carries_on(sandbox, case, run)


@pytest.mark.parametrize(
    ("settings", "ended"),
    [("limits: {step_timeout: 1}\n", "timeout"), ("limits: {idle_timeout: 1}\n", "idle")],
)
def test_a_runner_that_hangs_and_ignores_term(sandbox: Sandbox, settings: str, ended: str) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN)"
    hang = f"{deaf}; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(60)"
    case = one_edit(sandbox, hang, settings)
    case.set_up()
    run, events = failed(sandbox)
    assert events["runner_finished"]["ended"] == ended
    assert not Path(f"/proc/{(sandbox.root / 'pid').read_text()}").exists(), (
        "its process group is killed"
    )
    carries_on(sandbox, case, run)


def test_a_runner_that_prints_without_end(sandbox: Sandbox) -> None:
    flood = f"{GOOD}; [sys.stdout.write('y' * (1 << 20)) for _ in range(300)]; print('the end')"
    sandbox = one_edit(sandbox, flood).set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.data["status"] == "completed"
    (event,) = [
        event for event in sandbox.events(reply.data["run"]) if event["type"] == "runner_finished"
    ]
    (kept,) = event["evidence"]
    assert kept["truncated"] is True and kept["bytes"] < 70_000
    text = (sandbox.root / ".planning/runs" / reply.data["run"] / kept["path"]).read_text()
    (whole,) = (sandbox.root / ".git/forge/evidence" / reply.data["run"]).iterdir()
    assert whole.stat().st_size > 4 << 20, "what was left out stays local, up to a limit"
    assert text.startswith("yyy") and text.rstrip().endswith("the end") and "bytes left out" in text


def test_output_is_scrubbed_of_secrets(sandbox: Sandbox) -> None:
    token = "ghp_" + "a1B2c3D4e5F6" * 3
    sandbox = one_edit(sandbox, f"{GOOD}; print('token {token}'); sys.exit(1)").set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    run = reply.data["run"]
    assert token not in reply.out and "[secret removed]" in reply.out
    for path in (sandbox.root / ".planning/runs" / run).rglob("*.*"):
        assert token not in path.read_text(), path


@pytest.mark.parametrize(
    ("work", "kind", "reason"),
    [
        (f"{GOOD}; {writes('elsewhere.txt', 'x')}", "scope", "out of scope: elsewhere.txt"),
        (f"{GOOD}; os.remove('README.md')", "scope", "deletes README.md"),
        (writes("a.txt", "AKIA" + "ABCDEFGHIJKLMNOP\n"), "diff", "looks like a secret"),
        (writes("a.txt", "x\n" * 3000), "diff", "more than scope.max_lines"),
        (
            f"{GOOD}; {writes('.github/workflows/ci.yml', 'x')}",
            "scope",
            "protected: .github/workflows/ci.yml",
        ),
    ],
)
def test_a_risky_diff_is_asked_about_even_with_approve(
    sandbox: Sandbox, work: str, kind: str, reason: str
) -> None:
    sandbox = one_edit(sandbox, work).set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.code == 4 and reply.data["status"] == "paused"
    waits = reply.data["waiting_for"]
    assert waits["kind"] == kind and reason in waits["text"] and waits["step"] == "01-01/1"
    run = reply.data["run"]
    assert reply.data["next"][:2] == [f"forge approve {run}", f"forge reject {run}"]
    before = len(sandbox.subjects())
    assert sandbox.call("resume", run).code == 4, "nothing goes on before the answer"
    assert len(sandbox.subjects()) == before
    reply = sandbox.call("approve", run)
    assert reply.code == 0 and reply.data["next"][0] == f"forge resume {run}"
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert sandbox.status() == []


def test_a_diff_that_changed_since_it_was_judged_is_judged_again(sandbox: Sandbox) -> None:
    sandbox = one_edit(sandbox, f"{GOOD}; {writes('elsewhere.txt', 'x')}").set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.call("approve", run)
    sandbox.write("more.txt", "slipped in\n")
    reply = sandbox.call("resume", run)
    assert reply.code == 4 and "more.txt" in reply.data["waiting_for"]["text"]


def test_a_runner_that_commits_by_itself(sandbox: Sandbox) -> None:
    commit = (
        "import subprocess as s; s.run(['git','add','-A']); s.run(['git','commit','-qm','My own"
        " commit'])"
    )
    sandbox = one_edit(sandbox, f"{GOOD}; {writes('elsewhere.txt', 'x')}; {commit}").set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.code == 4 and "elsewhere.txt" in reply.data["waiting_for"]["text"], (
        "its commits are judged like the diff"
    )
    run = reply.data["run"]
    assert "My own commit" in sandbox.subjects()
    (proposed,) = [
        event["data"] for event in sandbox.events(run) if event["type"] == "diff_proposed"
    ]
    assert len(proposed["runner_commits"]) == 1
    sandbox.call("approve", run)
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert "My own commit" in sandbox.subjects() and sandbox.status() == []


def test_a_runner_that_rewrites_history_pauses_the_run(sandbox: Sandbox) -> None:
    sandbox = one_edit(
        sandbox, "import subprocess as s; s.run(['git','reset','-q','--hard','HEAD~1'])"
    ).set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.code == 4 and reply.data["waiting_for"]["kind"] == "head_moved"
    assert "git merge" in reply.data["waiting_for"]["text"]


GIT = "import subprocess as s; git = lambda *w: s.run(['git', *w], check=True)"
REWRITES = {
    "reset": "git('reset', '-q', '--hard', 'HEAD~2')",
    "amend": "git('commit', '-q', '--amend', '-m', 'Mine')",
    "another branch": "git('checkout', '-q', '--orphan', 'other'); git('branch', '-D', 'main')",
    "no branch": "git('update-ref', '-d', 'refs/heads/main')",
}


@pytest.mark.parametrize("how", REWRITES)
def test_commits_that_a_runner_removes_are_kept_and_can_be_restored(
    sandbox: Sandbox, how: str
) -> None:
    case = one_edit(sandbox, f"{GIT}; {REWRITES[how]}")
    sandbox = case.set_up()
    plan = sandbox.head()
    reply = sandbox.call("execute", "01-01", "--approve")
    run, text = reply.data["run"], reply.data["waiting_for"]["text"]
    assert reply.code == 4 and reply.data["waiting_for"]["kind"] == "head_moved"
    sandbox.git("reflog", "expire", "--expire=now", "--all")
    sandbox.git("prune", "--expire=now")
    assert plan in sandbox.git("rev-list", "--glob=refs/forge/safety").split(), (
        "the user's commits have a ref"
    )
    again = sandbox.call("resume", run)
    assert again.code in (2, 4) and text.partition(";")[0] in str(again.json), (
        "it says why, wherever the settings are by now"
    )
    for command in re.findall(r"`(git [^`]+)`", text):
        sandbox.git(*shlex.split(command)[1:])
    if how == "another branch":
        sandbox.git("switch", "-q", "-f", "main")
    assert sandbox.git("ls-files", "-u") == "", "nothing of the run's own is in the way"
    case.set_work({1: GOOD})
    reply = sandbox.call("retry", run)
    assert reply.data["status"] == "completed", str(reply.data)
    assert sandbox.call("replay", run).data["valid"] and sandbox.git("fsck", "--no-dangling") == ""


def test_a_runner_that_puts_a_link_in_the_way_of_the_record(sandbox: Sandbox) -> None:
    elsewhere = sandbox.root.with_name("elsewhere")
    elsewhere.mkdir()
    link = (
        f"import shutil; shutil.rmtree('.planning/runs'); os.symlink({str(elsewhere)!r},"
        f" '.planning/runs'); {GOOD}"
    )
    sandbox = one_edit(sandbox, link).set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    run, waits = reply.data["run"], reply.data["waiting_for"]
    assert (
        reply.code == 4
        and waits["kind"] == "head_moved"
        and ".planning/runs is a symbolic link" in waits["text"]
    )
    assert list(elsewhere.iterdir()) == [] and sandbox.git(
        "ls-files", "-s", ".planning/runs"
    ).startswith("100644")
    (sandbox.root / ".planning/runs").unlink()
    sandbox.git("checkout", "--", ".planning/runs")
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert sandbox.call("replay", run).data["valid"] and sandbox.status() == []


def test_a_runner_that_kills_its_parent(sandbox: Sandbox) -> None:
    """What is in the plan's scope is put back; the rest may be the user's, who is asked first."""
    case = one_edit(
        sandbox,
        f"{writes('a.txt', 'half')}; {writes('half.txt', 'half')};"
        " os.kill(os.getppid(), 9); import time; time.sleep(60)",
    )
    case.set_up()
    process = sandbox.start("execute", "01-01", "--approve")
    assert process.wait(30) == -signal.SIGKILL
    reply = sandbox.call("status")
    run = reply.data["plans"][0]["run"]
    assert reply.data["next"][0] == f"forge resume {run}"
    assert sandbox.call("runs").data["runs"][0]["status"] == "interrupted"
    case.set_work({1: GOOD})
    waiting_for = sandbox.call("resume", run).data["waiting_for"]
    assert waiting_for["kind"] == "scope" and "half.txt" in waiting_for["text"]
    assert sandbox.status() == ["?? half.txt"], "a step in doubt is put back, as far as it is its"
    types = sandbox.types(run)
    assert types.count("run_interrupted") == 1 and types.count("checkpoint_restored") == 1
    assert types.count("runner_started") == 1, "the user is asked before the runner starts again"
    assert sandbox.call("reject", "--option", "put-back").code == 0
    reply = sandbox.call("resume", run)
    assert reply.data["status"] == "completed", reply.err
    assert sandbox.status() == [] and not (sandbox.root / "half.txt").exists()
    assert (sandbox.root / "a.txt").read_text() == "x\n"
    assert sandbox.call("replay", run).code == 0
    finished = [
        json.loads(line)
        for line in (sandbox.root / ".git/forge/executions.jsonl").read_text().splitlines()
    ]
    assert [record["outcome"] for record in finished if record["args"][0] == "execute"] == [
        "running",
        "interrupted",
    ]


def test_a_runner_that_outlived_forge_is_ended_before_the_tree_changes(sandbox: Sandbox) -> None:
    linger = (
        "import time; pathlib.Path('a.txt').write_text(str(os.getpid())); os.kill(os.getppid(), 9);"
        " time.sleep(60)"
    )
    case = one_edit(sandbox, linger)
    case.set_up()
    process = sandbox.start("execute", "01-01", "--approve")
    process.wait(30)
    pid = wait_for(sandbox.root / "a.txt")
    assert Path(f"/proc/{pid}").exists()
    case.set_work({1: GOOD})
    assert sandbox.call("resume").data["status"] == "completed"
    assert not Path(f"/proc/{pid}/cwd").exists()


def wait_for(path: Path, seconds: float = 20) -> str:
    """Return a file's text as soon as there is any."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.exists() and path.read_text():
            return path.read_text()
        os.sched_yield()
    raise AssertionError(f"{path} never came")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_the_runner_works(sandbox: Sandbox, number: signal.Signals) -> None:
    case = one_edit(sandbox, f"{writes('half.txt', 'half')}; import time; time.sleep(60)")
    case.set_up()
    process = sandbox.start("execute", "01-01", "--approve")
    wait_for(sandbox.root / "half.txt")
    process.send_signal(number)
    assert process.wait(30) == 130
    (run,) = sandbox.call("runs").data["runs"]
    assert run["status"] == "paused"
    case.set_work({1: GOOD})
    assert sandbox.call("resume").data["status"] == "completed"
    assert not (sandbox.root / "half.txt").exists()


def test_two_at_once_one_owner(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, f"{writes('started', 'x')}; import time; time.sleep(60)")
    case.set_up()
    process = sandbox.start("execute", "01-01", "--approve")
    wait_for(sandbox.root / "started")
    for words in (
        ["execute", "01-01", "--approve"],
        ["resume"],
        ["retry"],
        ["approve"],
        ["skip", "--reason", "x"],
    ):
        reply = sandbox.call(*words)
        assert reply.code == 5 and reply.json["error"]["kind"] == "held", words
    assert sandbox.call("runs").data["runs"][0]["status"] == "running"
    reply = sandbox.call("stop")
    assert reply.code == 0 and reply.data["status"] == "stopped"
    assert process.wait(30) == 1
    assert sandbox.types(reply.data["run"])[-2:] == ["execution_stopped", "final"]
    assert (
        sandbox.git("log", "-1", "--format=%(trailers:key=Forge-Final,valueonly)").strip()
        == "stopped"
    )


def test_the_environment_of_a_runner(sandbox: Sandbox) -> None:
    dump = "import json; pathlib.Path('a.txt').write_text(json.dumps(dict(os.environ)))"
    case = one_edit(sandbox, dump)
    case.set_up()
    settings = (sandbox.root / ".planning/forge.yaml").read_text()
    sandbox.write(
        ".planning/forge.yaml", settings.replace("prompt: file", "prompt: file\n    env: [WANTED]")
    )
    sandbox.commit("Name a variable")
    env = {"WANTED": "yes", "UNWANTED": "no", "LC_TIME": "C"}
    reply = sandbox.call("execute", "01-01", "--approve", env=env)
    seen = json.loads((sandbox.root / "a.txt").read_text())
    assert seen["WANTED"] == "yes" and "UNWANTED" not in seen and seen["LC_TIME"] == "C"
    expected = {
        "FORGE_RUN_ID": reply.data["run"],
        "FORGE_PLAN_ID": "01-01",
        "FORGE_STEP_ID": "01-01/1",
        "FORGE_STEP_INDEX": "1",
        "FORGE_STEP_NAME": "Task 1: Write it",
        "FORGE_ATTEMPT": "1",
    }
    assert expected.items() <= seen.items()
    assert {"FORGE_PROMPT_FILE", "FORGE_PLAN_FILE", "FORGE_SCOPE_FILE"} <= set(seen)


@pytest.mark.parametrize("how", ["stdin", "file", "arg", "{prompt}", "{prompt_file}"])
def test_how_a_runner_gets_its_prompt(sandbox: Sandbox, how: str) -> None:
    case = one_edit(sandbox, "")
    case.set_up()
    code = {
        "stdin": "import sys; t = sys.stdin.read()",
        "file": "import os; t = open(os.environ['FORGE_PROMPT_FILE']).read()",
        "{prompt_file}": "import sys; t = open(sys.argv[1]).read()",
    }.get(how, "import sys; t = sys.argv[1]")
    words = [
        "python3",
        "-c",
        f"{code}; open('a.txt', 'w').write(t)",
        *([how] if how.startswith("{") else []),
    ]
    prompt = how if how in ("stdin", "file", "arg") else "arg"
    sandbox.write(
        ".planning/forge.yaml",
        f"runner: r\nrunners:\n  r: {{command: {json.dumps(words)}, prompt: {prompt}}}\n",
    )
    sandbox.commit("Runner")
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "completed"
    assert "Task 1: Write it" in (sandbox.root / "a.txt").read_text()
