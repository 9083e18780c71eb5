"""`execute --approve` approves one subject for one run: what voids it, where it is looked up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

SETTINGS = ".planning/forge.yaml"


def store(sandbox: Sandbox) -> list[Path]:
    return sorted((sandbox.home / ".local/state/forge/approvals").glob("*/*.json"))


def paused(sandbox: Sandbox, *how: str) -> Case:
    """Execute a plan whose runner fails; then let it do its work."""
    task = Task("Task 1: Write a", "a.txt", auto("test -s a.txt"))
    case = Case(sandbox, [task], {1: "sys.exit(3)"}, files=("a.txt",))
    case.set_up()
    assert sandbox.call("execute", "01-01", *(how or ("--approve",))).code == 1
    case.set_work({1: writes("a.txt", "x\n")})
    return case


def test_a_run_goes_on_with_what_was_approved_at_its_start(sandbox: Sandbox) -> None:
    paused(sandbox)
    (file,) = store(sandbox)
    record = json.loads(file.read_text())
    assert (record["approves"], record["how"]) == ("run", "flag")
    assert file.name == f"run-{record['run']}.json"
    assert sandbox.call("retry").data["status"] == "completed"
    assert store(sandbox) == [], "it was for that run until its end"
    assert sandbox.call("execute", "01-01").code == 4


def test_whatever_changes_the_subject_voids_it(sandbox: Sandbox) -> None:
    paused(sandbox)
    before = (sandbox.root / SETTINGS).read_text()
    for old, new in (
        ("prompt: file", "prompt: file\n    env: [SECRET]"),
        ("prompt: file", "prompt: arg"),
        ("version: 1", "version: 1\nlimits: {step_timeout: 7}"),
        ("version: 1", "version: 1\napprovals: {diff: always}"),
    ):
        sandbox.write(SETTINGS, before.replace(old, new, 1))
        assert sandbox.call("retry").code == 4, new
    sandbox.commit("Pulled")
    result = sandbox.call("resume")
    assert result.code == 4 and not (sandbox.root / "a.txt").exists()
    approve, again = result.data["next"]
    assert again.startswith("forge resume ") and approve.startswith("forge approve ")
    sandbox.write(SETTINGS, before)
    sandbox.commit("Back")
    assert sandbox.call("retry").data["status"] == "completed"


def test_a_subject_that_was_named_is_approved_for_its_run_alone(sandbox: Sandbox) -> None:
    task = Task("Task 1: Write a", "a.txt", auto("test -s a.txt"))
    Case(sandbox, [task], {1: "sys.exit(3)"}, files=("a.txt",)).set_up()
    subject = sandbox.call("approve", "01-01", "--print").data["subject"]
    paused(sandbox, "--approved", subject)
    settings = (sandbox.root / SETTINGS).read_text()
    sandbox.write(SETTINGS, settings.replace("prompt: file", "prompt: arg"))
    assert sandbox.call("retry").code == 4
    sandbox.write(SETTINGS, settings)
    assert sandbox.call("retry").data["status"] == "completed"


def test_the_record_of_a_run_grants_nothing(sandbox: Sandbox) -> None:
    paused(sandbox)
    for file in store(sandbox):
        file.unlink()
    assert sandbox.call("retry").code == 4
    assert sandbox.call("resume").code == 4
    assert not (sandbox.root / "a.txt").exists()


def test_another_user_of_the_same_folder_approves_for_himself(sandbox: Sandbox) -> None:
    paused(sandbox)
    home = sandbox.home.with_name("home-grace")
    shutil.copytree(sandbox.home, home)
    shutil.rmtree(home / ".local")
    grace = Sandbox(sandbox.root, home)
    result = grace.call("retry")
    assert result.code == 4 and not (sandbox.root / "a.txt").exists()
    assert grace.forge(*result.data["next"][0].split()[1:]).code == 0
    assert grace.call("retry").data["status"] == "completed"


def test_the_policy_for_diffs_goes_with_the_approval_and_not_with_the_record(
    sandbox: Sandbox,
) -> None:
    """With --approve a diff of high risk is not asked about; without it, it is."""
    task = Task("Task 1: Write a", "Makefile.lock, a.lock", auto("test -s a.lock"))
    case = Case(sandbox, [task], {1: "sys.exit(3)"}, files=("a.lock",))
    case.set_up()
    assert sandbox.call("execute", "01-01", "--approve").code == 1
    case.set_work({1: writes("a.lock", "x\n")})
    for file in store(sandbox):
        file.unlink()
    assert sandbox.call("approve", "01-01").code == 0
    assert sandbox.call("retry").data["waiting_for"]["kind"] == "diff"


def test_a_plan_that_a_run_of_the_phase_changed_is_not_approved_with_it(sandbox: Sandbox) -> None:
    second = ".planning/phases/01-first/01-02-PLAN.md"
    change = f"p = pathlib.Path({second!r}); p.write_text(p.read_text().replace('true', 'id'))"
    task = Task("Task 1: Write a", f"a.txt, {second}", auto("test -s a.txt"))
    case = Case(
        sandbox,
        [task],
        {1: f"{writes('a.txt', 'x')}; {change}"},
        files=("a.txt", second),
        must_haves="must_haves:\n  artifacts:\n    - path: a.txt\n",
    )
    sandbox.write(
        second,
        "---\nphase: 01-first\nplan: 02\nfiles_modified: [b.txt]\n---\n<task type='auto'>\n"
        "<name>Look</name>\n<verify><automated>true</automated></verify>\n</task>\n",
    )
    case.set_up()
    result = sandbox.call("execute", "01-first", "--approve")
    assert result.code == 4 and "when --approve was given" in result.data["waiting_for"]["text"]
    assert len(sandbox.call("runs").data["runs"]) == 1


def test_an_unsafe_state_folder_refuses_the_run_and_names_the_way_out(sandbox: Sandbox) -> None:
    task = Task("Task 1: Write a", "a.txt", auto("test -s a.txt"))
    Case(sandbox, [task], {1: writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    state = sandbox.home / "state"
    state.mkdir()
    state.chmod(0o777)
    env = {"XDG_STATE_HOME": str(state)}
    for words in (("approve", "01-01"), ("execute", "01-01", "--approve")):
        error = sandbox.call(*words, env=env).json["error"]
        assert error["next"] == [f"chmod go-w {state}"] and str(state) in error["message"]
    assert sandbox.subjects()[-1] == "Plan" and sandbox.call("runs").data["runs"] == []
    state.chmod(0o755)
    assert sandbox.call("execute", "01-01", "--approve", env=env).data["status"] == "completed"


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_an_answer_under_a_void_approval_does_nothing(sandbox: Sandbox, answer: str) -> None:
    """It is recorded; what acts on it looks up the plan's approval first."""
    command = "test -s a.txt &amp;&amp; echo m > made.txt"
    task = Task("Task 1: Write a", "a.txt", auto(command.replace(">", "&gt;")))
    Case(sandbox, [task], {1: writes("a.txt", "x\n")}, files=("a.txt",)).set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    head, settings = sandbox.head(), (sandbox.root / SETTINGS).read_text()
    sandbox.write(SETTINGS, settings.replace("version: 1", "version: 1\nlimits: {step_timeout: 7}"))
    assert sandbox.call(answer, run).code == 0
    for control in ("resume", "retry"):
        assert sandbox.call(control, run).code == 4
    assert sandbox.head() == head and (sandbox.root / "made.txt").exists()
    sandbox.write(SETTINGS, settings)
    assert sandbox.call("resume", run).data["status"] == "completed"
    assert (sandbox.root / "made.txt").exists() == (answer == "approve")
