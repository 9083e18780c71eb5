"""Plans and runners that mean harm, or could: refused or paused, on record, and nothing outside the
repository is touched.
"""

from __future__ import annotations

import subprocess

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
        (
            "open('.planning/forge.yaml', 'a').write('approvals: {diff: never}')",
            ".planning/forge.yaml",
        ),
        (f"open('{PATH}', 'a').write('more')", PATH),
        (
            "os.makedirs('.husky'); open('.husky/pre-commit', 'w').write('true')",
            ".husky/pre-commit",
        ),
        ("open('.gitattributes', 'w').write('* filter=x')", ".gitattributes"),
    ],
)
def test_a_runner_that_changes_what_rules_it_is_asked_about(
    sandbox: Sandbox, code: str, path: str
) -> None:
    one_edit(sandbox, code)
    head = sandbox.head()
    result = sandbox.call("execute", "01-01", "--approve")
    assert (
        result.code == 4
        and result.data["waiting_for"]["kind"] == "scope"
        and path in result.data["waiting_for"]["text"]
    )
    assert sandbox.git("diff", "--name-only", head, "HEAD", "--", path) == "", "not committed"
    proposed = next(
        event["data"]
        for event in sandbox.events(result.data["run"])
        if event["type"] == "diff_proposed"
    )
    assert path in proposed["out_of_scope"] and proposed["risk_level"] == "high"


HOOK = "#!/bin/sh\ntouch $HOME/pwned\n"
PLANTED = {
    ".git/hooks/pre-commit": HOOK,
    ".git/hooks/post-index-change": HOOK,
    ".git/config": "\n[core]\n\tfsmonitor = /bin/touch $HOME/pwned;\n",
    ".git/info/attributes": "* filter=planted\n",
    ".git/info/exclude": "*\n",
    "../home-work/.gitconfig": (
        '[core]\n\tattributesFile = ~/rules\n[filter "planted"]\n\tclean = touch $HOME/pwned; cat\n'
    ),
}


@pytest.mark.parametrize("where", ["runner", "check"])
@pytest.mark.parametrize("path", PLANTED)
def test_files_planted_for_git_pause_the_run_before_git_obeys_them(
    sandbox: Sandbox, path: str, where: str
) -> None:
    (sandbox.home / "rules").write_text("* filter=planted\n")
    place = sandbox.root / path
    before = place.read_text() if place.exists() else None
    plant = f"open({path!r}, 'a').write({PLANTED[path]!r}); os.chmod({path!r}, 0o755)"
    if where == "runner":
        work, litter = (
            {1: f"{plant}; {writes('a.txt', 'a')}"},
            "    litter: ['*.left']\n",
        )  # looked for with git
        Case(sandbox, [Task(files="a.txt")], work, files=("a.txt",), settings=litter).set_up()
    else:
        (sandbox.root.parent / "plant.py").write_text(f"import os\n{plant}\nopen('a.txt', 'a')\n")
        check = auto("python3 ../plant.py")
        Case(
            sandbox,
            [Task(files="a.txt", verify=check)],
            {1: writes("a.txt", "a")},
            files=("a.txt",),
        ).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 1 and result.data["failure"]["kind"] == "hooks", result.err
    assert not (sandbox.home / "pwned").exists()
    if before is None:
        place.unlink()
    else:
        place.write_text(before)
    (sandbox.root.parent / "plant.py").write_text("")
    assert sandbox.call("resume").data["status"] == "completed"
    assert not (sandbox.home / "pwned").exists() and sandbox.git("show", "HEAD:a.txt") == "a"


@pytest.mark.parametrize("where", ["runner", "check"])
@pytest.mark.parametrize("how", ["gone", "cut", "other"])
def test_a_damaged_index_is_rebuilt(sandbox: Sandbox, how: str, where: str) -> None:
    spoil = {
        "gone": "os.unlink('.git/index')",
        "cut": (
            "d = open('.git/index', 'rb').read(); open('.git/index', 'wb').write(d[:len(d) // 2])"
        ),
        "other": "open('.git/index', 'wb').write(b'no index')",
    }[how]
    (sandbox.root.parent / "spoil.py").write_text(
        f"import os\n{spoil}\n" if where == "check" else ""
    )
    work = {1: writes("a.txt", "a") + (f"; {spoil}" if where == "runner" else "")}
    sandbox.write("theirs.txt", "1\n")
    Case(
        sandbox, [Task(files="a.txt", verify=auto("python3 ../spoil.py"))], work, files=("a.txt",)
    ).set_up()
    sandbox.write("theirs.txt", "2\n")
    sandbox.git("add", "theirs.txt")
    staged = sandbox.git("ls-files", "-s", "theirs.txt")
    result = sandbox.call("execute", "01-01", "--approve", "--allow-dirty")
    assert result.code == 1 and result.data["failure"]["kind"] == "index", result.err
    (sandbox.root.parent / "spoil.py").write_text("")
    assert sandbox.call("resume").data["status"] == "completed"
    assert (
        sandbox.status() == ["M  theirs.txt"]
        and sandbox.git("ls-files", "-s", "theirs.txt") == staged
    )
    assert "index" in [event["data"].get("action") for event in sandbox.events(result.data["run"])]
    assert [path.name[:6] for path in (sandbox.root / ".git/forge/torn").glob("index-*")] == [
        "index-"
    ] * (how != "gone")


@pytest.mark.parametrize("flag", ["skip-worktree", "assume-unchanged"])
def test_a_runner_that_hides_a_change_from_git_is_found_out(sandbox: Sandbox, flag: str) -> None:
    sandbox.write("mine.txt", "1\n")
    hide = (
        f"import subprocess; subprocess.run(['git', 'update-index', '--{flag}', 'README.md']);"
        f" {writes('README.md', 'other')}"
    )
    one_edit(sandbox, hide)
    sandbox.git("update-index", f"--{flag}", "mine.txt")  # set by the user, so it is allowed
    sandbox.write("mine.txt", "2\n")
    result = sandbox.call("execute", "01-01", "--approve")
    failure = result.data["failure"]
    assert (
        result.code == 1
        and failure["kind"] == "hidden"
        and "README.md" in failure["error"]
        and "mine.txt" not in failure["error"]
    )
    sandbox.git("update-index", f"--no-{flag}", "README.md")
    result = sandbox.call("resume")
    assert (
        result.data["waiting_for"]["kind"] == "scope"
        and "README.md" in result.data["waiting_for"]["text"]
    )


def test_unstaging_alone_is_not_a_change(sandbox: Sandbox) -> None:
    one_edit(
        sandbox, "import subprocess; subprocess.run(['git', 'rm', '-rq', '--cached', 'README.md'])"
    )
    assert sandbox.call("execute", "01-01", "--approve").data["status"] == "completed"
    assert sandbox.git("show", "HEAD:README.md") == (sandbox.root / "README.md").read_text()


def test_a_runner_that_leaves_a_merge_in_progress_pauses_the_run(sandbox: Sandbox) -> None:
    (sandbox.root.parent / "merge.sh").write_text(
        "git switch -qc other HEAD~1; echo 1 > README.md; git commit -qam theirs; git switch -q"
        " main\necho 2 > README.md; git commit -qam ours; git merge -q other\n"
    )
    one_edit(sandbox, "import subprocess; subprocess.run(['sh', '../merge.sh'])")
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["waiting_for"]["kind"] == "head_moved", "it committed on another branch"
    result = sandbox.call("resume")
    assert (
        result.code == 1
        and result.data["failure"]["kind"] == "in_progress"
        and "a merge" in result.data["failure"]["error"]
    )


@pytest.mark.parametrize("path", [".git/HEAD", ".git/refs/heads/main"])
@pytest.mark.parametrize("text", ["", "garbage\n"])
def test_a_damaged_head_or_branch_is_named_with_its_repair(
    sandbox: Sandbox, path: str, text: str
) -> None:
    one_edit(sandbox, f"open({path!r}, 'w').write({text!r})")
    whole = (sandbox.root / path).read_text()
    result = sandbox.call("execute", "01-01", "--approve")
    assert (
        result.code == 2
        and result.json["error"]["kind"] == "repository"
        and "is damaged" in result.json["error"]["message"]
    )
    result = sandbox.call("resume")
    assert result.code == 2 and "damaged" in result.json["error"]["message"]
    if path.endswith("main"):
        command = result.json["error"]["hint"].split("`")[1]
        subprocess.run(["sh", "-c", command], check=True)
    else:
        (sandbox.root / path).write_text(whole)
    assert sandbox.call("resume").data["status"] == "completed" and sandbox.status() == []


def test_a_plan_is_not_executed_on_a_damaged_index(sandbox: Sandbox) -> None:
    one_edit(sandbox, "pass")
    (sandbox.root / ".git/index").write_bytes(b"no index")
    result = sandbox.call("execute", "01-01", "--approve")
    assert (
        result.code == 2
        and "is damaged" in result.json["error"]["message"]
        and result.json["error"]["next"][-1] == "git reset -q"
    )


def test_a_plan_that_was_edited_after_its_approval_runs_nothing(sandbox: Sandbox) -> None:
    case = one_edit(sandbox, "open('../ran', 'w')")
    sandbox.call("approve", "01-01")
    sandbox.write(PATH, case.plan_text().replace("test -s a.txt", "touch ../ran"))
    sandbox.commit("Another command")
    result = sandbox.call("execute", "01-01")
    assert (
        result.code == 4
        and result.data["run"] is None
        and not (sandbox.root.parent / "ran").exists()
    )


@pytest.mark.parametrize(
    "path", ["../out.txt", "/tmp/forge-out.txt", "~/out.txt", "a/../../out.txt"]
)
def test_a_path_out_of_the_repository_refuses_the_plan(sandbox: Sandbox, path: str) -> None:
    Case(sandbox, [Task("Task 1: Write", path)], {1: "open('../ran', 'w')"}).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert (
        result.code == 1
        and result.json["error"]["kind"] == "blocked_plan"
        and not (sandbox.root.parent / "ran").exists()
    )


def test_a_link_out_of_the_tree_is_not_followed(sandbox: Sandbox) -> None:
    (sandbox.root.parent / "outside").mkdir()
    (sandbox.root / "linked").symlink_to("../outside")
    must = "must_haves:\n  artifacts:\n    - path: linked/secret.txt\n"
    case = Case(
        sandbox,
        [Task("Task 1: Write", "linked/secret.txt")],
        {1: writes("linked/secret.txt", "x")},
        must_haves=must,
    )
    case.set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "human_verify", (
        "nothing of the repository changed"
    )
    sandbox.call("approve")
    assert sandbox.call("resume").data["verdict"] != "proven"
    assert "secret.txt" not in sandbox.git("ls-tree", "-r", "--name-only", "HEAD")


def test_names_with_the_shells_own_characters_are_only_names(sandbox: Sandbox) -> None:
    name = "Task 1: $(touch ../ran) `touch ../ran`; touch ../ran | &amp; 'x' \"y\" %s {prompt_file}"
    Case(
        sandbox, [Task(name, "a b;$(touch ran).txt")], {1: writes("a b;$(touch ran).txt", "x")}
    ).set_up()
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.data["status"] == "completed", result.err
    assert not (sandbox.root.parent / "ran").exists() and not (sandbox.root / "ran").exists()
    assert "$(touch ../ran)" in sandbox.git("log", "--format=%s")
