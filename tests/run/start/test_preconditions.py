"""What is refused before a run: the message, the exit status, and that nothing was written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes


def one_edit(sandbox: Sandbox, **more: object) -> Case:
    task = Task("Task 1: Write it", "a.txt", auto("test -s a.txt"))
    return Case(sandbox, [task], {1: writes("a.txt", "x\n")}, files=("a.txt",), **more)  # type: ignore[arg-type]


def untouched(sandbox: Sandbox, head: str) -> None:
    assert sandbox.head() == head
    assert not (sandbox.root / ".planning/runs").exists()
    live = sandbox.root / ".git/forge/runs"
    assert not live.exists() or not list(live.iterdir())


def test_not_a_repository(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.root = tmp_path / "elsewhere"
    sandbox.root.mkdir()
    for verb in ("execute", "status", "runs", "resume", "init", "verify"):
        result = sandbox.call(verb)
        assert result.code == 2 and result.json["error"]["kind"] == "repository"
        assert "git init" in result.json["error"]["hint"]
    assert list(sandbox.root.iterdir()) == []


def test_a_bare_repository_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.root = tmp_path / "bare"
    sandbox.root.mkdir()
    sandbox.git("init", "-q", "--bare")
    result = sandbox.call("status")
    assert result.code == 2 and "bare" in result.json["error"]["message"]


def test_no_planning_folder(sandbox: Sandbox) -> None:
    result = sandbox.call("execute")
    assert result.code == 2 and "no plan" in result.json["error"]["message"]
    assert sandbox.call("validate").code == 2
    assert sandbox.call("status").data["next"][0] == "forge init"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"", "no-steps"),
        (
            b"---\nphase: 1\n\n<task type='auto'>\n<name>A</name>\n</task>\n",
            "front-matter-unclosed",
        ),
        (b"---\nphase: 1\n---\n\x00\x01\x02<task>\n</task>\n", "unreadable"),
        (b"---\nphase: 1\n---\n\xff\xfe\xfd\n<task>\n</task>\n", "unreadable"),
        (b"---\nphase: 1\n---\n<objective>\nNothing\n</objective>\n", "no-steps"),
        (
            b"---\nphase: 1\nfiles_modified: [../x]\n---\n<task>\n<name>A</name>\n</task>\n",
            "path-outside",
        ),
        (
            b"---\nphase: 1\n---\n<task id='a'>\n</task>\n<task id='a'>\n</task>\n",
            "duplicate-step-id",
        ),
    ],
)
def test_a_plan_with_blocking_errors(sandbox: Sandbox, text: bytes, rule: str) -> None:
    case = one_edit(sandbox)
    case.set_up()
    sandbox.write(case.path, text)
    head = sandbox.commit("A bad plan")
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 1 and result.json["error"]["kind"] == "blocked_plan"
    by_rule = {finding["rule"]: finding for finding in result.json["findings"]}
    assert rule in by_rule and by_rule[rule]["path"] == case.path and by_rule[rule]["hint"]
    untouched(sandbox, head)
    assert rule in {finding["rule"] for finding in sandbox.call("validate").json["findings"]}


def test_a_dirty_tree_names_the_files_and_the_ways_out(sandbox: Sandbox) -> None:
    head = one_edit(sandbox).set_up().head()
    sandbox.write("README.md", "changed\n")
    sandbox.write("new file.txt", "untracked\n")
    before = sandbox.status()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 2 and result.json["error"]["kind"] == "dirty_tree"
    assert (
        "README.md" in result.json["error"]["message"]
        and "new file.txt" in result.json["error"]["message"]
    )
    path = ".planning/phases/01-first/01-01-PLAN.md"
    ways = [
        "git add -A && git commit",
        f"forge execute {path} --worktree",
        f"forge execute {path} --allow-dirty",
    ]
    assert result.json["error"]["next"] == ways
    assert sandbox.status() == before
    untouched(sandbox, head)
    sandbox.git("stash", "-u")
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "completed"


def test_an_unapproved_plan_waits_and_writes_nothing(sandbox: Sandbox) -> None:
    head = one_edit(sandbox).set_up().head()
    result = sandbox.call("execute", "01-01")
    assert result.code == 4 and result.data["run"] is None
    assert result.data["next"][0].startswith("forge approve ")
    untouched(sandbox, head)
    names = {path.name for path in (sandbox.root / ".git/forge").iterdir()}
    assert names <= {"executions.jsonl", "executions"}
    shown = sandbox.call("approve", "01-01", "--print").data
    assert shown["commands"] == ["test -s a.txt"] and shown["runner"]["name"] == "worker"
    assert sandbox.call("execute", "01-01").code == 4, "--print records nothing"
    approved = sandbox.call("approve", "01-01")
    assert approved.code == 0 and approved.data["subject"] == shown["subject"]
    assert not list(sandbox.root.rglob("*approvals*")), "an approval is never in the repository"
    assert sandbox.call("execute", "01-01").data["status"] == "completed"


@pytest.mark.parametrize("what", ["plan", "runner", "limits", "scope"])
def test_an_approval_is_void_when_its_subject_changes(sandbox: Sandbox, what: str) -> None:
    case = one_edit(sandbox)
    case.set_up()
    sandbox.call("approve", "01-01")
    if what == "plan":
        sandbox.write(case.path, case.plan_text().replace("Make it so", "Make it otherwise"))
    else:
        settings = (sandbox.root / ".planning/forge.yaml").read_text()
        more = {"limits": "limits: {step_timeout: 5}\n", "scope": "scope: {protect: ['x']}\n"}.get(
            what, ""
        )
        changed = (
            settings.replace("prompt: file", "prompt: file\n    env: [TOKEN]")
            if what == "runner"
            else settings + more
        )
        sandbox.write(".planning/forge.yaml", changed)
    sandbox.commit("Change")
    result = sandbox.call("execute", "01-01")
    assert result.code == 4 and result.data["run"] is None


def test_an_approval_does_not_come_along_with_a_clone_or_a_copy(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    one_edit(sandbox).set_up()
    sandbox.call("approve", "01-01")
    subprocess.run(["cp", "-r", str(sandbox.root), str(tmp_path / "copy")], check=True)
    sandbox.git("clone", "-q", ".", str(tmp_path / "clone"))
    original = sandbox.root
    for name in ("copy", "clone"):
        sandbox.root = tmp_path / name
        assert sandbox.call("execute", "01-01").code == 4, name
    sandbox.root = original
    assert sandbox.call("execute", "01-01").code == 1


def test_approved_runs_exactly_that_subject(sandbox: Sandbox) -> None:
    one_edit(sandbox).set_up()
    subject = sandbox.call("approve", "01-01", "--print").data["subject"]
    result = sandbox.call("execute", "01-01", "--approved", "0" * 64)
    assert result.code == 4 and result.data["run"] is None
    assert sandbox.call("execute", "01-01", "--approved", subject).data["status"] == "completed"


def test_unknown_and_ambiguous_names_list_the_candidates(sandbox: Sandbox) -> None:
    case = one_edit(sandbox)
    case.set_up()
    for folder in ("02-next-api", "03-next-api"):
        sandbox.write(f".planning/phases/{folder}/PLAN.md", case.plan_text())
    sandbox.commit("More plans")
    result = sandbox.call("execute", "nothing-like-it", "--approve")
    assert result.code == 2 and "01-01" in result.json["error"]["message"]
    result = sandbox.call("execute", "next-api", "--approve")
    assert (
        result.code == 2
        and "02-next-api" in result.json["error"]["message"]
        and "03-next-api" in result.json["error"]["message"]
    )
    result = sandbox.call("execute", "--approve", "--runner", "nobody", "01-01")
    assert result.code == 2 and "worker" in result.json["error"]["message"]


def test_dependencies_are_held_and_can_be_ignored_on_record(sandbox: Sandbox) -> None:
    case = one_edit(sandbox)
    case.set_up()
    text = (
        case.plan_text()
        .replace("depends_on: []", "depends_on: [01-01]")
        .replace("plan: 01", "plan: 02")
        .replace("a.txt", "b.txt")
    )
    sandbox.write(".planning/phases/01-first/01-02-PLAN.md", text)
    third = text.replace("[01-01]", "[01-02]").replace("plan: 02", "plan: 03")
    sandbox.write(".planning/phases/01-first/01-03-PLAN.md", third)
    sandbox.commit("Second, third")
    result = sandbox.call("execute", "01-03", "--approve")
    assert result.code == 2 and "depends on 01-02" in result.json["error"]["message"]
    assert result.json["error"]["next"] == ["forge execute 01-01"], "what it names can be executed"
    sandbox.git("rm", "-q", ".planning/phases/01-first/01-03-PLAN.md")
    sandbox.commit("No third")
    case.set_work(
        {
            1: (
                "p = pathlib.Path('b.txt' if '01-02' in os.environ['FORGE_PLAN_ID'] else 'a.txt');"
                " p.write_text('x')"
            )
        }
    )
    result = sandbox.call("execute", "01-02", "--approve")
    assert (
        result.code == 2
        and "01-01" in result.json["error"]["message"]
        and result.json["error"]["next"] == ["forge execute 01-01"]
    )
    assert sandbox.call("execute", "--approve").data["plan"] == "01-01", (
        "bare execute takes the plan that is ready"
    )
    assert sandbox.call("execute", "--approve").data["plan"] == "01-02"
    result = sandbox.call("execute", "--approve")
    assert result.code == 2 and "no plan is ready" in result.json["error"]["message"]


def test_ignored_dependencies_are_on_record(sandbox: Sandbox) -> None:
    case = one_edit(sandbox)
    case.front = ""
    case.set_up()
    sandbox.write(case.path, case.plan_text().replace("depends_on: []", "depends_on: [00-09]"))
    sandbox.commit("Depends on nothing that exists")
    assert sandbox.call("execute", "01-01", "--approve").code == 2
    run = sandbox.call("execute", "01-01", "--approve", "--ignore-deps", "done elsewhere").data[
        "run"
    ]
    assert sandbox.events(run)[0]["data"]["options"]["ignore_deps"] == "done elsewhere"


@pytest.mark.parametrize("state", ["detached", "unborn", "merge", "uncommitted plan"])
def test_states_of_the_repository_are_named(sandbox: Sandbox, state: str) -> None:
    one_edit(sandbox).set_up()
    if state == "detached":
        sandbox.git("checkout", "-q", "--detach")
    elif state == "unborn":
        sandbox.git("checkout", "-q", "--orphan", "other")
    elif state == "merge":
        (sandbox.root / ".git/MERGE_HEAD").write_text(sandbox.head() + "\n")
    else:
        sandbox.write(".git/info/exclude", ".planning/phases/\n")
        sandbox.git("rm", "-rq", "--cached", ".planning/phases")
        sandbox.git("commit", "-qm", "Plans are private")
    result = sandbox.call("execute", "01-01", "--approve")
    words = {
        "detached": "detached",
        "unborn": "no commit",
        "merge": "a merge is in progress",
        "uncommitted plan": "not committed",
    }
    assert result.code == 2 and words[state] in result.json["error"]["message"]


def test_settings_errors_have_a_place(sandbox: Sandbox) -> None:
    one_edit(sandbox, settings="limits:\n  step_timeout: soon\n").set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 2 and ".planning/forge.yaml:8:" in result.json["error"]["message"]


def test_usage_errors_are_json_too(sandbox: Sandbox) -> None:
    for words in (["execute", "--nonsense"], ["skip"], ["attest", "01-01"]):
        result = sandbox.call(*words)
        assert result.code == 2 and result.json["error"]["kind"] == "usage"
    result = sandbox.forge("exeucte")
    assert result.code == 2 and "forge execute" in result.err


def test_an_open_run_refuses_another(sandbox: Sandbox) -> None:
    case = one_edit(sandbox)
    case.work = {1: "sys.exit(3)"}
    case.set_up()
    run = sandbox.call("execute", "01-01", "--approve").data["run"]
    result = sandbox.call("execute", "01-01", "--approve")
    assert (
        result.code == 2
        and result.json["error"]["kind"] == "run_open"
        and run in result.json["error"]["message"]
    )
