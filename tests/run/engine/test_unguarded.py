"""forge is killed while code that changed what git obeys is at work: the next command names it
before git is started.
"""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

GOOD = writes("a.txt", "x\n")
KILL = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
READING = (
    ("status",),
    ("show", "01-01"),
    ("diff",),
    ("runs",),
    ("verify", "01-01"),
    ("validate",),
    ("audit",),
    ("doctor",),
    ("report",),
    ("approve",),
    ("execute", "01-01"),
    ("set", "01-01", "wave=2"),
    ("waive", "01-01", "truth:1", "--reason", "x"),
)


def planted(sandbox: Sandbox) -> str:
    """Return code that has git run a program at a commit, at a checkout, and whenever it looks at a
    file.
    """
    mark = sandbox.root.parent / "mark"
    script = f"#!/bin/sh\\ntouch {mark}\\ncat\\n"
    return (
        f"p = pathlib.Path('.git/hooks/pre-commit'); p.write_text('{script}'); p.chmod(0o755);"
        f" os.symlink('pre-commit', '.git/hooks/post-checkout');"
        f" open('.git/config', 'a').write('[filter \"z\"]\\n\\tclean = touch {mark}; cat\\n"
        f"\\tsmudge = touch {mark}; cat\\n[core]\\n\\tpager = touch {mark}; cat\\n"
        f"\\tfsmonitor = .git/hooks/pre-commit\\n');"
        " pathlib.Path('.git/info/attributes').write_text('* filter=z\\n');"
    )


def case(sandbox: Sandbox, work: str, verify: str = "test -s a.txt") -> None:
    sandbox.write(".git/info/exclude", "")
    task = Task("Task 1: Write it", "a.txt", auto(verify))
    Case(sandbox, [task], {1: f"{GOOD}; {work}"}, files=("a.txt",)).set_up()


def mark_of(sandbox: Sandbox) -> bool:
    return (sandbox.root.parent / "mark").exists()


def kinds(sandbox: Sandbox, run: str) -> list[object]:
    return [e["data"]["kind"] for e in sandbox.events(run) if e["type"] == "failure_detected"]


def the_run(sandbox: Sandbox) -> str:
    (folder,) = (sandbox.root / ".git/forge/runs").iterdir()
    return folder.name


def test_a_runner_that_kills_forge(sandbox: Sandbox) -> None:
    case(sandbox, planted(sandbox) + KILL)
    assert sandbox.forge("execute", "01-01", "--approve").code < 0
    run = the_run(sandbox)
    for words in READING:
        refused = sandbox.forge(*words)
        assert refused.code == 1 and "\n  .git/hooks/pre-commit\n" in refused.err, (words, refused)
        assert f"forge resume {run}" in refused.err
    assert sandbox.call("status").json["error"]["kind"] == "git_changed"
    told = sandbox.forge("resume")
    assert told.code == 1 and ".git/config" in told.err and ".git/info/attributes" in told.err
    assert not mark_of(sandbox)
    (sandbox.root / ".git/hooks/pre-commit").unlink()
    (sandbox.root / ".git/info/attributes").unlink()
    (sandbox.root / ".git/hooks/post-checkout").unlink()
    for section in ("filter.z", "core"):
        sandbox.git("config", "--remove-section", section)
    assert kinds(sandbox, run) == ["hooks"]
    (sandbox.root.parent / "worker/work.txt").write_text(f"1 {GOOD}\n")
    resumed = sandbox.forge("resume")  # the step is done again
    assert "completed" in resumed.out and not mark_of(sandbox), resumed


@pytest.mark.parametrize("control", ["retry", "skip", "stop", "pause", "rollback", "undo"])
def test_each_control_says_it_first(sandbox: Sandbox, control: str) -> None:
    case(sandbox, planted(sandbox) + KILL)
    assert sandbox.forge("execute", "01-01", "--approve").code < 0
    words = (control, "--reason", "x") if control == "skip" else (control,)
    told = sandbox.forge(*words)
    assert told.code != 0 and not mark_of(sandbox)
    if control != "undo":  # without a rollback it ends before git is needed
        assert ".git/hooks/pre-commit" in told.err
        assert kinds(sandbox, the_run(sandbox)) == ["hooks"]


def test_an_unharmed_repository_goes_on(sandbox: Sandbox) -> None:
    case(sandbox, f"{KILL} if not os.path.exists('../killed') else 0; open('../killed', 'w')")
    assert sandbox.forge("execute", "01-01", "--approve").code < 0
    sandbox.forge("status")
    (sandbox.root.parent / "killed").touch()
    resumed = sandbox.forge("resume")
    assert "completed" in resumed.out, resumed
    assert not list((sandbox.root / ".git/forge").rglob("guarded*"))


def test_a_runner_that_asks_forge_to_stop(sandbox: Sandbox) -> None:
    asks = "; open(os.environ['FORGE_PROMPT_FILE'].replace('prompt.md', 'request-stop'), 'w')"
    case(sandbox, planted(sandbox) + "0" + asks)
    paused = sandbox.forge("execute", "01-01", "--approve")
    assert not mark_of(sandbox)
    sandbox.forge("resume")
    assert not mark_of(sandbox) or ".git/hooks/pre-commit" in paused.out + paused.err


MUST = 'must_haves:\n  truths:\n    - statement: "it is"\n      verify: {}\n'


@pytest.mark.parametrize("words", [("verify", "01-01", "--run"), ("validate", "--probe")])
def test_a_command_outside_runs_that_kills_forge(sandbox: Sandbox, words: tuple[str, ...]) -> None:
    mark = sandbox.root.parent / "mark"
    script = sandbox.root.parent / "plant.sh"
    script.write_text(
        f"printf '#!/bin/sh\\ntouch {mark}\\n' > .git/hooks/post-checkout\n"
        f"git config filter.z.clean 'touch {mark}; cat'\n"
        "echo '* filter=z' > .git/info/attributes\nkill -9 $PPID\n"
    )
    command = f"bash {script}"
    task = Task("Task 1: Write it", "a.txt", auto(f". {script}"))
    Case(
        sandbox, [task], {1: GOOD}, files=("a.txt",), must_haves=MUST.format(f". {script}")
    ).set_up()
    assert sandbox.forge("approve", "01-01").code == 0
    assert sandbox.forge(*words).code < 0, command
    for again in (("status",), words, ("execute", "01-01")):
        refused = sandbox.forge(*again)
        assert refused.code == 1 and ".git/info/attributes" in refused.err, refused
        assert not mark.exists()
    sandbox.git("config", "--unset", "filter.z.clean")
    (sandbox.root / ".git/info/attributes").unlink()
    (sandbox.root / ".git/hooks/post-checkout").unlink()
    assert sandbox.forge("status").code != 1  # put back: nothing is to be said
    (place,) = (sandbox.root / ".git/forge").rglob("guarded.json")
    (sandbox.root / ".git/hooks/post-checkout").touch()
    accept = sandbox.call("status").json["error"]["next"]
    assert accept == [f"rm {place}"]
    place.unlink()
    assert sandbox.forge("status").code == 0
