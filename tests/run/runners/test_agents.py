"""Stand-ins for coding agents: their results, sessions, litter and limits."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from forge.planning.settings import RunnerSettings
from forge.run.processes.output import Output
from forge.run.processes.supervise import Outcome
from forge.run.runners.output import JsonLines
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

GOOD = writes("a.txt", "x\n")
LINES = "    output: json-lines\n"


def says(**line: object) -> str:
    return f"print({json.dumps(json.dumps(line))}, flush=True)"


def agent(
    sandbox: Sandbox,
    work: str,
    runner: str = LINES,
    settings: str = "",
    verify: str = "test -s a.txt",
) -> Case:
    return Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt", auto(verify))],
        {1: work},
        files=("a.txt",),
        settings=runner + settings,
    )


def ended(sandbox: Sandbox, run: str) -> list[dict[str, Any]]:
    return [event["data"] for event in sandbox.events(run) if event["type"] == "runner_finished"]


def judged(lines: list[str], settings: RunnerSettings, code: int = 0, piece: int = 7) -> Outcome:
    parser, data = JsonLines(settings), "\n".join(lines).encode()
    for at in range(0, len(data), piece):
        parser.feed(data[at : at + piece])
    return parser.judge(Outcome("exit", code, 1, Output(100)))


PLAIN = RunnerSettings(output="json-lines")
TURNS = RunnerSettings(
    output="json-lines",
    done=("type=turn.completed",),
    failed=("type=turn.failed",),
    session=("thread_id",),
    message=("error.message",),
)
STEPS = RunnerSettings(
    output="json-lines",
    done=(),
    failed=("type=error",),
    session=("sessionID",),
    message=("error.data.message",),
)


@pytest.mark.parametrize(
    ("settings", "lines", "how", "session", "reason"),
    [
        (
            PLAIN,
            [
                '{"type":"system","session_id":"s"}',
                '{"type":"result","is_error":false,"result":"done"}',
            ],
            "exit",
            "s",
            "",
        ),
        (
            PLAIN,
            ['{"type":"result","is_error":true,"result":"no credit","session_id":"s-1"}'],
            "result",
            "s-1",
            "no credit",
        ),
        (
            PLAIN,
            ['{"type":"result","status":"error","session_id":"g","error":{"message":"503"}}'],
            "result",
            "g",
            "503",
        ),
        (
            PLAIN,
            ['{"type":"tool_result","status":"error"}', '{"type":"result","status":"success"}'],
            "exit",
            None,
            "",
        ),
        (
            PLAIN,
            ["Thinking …", "{broken", '["type", "result"]', '{"type":"a"}'],
            "result",
            None,
            "never said",
        ),
        (PLAIN, [], "result", None, "never said"),
        (
            TURNS,
            ['{"type":"thread.started","thread_id":"t"}', '{"type":"turn.completed","usage":{}}'],
            "exit",
            "t",
            "",
        ),
        (TURNS, ['{"type":"turn.failed","error":{"message":"limit"}}'], "result", None, "limit"),
        (TURNS, ['{"type":"turn.failed"}', '{"type":"turn.completed"}'], "exit", None, ""),
        (
            STEPS,
            ['{"type":"step_start","sessionID":"ses_1"}', '{"type":"text"}'],
            "exit",
            "ses_1",
            "",
        ),
        (
            STEPS,
            ['{"type":"error","error":{"data":{"message":"model not found"}}}'],
            "result",
            None,
            "model not found",
        ),
        (PLAIN, ['{"type":"result","session_id":"--dangerous flag"}'], "exit", None, ""),
        (
            PLAIN,
            ['{"type":"result","a":"' + "x" * (5 << 20) + '"}', '{"type":"other"}'],
            "result",
            None,
            "never said",
        ),
    ],
)
def test_lines_of_json_decide_the_outcome(
    settings: RunnerSettings, lines: list[str], how: str, session: str | None, reason: str
) -> None:
    outcome = judged(lines, settings, piece=7 if len(str(lines)) < 1000 else 65536)
    assert (outcome.ended, outcome.session) == (how, session) and reason in outcome.reason
    assert judged(lines, settings, code=3, piece=65536).ended == "exit", (
        "a failure stays one, whatever was said"
    )


def test_an_agent_that_exits_0_without_its_service(sandbox: Sandbox) -> None:
    sandbox = agent(
        sandbox,
        f"{GOOD};"
        f" {says(type='result', is_error=True, result='service unavailable', session_id='s-9')}",
    ).set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.code == 1 and reply.data["status"] == "paused"
    (data,) = ended(sandbox, reply.data["run"])
    assert (data["exit_code"], data["ended"], data["session"]) == (0, "result", "s-9")
    (failure,) = [
        event["data"]
        for event in sandbox.events(reply.data["run"])
        if event["type"] == "failure_detected"
    ]
    assert "exited with 0" in failure["error"] and "service unavailable" in failure["error"]
    assert (
        "diff_applied" not in sandbox.types(reply.data["run"]) and (sandbox.root / "a.txt").exists()
    )


def test_an_agent_that_reports_success_and_fails(sandbox: Sandbox) -> None:
    sandbox = agent(sandbox, says(type="result", is_error=False, result="all done")).set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.code == 1 and "test -s a.txt" in reply.data["failure"]["error"], (
        "the diff and the tests decide"
    )


def test_standard_error_is_kept_and_not_parsed(sandbox: Sandbox) -> None:
    noise = "[print('noise ' * 2000, file=sys.stderr, flush=True) for _ in range(20)]"
    work = f"{GOOD}; {noise}; {says(type='result', result='x' * 9000)}; {noise}"
    reply = agent(sandbox, work).set_up().call("execute", "01-01", "--approve")
    assert reply.data["status"] == "completed"
    (event,) = [
        event for event in sandbox.events(reply.data["run"]) if event["type"] == "runner_finished"
    ]
    assert (
        "noise"
        in (
            sandbox.root / ".planning/runs" / reply.data["run"] / event["evidence"][0]["path"]
        ).read_text()
    )


def test_a_repair_and_a_retry_go_on_with_the_session(sandbox: Sandbox) -> None:
    attempt = (
        "n = os.environ['FORGE_ATTEMPT']; open('../argv', 'a').write(' '.join(sys.argv[2:]) + '|')"
    )
    prompt = "open('../prompt' + n, 'w').write(open(os.environ['FORGE_PROMPT_FILE']).read())"
    line = "import json; print(json.dumps({'type': 'result', 'session_id': 's-' + n}))"
    write = "p = pathlib.Path('a.txt'); p.write_text(n)"
    case = agent(
        sandbox,
        f"{attempt}; {prompt}; {write}; {line}",
        settings="repair: {attempts: 1}\n",
        verify="grep 4 a.txt || { echo not yet; false; }",
    )
    case.set_up()
    settings = (sandbox.root / ".planning/forge.yaml").read_text()
    command = settings.partition("command: ")[2].partition("\n")[0]
    again = json.dumps([*json.loads(command), "--resume", "{session}"])
    sandbox.write(
        ".planning/forge.yaml", settings.replace(LINES, f"{LINES}    resume_command: {again}\n")
    )
    sandbox.commit("Resume")
    assert "--resume {session}" in sandbox.forge("approve", "01-01", "--print").out
    reply = sandbox.call("execute", "01-01", "--approve")
    run = reply.data["run"]
    assert reply.code == 1 and [data["session"] for data in ended(sandbox, run)] == ["s-1", "s-2"]
    types = sandbox.types(run)
    assert types.count("repair_attempted") == 1 and types.count("checkpoint_created") == 2, (
        "each attempt has its own checkpoint"
    )
    assert "not yet" in (sandbox.root.parent / "prompt2").read_text()
    assert sandbox.call("retry", run).data["status"] == "completed", (
        "the third attempt fails, its repair is the fourth"
    )
    assert (sandbox.root.parent / "argv").read_text() == "|--resume s-1|--resume s-2|--resume s-3|"
    assert (
        "starts over" in (sandbox.root.parent / "prompt3").read_text()
        and "not yet" in (sandbox.root.parent / "prompt4").read_text()
    )
    started = [
        event["data"]["command"][-1]
        for event in sandbox.events(run)
        if event["type"] == "runner_started"
    ]
    assert started[1:] == ["s-1", "s-2", "s-3"]


def test_litter_is_set_aside_and_never_committed(sandbox: Sandbox) -> None:
    left = "; ".join(
        writes(path, "left")
        for path in ("debug.log", "src/deep/more.log", ".aider.cache/db", "wanted.log", "src/b.txt")
    )
    case = agent(sandbox, f"{GOOD}; {left}", "    litter: ['*.log', '.aider*', 'src/b.*']\n")
    case.files = ("a.txt", "wanted.log")
    sandbox.write("kept.log", "tracked\n")
    case.set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.data["status"] == "completed" and sandbox.status() == []
    (data,) = ended(sandbox, reply.data["run"])
    assert data["litter"] == [".aider.cache/db", "debug.log", "src/b.txt", "src/deep/more.log"]
    aside = sandbox.root / ".git/forge/litter" / reply.data["run"] / "1-1"
    assert {str(path.relative_to(aside)) for path in aside.rglob("*") if path.is_file()} == set(
        data["litter"]
    )
    assert sandbox.git("ls-files", "*.log", ":!.planning").split() == ["kept.log", "wanted.log"], (
        "what the plan names is its work"
    )
    assert not (sandbox.root / "src").exists()


@pytest.mark.parametrize(
    ("work", "limit", "how"),
    [
        (
            (
                "[(print('retrying', flush=True), __import__('time').sleep(0.05)) for _ in"
                " range(10_000)]"
            ),
            "step_timeout: 1",
            "timeout",
        ),
        ("__import__('time').sleep(60)", "idle_timeout: 0.5", "idle"),
    ],
)
def test_an_agent_that_retries_forever(sandbox: Sandbox, work: str, limit: str, how: str) -> None:
    reply = (
        agent(sandbox, work, "", f"limits: {{{limit}}}\n")
        .set_up()
        .call("execute", "01-01", "--approve")
    )
    assert reply.code == 1 and ended(sandbox, reply.data["run"])[0]["ended"] == how


@pytest.mark.parametrize("size", [50_000_000, pytest.param(1_000_000_000, marks=pytest.mark.slow)])
def test_an_agent_that_floods_its_output(sandbox: Sandbox, size: int) -> None:
    flood = f"import subprocess; subprocess.run('yes | head -c {size}', shell=True)"
    reply = (
        agent(sandbox, f"{GOOD}; {flood}; {says(type='result')}")
        .set_up()
        .call("execute", "01-01", "--approve")
    )
    assert reply.data["status"] == "completed"
    (event,) = [
        event for event in sandbox.events(reply.data["run"]) if event["type"] == "runner_finished"
    ]
    assert event["evidence"][0]["truncated"] and event["evidence"][0]["bytes"] < 70_000
    assert (
        sum(
            path.stat().st_size
            for path in (sandbox.root / ".git/forge").rglob("*")
            if path.is_file()
        )
        < 20 << 20
    )


DAEMON = "; ".join(
    [
        "import time, signal",
        "first = os.fork()",
        "first or (os.setsid(), os.fork() and os._exit(0))",
        (
            "first or (signal.signal(15, signal.SIG_IGN),"
            " pathlib.Path('../daemon').write_text(str(os.getpid())), time.sleep(60))"
        ),
        "[time.sleep(0.01) for _ in range(2000) if not os.path.exists('../daemon')]",
    ]
)


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="only Linux reports orphaned processes"
)
@pytest.mark.parametrize("who", ["runner", "check"])
def test_children_that_daemonize_are_ended(sandbox: Sandbox, who: str) -> None:
    script = sandbox.root.with_name("daemon.py")
    script.write_text("import os, pathlib\n" + DAEMON.replace("; ", "\n"))
    work, verify = (
        (f"{GOOD}; {DAEMON}", "test -s a.txt") if who == "runner" else (GOOD, f"python3 {script}")
    )
    case = agent(sandbox, work, "", verify=verify)
    case.set_up()
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "completed"
    pid = (sandbox.root.parent / "daemon").read_text()
    assert pid and not os.path.exists(f"/proc/{pid}/cwd"), "also one that has left its session"


def test_a_repair_knows_what_failed_even_after_a_crash(sandbox: Sandbox) -> None:
    keep = (
        "n = os.environ['FORGE_ATTEMPT']; open('../prompt' + n,"
        " 'w').write(open(os.environ['FORGE_PROMPT_FILE']).read())"
    )
    work = f"{keep}; pathlib.Path('a.txt').write_text(n); n == '2' and os.kill(os.getppid(), 9)"
    check = "grep 3 a.txt || { echo not three; false; }"
    agent(sandbox, work, "", "repair: {attempts: 1}\n", verify=check).set_up()
    assert sandbox.start("execute", "01-01", "--approve").wait(60) == -9
    reply = sandbox.call("resume")
    assert reply.data["status"] == "completed", reply.out + reply.err
    prompts = [(sandbox.root.parent / f"prompt{number}").read_text() for number in (1, 2, 3)]
    assert ["failed:\nnot three" in prompt for prompt in prompts] == [False, True, True]
    assert sandbox.types(reply.data["run"]).count("repair_attempted") == 1, (
        "an attempt that was cut short does not count"
    )


def test_a_failed_runner_is_repaired_on_the_tree_as_it_left_it(sandbox: Sandbox) -> None:
    work = (
        "n = os.environ['FORGE_ATTEMPT']; p = pathlib.Path('a.txt'); p.write_text((p.read_text() if"
        " p.exists() else '') + n)"
    )
    work += "; n == '3' or (print('attempt ' + n), sys.exit(5))"
    sandbox = agent(
        sandbox, work, "", "repair: {attempts: 2}\n", verify="test $(cat a.txt) = 123"
    ).set_up()
    reply = sandbox.call("execute", "01-01", "--approve")
    assert reply.data["status"] == "completed", reply.out + reply.err
    events = sandbox.events(reply.data["run"])
    repairs = [event["data"] for event in events if event["type"] == "repair_attempted"]
    assert [data["iteration"] for data in repairs] == [1, 2] and "attempt 2" in repairs[1][
        "diagnosis"
    ]
    assert [event["attempt"] for event in events if event["type"] == "checkpoint_created"] == [
        1,
        2,
        3,
    ]


def test_approve_and_protected_paths_and_hidden_secrets(sandbox: Sandbox) -> None:
    secret = "++ " + "AKIA" + "ABCDEFGHIJKLMNOP"
    writing = [
        writes("a.txt", "x\n"),
        writes("src/poetry.lock", "x"),
        writes(".github/workflows/ci.yml", "x"),
        writes("b.txt", secret),
    ]
    tasks = [Task(f"Task {number}: Write", "a.txt", auto("true")) for number in range(1, 5)]
    case = Case(
        sandbox,
        tasks,
        dict(enumerate(writing, 1)),
        files=("a.txt", "src/", ".github/workflows/", "b.txt"),
    )
    reply = case.set_up().call("execute", "01-01", "--approve")
    assert reply.code == 4 and "protected: src/poetry.lock" in reply.data["waiting_for"]["text"], (
        "a folder that reaches further"
    )
    run = reply.data["run"]
    sandbox.call("approve", run)
    reply = sandbox.call("resume", run)
    waits = reply.data["waiting_for"]
    assert waits["step"] == "01-01/4" and "looks like a secret" in waits["text"], (
        "a line that looks like a patch header is text"
    )


def test_unscrubbed_output_has_no_name_on_disk(sandbox: Sandbox) -> None:
    token = "ghp_" + "a1B2c3D4e5F6" * 3
    sandbox = agent(
        sandbox, f"print('{token}\\n' * 9000, flush=True); os.kill(os.getppid(), 9)", ""
    ).set_up()
    assert sandbox.start("execute", "01-01", "--approve").wait(60) == -9
    kept = [path for path in (sandbox.root / ".git/forge").rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if token in path.read_text(errors="replace")]
