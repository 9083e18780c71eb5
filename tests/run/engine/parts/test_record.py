"""The tracked record: what a commit of it contains."""

from __future__ import annotations

import pytest

from forge.git.commits.record_commit import HeadMoved
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.record import ATTRIBUTES
from forge.timeline.run import events as ev
from tests.conftest import Sandbox


def changed_in_head(sandbox: Sandbox) -> set[str]:
    return set(sandbox.git("show", "--format=", "--name-only", "HEAD").split())


def test_the_first_commit_has_card_timeline_and_attributes(run: OpenRun, sandbox: Sandbox) -> None:
    commit = run.record.commit("forge(01-01): record — paused", {"Forge-Final": "stopped"})
    folder = run.card.folder
    assert commit == sandbox.head()
    assert changed_in_head(sandbox) == {
        f"{folder}/run.yaml",
        f"{folder}/timeline.jsonl",
        ATTRIBUTES,
    }
    timeline = (run.folder / "timeline.jsonl").read_bytes()
    assert (sandbox.root / folder / "timeline.jsonl").read_bytes() == timeline
    message = sandbox.git("log", "-1", "--format=%B")
    assert f"Forge-Run: {run.card.run}\n" in message and "Forge-Final: stopped\n" in message
    assert f"Forge-Seq: {run.state.last_seq}\n" in message
    assert sandbox.status() == []


def test_a_later_commit_has_only_what_is_new(run: OpenRun, sandbox: Sandbox) -> None:
    (run.folder / "evidence").mkdir(exist_ok=True)
    (run.folder / "evidence/one.txt").write_text("1")
    run.record.commit("forge(01-01): record")
    (run.folder / "evidence/two.txt").write_text("2")
    run.log.append(ev.ExecutionPaused("requested", ""))
    run.record.commit("forge(01-01): record")
    folder = run.card.folder
    assert changed_in_head(sandbox) == {f"{folder}/timeline.jsonl", f"{folder}/evidence/two.txt"}


def test_other_files_come_with_it(run: OpenRun, sandbox: Sandbox) -> None:
    run.record.commit("forge(01-01): record", files={"notes/SUMMARY.md": b"done\n"})
    assert (sandbox.root / "notes/SUMMARY.md").read_bytes() == b"done\n"
    assert "notes/SUMMARY.md" in changed_in_head(sandbox)


def test_uncommitted_files_of_the_user_stay_out_of_it(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.write("mine.txt", "mine")
    sandbox.write("staged.txt", "mine")
    sandbox.git("add", "staged.txt")
    run.record.commit("forge(01-01): record")
    assert sandbox.status() == ["A  staged.txt", "?? mine.txt"]


def test_a_card_that_was_changed_in_the_tree_is_written_again(
    run: OpenRun, sandbox: Sandbox
) -> None:
    run.record.commit("forge(01-01): record")
    card = sandbox.root / run.card.folder / "run.yaml"
    card.write_text("run: another\n")
    run.record.commit("forge(01-01): record")
    assert card.read_bytes() == run.card.encode()


def test_a_link_on_the_path_is_refused_and_nothing_is_written_through_it(
    run: OpenRun, sandbox: Sandbox
) -> None:
    outside = sandbox.root.with_name("outside")
    outside.mkdir()
    (sandbox.root / ".planning/runs").symlink_to(outside)
    with pytest.raises(HeadMoved, match=r"\.planning/runs is a symbolic link"):
        run.record.commit("forge(01-01): record")
    with pytest.raises(HeadMoved):
        run.record.require_no_link()
    assert list(outside.iterdir()) == []


def test_it_is_not_committed_to_another_branch(run: OpenRun, sandbox: Sandbox) -> None:
    sandbox.git("switch", "-q", "-c", "other")
    before = sandbox.head()
    with pytest.raises(HeadMoved):
        run.record.commit("forge(01-01): record")
    assert sandbox.head() == before
