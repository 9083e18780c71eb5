"""Plans that are claimed complete: by a summary, a ticked box or a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.git.objects.tree import WorkTree
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.records.record import RunRecord, all_runs
from forge.timeline.run import events as ev
from forge.views.proof.claims import Claim, Claimed, claimed_plans, summaries_among
from tests.conftest import Sandbox
from tests.records.runs import COMPLETED, PAUSED, card, put_tracked

ONE = ".planning/phases/01-a/01-01-PLAN.md"
TWO = ".planning/phases/01-a/01-02-PLAN.md"
ROADMAP = ".planning/ROADMAP.md"


@pytest.fixture
def plans(sandbox: Sandbox) -> Sandbox:
    for path in (ONE, TWO):
        sandbox.write(path, "---\nphase: 01-a\nplan: 01\n---\n")
    return sandbox


def claimed(sandbox: Sandbox) -> list[Claimed]:
    root = sandbox.root
    paths = [str(path.relative_to(root)) for path in sorted(root.rglob(".planning/**/*.md"))]
    repository = Repository.discover(root)
    tree = WorkTree(repository)
    runs: list[RunRecord] = all_runs(repository)
    return claimed_plans(Catalog(root, tree, paths), tree, runs)


def by_plan(sandbox: Sandbox) -> dict[str, list[str]]:
    return {entry.file.path: [claim.by for claim in entry.claims] for entry in claimed(sandbox)}


def test_a_plan_without_a_claim_is_not_listed(plans: Sandbox) -> None:
    put_tracked(plans, card(plan_path=ONE), PAUSED)
    plans.write(ROADMAP, "- [ ] 01-01 not yet\n")
    assert claimed(plans) == []


def test_a_summary_claims_its_plan(plans: Sandbox) -> None:
    plans.write(ONE.replace("PLAN", "SUMMARY"), "done\n")
    (entry,) = claimed(plans)
    assert entry.file.path == ONE
    assert entry.summary == ONE.replace("PLAN", "SUMMARY")


def test_a_completed_run_claims_its_plan_until_it_is_rolled_back(plans: Sandbox) -> None:
    run = card(1, plan_path=ONE)
    put_tracked(plans, run, COMPLETED)
    put_tracked(plans, card(2, plan_path=TWO), ev.Final("failed", 0, 1))
    (entry,) = claimed(plans)
    assert entry.claims == (Claim("run", run.folder),)
    assert entry.summary is None
    back = ev.RollbackStarted("rollback", run.run, None, "b" * 40, "c" * 40, "d" * 40)
    put_tracked(
        plans,
        card(3, kind="rollback", prior_run=run.run),
        back,
        ev.CheckpointRestored("c" * 40, "rollback", "d" * 40),
        COMPLETED,
    )
    assert claimed(plans) == []


@pytest.mark.parametrize(
    ("line", "plan"),
    [
        ("- [x] 01-01", ONE),
        ("- [X] **01-02**: the second", TWO),
        ("  * [x] Plan 01-02 (done)", TWO),
        ("> + [x] `01-01-PLAN.md`", ONE),
        ("- [x] 01-1", None),
        ("- [x] 01-011", None),
        ("- [x] 01-01-2", None),
        ("- [ ] 01-01", None),
        ("- [x] see 01-01", None),
        ("01-01 [x]", None),
        ("- [x]", None),
    ],
)
def test_a_ticked_box_claims_the_plan_it_names(plans: Sandbox, line: str, plan: str | None) -> None:
    plans.write(ROADMAP, f"# Roadmap\n\nText\n{line}\n")
    entries = claimed(plans)
    assert [entry.file.path for entry in entries] == ([plan] if plan else [])
    assert [claim for entry in entries for claim in entry.claims] == (
        [Claim("roadmap", ROADMAP, 4)] if plan else []
    )


def test_all_claims_of_a_plan_are_listed_the_summary_first(plans: Sandbox) -> None:
    plans.write(ROADMAP, "- [x] 01-01\n- [x] 01-02\n")
    plans.write(ONE.replace("PLAN", "SUMMARY"), "done\n")
    put_tracked(plans, card(plan_path=ONE), COMPLETED)
    assert by_plan(plans) == {ONE: ["summary", "run", "roadmap"], TWO: ["roadmap"]}
    assert claimed(plans)[1].claims[0].as_data() == {"by": "roadmap", "path": ROADMAP, "line": 2}


def test_a_roadmap_that_cannot_be_read_claims_nothing(plans: Sandbox) -> None:
    (plans.root / ROADMAP).symlink_to(Path("/nowhere"))
    assert claimed(plans) == []


def test_an_ambiguous_name_claims_nothing(plans: Sandbox) -> None:
    plans.write(".planning/phases/02-b/01-01-PLAN.md", "---\nphase: 02-b\nplan: 01\n---\n")
    plans.write(ROADMAP, "- [x] 01-01\n")
    assert claimed(plans) == []


def test_summaries_are_those_below_the_planning_folder() -> None:
    paths = [".planning/a-SUMMARY.md", "docs/SUMMARY.md", ".planning/SUMMARY.txt", ONE]
    assert summaries_among(paths) == [".planning/a-SUMMARY.md"]
