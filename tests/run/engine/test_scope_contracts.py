"""The scope contract of a mission holds: in the diff, the approval, the runner and the record."""

from __future__ import annotations

import json
from typing import Any

from forge.text.yaml import parse as yaml
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes

MISSION = ".planning/missions/first.yaml"
CONTRACT = (
    "  paths: [src/]\n  max_files: 2\n  max_lines: 4\n  allowed_tools: [Edit, 'Bash(git:*)']\n"
)
TELLS = (
    "import json; p = pathlib.Path('src/told.json'); p.parent.mkdir(exist_ok=True); "
    "p.write_text(json.dumps([sys.argv[2:], json.load(open(os.environ['FORGE_SCOPE_FILE'])), "
    "open(os.environ['FORGE_PROMPT_FILE']).read()]))"
)


def under_contract(
    sandbox: Sandbox, work: str, contract: str = CONTRACT, *, phases: str = "01-first"
) -> None:
    files = ("src/a.txt", "src/told.json", "docs/b.txt", "src/c.txt")
    task = Task("Write it", ", ".join(files), auto("true"))
    case = Case(sandbox, [task], {1: work}, files=files)
    sandbox.write(
        MISSION, f"title: First\ngoal: It is done.\nphases: [{phases}]\nscope_contract:\n{contract}"
    )
    case.set_up()
    settings = sandbox.root / ".planning/forge.yaml"
    settings.write_text(
        settings.read_text().replace('work.txt"]', 'work.txt", "--tools={allowed_tools}"]')
    )
    sandbox.commit("Tools")


def proposed(sandbox: Sandbox, run: str) -> dict[str, Any]:
    proposal: dict[str, Any] = next(
        event["data"] for event in sandbox.events(run) if event["type"] == "diff_proposed"
    )
    return proposal


def test_a_path_outside_the_mission_is_asked_although_the_plan_names_it(sandbox: Sandbox) -> None:
    under_contract(sandbox, writes("docs/b.txt", "b\n"))
    (finding,) = (
        finding
        for finding in sandbox.call("validate").json["findings"]
        if finding["rule"] == "outside-mission"
    )
    assert (
        finding["path"].endswith("01-01-PLAN.md")
        and finding["severity"] == "warning"
        and "docs/b.txt" in finding["message"]
    )
    result = sandbox.call("execute", "01-01", "--approve")
    run = result.data["run"]
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "scope"
    proposal = proposed(sandbox, run)
    assert proposal["out_of_scope"] == ["docs/b.txt"] and proposal["risk_level"] == "high"
    assert "outside the mission first: docs/b.txt" in result.data["waiting_for"]["text"]
    assert sandbox.call("approve", run).code == 0
    sandbox.call("resume", run)
    assert sandbox.git("show", "HEAD:docs/b.txt") == "b\n" and sandbox.status() == []
    assert sandbox.call("replay", run).data["valid"]


def test_sizes_are_the_smaller_of_mission_and_settings(sandbox: Sandbox) -> None:
    under_contract(sandbox, writes("src/a.txt", "1\n2\n3\n4\n5\n"))
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4 and result.data["waiting_for"]["kind"] == "diff"
    assert "5 lines, more than scope.max_lines 4" in result.data["waiting_for"]["text"]
    card = yaml.parse(
        (sandbox.root / f".planning/runs/{result.data['run']}/run.yaml").read_text()
    ).plain()
    assert isinstance(card, dict)
    missions = [{"id": "first", "path": MISSION, "paths": ["src/"]}]
    assert {
        key: card["scope_contract"][key]
        for key in ("max_files", "max_lines", "missions", "allowed_tools")
    } == {
        "max_files": 2,
        "max_lines": 4,
        "missions": missions,
        "allowed_tools": ["Edit", "Bash(git:*)"],
    }
    assert sandbox.events(result.data["run"])[0]["data"]["scope_contract"] == card["scope_contract"]


def test_the_runner_gets_the_contract_and_the_approval_covers_it(sandbox: Sandbox) -> None:
    under_contract(sandbox, TELLS, CONTRACT.replace("max_lines: 4", "max_lines: 400"))
    shown = sandbox.call("approve", "01-01", "--print")
    assert (
        shown.data["scope"]["allowed_tools"] == ["Edit", "Bash(git:*)"]
        and shown.data["scope"]["max_files"] == 2
    )
    text = sandbox.forge("approve", "01-01").out
    assert (
        "first: src/" in text
        and "tools: Edit, Bash(git:*)" in text
        and "at most in a step: 2 files, 400 lines" in text
    )
    shown = sandbox.call("execute", "01-01", "--dry-run").data
    assert (
        "allowed_tools" in json.dumps(shown)
        and "first: src/" in sandbox.forge("execute", "01-01", "--dry-run").out
    )

    mission = sandbox.root / MISSION
    before = mission.read_text()
    mission.write_text(before.replace("max_files: 2", "max_files: 3"))
    sandbox.commit("Wider")
    assert sandbox.call("execute", "01-01").code == 4  # the yes was to another contract
    mission.write_text(before)
    sandbox.commit("As approved")
    run = sandbox.call("execute", "01-01").data["run"]
    words, scope, prompt = json.loads((sandbox.root / "src/told.json").read_text())
    assert words == ["--tools=Edit,Bash(git:*)"] and scope["allowed_tools"] == [
        "Edit",
        "Bash(git:*)",
    ]
    assert (scope["max_files"], scope["missions"][0]["paths"]) == (2, ["src/"])
    assert "first: src/" in prompt and "tools: Edit, Bash(git:*)" in prompt
    started = next(event for event in sandbox.events(run) if event["type"] == "runner_started")
    assert started["data"]["command"][-1] == "--tools=Edit,Bash(git:*)"


def test_a_contract_that_changed_while_a_run_is_open_voids_its_approval(sandbox: Sandbox) -> None:
    under_contract(sandbox, writes("docs/b.txt", "b\n"))
    assert sandbox.call("approve", "01-01").code == 0
    run = sandbox.call("execute", "01-01").data["run"]
    mission = sandbox.root / MISSION
    mission.write_text(mission.read_text().replace("paths: [src/]", "paths: [src/, docs/]"))
    sandbox.git("commit", "-qm", "Wider", MISSION)
    assert sandbox.call("approve", run).code == 0
    result = sandbox.call("resume", run)
    assert "no longer holds" in str(result.json), result
    assert sandbox.call("approve", "01-01").code == 0
    result = sandbox.call("resume", run)  # goes on after a commit of the user
    assert result.data["waiting_for"]["kind"] == "head_moved", result


def test_a_runner_that_widens_its_mission_is_asked_about(sandbox: Sandbox) -> None:
    wider = (
        f"p = pathlib.Path({MISSION!r}); p.write_text(p.read_text().replace('[src/]', '[src/,"
        " .planning/]'))"
    )
    under_contract(sandbox, wider)
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 4 and proposed(sandbox, result.data["run"])["out_of_scope"] == [MISSION]


def test_a_mission_of_another_phase_and_one_that_cannot_be_read(sandbox: Sandbox) -> None:
    under_contract(sandbox, TELLS, phases="02-next")
    sandbox.call("execute", "01-01", "--approve")
    words, scope, _ = json.loads((sandbox.root / "src/told.json").read_text())
    assert words == [] and "missions" not in scope and scope["max_files"] == 50
    sandbox.write(MISSION, "title: [\n")
    sandbox.commit("Broken")
    result = sandbox.call("execute", "01-01", "--approve")
    assert result.code == 2 and f"{MISSION}:" in result.json["error"]["message"]
