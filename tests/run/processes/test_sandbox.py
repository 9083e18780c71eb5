"""The sandbox, from inside: what a program reaches, and what it does not."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.errors import NoSandbox
from forge.git.repository import Repository
from forge.planning.confinement import Confinement
from forge.run.processes import sandbox as walls
from forge.run.processes.output import Output
from forge.run.processes.sandbox import Inside, confined
from forge.run.processes.supervise import Limits, environment, supervise
from tests.conftest import Sandbox, new_sandbox
from tests.run.plans import Case, Task, auto

needs_bwrap = pytest.mark.skipif(bool(walls.why_not()), reason=f"no sandbox: {walls.why_not()}")
WAYS = {
    "write beside the work tree": "echo x > ../beside; exit 1",  # it is gone afterwards
    "write to the system": "echo x > /usr/written || echo x > /etc/written",
    "read the home": "cat $HOME/.ssh/id",
    "read another home": "ls -A /root /home | grep -v : | grep .",
    "read the approvals": "ls $STATE/forge/approvals | grep .",
    "write an approval": "echo x > $STATE/forge/approvals/c/x.json",
    "read forge's files": "ls .git/forge | grep .",
    "write a hook": "echo x > .git/hooks/pre-commit",
    "change git's settings": "git config user.name Eve",
    "commit": "git commit --allow-empty -m x",
    "move git's folder": "mv .git moved",
    "read stored credentials": "grep . .git/credentials .git/FETCH_HEAD",
    "read passwords in git's settings": "git config --list | grep secret || grep -r secret .git",
    "read what a tool left in .git": "ls .git/annex",
    "read the state folder by a listed link": 'find "$LINK/" -name "*.json" | grep .',
    "reach the network": "exec 3<>/dev/tcp/127.0.0.1/$PORT",
    "reach an abstract socket": "grep forge-test-abstract /proc/net/unix",
    "reach a socket in /run or /tmp": "ls -A /run | grep . || find /tmp /var/tmp -type s | grep .",
    "see other processes": "ls -d /proc/$OUTSIDE",
    "look through /proc": "ls /proc/$OUTSIDE/root/etc",
    "mount": "mount -t tmpfs none /mnt",
    "remount": "mount -o remount,rw /",
    "make a namespace": "unshare -Urm mount --bind / /mnt",
    "use a device": "ls /dev/mem /dev/sda /dev/kmsg /dev/vda | grep .",
    "inherit a descriptor": "ls /proc/self/fd | grep -vx '[0123]' | grep .",
    "gain a capability": "grep CapEff /proc/self/status | grep -v 0000000000000000",
    "kill forge": "kill -0 $OUTSIDE",
    "find sockets by variables": 'echo "$SSH_AUTH_SOCK$XDG_RUNTIME_DIR$DOCKER_HOST" | grep .',
}
ALLOWED = {
    "write the work tree": "echo x > made.txt && test -s made.txt",
    "read the system": "test -r /etc/passwd",
    "ask git": "git status --porcelain && git log -1 --format=%H",
    "ask git who the user is": "git config user.name",
    "write a temporary file": "echo x > /tmp/x",
    "use the null device": "echo x > /dev/null",
    "write what is listed": 'echo x > "$LISTED/x"',
    "read what is listed": 'grep shown "$SHOWN"',
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """The exit status of each way, all tried by one program in a sandbox."""
    folder = tmp_path_factory.mktemp("walls")
    made = new_sandbox(folder)
    made.write("README.md", "# A repository\n")
    made.commit()
    home, listed, shown = made.home, folder / "listed", folder / "shown.txt"
    (home / ".ssh").mkdir()
    (home / ".ssh/id").write_text("secret")
    state = home / ".local/state/forge/approvals"
    (state / "c").mkdir(parents=True)
    (state / "c/real.json").write_text("{}")
    for name in ("forge/runs", "hooks"):
        (made.root / ".git" / name).mkdir(parents=True, exist_ok=True)
    for name in ("credentials", "FETCH_HEAD"):
        (made.root / ".git" / name).write_text("https://ada:secret@example.org\n")
    (made.root / ".git/annex").mkdir()
    url = "https://ada:secret@example.org/x.git"
    made.git("config", "remote.origin.url", url)
    made.git("config", "user.name", 'Ada "of" here')
    made.git("config", f"http.{url}.extraheader", "Authorization: secret")
    made.git("config", f"credential.{url}.helper", "!echo secret")
    (folder / "link").symlink_to(home / ".local")
    listed.mkdir()
    shown.write_text("shown")
    ways = {**WAYS, **ALLOWED}
    script = "\n".join(
        f"( {way} ) >/dev/null 2>&1; echo {n}=$?" for n, way in enumerate(ways.values())
    )
    with pytest.MonkeyPatch.context() as patch, socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind("\0forge-test-abstract")
        for name, value in made.environment().items():
            patch.setenv(name, value)
        patch.setenv("SSH_AUTH_SOCK", "/run/agent")
        repository = Repository.discover(made.root)
        confinement = Confinement("bubblewrap", None, (str(listed),), (str(shown), str(home)))
        extra = {
            "STATE": str(home / ".local/state"),
            "PORT": str(server.getsockname()[1]),
            "OUTSIDE": str(os.getpid()),
            "LISTED": str(listed),
            "SHOWN": str(shown),
            "LINK": str(folder / "link"),
        }
        readable = (str(shown), str(folder / "link"))
        hidden = Confinement("bubblewrap", None, (str(listed),), readable)
        output = Output(1 << 16)
        argv = confined(["bash", "-c", script], hidden, Inside(repository, state))
        env = environment(["SSH_AUTH_SOCK"], extra)
        outcome = supervise(argv, made.root, env, output, Limits(60))
        assert outcome.success, output.text()
        listing = confined(
            ["bash", "-c", "find $STATE -name '*.json'"], confinement, Inside(repository, state)
        )
        second = Output(1 << 16)
        supervise(listing, made.root, env, second, Limits(60))
        assert second.text().strip() == "", "approvals are hidden in a listed home as well"
        abstract.close()
    lines = (line.split("=") for line in output.text().splitlines())
    codes = {int(number): int(code) for number, code in lines}
    yield {name: codes[number] for number, name in enumerate(ways)}
    assert not (folder / "beside").exists() and not (state / "c/x.json").exists()


@needs_bwrap
@pytest.mark.parametrize("way", WAYS)
def test_a_program_does_not_get_out(outcomes: dict[str, int], way: str) -> None:
    assert outcomes[way] != 0


@needs_bwrap
@pytest.mark.parametrize("way", ALLOWED)
def test_a_program_can_do_its_work(outcomes: dict[str, int], way: str) -> None:
    assert outcomes[way] == 0


@needs_bwrap
def test_a_network_that_is_allowed_is_there(sandbox: Sandbox) -> None:
    repository = Repository.discover(sandbox.root)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        script = f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]}"
        confinement = Confinement("bubblewrap", True)
        argv = confined(["bash", "-c", script], confinement, Inside(repository, Path("/none")))
        assert supervise(argv, sandbox.root, environment([]), Output(999), Limits(60)).success


@needs_bwrap
def test_a_time_limit_ends_everything_inside(sandbox: Sandbox) -> None:
    repository = Repository.discover(sandbox.root)
    script = "(setsid sleep 4711 &) ; trap '' TERM; sleep 4711"
    confinement = Confinement("bubblewrap")
    argv = confined(["bash", "-c", script], confinement, Inside(repository, Path("/none")))
    began = time.monotonic()
    outcome = supervise(argv, sandbox.root, environment([]), Output(999), Limits(0.5))
    assert outcome.ended == "timeout" and time.monotonic() - began < 30
    commands = (path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
    assert b"sleep\x004711\x00" not in set(commands)


def sandboxed(sandbox: Sandbox, work: str) -> None:
    """A plan whose runner and commands run in a sandbox; the runner is a shell script."""
    Case(sandbox, [Task("Write a", "a.txt", auto("grep -q a a.txt"))], files=("a.txt",)).set_up()
    sandbox.write(
        ".planning/forge.yaml",
        "version: 1\nrunner: w\nrunners:\n  w:\n    sandbox: bubblewrap\n    command:"
        f" [sh, -c, {work!r}]\ncommands: {{sandbox: bubblewrap}}\n",
    )
    sandbox.commit("Settings")


@needs_bwrap
def test_a_plan_is_executed_in_a_sandbox(sandbox: Sandbox) -> None:
    sandboxed(sandbox, "test -s $FORGE_PROMPT_FILE && test -s $FORGE_SCOPE_FILE && echo a > a.txt")
    shown = sandbox.forge("approve", "01-01", "--print").out
    assert "sandbox of the runner: bubblewrap, network off" in shown
    assert "sandbox of the commands: bubblewrap, network off" in shown
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["status"] == "completed", result.out
    assert sandbox.git("show", "HEAD:a.txt") == "a\n"


@needs_bwrap
def test_a_linked_work_tree_is_confined_as_well(sandbox: Sandbox) -> None:
    sandboxed(sandbox, "git status --porcelain && ! ls ../../work/README.md && echo a > a.txt")
    result = sandbox.call("execute", "01-01", "--approve", "--worktree")
    assert result.data["status"] == "completed", result.out


def test_a_sandbox_that_is_not_there_refuses_the_run(sandbox: Sandbox) -> None:
    sandboxed(sandbox, "echo a > a.txt")
    programs = sandbox.root.with_name("programs")
    programs.mkdir()
    for name in ("git", "bash", "sh", "python3"):
        (programs / name).symlink_to(str(shutil.which(name)))
    head = sandbox.head()
    env = {"PATH": str(programs)}
    for words in (["execute", "01-01", "--approve"], ["validate", "--probe"]):
        result = sandbox.call(*words, env=env)
        assert (result.code, result.json["error"]["kind"]) == (2, "no_sandbox")
        assert "bwrap is not found" in result.json["error"]["message"]
    assert sandbox.head() == head and not (sandbox.root / "a.txt").exists()
    checks = {check["name"]: check for check in sandbox.call("doctor", env=env).data["checks"]}
    assert checks["sandbox"]["severity"] == "error" and not checks["sandbox"]["ok"]


def test_another_sandbox_needs_another_approval(sandbox: Sandbox) -> None:
    sandboxed(sandbox, "echo a > a.txt")
    first = sandbox.call("approve", "01-01").data["subject"]
    settings = (sandbox.root / ".planning/forge.yaml").read_text()
    sandbox.write(
        ".planning/forge.yaml", settings.replace("commands: {", "commands: {network: true, ")
    )
    assert sandbox.call("approve", "01-01", "--print").data["subject"] != first


def test_nothing_is_confined_that_nobody_asked_for() -> None:
    inside = Inside(None, Path("/none"))  # type: ignore[arg-type]
    assert confined(["true"], Confinement(), inside) == ["true"]


def test_why_a_sandbox_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "why_not", lambda: "no such thing")
    with pytest.raises(NoSandbox, match=r"the runner `w` is to run in a sandbox.*no such thing"):
        walls.require(Confinement("bubblewrap"), Path("/none"), "the runner `w`")


@needs_bwrap
def test_git_shows_a_repository_inside_as_it_does_outside(sandbox: Sandbox) -> None:
    """Linked work trees, submodules, a split index and settings of a work tree included."""
    sandbox.git("init", "-q", "../part")
    part = Sandbox(sandbox.root.with_name("part"), sandbox.home)
    part.write("p.txt", "p\n")
    part.commit()
    sandbox.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../part", "a/part")
    sandbox.commit("Part")
    sandbox.git("config", "extensions.worktreeConfig", "true")
    sandbox.git("config", "--worktree", "core.autocrlf", "true")
    sandbox.git("update-index", "--split-index")
    sandbox.git("worktree", "add", "-q", "../side")
    sandbox.write("a/part/new.txt", "x\n")
    words = ("status --porcelain", "log --oneline", "submodule status", "branch --show-current")
    script = " && ".join(f"git {word}" for word in words)
    for root in (sandbox.root, sandbox.root.with_name("side")):
        repository = Repository.discover(root)
        outputs = []
        for confinement in (Confinement(), Confinement("bubblewrap")):
            output = Output(1 << 16)
            argv = confined(["bash", "-c", script], confinement, Inside(repository, Path("/none")))
            assert supervise(argv, root, environment([]), output, Limits(60)).success, output.text()
            outputs.append(output.text())
        assert outputs[0] == outputs[1] != ""


@needs_bwrap
@pytest.mark.parametrize("target", [".local/state/forge", ".config/forge", ".", ".ssh/id"])
def test_a_listed_link_that_leads_too_far_is_refused(sandbox: Sandbox, target: str) -> None:
    """Also if the program of the step before put it there."""
    sandboxed(sandbox, "echo a > a.txt")
    settings = (sandbox.root / ".planning/forge.yaml").read_text()
    sandbox.write(
        ".planning/forge.yaml", settings.replace("commands: {", "commands: {writable: [out], ")
    )
    (sandbox.root / "out").symlink_to(sandbox.home / target)
    sandbox.commit("A link")
    result = sandbox.call("execute", "01-01", "--approve")
    error = result.json["error"]
    assert (result.code, error["kind"]) == (2, "settings") and "`out` in `writable`" in error[
        "message"
    ]
    assert not (sandbox.root / "a.txt").exists()


@needs_bwrap
def test_a_runner_that_the_repository_names_gets_the_users_sandbox(sandbox: Sandbox) -> None:
    sandboxed(sandbox, "! test -e $HOME/secret && echo a > a.txt")
    (sandbox.home / "secret").write_text("x")
    settings = (sandbox.root / ".planning/forge.yaml").read_text()
    sandbox.write(".planning/forge.yaml", settings.replace("sandbox: bubblewrap", "sandbox: none"))
    sandbox.commit("No sandbox")
    own = sandbox.home / ".config/forge/forge.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("sandbox: bubblewrap\n")
    shown = sandbox.forge("approve", "01-01", "--print").out
    assert "sandbox of the runner: bubblewrap, network off" in shown
    assert "sandbox of the commands: bubblewrap, network off" in shown
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "completed"
