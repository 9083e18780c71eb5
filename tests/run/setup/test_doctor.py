"""forge doctor: it names what is missing with the next step, and starts or changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge.run.setup.doctor.system import check_system
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto


def checks(
    sandbox: Sandbox, code: int, env: dict[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    reply = sandbox.call("doctor", env=env)
    by_name = {check["name"]: check for check in reply.data["checks"]}
    assert reply.code == code, [check for check in by_name.values() if not check["ok"]]
    assert all(check["message"] and (check["ok"] or check["hint"]) for check in by_name.values())
    assert all((check["severity"] == "note") is check["ok"] for check in by_name.values())
    return by_name


def wrong(
    sandbox: Sandbox, name: str, severity: str, words: str, env: dict[str, str] | None = None
) -> None:
    by_name = checks(sandbox, 1 if severity == "error" else 0, env)
    assert (by_name[name]["ok"], by_name[name]["severity"]) == (
        False,
        severity,
    ) and words in by_name[name]["message"], by_name[name]


def ready(sandbox: Sandbox) -> Sandbox:
    return Case(
        sandbox, [Task("Task 1: Write it", "a.txt", auto("test -s a.txt"))], files=("a.txt",)
    ).set_up()


def test_everything_is_there(sandbox: Sandbox) -> None:
    head, tree = ready(sandbox).head(), sorted(map(str, sandbox.root.glob("*")))
    by_name = checks(sandbox, 0)
    assert set(by_name) == {
        "ancestry",
        "git",
        "repository",
        "head",
        "tree",
        "identity",
        "hooks",
        "signing",
        "writing",
        "disk",
        "state-folder",
        "settings",
        "sandbox",
        "runner manual",
        "runner worker",
        "locks",
    }
    assert (
        "not started" in by_name["runner worker"]["message"]
        and "Ada" in by_name["identity"]["message"]
    )
    assert (sandbox.head(), sorted(map(str, sandbox.root.glob("*"))), sandbox.status()) == (
        head,
        tree,
        [],
    )
    result = sandbox.forge("doctor")
    assert result.code == 0 and all(
        line.startswith(("ok ", " ")) for line in result.out.splitlines()
    )


def test_outside_a_repository_and_in_a_bare_one(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.root = tmp_path / "elsewhere"
    sandbox.root.mkdir()
    wrong(sandbox, "repository", "error", "not in a git repository")
    sandbox.git("init", "-q", "--bare")
    wrong(sandbox, "repository", "error", "bare")


def test_problems_of_the_repository(sandbox: Sandbox) -> None:
    ready(sandbox)
    sandbox.write("new.txt", "x\n")
    wrong(sandbox, "tree", "warning", "1 uncommitted, ?? new.txt")
    (sandbox.root / "new.txt").unlink()
    sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\n").chmod(0o644)
    wrong(sandbox, "hooks", "warning", "git skips pre-commit")
    (sandbox.root / ".git/hooks/pre-commit").chmod(0o755)
    assert "pre-commit in" in checks(sandbox, 0)["hooks"]["message"]
    lock = sandbox.write(".git/index.lock", "")
    wrong(sandbox, "locks", "error", "index.lock")
    assert lock.exists()
    lock.unlink()
    sandbox.git("bisect", "start")
    wrong(sandbox, "head", "error", "a bisect is in progress")
    sandbox.git("bisect", "reset")
    sandbox.git("checkout", "-q", "--detach")
    wrong(sandbox, "head", "error", "detached")


def test_problems_of_git_settings(sandbox: Sandbox) -> None:
    ready(sandbox)
    sandbox.git("config", "commit.gpgsign", "true")
    sandbox.git("config", "gpg.program", "no-such-gpg")
    wrong(sandbox, "signing", "error", "no-such-gpg, which is not found")
    sandbox.git("config", "gpg.format", "ssh")
    sandbox.git("config", "gpg.ssh.program", "true")
    wrong(sandbox, "signing", "error", "no key is named")
    sandbox.git("config", "commit.gpgsign", "false")
    (sandbox.home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    wrong(sandbox, "identity", "error", "no identity")


@pytest.mark.parametrize("inside", [True, False])
def test_a_state_folder_that_cannot_be_used(sandbox: Sandbox, tmp_path: Path, inside: bool) -> None:
    ready(sandbox)
    (tmp_path / "file").write_text("")
    place = sandbox.root / "state" if inside else tmp_path / "file"
    wrong(
        sandbox,
        "state-folder",
        "error",
        "inside the repository" if inside else "it is not a folder",
        {"XDG_STATE_HOME": str(place)},
    )


def test_settings_and_runners(sandbox: Sandbox) -> None:
    ready(sandbox)
    trap = sandbox.write("tools/agent", "#!/bin/sh\ntouch ../started\n")
    trap.chmod(0o755)
    sandbox.write(
        ".planning/forge.yaml",
        "runner: agent\nrunners:\n  agent: {command: [tools/agent], resume_command: [agent-resume],"
        " env: [TOKEN]}\n  other: {command: [no-such-program]}\nlimit: {}\n",
    )
    sandbox.commit("Settings")
    by_name = checks(sandbox, 1)
    assert (
        by_name["runner agent"]["message"] == "agent-resume is not found"
        and by_name["runner agent"]["severity"] == "error"
    )
    assert by_name["runner other"]["severity"] == "warning", "nobody has chosen it"
    assert (
        "did you mean `limits`" in by_name["settings"]["message"]
        and by_name["settings"]["severity"] == "warning"
    )
    sandbox.write(
        ".planning/forge.yaml",
        "runner: agent\nrunners: {agent: {command: [tools/agent], env: [TOKEN]}}\n",
    )
    sandbox.commit("Settings")
    assert "not set: TOKEN" in checks(sandbox, 0)["runner agent"]["message"]
    assert (
        not (sandbox.root.parent / "started").exists() and not (sandbox.root / "started").exists()
    ), "no runner is started"
    sandbox.write(".planning/forge.yaml", "runner: nobody\n")
    wrong(sandbox, "runner nobody", "error", "there is no runner `nobody`")
    sandbox.write(".planning/forge.yaml", "limits: 3\n")
    wrong(sandbox, "settings", "error", ".planning/forge.yaml:1:9")


def test_an_open_run_and_a_path_without_programs(sandbox: Sandbox, tmp_path: Path) -> None:
    run = ready(sandbox).call("execute", "01-01", "--approve").data["run"]
    assert checks(sandbox, 0)["runs"]["hint"] == f"forge resume {run}"
    by_name = {
        check["name"]: check
        for check in sandbox.call("doctor", env={"PATH": str(tmp_path)}).data["checks"]
    }
    assert not by_name["git"]["ok"] and not by_name["bash"]["ok"]


def test_guards_that_do_not_hold_on_this_system_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.run.guard.ancestry.can_be_told", lambda: False)
    check = next(check for check in check_system() if check.name == "ancestry")
    assert (check.ok, check.severity) == (False, "warning")
    for guard in ("`approve`", "approvals and settings", "detached processes"):
        assert guard in check.message
