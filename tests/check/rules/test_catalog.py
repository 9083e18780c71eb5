"""The table of rules, and real plans."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from forge.check.rules import catalog
from forge.check.rules.catalog import RULES, check_plan
from forge.planning.names.plan_files import plan_id
from forge.planning.plan.plan import load
from forge.text.source import Source
from forge.views.validation.validate import validate
from tests.check.rules.plan_texts import PATH, SOUND, changed
from tests.conftest import ROOT, Sandbox

CORPUS = Path(os.environ.get("FORGE_CORPUS", ROOT.parent / "shared/corpus/plans"))
STABLE = """
allow-unused allow-without-reason checkpoint-in-autonomous config-json conflict-markers
depends-cycle depends-forward depends-self depends-unknown duplicate-phase duplicate-phase
duplicate-plan duplicate-requirement duplicate-step-id files-undeclared files-untouched
front-matter-missing front-matter-schema front-matter-shape front-matter-unclosed front-matter-yaml
mission-yaml mission-contract mission-phase mission-shape outside-mission must-have-bare
must-have-empty must-have-undecidable must-haves-missing no-steps path-outside pattern-invalid
pattern-matches-all phase-mismatch plan-mismatch proof-unread reference-missing report-yaml
requirement-uncovered requirement-unknown roadmap-behind roadmap-missing roadmap-unlisted run-card
run-without-commits settings settings-key state-numbers status-without-evidence step-unclosed
step-without-action step-without-done step-without-verify summary-without-plan timeline-damaged
timeline-rewritten truth-uncovered unknown-key unknown-stage unreadable verify-already-passes
verify-cannot-fail verify-foreign-path verify-prose wave-file-conflict wave-mismatch
""".split()


def test_ids_are_unique_and_none_is_ever_taken_away() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids)) and set(STABLE) <= set(ids)
    blocking = {
        "unreadable",
        "front-matter-unclosed",
        "no-steps",
        "duplicate-step-id",
        "path-outside",
    }
    assert {rule.id for rule in RULES if rule.blocks} == blocking


def test_every_rule_has_a_case_in_these_tests() -> None:
    here = Path(__file__)
    texts = "".join(
        path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path.name != here.name
    )
    elsewhere = set(
        "front-matter-unclosed front-matter-missing front-matter-yaml front-matter-shape"
        " duplicate-step-id unknown-stage path-outside mission-yaml mission-contract"
        " duplicate-plan".split()
    )
    assert {rule.id for rule in RULES if f'"{rule.id}"' not in texts} <= elsewhere


def test_a_rule_that_blocks_is_off_for_validate_and_still_refuses_a_run(sandbox: Sandbox) -> None:
    sandbox.write(PATH, "---\nphase: 01-start\n---\nno task\n")
    sandbox.write(".planning/forge.yaml", "rules:\n  no-steps: off\n  must-haves-missing: off\n")
    sandbox.commit()
    assert sandbox.call("validate").json["findings"] == []
    refused = sandbox.call("execute", "01-01", "--approve")
    assert refused.code == 1 and "no-steps" in str(refused.json)


def test_the_command_speaks_of_rules_of_documents_and_of_those_between(sandbox: Sandbox) -> None:
    sandbox.write(PATH, changed("wave: 1", "wave: 1\ndepends_on: [01-01]"))
    reply = sandbox.call("validate")
    (finding,) = reply.json["findings"]
    assert reply.code == 1 and finding["rule"] == "depends-self"
    assert (finding["line"], finding["column"], finding["end_column"]) == (5, 14, 19)
    rules = json.loads(sandbox.forge("rules", "--json").out)["data"]["rules"]
    assert rules[0].keys() == {"id", "severity", "blocks", "summary"} and len(rules) == len(RULES)


def test_many_plans_cost_no_more_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count what the rules between documents ask for: it grows with the plans, and not faster."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))

    def asked(plans: int) -> int:
        folder = tmp_path / str(plans) / ".planning/phases/01-start"
        folder.mkdir(parents=True)
        for number in range(1, plans + 1):
            text = SOUND.replace(
                "plan: 01", f"plan: {number}\ndepends_on: [{number % plans + 1:02d}]"
            )
            (folder / f"01-{number:02d}-PLAN.md").write_text(text)
        counts: Counter[str] = Counter()
        original = catalog.check_project

        def counting(project):  # type: ignore[no-untyped-def]
            facts = project.facts
            project.__dict__["facts"] = lambda path: counts.update(["facts"]) or facts(path)
            return original(project)

        monkeypatch.setattr("forge.views.validation.read_all.check_project", counting)
        assert (
            sum(
                finding.rule == "depends-cycle"
                for finding in validate(tmp_path / str(plans), []).findings
            )
            == plans
        )
        return counts["facts"]

    assert asked(90) <= 3.1 * asked(30)


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}")
def test_real_plans_are_read_without_errors_of_the_rules_own() -> None:
    """A tenth of the corpus: no rule but those of the reader calls an error what people really
    wrote, bad patterns excepted.
    """
    reader = {
        "unreadable",
        "no-steps",
        "path-outside",
        "front-matter-yaml",
        "front-matter-unclosed",
        "front-matter-shape",
    }
    wrong: Counter[str] = Counter()
    for path in sorted(CORPUS.rglob("*PLAN.md"))[::10]:
        name = path.relative_to(CORPUS).as_posix().partition("/")[2]
        plan = load(Source.of(name, path.read_bytes()), plan_id(name))
        for finding in check_plan(plan, Path("/nowhere/at/all")):
            assert (
                1 <= finding.line <= finding.end_line
                and finding.column >= 1
                and finding.message
                and finding.hint
            )
            wrong[finding.rule] += finding.severity == "error"
    assert {rule for rule, number in wrong.items() if number} <= reader | {
        "pattern-invalid",
        "must-haves-unread",
    }
