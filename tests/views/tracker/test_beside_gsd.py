"""A repository of the GSD workflow: forge adds one file, changes none, and works as elsewhere."""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox

PLAN = """---
phase: 01-setup
plan: {plan}
type: execute
wave: 1
depends_on: []
files_modified: [a.txt]
autonomous: true
must_haves:
  truths: ["It is there"]
---

<objective>
Set it up.
</objective>

<tasks>

<task type="auto">
  <name>Task 1: Write it</name>
  <files>a.txt</files>
  <action>Write it.</action>
  <verify>Look at it.</verify>
  <done>It is there.</done>
</task>

</tasks>
"""


@pytest.fixture
def written(sandbox: Sandbox) -> Sandbox:
    sandbox.write(".planning/PROJECT.md", "# A project\n\n## What This Is\n\nA thing.\n")
    sandbox.write(
        ".planning/ROADMAP.md", "# Roadmap\n\n- [ ] **Phase 1: Setup**\n- [ ] **Phase 2: Rest**\n"
    )
    sandbox.write(".planning/STATE.md", "---\nstatus: planning\n---\n# State\n")
    sandbox.write(".planning/config.json", '{"mode": "interactive"}\n')
    sandbox.write(".planning/phases/01-setup/01-01-PLAN.md", PLAN.format(plan="01"))
    sandbox.write(
        ".planning/phases/01-setup/01-01-SUMMARY.md",
        "---\nphase: 01-setup\nplan: 01\n---\n# Done\n",
    )
    sandbox.write(".planning/phases/01-setup/01-02-PLAN.md", PLAN.format(plan="02"))
    sandbox.write(".planning/phases/01-setup/01-CONTEXT.md", "# Context\n")
    sandbox.write(".planning/todos/pending/later.md", "---\ntitle: Later\n---\nSome day.\n")
    sandbox.commit("As the workflow wrote it")
    return sandbox


def test_init_adds_what_forge_needs_and_changes_nothing_else(written: Sandbox) -> None:
    reply = written.call("init")
    assert reply.code == 0 and reply.data["created"] == [".planning/forge.yaml"]
    assert written.status() == ["?? .planning/forge.yaml"]
    assert written.call("init").data["created"] == [] and written.status() == [
        "?? .planning/forge.yaml"
    ]


def test_its_documents_are_found_shown_and_written(written: Sandbox) -> None:
    items = {item["id"]: item for item in written.call("list").data["items"]}
    assert {name: item["status"] for name, item in items.items()} == {
        "01-setup": "open",
        "01-01": "claimed",
        "01-02": "ready",
    }
    assert items["01-02"]["title"] == "Set it up."
    assert written.call("show", "01-02").data["parts"][0]["name"] == "Task 1: Write it"
    assert [hit["path"] for hit in written.call("search", "some day").data["hits"]] == [
        ".planning/todos/pending/later.md"
    ]
    assert written.call("new", "plan", "More").data["id"] == "01-03"
    assert written.call("set", "01-02", "estimate=3").code == 0
    text = (written.root / ".planning/phases/01-setup/01-02-PLAN.md").read_text()
    assert text == PLAN.format(plan="02").replace('there"]\n---', 'there"]\nestimate: 3\n---')
    assert written.call("validate").data["errors"] == 0


def test_the_start_of_an_id_is_enough_for_every_command(written: Sandbox) -> None:
    (written.root / ".planning/phases/01-setup/01-02-PLAN.md").unlink()
    assert written.call("verify", "01-0").data["plans"][0]["id"] == "01-01"
    assert written.call("approve", "01-0", "--print").code == 0
    assert written.call("show", "01-0").data["id"] == "01-01"
    assert written.call("verify", "01-9").json["error"]["kind"] == "unknown_name"


def words(sandbox: Sandbox) -> dict[str, str]:
    return {plan["id"]: plan["word"] for plan in sandbox.call("status").data["plans"]}


def test_a_summary_with_a_plans_number_is_its_summary_to_every_command(written: Sandbox) -> None:
    phases = ".planning/phases"
    written.write(f"{phases}/02-rest/02-01-sweep-PLAN.md", PLAN.format(plan="01"))
    written.write(f"{phases}/02-rest/02-01-SUMMARY.md", "# Done\n")
    written.write(f"{phases}/02-rest/02-PLAN.md", PLAN.format(plan="02"))
    written.write(f"{phases}/02-rest/02-rest-02-SUMMARY.md", "# Done\n")
    for slug in ("left", "right"):  # one number for two plans says nothing of either
        written.write(f"{phases}/02-rest/02-03-{slug}-PLAN.md", PLAN.format(plan="03"))
    written.write(f"{phases}/02-rest/02-03-SUMMARY.md", "# Done\n")
    written.write(f"{phases}/03-end/03-SUMMARY.md", "# The phase is done, it says; of no plan\n")
    written.write(f"{phases}/03-end/03-03-PLAN.md", PLAN.format(plan="03"))
    written.write(
        f"{phases}/03-end/03-01-PLAN.md", PLAN.format(plan="01").replace("[]", "[02-rest/02]")
    )
    written.commit("More of it")
    assert words(written) == {
        "01-01": "claimed",
        "01-02": "ready",
        "02-01-sweep": "claimed",
        "02-02": "claimed",
        "02-03-left": "open",
        "02-03-right": "open",
        "03-01": "open",
        "03-03": "open",
    }
    audited = {plan["id"]: plan["claimed_by"] for plan in written.call("audit").data["plans"]}
    assert [*audited] == ["01-01", "02-01-sweep", "02-02"] and audited["02-02"] == "summary"
    assert (
        "depends_on" not in written.forge("execute", "03-01", "--dry-run").out
    )  # what it depends on is completed
    reported = {
        (finding["rule"], finding["path"]) for finding in written.call("validate").json["findings"]
    }
    assert ("depends-unknown", f"{phases}/03-end/03-01-PLAN.md") not in reported


def test_a_plan_that_cannot_run_blocks_only_what_depends_on_it(written: Sandbox) -> None:
    written.write(
        ".planning/phases/01-setup/01-02-PLAN.md", "# Plan: think about it\n\nSome thoughts.\n"
    )
    written.write(".planning/NOTES-PLAN.md", "# Ideas\n")
    written.write(".planning/phases/02-rest/02-01-PLAN.md", PLAN.format(plan="01"))
    written.write(
        ".planning/phases/02-rest/02-02-PLAN.md", PLAN.format(plan="02").replace("[]", "[01-02]")
    )
    ready = written.call("ready", "--explain").data
    assert [plan["id"] for plan in ready["ready"]] == ["02-01"]
    waits = {entry["id"]: " ".join(entry["reasons"]) for entry in ready["waiting"]}
    assert (
        waits["01-02"].startswith("has to be fixed first: no-steps")
        and "01-02, which is not" in waits["02-02"]
    )
    (written.root / ".planning/phases/02-rest/02-01-PLAN.md").unlink()
    assert written.call("next").data["next"] == [
        "forge validate .planning/NOTES-PLAN.md",
        "forge validate .planning/phases/01-setup/01-02-PLAN.md",
        "forge ready --explain",
    ]


def test_phases_are_called_as_in_the_roadmap_and_one_without_plans_comes_next(
    written: Sandbox,
) -> None:
    roadmap = (
        "- [x] **Phase 1: Set-up & Go** — so that it runs\n- [ ] Phase 2: The rest - later\n- [ ]"
        " **Phase 3: End**\n"
    )
    written.write(
        ".planning/ROADMAP.md", f"# Roadmap\n\n{roadmap}\n### Phase 2: The rest - all of it\n"
    )
    written.write(".planning/phases/01-setup/01-02-SUMMARY.md", "# Done\n")
    written.write(".planning/phases/02-rest/CONTEXT.md", "# Context\n")
    rows = [
        (row["id"], row["title"], row["status"])
        for row in written.call("list", "phases").data["items"]
    ]
    assert rows == [("01-setup", "Set-up & Go", "claimed"), ("02-rest", "The rest", "open")]
    data = written.call("next").data
    assert data["next"] == ["forge new plan 'The rest' --phase 2"] and data["why"].endswith(
        "2 The rest, 3 End"
    )
    parked = (
        "### Phase 3: End — ✅ SHIPPED\n### Phase 4: Last (INSERTED)\n### Phase 999.1: Some day"
        " (BACKLOG)\n"
    )
    written.write(
        ".planning/ROADMAP.md",
        f"# Roadmap\n\n{roadmap.replace('[ ] **Phase 3', '[x] **Phase 3')}{parked}",
    )
    assert written.call("next").data["why"].endswith("2 phases without plans: 2 The rest, 4 Last")


def test_plans_of_a_folder_called_phase_have_its_number(written: Sandbox) -> None:
    written.write(".planning/phases/phase-07/PLAN.md", PLAN.format(plan="01"))
    assert written.call("new", "plan", "More", "--phase", "phase-07").data["id"] == "07-01"
    assert (
        written.call("move", "01-02", "phase-07").data["path"]
        == ".planning/phases/phase-07/07-02-PLAN.md"
    )


def test_archived_plans_are_counted_and_not_listed(written: Sandbox) -> None:
    written.write(".planning/milestones/v1-phases/01-old/01-01-PLAN.md", PLAN.format(plan="01"))
    written.write(".planning/milestones/v1-phases/01-old/01-02-PLAN.md", PLAN.format(plan="02"))
    written.write(".planning/milestones/v1-phases/01-old/01-02-SUMMARY.md", "# Done\n")
    output = written.forge("status").out
    assert "archived: 2 plans (1 archived, 1 claimed)" in output and "milestones" not in output
    assert words(written)["v1/01-01"] == "archived"
    cards = [
        card["id"] for column in written.call("board").data["columns"] for card in column["cards"]
    ]
    assert sorted(cards) == ["01-01", "01-02"]


def test_every_phase_can_be_listed_and_shown_in_any_folder(written: Sandbox) -> None:
    folders = [
        ".planning/workstreams/app/phases/01-sync",
        ".planning/milestones/v1-phases/01-old",
        ".planning/phases/01-setup",
    ]
    for folder in folders:
        written.write(f"{folder}/01-01-PLAN.md", PLAN.format(plan="01"))
    assert (
        written.forge("new", "phase", "Away").code == 0
        and written.forge("archive", "02-away").code == 0
    )
    assert (
        written.forge("new", "mission", "Win").code == 0
        and written.forge("archive", "win").code == 0
    )
    rows = {row["path"]: row for row in written.call("list", "--archived").data["items"]}
    away = [".planning/archive/phases/02-away", ".planning/archive/missions/win.yaml"]
    for path in (*folders, *away):
        assert path in rows and written.call("show", path).data["path"] == path
    current = {row["path"] for row in written.call("list").data["items"]}
    assert current >= {folders[0], folders[2]} and current.isdisjoint([folders[1], *away])
    assert rows[folders[1]]["title"] == "old" and rows[folders[2]]["title"] == "Setup"
    again = written.forge("new", "mission", "Win")
    assert (
        again.code == 2
        and "archived mission win" in again.err
        and written.call("show", "win").data["path"] == away[1]
    )
    assert [mission["id"] for mission in written.call("status").data["missions"]] == ["implicit"]


def test_a_plan_is_called_by_its_title_its_objective_or_its_heading(written: Sandbox) -> None:
    written.write(
        ".planning/quick/260101-abc/260101-abc-PLAN.md",
        "---\nmode: quick\n---\n\n# Quick Task 260101-abc: Mend it\n",
    )
    assert written.forge("set", "01-02", "title=2024").code == 0
    titles = {row["id"]: row["title"] for row in written.call("list", "plans").data["items"]}
    assert titles == {"01-01": "Set it up.", "01-02": "2024", "260101-abc": "Mend it"}


def test_nothing_in_a_title_reaches_the_terminal(written: Sandbox) -> None:
    written.write(
        ".planning/phases/01-setup/01-02-PLAN.md",
        PLAN.format(plan="02").replace("Set it up.", "Up \u202eti teS \x1b[31m"),
    )
    for verb in ("status", "list", "ready", "next", "graph", "board"):
        output = written.forge(verb).out
        assert "\u202e" not in output and "\x1b" not in output, verb
    assert "Up <U+202E>ti teS <U+001B>[31m" in written.forge("status").out
