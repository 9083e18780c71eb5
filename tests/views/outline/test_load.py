"""Documents and runs read into entries of the outline."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.git.repository import Repository
from forge.planning.names.plan_files import PlanFile
from forge.views.outline import load
from forge.views.outline.entries import PhaseEntry, RoadmapEntry
from tests.conftest import Sandbox
from tests.records.runs import PLAN


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    return Repository.discover(sandbox.root)


def write(root: Path, path: str, text: str) -> str:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    return path


@pytest.mark.parametrize(
    ("front", "field", "value"),
    [
        ("status: complete", "claimed_status", "complete"),
        ("status: complete", "claims_done", True),
        ("status: in progress", "claims_done", False),
        ("wave: 3", "wave", 3),
        ("depends_on: [01-02, 01-03]", "depends_on", ["01-02", "01-03"]),
        ("requirements: [A-1, A-2]", "requirements", ["A-1", "A-2"]),
        ("priority:  P1 ", "priority", "P1"),
        ("formerly: [a-PLAN.md]", "former_paths", ["a-PLAN.md"]),
    ],
)
def test_a_plan_entry_holds_the_front_matter(
    tmp_path: Path, front: str, field: str, value: object
) -> None:
    write(tmp_path, PLAN, f"---\nphase: 01-a\nplan: 01\n{front}\n---\n<objective>X</objective>\n")
    assert getattr(load.plan_entry(tmp_path, PlanFile(PLAN, "01-01")), field) == value


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ('---\ntitle: "Last: one"\npriority: P0\n---\n# Other\n', PhaseEntry("Last: one", "P0")),
        ("# Tea time \n\n# Second\n", PhaseEntry("Tea time", "")),
        ("Text\n\n#  Deep\n", PhaseEntry("Deep", "")),
        ("#no heading\n## Second level\n", PhaseEntry("", "")),
        ("", PhaseEntry("", "")),
        (None, PhaseEntry("", "")),
    ],
)
def test_a_phase_is_titled_by_its_page(tmp_path: Path, text: str | None, entry: PhaseEntry) -> None:
    if text is not None:
        write(tmp_path, "phases/01-a/README.md", text)
    assert load.phase_entry(tmp_path, "phases/01-a") == entry


def test_a_phase_that_a_roadmap_lists_twice_is_one_entry(tmp_path: Path) -> None:
    write(
        tmp_path,
        "R.md",
        "# Roadmap\n\n- [x] **Phase 1: Tea** - hot\n- [ ] **Phase 2: Cake**\n\n"
        "### Phase 1: Tea\n\nText\n\n### Phase 2: Cake\n",
    )
    assert load.roadmap_entries(tmp_path, "R.md") == [
        RoadmapEntry("1", "Tea", True),
        RoadmapEntry("2", "Cake", False),
    ]
    assert load.roadmap_entries(tmp_path, "none.md") == []


def test_moved_plans_are_found_by_name_or_blob(tmp_path: Path) -> None:
    new = write(tmp_path, ".planning/phases/02-b/02-01-PLAN.md", "text\n")
    blob = "8e27be7d6154a1f68ea9160ef0e18691d20560dc"  # of "text\n"
    assert load.current_paths(tmp_path, {PLAN: ""}, {new: [PLAN]}) == {PLAN: new}
    assert load.current_paths(tmp_path, {PLAN: blob}, {new: []}) == {PLAN: new}
    assert load.current_paths(tmp_path, {PLAN: "0" * 40}, {new: []}) == {}


def test_a_mission_that_cannot_be_read_has_the_reason(tmp_path: Path) -> None:
    good = write(tmp_path, ".planning/missions/a.yaml", "title: Win\ngoal: Tea.\nstatus: active\n")
    entry = load.mission_entry(tmp_path, good)
    assert (entry.id, entry.title, entry.goal, entry.problem) == ("a", "Win", "Tea.", "")
    bad = write(tmp_path, ".planning/missions/b.yaml", "title: Win\nstatus: [\n")
    assert load.mission_entry(tmp_path, bad).problem


def test_an_item_that_cannot_be_read_has_the_reason(tmp_path: Path) -> None:
    entry = load.item_entry(tmp_path, ".planning/backlog/k3f-tea.md")
    assert (entry.id, entry.status) == ("k3f", "todo")
    assert entry.problem.startswith("it cannot be read: No such file")


@pytest.mark.parametrize(
    ("criteria", "count", "unticked"),
    [("[]", 0, []), ("['[x] hot', '[X] sweet']", 2, []), ("['hot', '[ ] sweet']", 2, ["", ""])],
)
def test_an_item_counts_its_criteria(
    tmp_path: Path, criteria: str, count: int, unticked: list[str]
) -> None:
    path = write(
        tmp_path,
        ".planning/backlog/k3f-tea.md",
        f"---\nid: k3f\ntitle: Tea\nstatus: done\nacceptance: {criteria}\n---\n",
    )
    entry = load.item_entry(tmp_path, path)
    assert (entry.criteria, entry.unticked, entry.forced) == (count, unticked, False)


def test_an_item_keeps_the_dependencies_that_can_be_read(tmp_path: Path) -> None:
    front = "id: k3f\ntitle: Tea\ndepends_on: [abc, {id: xyz}]\n"
    path = write(tmp_path, ".planning/backlog/k3f-tea.md", f"---\n{front}---\n")
    assert load.item_entry(tmp_path, path).depends_on == ["abc"]
