"""The findings of a plan are shown when it is approved, and recorded by the run; only blocking
rules refuse it.
"""

from __future__ import annotations

from tests.check.rules.plan_texts import PATH, SOUND
from tests.conftest import Sandbox


def test_findings_are_shown_with_the_plan_and_recorded_by_its_run(sandbox: Sandbox) -> None:
    sandbox.write(
        PATH, SOUND.replace("contains: Notes", "contians: Notes").replace("wave: 1", "wave: one")
    )
    sandbox.write(".planning/forge.yaml", "rules:\n  front-matter-schema: off\n")
    sandbox.commit("Plan")
    result = sandbox.call("approve", "01-01", "--print")
    assert result.code == 0
    rules = {finding["rule"] for finding in result.json["findings"]}
    assert {
        "must-haves-unread",
        "must-have-undecidable",
    } & rules and "front-matter-schema" not in rules
    text = sandbox.forge("approve", "01-01").out
    assert (
        "what the rules say of it:" in text
        and "did you mean" not in text.partition("what the rules")[0]
    )
    shown = result.json["findings"]
    for how in ((), ("--approve",), ("--approved", result.data["subject"])):
        run = sandbox.call("execute", "01-01", *how).data["run"]
        assert sandbox.events(run)[0]["data"]["findings"] == [
            f"{finding['line']}:{finding['column']}: {finding['severity']} {finding['rule']}"
            f" {finding['message']}"
            for finding in shown
        ]
        sandbox.call("stop")


def test_a_run_begins_with_a_few_of_many_findings(sandbox: Sandbox) -> None:
    tasks = "\n".join(
        f'<task type="auto">\n<name>Task {number}: Write it</name>\n</task>'
        for number in range(1, 21)
    )
    sandbox.write(PATH, f"---\nphase: 01-start\nplan: 01\n---\n{tasks}\n")
    sandbox.commit("Plan")
    result = sandbox.forge("execute", "01-01", "--approve")
    noted = [line for line in (result.out + result.err).splitlines() if "to be noted: " in line]
    assert len(noted) == 9 and noted[-1].endswith(" more, see `forge validate`"), noted


def test_a_sound_plan_is_shown_without_findings(sandbox: Sandbox) -> None:
    sandbox.write(PATH, SOUND)
    sandbox.commit("Plan")
    result = sandbox.call("approve", "01-01")
    assert result.json["findings"] == []
    assert "what the rules say" not in sandbox.forge("approve", "01-01", "--print").out
