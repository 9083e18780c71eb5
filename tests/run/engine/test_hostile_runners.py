"""Hostile runners and hooks, and crashes at bad moments, each with what must
hold.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time

import pytest

from tests.conftest import FORGE, Sandbox
from tests.run.plans import Case, Task, auto, writes
from tests.run.terminal import at_terminal

GOOD = writes("a.txt", "x\n")
LIVE = "p = next(pathlib.Path('.git/forge/runs').glob('*/timeline.jsonl'))"


def one_edit(
    sandbox: Sandbox, work: str = GOOD, verify: str = auto("test -s a.txt"), **more: str
) -> Case:
    case = Case(
        sandbox, [Task("Task 1: Write it", "a.txt", verify)], {1: work}, files=("a.txt",), **more
    )  # type: ignore[arg-type]
    case.set_up()
    return case


def hook(sandbox: Sandbox, name: str, script: str) -> None:
    sandbox.write(f".git/hooks/{name}", f"#!/bin/sh\n{script}\n").chmod(0o755)


def wait_until(condition, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        os.sched_yield()


def test_killed_while_a_commit_hook_runs(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    hook(sandbox, "pre-commit", "[ -e .git/second ] && exit 0; touch .git/second; sleep 30")
    process = sandbox.start("execute", "01-01", "--approve")
    wait_until((sandbox.root / ".git/second").exists)
    process.kill()
    process.wait()
    result = sandbox.call("resume")
    assert result.data["status"] == "completed", result.err
    assert (
        sandbox.git("ls-files", "README.md", "a.txt").split() == ["README.md", "a.txt"]
        and sandbox.status() == []
    )


def test_a_hook_that_hangs_ends_with_an_interrupt(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    hook(sandbox, "pre-commit", "touch .git/hanging; sleep 120")
    process = sandbox.start("execute", "01-01", "--approve")
    wait_until((sandbox.root / ".git/hanging").exists)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    (sandbox.root / ".git/hooks/pre-commit").unlink()
    assert sandbox.call("resume").data["status"] == "completed"


def test_killed_between_the_commit_and_the_index(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    hook(
        sandbox,
        "post-commit",
        "[ -e .git/once ] || { touch .git/once; kill -9 $(ps -o ppid= -p $PPID); sleep 1; }",
    )
    process = sandbox.start("execute", "01-01", "--approve")
    process.wait(30)
    result = sandbox.call("resume")
    assert result.data["status"] == "completed", result.err
    assert sandbox.status() == [] and sandbox.subjects().count("Task 1: Write it") == 1


@pytest.mark.parametrize(
    "harm",
    [
        f"{LIVE}; p.write_bytes(p.read_bytes().replace(b'step', b'stop'))",
        f"{LIVE}; p.write_text('')",
        "p = next(pathlib.Path('.git/forge/runs').glob('*/run.yaml')); p.write_text('not a card')",
        "import shutil; shutil.rmtree('.git/forge')",
    ],
)
def test_a_runner_that_writes_to_the_live_record(sandbox: Sandbox, harm: str) -> None:
    case = one_edit(sandbox, f"{GOOD}; {harm}")
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 1 and result.data["failure"]["kind"] == "tampered", (
        result.out + result.err
    )
    case.set_work({1: GOOD})
    result = sandbox.call("resume", result.data["run"])
    while result.code == 4:
        sandbox.call("approve")
        result = sandbox.call("resume")
    assert result.data["status"] == "completed", result.out + result.err
    assert sandbox.call("timeline", result.data["run"]).data["valid"] is True


def test_nothing_is_appended_after_final(sandbox: Sandbox) -> None:
    one_edit(sandbox, "sys.exit(1)")
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.git("switch", "-q", "-c", "other")
    sandbox.call("stop")
    for words in (["skip", "--reason", "r"], ["retry"], ["approve"]):
        assert sandbox.call(*words).code == 2, words
    sandbox.git("switch", "-q", "main")
    sandbox.call("resume", run)
    types = sandbox.types(run)
    assert types.count("final") == 1 and types[-1] == "final"
    assert sandbox.call("runs").data["runs"][0]["status"] == "stopped"


@pytest.mark.parametrize("back", [False, True])
def test_a_file_that_became_a_folder_goes_back(sandbox: Sandbox, back: bool) -> None:
    sandbox.write("thing/x.txt" if back else "thing", "old\n")
    sandbox.commit()
    became_file = "import shutil; shutil.rmtree('thing'); pathlib.Path('thing').write_text('new')"
    became_folder = f"os.remove('thing'); {writes('thing/x.txt', 'new')}"
    case = one_edit(sandbox, became_file if back else became_folder)
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.call("approve", run)
    sandbox.call("resume", run)
    case.set_work({1: GOOD})
    result = sandbox.call("retry", run)
    assert result.data["status"] == "completed", result.out + result.err
    assert (
        sandbox.root / ("thing/x.txt" if back else "thing")
    ).read_text() == "old\n" and sandbox.status() == []


def test_output_that_nobody_takes_does_not_stop_a_run(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    line = (
        f"{shlex.join([*FORGE, 'execute', '01-01', '--approve'])} 2>&1 | true; exit"
        " ${PIPESTATUS[0]}"
    )
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=sandbox.root,
        env=sandbox.environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, "no must-haves: unproven"
    assert sandbox.call("runs").data["runs"][0]["status"] == "completed"
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*FORGE, "runs"],
            cwd=sandbox.root,
            env=sandbox.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1 and b"Traceback" not in done.stderr


def test_a_branch_with_a_new_name_is_still_the_runs(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, "sys.exit(1)")
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    sandbox.git("branch", "-m", "main", "trunk")
    case.set_work({1: GOOD})
    assert sandbox.call("retry", run).data["status"] == "completed"
    assert sandbox.status() == []


def test_stop_needs_no_settings(sandbox: Sandbox) -> None:
    one_edit(sandbox, "sys.exit(1)")
    sandbox.call("execute", "01-01", "--approve")
    sandbox.write(".planning/forge.yaml", "limits: {step_timeout: soon}\n")
    assert sandbox.call("resume").code == 2
    assert sandbox.call("stop").data["status"] == "stopped"


def test_a_repository_inside_is_named_and_does_not_stop_the_stop(sandbox: Sandbox) -> None:
    case = one_edit(
        sandbox, f"{GOOD}; import subprocess; subprocess.run(['git', 'init', '-q', 'sub'])"
    )
    result = sandbox.call("execute", "01-01", "--approve")
    assert (
        result.code == 1
        and result.data["failure"]["kind"] == "nested_repository"
        and "sub/" in result.data["failure"]["error"]
    )
    assert (sandbox.root / "sub/.git").is_dir()
    assert sandbox.call("stop").data["status"] == "stopped" and case.files


def test_next_is_typable_whatever_a_plan_is_called(sandbox: Sandbox) -> None:
    case = Case(
        sandbox,
        [Task("Task 1: Write it", "a.txt")],
        {1: GOOD},
        files=("a.txt",),
        path=".planning/quick/001-it's a plan/PLAN.md",
    )
    case.set_up()
    line = sandbox.call("execute", case.path).data["next"][0]
    done = subprocess.run(
        ["bash", "-c", line.replace("forge", shlex.join(FORGE), 1)],
        cwd=sandbox.root,
        env=sandbox.environment(),
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert sandbox.call("execute", case.path).data["status"] == "completed"


@pytest.mark.parametrize(
    "attributes", ["*.jsonl filter=odd", "* text=auto eol=crlf", "*.log text eol=crlf"]
)
def test_filters_leave_the_record_alone(sandbox: Sandbox, attributes: str) -> None:
    sandbox.write(".gitattributes", f"{attributes}\n")
    sandbox.git("config", "filter.odd.clean", "tr a-z A-Z")
    sandbox.git("config", "filter.odd.smudge", "cat")
    one_edit(sandbox, f"{GOOD}; print('one\\r\\ntwo')")
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert sandbox.status() == [] and sandbox.call("timeline", run).data["valid"] is True
    assert sandbox.git("diff", "HEAD", "--stat") == ""


def test_a_head_that_moved_while_interrupted_pauses_first(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, f"{writes('half.txt', 'half')}; import time; time.sleep(60)")
    process = sandbox.start("execute", "01-01", "--approve")
    wait_until((sandbox.root / "half.txt").exists)
    process.kill()
    process.wait()
    sandbox.write("mine.txt", "x\n")
    sandbox.git("add", "mine.txt")
    sandbox.git("commit", "-qm", "Mine")
    case.set_work({1: GOOD})
    result = sandbox.call("resume")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "head_moved"
    assert (sandbox.root / "half.txt").exists()
    asked = sandbox.call("resume").data["waiting_for"]
    assert asked["kind"] == "scope" and "half.txt" in asked["text"], asked
    assert "mine.txt" not in asked["text"] and (sandbox.root / "half.txt").exists()
    assert sandbox.call("reject", "--option", "put-back").code == 0
    assert sandbox.call("resume").data["status"] == "completed" and "Mine" in sandbox.subjects()
    assert not (sandbox.root / "half.txt").exists() and (sandbox.root / "mine.txt").exists()


def test_a_plan_that_is_gone_is_not_resumed(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, "sys.exit(1)")
    sandbox.call("execute", "01-01", "--approve")
    (sandbox.root / case.path).unlink()
    result = sandbox.call("resume")
    assert result.code == 2 and "is gone" in result.json["error"]["message"]


def test_usage_errors_leave_their_record_too(sandbox: Sandbox) -> None:
    sandbox.call("execute", "--nonsense")
    records = [
        json.loads(line)
        for line in (sandbox.root / ".git/forge/executions.jsonl").read_text().splitlines()
    ]
    assert [record["outcome"] for record in records] == ["running", "error"]
    result = sandbox.forge("--json", "status")
    assert result.json["schema"] == "forge.status/1"


def test_the_end_of_input_at_the_first_question(sandbox: Sandbox) -> None:
    one_edit(sandbox)
    code, shown = at_terminal(sandbox, ["execute", "01-01"], b"\x04")
    assert code == 4 and "bug" not in shown


def test_stop_from_another_shell_ends_a_question(sandbox: Sandbox) -> None:
    one_edit(sandbox, verify="Look at it.")
    main, sub = os.openpty()
    process = subprocess.Popen(
        [*FORGE, "execute", "01-01", "--approve"],
        cwd=sandbox.root,
        env=sandbox.environment(),
        stdin=sub,
        stdout=sub,
        stderr=sub,
    )
    os.close(sub)
    shown = b""
    while b"approve? " not in shown:
        shown += os.read(main, 4096)
    result = sandbox.call("stop")
    assert result.data["status"] == "stopped", result.err
    process.wait(30)
    os.close(main)
