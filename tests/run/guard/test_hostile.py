"""A runner that tries to act for the user: each way is refused, and the run pauses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import FORGE, ROOT, Sandbox, new_sandbox
from tests.run.guard.hostile import WAYS
from tests.run.plans import Case, Task, auto
from tests.run.terminal import at_terminal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ancestry is told by /proc")
TRUTH = "must_haves:\n  truths: ['people like it']\n"
NAMES = [*WAYS, "daemon"]


def hostile(sandbox: Sandbox, code: str, **more: str) -> Case:
    """Return a plan whose runner runs Python code, and a second plan that nobody approved."""
    sandbox.env |= {
        "FORGE": " ".join(FORGE),
        "STATE": str(sandbox.home / ".local/state"),
        "SOURCE": str(ROOT / "src"),
    }
    settings = "    env: [FORGE, STATE, SOURCE, PYTHONPATH]\n"
    case = Case(
        sandbox,
        [Task("Write a", "a.txt", auto("test -s a.txt"))],
        {1: code},
        files=("a.txt",),
        must_haves=TRUTH,
        settings=settings,
        **more,  # type: ignore[arg-type]
    )
    second = case.plan_text().replace("plan: 01", "plan: 02")
    sandbox.write(".planning/phases/01-first/01-02-PLAN.md", second)
    case.set_up()
    return case


def approvals(sandbox: Sandbox) -> list[Path]:
    """Return the approvals of plans; those of runs begin with `run-`."""
    folder = sandbox.home / ".local/state/forge/approvals"
    return sorted(path for path in folder.glob("*/*.json") if not path.name.startswith("run-"))


def denials(sandbox: Sandbox, run: str) -> list[dict[str, object]]:
    return [event["data"] for event in sandbox.events(run) if event["type"] == "tool_denied"]


def is_second_approved(sandbox: Sandbox) -> bool:
    return sandbox.forge("execute", "01-02").code != 4


@dataclass
class Attempt:
    """What came of all ways: the repository, its run, and status and output of each way."""

    sandbox: Sandbox
    data: dict[str, object]
    results: dict[str, tuple[int, str, str]]


@pytest.fixture(scope="module")
def attempt(tmp_path_factory: pytest.TempPathFactory) -> Attempt:
    folder = tmp_path_factory.mktemp("hostile")
    sandbox = new_sandbox(folder)
    sandbox.write("README.md", "# A repository\n")
    results = folder / "results"
    results.mkdir()
    words = [sys.executable, str(Path(__file__).with_name("hostile.py")), str(results), *NAMES]
    hostile(sandbox, f"import subprocess; subprocess.run({words!r}, check=True)")
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4, result.out
    return Attempt(
        sandbox,
        result.data,
        {
            name: (
                int((results / f"{number}.code").read_text()),
                *((results / f"{number}{kind}").read_text() for kind in ("", ".err")),
            )
            for number, name in enumerate(NAMES)
        },
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_way_to_act_for_the_user_is_refused_by_name(attempt: Attempt, name: str) -> None:
    code, out, errors = attempt.results[name]
    if "unshare: " in errors or "mount: " in errors:
        pytest.skip("this system has no namespaces for ordinary programs")
    # a new work tree is also a change of what git obeys, and that is looked at first
    kinds = {"not_the_user"} | ({"git_changed"} if name == "another work tree" else set())
    assert code == 1 and json.loads(out)["error"]["kind"] in kinds, out + errors


def test_the_run_has_each_denial_on_record_and_pauses(attempt: Attempt) -> None:
    sandbox, data = attempt.sandbox, attempt.data
    assert data["waiting_for"]["kind"] == "tool_denied"  # type: ignore[index]
    denied = denials(sandbox, str(data["run"]))
    refused = [out for _, out, _ in attempt.results.values() if "not_the_user" in out]
    assert len(denied) >= len(refused) - 1  # the one with a hidden /proc cannot report itself
    assert {entry["reason"] for entry in denied} == {"not_the_user"}
    assert {"forge approve", "forge attest", "forge waive", "forge execute"} <= {
        entry["tool"] for entry in denied
    }
    assert not approvals(sandbox) and not is_second_approved(sandbox)
    assert not (sandbox.root / ".planning/proofs").exists()


def test_the_user_goes_on_after_a_denial(sandbox: Sandbox) -> None:
    hostile(
        sandbox,
        "import subprocess, os; pathlib.Path('a.txt').write_text('a');"
        " subprocess.run(os.environ['FORGE'].split() + ['approve', '01-02'])",
    )
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    assert sandbox.call("resume").data["status"] == "completed"
    assert [entry["tool"] for entry in denials(sandbox, run)] == ["forge approve"]
    assert sandbox.call("replay", run).code == 0
    assert "denied: forge approve" in sandbox.forge("show", run).out


READS = [
    ["list"],
    ["show", "01-02"],
    ["status"],
    ["verify", "01-01"],
    ["approve", "01-02", "--print"],
]


def test_a_runner_may_read(sandbox: Sandbox, tmp_path: Path) -> None:
    code = "import subprocess, os; pathlib.Path('a.txt').write_text('a');" + ";".join(
        f"subprocess.run(os.environ['FORGE'].split() + {[*words, '--json']!r},"
        f" stdout=open({str(tmp_path / str(number))!r}, 'w'))"
        for number, words in enumerate(READS)
    )
    hostile(sandbox, code)
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    for number in range(len(READS)):
        assert "data" in json.loads((tmp_path / str(number)).read_text())
    assert denials(sandbox, run) == []


def test_forge_is_an_ordinary_program_in_another_repository(sandbox: Sandbox) -> None:
    other = sandbox.root.with_name("other")
    shutil.copytree(sandbox.root, other)
    home = sandbox.root.with_name("other-home")
    home.mkdir()
    shutil.copy(sandbox.home / ".gitconfig", home)
    code = (
        "import subprocess, os; pathlib.Path('a.txt').write_text('a');"
        f"env = {{**os.environ, 'HOME': {str(home)!r}}}; forge = os.environ['FORGE'].split();"
        f"[subprocess.run(forge + words, env=env, cwd={str(other)!r}, check=True) for words in"
        " (['new', 'item', 'A thing'], ['init'], ['validate', '--probe'])]"
    )
    hostile(sandbox, code)
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["status"] == "completed", result.out
    assert (other / ".planning/forge.yaml").exists()


def test_an_approval_that_no_forge_command_wrote_is_void(sandbox: Sandbox) -> None:
    case = hostile(sandbox, "pass")
    assert sandbox.forge("approve", "01-02").code == 0
    (given,) = approvals(sandbox)
    content = given.read_bytes()
    sandbox.forge("reject", "01-02")
    case.set_work(
        {
            1: f"p = pathlib.Path({str(given)!r}); p.write_bytes({content!r});"
            "pathlib.Path('a.txt').write_text('a')"
        }
    )
    result = sandbox.call("execute", "01-01", "--approve")
    assert (result.code, result.data["waiting_for"]["kind"]) == (4, "tool_denied")
    (denied,) = denials(sandbox, result.data["run"])
    assert denied["tool"] == "approvals" and str(given) in str(denied["reason"])
    assert not given.exists() and not is_second_approved(sandbox)
    (kept,) = (sandbox.root / ".git/forge/torn").glob("void-*.json")
    assert kept.read_bytes() == content


def test_an_approval_that_was_removed_is_named(sandbox: Sandbox) -> None:
    case = hostile(sandbox, "pass")
    sandbox.forge("approve", "01-02")
    (given,) = approvals(sandbox)
    case.set_work({1: f"os.unlink({str(given)!r}); pathlib.Path('a.txt').write_text('a')"})
    result = sandbox.call("execute", "01-01", "--approve")
    (denied,) = denials(sandbox, result.data["run"])
    assert "was removed" in str(denied["reason"])


def test_settings_of_the_user_that_a_runner_changed_pause_the_run(sandbox: Sandbox) -> None:
    path = sandbox.home / ".config/forge/forge.yaml"
    hostile(
        sandbox,
        f"p = pathlib.Path({str(path)!r}); p.parent.mkdir(parents=True);"
        " p.write_text('version: 1\\n'); pathlib.Path('a.txt').write_text('a')",
    )
    result = sandbox.call("execute", "01-01", "--approve")
    (denied,) = denials(sandbox, result.data["run"])
    assert denied["tool"] == "settings" and str(path) in str(denied["reason"])


def test_the_user_approves_another_plan_while_a_runner_is_at_work(sandbox: Sandbox) -> None:
    begun, go = sandbox.root.with_name("begun"), sandbox.root.with_name("go")
    for pipe in (begun, go):
        os.mkfifo(pipe)
    hostile(
        sandbox,
        f"open({str(begun)!r}, 'w').write('x'); open({str(go)!r}).read();"
        " pathlib.Path('a.txt').write_text('a')",
    )
    process = sandbox.start("execute", "01-01", "--approve", "--json")
    begun.read_text()
    assert sandbox.forge("approve", "01-02").code == 0
    go.write_text("x")
    out, _ = process.communicate(timeout=60)
    assert json.loads(out)["data"]["status"] == "completed"
    assert len(approvals(sandbox)) == 1


def test_a_runner_cannot_announce_an_approval_itself(sandbox: Sandbox) -> None:
    case = hostile(sandbox, "pass")
    sandbox.forge("approve", "01-02")
    (given,) = approvals(sandbox)
    content = given.read_bytes()
    sandbox.forge("reject", "01-02")
    case.set_work(
        {
            1: "import sys, hashlib; sys.path.insert(0, os.environ['SOURCE']);"
            "from forge.run.guard import sockets;"
            f"p = pathlib.Path({str(given)!r}); p.write_bytes({content!r});"
            "q = {'tool': 'x', 'clone': None, 'state': [str(p.parent.parent), 0, 0]};"
            "q |= {'writes': str(p), 'sha256': hashlib.sha256(p.read_bytes()).hexdigest()};"
            "list(sockets.ask(q, sockets.addresses())); pathlib.Path('a.txt').write_text('a')"
        }
    )
    result = sandbox.call("execute", "01-01", "--approve")
    tools = [entry["tool"] for entry in denials(sandbox, result.data["run"])]
    assert tools == ["x", "approvals"] and not given.exists()


def test_a_request_that_the_runner_removes_is_on_record_all_the_same(sandbox: Sandbox) -> None:
    hostile(
        sandbox,
        "import subprocess, glob; pathlib.Path('a.txt').write_text('a');"
        "subprocess.run(os.environ['FORGE'].split() + ['approve', '01-02']);"
        "[os.unlink(p) for p in glob.glob('.git/forge/runs/*/request-*')]",
    )
    result = sandbox.call("execute", "01-01", "--approve")
    assert len(denials(sandbox, result.data["run"])) == 1


def test_a_child_that_waits_until_the_run_waits_does_not_live_that_long(sandbox: Sandbox) -> None:
    pid = sandbox.root.with_name("pid")
    daemon = (
        "import os, time\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0:\n"
        f"  open({str(pid)!r}, 'w').write(str(os.getpid()))\n  time.sleep(600)\n"
        " os._exit(0)\nos.wait()"
    )
    hostile(
        sandbox,
        "import subprocess, sys, time;"
        f" subprocess.run([sys.executable, '-c', {daemon!r}], env={{}});"
        f" [time.sleep(0.01) for _ in iter(lambda: os.path.exists({str(pid)!r}), True)]",
    )
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code in (1, 4)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_runner_that_kills_forge_leaves_a_request_for_the_next_one(sandbox: Sandbox) -> None:
    out = sandbox.root.with_name("out")
    hostile(
        sandbox,
        "import signal, subprocess, time; os.kill(os.getppid(), signal.SIGKILL);"
        f"done = subprocess.run(os.environ['FORGE'].split() + ['approve', '01-02'],"
        f" capture_output=True); pathlib.Path({str(out)!r}).write_bytes(done.stderr)",
    )
    process = subprocess.Popen(
        [*FORGE, "execute", "01-01", "--approve"],
        cwd=sandbox.root,
        env=sandbox.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    process.communicate(timeout=60)  # until the runner has closed its output as well
    (run,) = (path.name for path in (sandbox.root / ".git/forge/runs").iterdir())
    while not (out.exists() and out.read_bytes()):
        pass
    assert b"is for the user" in out.read_bytes()
    assert sandbox.call("resume").data["waiting_for"]["kind"] == "tool_denied"
    assert [entry["tool"] for entry in denials(sandbox, run)] == ["forge approve"]


def test_a_truth_that_acts_for_the_user_proves_nothing(sandbox: Sandbox) -> None:
    command = "$FORGE waive 01-01 truth:1 --reason no; test -s README.md"
    case = Case(
        sandbox,
        [Task("Write a", "a.txt", auto("test -s a.txt"))],
        {},
        files=("a.txt",),
        must_haves=f"must_haves:\n  truths:\n    - {{truth: It works, verify: '{command}'}}\n",
        settings="    env: [FORGE]\n",
    )
    sandbox.env["FORGE"] = " ".join(FORGE)
    case.set_up()
    sandbox.forge("approve", "01-01")
    result = sandbox.call("verify", "01-01", "--run")
    assert (result.code, result.json["error"]["kind"]) == (1, "not_the_user")
    assert not (sandbox.root / ".planning/proofs").exists()


_STATE = "s = pathlib.Path(os.environ['STATE']) / 'forge'; "
FORGERIES = {
    "another folder of approvals in its place": _STATE
    + "s.rename(s.with_name('away')); import shutil; shutil.copytree(s.with_name('away'), s);"
    " f = next(s.glob('approvals/*/run-*.json')); f.rename(f.with_name('plan.json'))",
    "a link in the place of the folder": _STATE
    + "s.rename(s.with_name('away')); s.symlink_to('away');"
    " f = next(s.glob('approvals/*/run-*.json')); f.with_name('x.json').write_text('{}')",
    "a pipe in the place of an approval": _STATE
    + "f = next(s.glob('approvals/*/run-*.json')); os.mkfifo(f.with_name('p.json'))",
    "an approval with an old time": _STATE
    + "f = next(s.glob('approvals/*/run-*.json')); t = f.stat(); d = f.read_text();"
    " f.write_text(d.replace('flag', 'none')); os.utime(f, ns=(t.st_atime_ns, t.st_mtime_ns))",
    "a hard link to an approval": _STATE
    + "f = next(s.glob('approvals/*/run-*.json')); os.link(f, f.with_name('y.json'))",
    "a program of git's": "import subprocess; subprocess.run(['git', 'config', '--global',"
    " 'filter.x.clean', 'forge approve 01-02'], check=True)",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_pauses_the_run_and_grants_nothing(sandbox: Sandbox, name: str) -> None:
    hostile(sandbox, f"pathlib.Path('a.txt').write_text('a'); {FORGERIES[name]}")
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["status"] == "paused", result.err
    assert result.code == (1 if name == "a program of git's" else 4)
    assert not is_second_approved(sandbox)


def test_a_runner_has_no_terminal_to_answer_at(sandbox: Sandbox) -> None:
    """What it types, or writes to the user's terminal, is no answer."""
    code = "found = [os.isatty(0), os.system('(exec 3<>/dev/tty) 2>/dev/null') == 0]"
    hostile(sandbox, f"{code}; pathlib.Path('a.txt').write_text(str(found))")
    at_terminal(sandbox, ["execute", "01-01", "--approve"], b"")
    assert (sandbox.root / "a.txt").read_text() == "[False, False]"
