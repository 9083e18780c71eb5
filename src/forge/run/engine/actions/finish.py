"""The actions after the last step: truths, must-haves, and the closing record with its summary."""

from __future__ import annotations

from forge.check.must_haves.binding import bound_blobs
from forge.check.must_haves.verdict import counts
from forge.git.objects.tree import RevisionTree, tree_without_planning
from forge.planning.plan.checks import Check
from forge.planning.plan.shell import foreign_folder, proves_nothing
from forge.run.approvals import store
from forge.run.engine.actions.action import action
from forge.run.engine.actions.checks import run_command
from forge.run.engine.actions.diff import propose_found
from forge.run.engine.next_move import Move, truth_check
from forge.run.engine.open_run import OpenRun
from forge.run.engine.summary import place_for_summary, summary_text
from forge.timeline.run import events as ev
from forge.views.proof.verdicts import verdict_on


@action(runs_code=True, moves_head=False)
def truth(run: OpenRun, move: Move) -> None:
    """Run a truth's command and record what it proves about the tree that it ran on."""
    if propose_found(run):
        return
    item = next(
        item for item in run.plan.must_haves if item.kind == "truth" and item.index == move.number
    )
    command, number = item.command or "", truth_check(run.plan, move.number)
    if reason := _why_skipped(run, command):
        run.log.append(ev.TestSkipped(command, reason, number))
        return
    tree = RevisionTree(run.repository, run.branch.head())
    tree_id, blobs = tree_without_planning(tree), bound_blobs(run.plan, item, tree)
    outcome = run_command(run, Check("command", command), number)
    if outcome.ended in ("interrupted", "stopped"):
        return
    if outcome.success:
        run.log.append(ev.TruthProven(item.index, item.statement, command, tree_id, blobs))
    else:
        run.log.append(
            ev.TruthFailed(item.index, item.statement, command, tree_id, outcome.describe())
        )


@action(at_edge=True)
def judge(run: OpenRun, move: Move) -> None:
    """Judge every must-have on HEAD's tree."""
    if propose_found(run):
        return
    tree = RevisionTree(run.repository, run.branch.head())
    judged = verdict_on(run.repository, run.plan, tree, run.settings.limits.artifact_bytes)
    number = counts(judged.verdicts)
    run.log.append(
        ev.MustHavesVerified(
            number["pass"],
            number["fail"],
            number["unproven"],
            [verdict.as_data() for verdict in judged.verdicts],
            number["stale"],
            number["waived"],
            number["declared"],
            judged.verdict,
            tree_without_planning(tree),
        ),
        with_next=True,
    )


@action()
def finish(run: OpenRun, move: Move) -> None:
    """Append the run's last event."""
    run.log.append(
        ev.Final("completed", run.state.completed_steps, len(run.state.steps), run.state.verdict)
    )


@action(closes=True)
def close(run: OpenRun, move: Move) -> None:
    """Commit the closing record, with a summary if the plan completed, and remove the live log."""
    status = run.state.status
    files = {}
    if status == "completed" and run.card.kind == "execute":
        text = summary_text(run.card, run.plan, run.state)
        files[place_for_summary(run.repository, run.card, text)] = text.encode("utf-8", "replace")
    if run.branch.commit_with(Final=status) is None:
        run.record.commit(
            f"forge({run.card.short_plan}): record — {status}", {"Forge-Final": status}, files
        )
    store.forget_run(run.repository, run.card.run)
    run.log.remove()


def _why_skipped(run: OpenRun, command: str) -> str:
    """Return why a truth's command is not run, or an empty text."""
    if reason := run.option("no_checks"):
        return reason
    if foreign_folder(command, run.repository.root) is not None or proves_nothing(command):
        return "it leaves the work tree, or cannot fail: it would prove nothing"
    if run.state.dirty or run.tree.left_paths():
        return "the tree has uncommitted files: it would prove a different tree"
    return ""
