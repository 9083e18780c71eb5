"""Plans and runners that mean harm, or could: refused or paused, on record, and nothing outside the repository is touched."""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

PATH = ".planning/phases/01-first/01-01-PLAN.md"


def one_edit(sandbox: Sandbox, code: str, **more: object) -> Case:
    task = Task("Task 1: Write a", "a.txt", auto("test -s a.txt"))
    case = Case(sandbox, [task], {1: f"{writes('a.txt', 'x')}; {code}"}, files=("a.txt",), **more)  # type: ignore[arg-type]
    case.set_up()
    return case


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("open('.planning/forge.yaml', 'a').write('approvals: {diff: never}')", ".planning/forge.yaml"),
        (f"open('{PATH}', 'a').write('more')", PATH),
        ("os.makedirs('.husky'); open('.husky/pre-commit', 'w').write('true')", ".husky/pre-commit"),
        ("open('.gitattributes', 'w').write('* filter=x')", ".gitattributes"),
    ],
)
def test_a_runner_that_changes_what_rules_it_is_asked_about(sandbox: Sandbox, code: str, path: str) -> None:
    one_edit(sandbox, code)
    head = sandbox.head()
    said = sandbox.call("execute", "01-01", "--approve")
    assert said.code == 4 and said.data["waiting_for"]["kind"] == "scope" and path in said.data["waiting_for"]["text"]
    assert sandbox.git("diff", "--name-only", head, "HEAD", "--", path) == "", "not committed"
    proposed = next(event["data"] for event in sandbox.events(said.data["run"]) if event["type"] == "diff_proposed")
    assert path in proposed["out_of_scope"] and proposed["risk_level"] == "high"


@pytest.mark.parametrize("place", ["hooks/pre-commit", "config"])
def test_a_runner_that_plants_a_hook_pauses_before_git_runs_it(sandbox: Sandbox, place: str) -> None:
    hook = "#!/bin/sh\ntouch ../pwned\n"
    code = {
        "hooks/pre-commit": f"p = '.git/hooks/pre-commit'; open(p, 'w').write({hook!r}); os.chmod(p, 0o755)",
        "config": f"open('../hook', 'w').write({hook!r}); open('.git/config', 'a').write('[core]\\n\\tfsmonitor = ../hook\\n')",
    }[place]
    one_edit(sandbox, code)
    said = sandbox.call("execute", "01-01", "--approve")
    assert said.code == 1 and said.data["failure"]["kind"] == "hooks", said.err
    if place != "config":
        assert not (sandbox.root.parent / "pwned").exists()
        (sandbox.root / ".git/hooks/pre-commit").unlink()
        assert sandbox.call("resume").data["status"] == "completed"
        assert not (sandbox.root.parent / "pwned").exists()


def test_a_plan_that_was_edited_after_its_approval_runs_nothing(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, "open('../ran', 'w')")
    sandbox.call("approve", "01-01")
    sandbox.write(PATH, case.plan_text().replace("test -s a.txt", "touch ../ran"))
    sandbox.commit("Another command")
    said = sandbox.call("execute", "01-01")
    assert said.code == 4 and said.data["run"] is None and not (sandbox.root.parent / "ran").exists()


@pytest.mark.parametrize("path", ["../out.txt", "/tmp/forge-out.txt", "~/out.txt", "a/../../out.txt"])
def test_a_path_out_of_the_repository_refuses_the_plan(sandbox: Sandbox, path: str) -> None:
    Case(sandbox, [Task("Task 1: Write", path)], {1: "open('../ran', 'w')"}).set_up()
    said = sandbox.call("execute", "01-01", "--approve")
    assert said.code == 1 and said.json["error"]["kind"] == "blocked_plan" and not (sandbox.root.parent / "ran").exists()


def test_a_link_out_of_the_tree_is_no_way_out(sandbox: Sandbox) -> None:
    (sandbox.root.parent / "outside").mkdir()
    (sandbox.root / "linked").symlink_to("../outside")
    must = "must_haves:\n  artifacts:\n    - path: linked/secret.txt\n"
    case = Case(sandbox, [Task("Task 1: Write", "linked/secret.txt")], {1: writes("linked/secret.txt", "x")}, must_haves=must)
    case.set_up()
    said = sandbox.call("execute", "01-01", "--approve")
    assert said.code == 4 and said.data["waiting_for"]["kind"] == "human_verify", "nothing of the repository changed"
    sandbox.call("approve")
    assert sandbox.call("resume").data["verdict"] != "proven"
    assert "secret.txt" not in sandbox.git("ls-tree", "-r", "--name-only", "HEAD")


def test_names_with_the_shells_own_characters_are_only_names(sandbox: Sandbox) -> None:
    name = "Task 1: $(touch ../ran) `touch ../ran`; touch ../ran | &amp; 'x' \"y\" %s {prompt_file}"
    Case(sandbox, [Task(name, "a b;$(touch ran).txt")], {1: writes("a b;$(touch ran).txt", "x")}).set_up()
    said = sandbox.call("execute", "01-01", "--approve")
    assert said.data["status"] == "completed", said.err
    assert not (sandbox.root.parent / "ran").exists() and not (sandbox.root / "ran").exists()
    assert "$(touch ../ran)" in sandbox.git("log", "--format=%s")
