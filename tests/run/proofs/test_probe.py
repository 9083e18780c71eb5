"""forge validate --probe: verify commands run before the work, on a tree that is restored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.rules.plan_texts import PATH, SOUND
from tests.conftest import CommandResult, Sandbox

RULE = "verify-already-passes"
COMMAND = "test -s docs/notes.md"


@pytest.fixture
def count(tmp_path: Path) -> Path:
    """A file outside the repository that gets a line for each command that ran."""
    return tmp_path / "count"


def ready(sandbox: Sandbox, *commands: str, approve: bool = True, more: str = "") -> Sandbox:
    listed = "".join(f"<automated>{command}</automated>\n" for command in commands)
    sandbox.write(
        PATH,
        SOUND.replace(f"<automated>{COMMAND}</automated>", listed).replace(
            "</tasks>", f"{more}</tasks>"
        ),
    )
    sandbox.commit("Plan")
    if approve:
        sandbox.forge("approve", "01-01")
    return sandbox


def probed(sandbox: Sandbox, *words: str) -> tuple[CommandResult, list[tuple[str, int, str]]]:
    reply = sandbox.call("validate", "--probe", *words)
    assert "error" not in reply.json, reply.json
    return reply, [
        (finding["severity"], finding["line"], finding["message"])
        for finding in reply.json["findings"]
        if finding["rule"] == RULE
    ]


def test_commands_of_an_unapproved_plan_are_not_run(sandbox: Sandbox, count: Path) -> None:
    ready(sandbox, f"echo x >> {count}", approve=False)
    reply, (findings,) = probed(sandbox)
    assert (reply.code, findings[0], count.exists(), reply.data["probed"]) == (0, "note", False, [])
    assert "not approved" in findings[2]
    (hint,) = [finding["hint"] for finding in reply.json["findings"] if finding["rule"] == RULE]
    assert f"forge approve {PATH}" in hint
    sandbox.forge("approve", "01-01")
    sandbox.write(
        PATH, (sandbox.root / PATH).read_text().replace("Write them.", "Write them well.")
    )
    assert probed(sandbox)[1][0][0] == "note", "an approval of another text does not count"
    sandbox.forge("validate")
    assert not count.exists()


def test_a_command_that_passes_before_the_work_is_a_finding_at_its_characters(
    sandbox: Sandbox, count: Path
) -> None:
    ready(sandbox, f"echo x &gt;&gt; {count}; test -s README.md")
    assert RULE not in sandbox.forge("validate", "--json").out
    reply, (findings,) = probed(sandbox)
    assert reply.code == 0, "a warning"
    assert findings[0] == "warning" and findings[2].startswith(
        "this command passes before step 1 is done"
    )
    assert count.read_text() == "x\n", "it ran, once"
    (one,) = [finding for finding in reply.json["findings"] if finding["rule"] == RULE]
    line = (sandbox.root / PATH).read_text().splitlines()[one["line"] - 1]
    assert (
        line[one["column"] - 1 : one["end_column"] - 1]
        == f"echo x &gt;&gt; {count}; test -s README.md"
    )
    assert [(probe["step"], probe["outcome"]) for probe in reply.data["probed"]] == [
        ("01-01/1", "passed")
    ]
    assert sandbox.forge("validate", "--probe").out.count(RULE) == 1


def test_after_a_command_that_fails_the_rest_are_not_run(sandbox: Sandbox, count: Path) -> None:
    ready(sandbox, "test -s README.md", COMMAND, f"echo x >> {count}")
    reply, findings = probed(sandbox)
    assert (reply.code, findings, count.exists()) == (0, [], False)
    assert [probe["outcome"] for probe in reply.data["probed"]] == ["passed", "failed"]


def test_a_step_all_of_whose_commands_pass_is_one_finding(sandbox: Sandbox) -> None:
    ready(sandbox, "test -s README.md", "true || true", "test -d .git")
    reply, (findings,) = probed(sandbox)
    assert "the 2 commands of this step all pass" in findings[2]
    assert [probe["outcome"] for probe in reply.data["probed"]] == ["passed", "not run", "passed"]


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        ("tail -f /dev/null", "inconclusive"),
        ("exit 141", "inconclusive"),
        ("cd /tmp && true", "not run"),
        ("kill -9 $$", "failed"),
    ],
)
def test_inconclusive_commands_are_not_findings(
    sandbox: Sandbox, command: str, outcome: str
) -> None:
    sandbox.write(".planning/forge.yaml", "version: 1\nlimits:\n  step_timeout: 0.2\n")
    ready(sandbox, command.replace("&", "&amp;"))
    reply, findings = probed(sandbox)
    assert (reply.code, findings, [probe["outcome"] for probe in reply.data["probed"]]) == (
        0,
        [],
        [outcome],
    )


def test_the_tree_is_as_before(sandbox: Sandbox) -> None:
    sandbox.write("kept.txt", "kept\n")
    sandbox.write(".planning/notes.md", "draft\n")
    sly = (
        "echo a > README.md; echo b > new.txt; rm kept.txt; echo c > .planning/notes.md; git add"
        " -A; git commit -qm sly"
    )
    ready(sandbox, sly.replace("&", "&amp;"), "git checkout -q -b other")
    sandbox.write(".planning/notes.md", "not yet committed\n")
    before = (sandbox.head(), sandbox.status(), sandbox.git("symbolic-ref", "HEAD"))
    reply, (findings,) = probed(sandbox)
    assert "all pass" in findings[2], "it passes, whatever it changes"
    assert reply.data["probed"][0]["changed"] == [
        ".planning/notes.md",
        "README.md",
        "kept.txt",
        "new.txt",
    ]
    assert (sandbox.head(), sandbox.status(), sandbox.git("symbolic-ref", "HEAD")) == before
    assert (sandbox.root / ".planning/notes.md").read_text() == "not yet committed\n"
    assert (sandbox.root / "README.md").read_text() == "# A repository\n"
    assert "new.txt" in sandbox.git("ls-tree", "-r", "--name-only", "refs/forge/safety/probe/2"), (
        "what it made is kept"
    )
    assert sandbox.git("ls-files", ".planning/proofs") == "", "nothing is proven"


def test_a_tree_with_changes_is_refused_and_nothing_runs(sandbox: Sandbox, count: Path) -> None:
    ready(sandbox, f"echo x >> {count}")
    sandbox.write("loose.py", "x\n")
    reply = sandbox.call("validate", "--probe")
    assert (reply.code, reply.json["error"]["kind"], count.exists()) == (2, "dirty_tree", False)


def test_finished_work_and_test_steps_are_not_probed(sandbox: Sandbox, count: Path) -> None:
    test = (
        "<task type='auto'>\n<name>Test all</name>\n<verify><automated>echo x >>"
        f" {count}</automated></verify>\n</task>\n"
    )
    ready(sandbox, COMMAND, more=test)
    assert [probe["outcome"] for probe in probed(sandbox)[0].data["probed"]] == ["failed"]
    assert not count.exists()
    sandbox.write(PATH.replace("PLAN", "SUMMARY"), "# Done\n")
    sandbox.commit()
    assert probed(sandbox)[0].data["probed"] == []


def test_other_plans_than_the_named_ones_are_left_alone(sandbox: Sandbox, count: Path) -> None:
    ready(sandbox, f"echo x >> {count}")
    other = sandbox.write(PATH.replace("01-01", "01-02"), SOUND.replace("plan: 01", "plan: 02"))
    sandbox.commit()
    reply, findings = probed(sandbox, str(other))
    assert ([row[0] for row in findings], reply.data["probed"], count.exists()) == (
        ["note"],
        [],
        False,
    )


def test_a_comment_silences_it_and_is_unused_only_if_it_was_probed(sandbox: Sandbox) -> None:
    allow = f"<!-- forge: allow {RULE}: it watches that nothing breaks -->\n"
    sandbox.write(
        PATH,
        SOUND.replace("  <verify>", f"  {allow}  <verify>").replace(COMMAND, "test -s README.md"),
    )
    sandbox.commit()
    sandbox.forge("approve", "01-01")
    assert sandbox.call("validate").json["findings"] == []
    assert probed(sandbox)[0].json["findings"] == []
    sandbox.write(PATH, SOUND.replace("  <verify>", f"  {allow}  <verify>"))
    sandbox.commit()
    sandbox.forge("approve", "01-01")
    assert [finding["rule"] for finding in probed(sandbox)[0].json["findings"]] == ["allow-unused"]


def test_probe_and_fix_exclude_each_other(sandbox: Sandbox) -> None:
    ready(sandbox, COMMAND)
    assert sandbox.forge("validate", "--probe", "--fix").code == 2
