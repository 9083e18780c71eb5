"""forge verify --run: only approved commands, on a clean tree, and a proof of each."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Sandbox
from tests.views.proof.plans_and_history import PLAN, artifact, plan, truth


def ready(sandbox: Sandbox, *commands: str, approve: bool = True) -> Sandbox:
    listed = "".join(
        truth(f"Truth {number}", command).removeprefix("  truths:\n")
        for number, command in enumerate(commands, 1)
    )
    sandbox.write(PLAN, plan(f"  truths:\n{listed}", files=["src/a.py"]))
    sandbox.write("src/a.py", "a\n")
    sandbox.commit("Plan")
    if approve:
        sandbox.forge("approve", "01-01")
    return sandbox


def proofs(sandbox: Sandbox) -> list[str]:
    return sandbox.git("ls-files", ".planning/proofs").splitlines()


def test_an_unapproved_plan_runs_nothing(sandbox: Sandbox) -> None:
    ready(sandbox, "touch ran", approve=False)
    head = sandbox.head()
    reply = sandbox.call("verify", "01-01", "--run")
    assert reply.code == 4
    assert reply.data["next"][0] == "forge approve 01-01"
    assert (sandbox.head(), (sandbox.root / "ran").exists(), proofs(sandbox)) == (head, False, [])


def test_an_approval_of_another_text_does_not_count(sandbox: Sandbox) -> None:
    ready(sandbox, "test -d .")
    sandbox.write(
        PLAN, (sandbox.root / PLAN).read_text().replace("verify: test -d .", "verify: touch ran")
    )
    sandbox.commit()
    assert sandbox.call("verify", "01-01", "--run").code == 4
    assert not (sandbox.root / "ran").exists()


def test_one_unapproved_plan_of_several_runs_none(sandbox: Sandbox) -> None:
    ready(sandbox, "test -d .")
    sandbox.write(
        ".planning/phases/01-first/01-02-PLAN.md", plan(truth("Another", "test -d ."), number="02")
    )
    sandbox.commit()
    reply = sandbox.call("verify", "01-first", "--run")
    assert (reply.code, reply.data["next"][0], proofs(sandbox)) == (4, "forge approve 01-02", [])


def test_passed_and_failed_commands_become_committed_proofs(sandbox: Sandbox) -> None:
    ready(sandbox, "test -f src/a.py", "grep -q b src/a.py")
    reply = sandbox.call("verify", "01-01", "--run")
    assert reply.code == 1
    assert [(command["must_have"], command["outcome"]) for command in reply.data["ran"]] == [
        ("truth:1", "passed"),
        ("truth:2", "failed"),
    ]
    assert [item["verdict"] for item in reply.data["plans"][0]["must_haves"]] == ["pass", "fail"]
    assert len(proofs(sandbox)) == 2
    assert sandbox.status() == []
    assert sandbox.subjects()[-1] == "forge(01-01): 2 command proofs"
    assert reply.data["ran"][0]["commit"] == sandbox.head()
    assert "Forge-Plan: 01-01@" in sandbox.git("log", "-1", "--format=%B")


def test_the_same_result_on_the_same_tree_is_not_kept_twice(sandbox: Sandbox) -> None:
    ready(sandbox, "test -d .")
    sandbox.call("verify", "01-01", "--run")
    head = sandbox.head()
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.code, sandbox.head(), reply.data["ran"][0]["outcome"]) == (0, head, "passed")


def test_uncommitted_changes_are_named_and_refused(sandbox: Sandbox) -> None:
    ready(sandbox, "touch ran")
    sandbox.write("loose.py", "x\n")
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.code, reply.json["error"]["kind"]) == (2, "dirty_tree")
    assert "loose.py" in reply.json["error"]["message"]
    assert not (sandbox.root / "ran").exists()


def test_uncommitted_documents_do_not_matter(sandbox: Sandbox) -> None:
    ready(sandbox, "test -d .")
    sandbox.write(".planning/notes.md", "n\n")
    assert sandbox.call("verify", "01-01", "--run").code == 0
    assert sandbox.status() == ["?? .planning/notes.md"]


def test_a_command_that_changes_the_tree_proves_nothing_nor_do_those_before_it(
    sandbox: Sandbox,
) -> None:
    ready(sandbox, "test -d .", "touch made.txt", "touch third")
    head = sandbox.head()
    reply = sandbox.call("verify", "01-01", "--run")
    assert reply.code == 1
    assert [command["outcome"] for command in reply.data["ran"]] == ["void", "changed the tree"]
    assert reply.data["ran"][1]["changed"] == ["made.txt"]
    assert (sandbox.head(), proofs(sandbox), sandbox.status()) == (head, [], ["?? made.txt"])


def test_a_command_that_commits_is_noticed(sandbox: Sandbox) -> None:
    ready(sandbox, "git commit -q --allow-empty -m sly")
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.code, reply.data["ran"][0]["changed"], proofs(sandbox)) == (1, ["HEAD"], [])


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        ("test -f nothing || true", "not run"),
        ("cd /tmp && true", "not run"),
        ("exit 141", "inconclusive"),
    ],
)
def test_a_command_that_proves_nothing_leaves_no_proof(
    sandbox: Sandbox, command: str, outcome: str
) -> None:
    ready(sandbox, command)
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.code, reply.data["ran"][0]["outcome"], proofs(sandbox)) == (1, outcome, [])
    assert reply.data["plans"][0]["must_haves"][0]["verdict"] == "unproven"


def test_a_failure_inside_a_pipe_counts(sandbox: Sandbox) -> None:
    ready(sandbox, "false | cat")
    assert sandbox.call("verify", "01-01", "--run").data["ran"][0]["outcome"] == "failed"


def test_a_command_that_exceeds_its_time_limit_fails(sandbox: Sandbox) -> None:
    sandbox.write(".planning/forge.yaml", "version: 1\nlimits:\n  step_timeout: 0.2\n")
    ready(sandbox, "tail -f /dev/null")
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.data["ran"][0]["outcome"], reply.data["plans"][0]["verdict"]) == (
        "failed",
        "failed",
    )


def test_secrets_of_the_environment_stay_out(sandbox: Sandbox) -> None:
    ready(sandbox, 'test -z "$SECRET_KEY"')
    assert sandbox.call("verify", "01-01", "--run", env={"SECRET_KEY": "x"}).code == 0


def test_on_a_detached_head_the_proof_is_written_and_not_committed(sandbox: Sandbox) -> None:
    ready(sandbox, "test -d .")
    sandbox.git("checkout", "-q", "--detach")
    head = sandbox.head()
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.code, sandbox.head(), reply.data["ran"][0]["commit"]) == (0, head, None)
    assert (sandbox.root / reply.data["ran"][0]["proof"]).is_file()


def test_run_and_rev_exclude_each_other(sandbox: Sandbox) -> None:
    ready(sandbox, "test -d .")
    assert sandbox.call("verify", "01-01", "--run", "--rev", "HEAD").code == 2


def test_a_plan_without_commands_needs_no_approval(sandbox: Sandbox) -> None:
    sandbox.write(PLAN, plan(artifact("README.md")))
    sandbox.commit()
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.code, reply.data["ran"]) == (0, [])


def test_nothing_is_run_while_a_run_is_open(sandbox: Sandbox) -> None:
    ready(sandbox, "touch ran")
    assert sandbox.forge("execute", "01-01").code == 4
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.code, reply.json["error"]["kind"]) == (2, "run_open")
    assert not (sandbox.root / "ran").exists()


def test_without_run_no_command_is_run(sandbox: Sandbox) -> None:
    ready(sandbox, "touch ran")
    assert sandbox.call("verify", "--all").code == 1
    assert not (sandbox.root / "ran").exists()


def test_a_revision_is_judged_with_its_own_plan_else_the_present_one(sandbox: Sandbox) -> None:
    old = sandbox.head()
    sandbox.write(PLAN, plan(artifact("a.py")))
    then = sandbox.commit()
    sandbox.write(PLAN, plan(artifact("README.md")))
    assert sandbox.call("verify", "01-01", "--rev", then).data["plans"][0]["verdict"] == "failed"
    assert sandbox.call("verify", "01-01", "--rev", old).data["plans"][0]["verdict"] == "proven"
    assert sandbox.call("verify", "--all", "--rev", old).data["plans"] == []
    assert sandbox.call("verify", "01-01", "--rev", "nowhere").code == 2
    assert sandbox.call("verify", "none", "--rev", old).code == 2


def test_one_unreadable_plan_does_not_stop_the_others(sandbox: Sandbox) -> None:
    sandbox.write(PLAN, plan(artifact("README.md")))
    sandbox.write(
        ".planning/phases/01-first/01-02-PLAN.md", plan(artifact("README.md"), number="02")
    ).unlink()
    (sandbox.root / ".planning/phases/01-first/01-02-PLAN.md").symlink_to("nowhere")
    reply = sandbox.call("verify", "--all")
    assert [(entry["id"], entry["verdict"]) for entry in reply.data["plans"]] == [
        ("01-01", "proven"),
        ("01-02", "unproven"),
    ]


def test_a_command_that_plants_a_hook_ends_it_before_git_runs_again(sandbox: Sandbox) -> None:
    file = ".git/hooks/pre-commit"
    hook = f"printf '#!/bin/sh\\ntouch hooked\\n' > {file}; chmod +x {file}"
    ready(sandbox, "true")
    text = (sandbox.root / PLAN).read_text().replace("verify: true", f"verify: {json.dumps(hook)}")
    sandbox.write(PLAN, text)
    sandbox.commit()
    sandbox.forge("approve", "01-01")
    head = sandbox.head()
    reply = sandbox.call("verify", "01-01", "--run")
    assert (reply.code, reply.json["error"]["kind"]) == (1, "git_changed")
    assert ".git/hooks/pre-commit" in reply.json["error"]["message"]
    assert sandbox.head() == head and proofs(sandbox) == []
    assert not (sandbox.root / "hooked").exists()
