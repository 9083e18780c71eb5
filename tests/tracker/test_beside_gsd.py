"""A repository that the GSD workflow wrote: forge adds one file, changes none, and works there as everywhere."""

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
    sandbox.write(".planning/ROADMAP.md", "# Roadmap\n\n- [ ] **Phase 1: Setup**\n- [ ] **Phase 2: Rest**\n")
    sandbox.write(".planning/STATE.md", "---\nstatus: planning\n---\n# State\n")
    sandbox.write(".planning/config.json", '{"mode": "interactive"}\n')
    sandbox.write(".planning/phases/01-setup/01-01-PLAN.md", PLAN.format(plan="01"))
    sandbox.write(".planning/phases/01-setup/01-01-SUMMARY.md", "---\nphase: 01-setup\nplan: 01\n---\n# Done\n")
    sandbox.write(".planning/phases/01-setup/01-02-PLAN.md", PLAN.format(plan="02"))
    sandbox.write(".planning/phases/01-setup/01-CONTEXT.md", "# Context\n")
    sandbox.write(".planning/todos/pending/later.md", "---\ntitle: Later\n---\nSome day.\n")
    sandbox.commit("As the workflow wrote it")
    return sandbox


def test_init_adds_what_forge_needs_and_changes_nothing_else(written: Sandbox) -> None:
    said = written.call("init")
    assert said.code == 0 and said.data["created"] == [".planning/forge.yaml"]
    assert written.status() == ["?? .planning/forge.yaml"]
    assert written.call("init").data["created"] == [] and written.status() == ["?? .planning/forge.yaml"]


def test_its_documents_are_found_shown_and_written(written: Sandbox) -> None:
    items = {item["id"]: item for item in written.call("list").data["items"]}
    assert {name: item["status"] for name, item in items.items()} == {"01-setup": "open", "01-01": "claimed", "01-02": "ready"}
    assert items["01-02"]["title"] == "Set it up."
    assert written.call("show", "01-02").data["parts"][0]["name"] == "Task 1: Write it"
    assert [hit["path"] for hit in written.call("search", "some day").data["hits"]] == [".planning/todos/pending/later.md"]
    assert written.call("new", "plan", "More").data["id"] == "01-03"
    assert written.call("set", "01-02", "estimate=3").code == 0
    text = (written.root / ".planning/phases/01-setup/01-02-PLAN.md").read_text()
    assert text == PLAN.format(plan="02").replace('there"]\n---', 'there"]\nestimate: 3\n---')
    assert written.call("validate").data["errors"] == 0


def test_the_begin_of_an_id_is_enough_for_every_command(written: Sandbox) -> None:
    (written.root / ".planning/phases/01-setup/01-02-PLAN.md").unlink()
    assert written.call("verify", "01-0").data["plans"][0]["id"] == "01-01"
    assert written.call("approve", "01-0", "--print").code == 0
    assert written.call("show", "01-0").data["id"] == "01-01"
    assert written.call("verify", "01-9").json["error"]["kind"] == "unknown_name"
