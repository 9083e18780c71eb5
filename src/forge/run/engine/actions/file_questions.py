"""Questions about files: the diff of a step, what a verify command changed, what else was found.

Each is bound to the paths that it lists, with their content. `reject` never commits; what becomes
of the files is named in the question.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from forge.git import modes
from forge.git.commits.changes import Changes
from forge.git.commits.step_commit import Staging
from forge.git.restore.snapshot import changed_entries
from forge.git.tree_entries import Entry
from forge.run.engine.actions.action import action
from forge.run.engine.actions.diff import base_of, files_of, judge, propose, propose_found
from forge.run.engine.actions.ignored import can_be_ignored
from forge.run.engine.actions.questions import ask
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.run.engine.parts.subjects import Subject, as_now
from forge.text.path_list import cut, in_text, path_lines
from forge.text.plural import amount
from forge.text.printable import visible_line
from forge.timeline.run import events as ev
from forge.timeline.run.state import LEAVE, PUT_BACK, Proposal

_LISTED, _MOST_REASONS = 20, 40
_KEEP = {"id": "keep", "answer": "approve", "text": "commit them, as they are listed"}
_IGNORE = {
    "id": "ignore",
    "answer": "approve",
    "text": "leave the new ones in the tree and name them in .git/info/exclude; commit the others",
}
_GITIGNORE = {
    "id": "gitignore",
    "answer": "approve",
    "text": "leave the new ones in the tree and commit .gitignore with their names, and the others",
}
_PUT_BACK = {
    "id": PUT_BACK,
    "answer": "reject",
    "text": "put them back as they were before; they are kept",
}
_LEAVE = {
    "id": LEAVE,
    "answer": "reject",
    "text": "leave them as they are, uncommitted, and do not ask again",
}
_LEAVE_AND_FAIL = {**_LEAVE, "text": "the step fails; leave them as they are, uncommitted"}
_PUT_BACK_AND_FAIL = {**_PUT_BACK, "text": f"the step fails; {_PUT_BACK['text']}"}


def _asked_again(run: OpenRun, about: str) -> bool:
    """Ask an open question again with its recorded text; return whether there is one."""
    question = run.state.work.answers.get(about)
    if question is None or question.decision is not None:
        return False
    ask(run, question.kind, about, question.text)
    return True


@action()
def ask_changed(run: OpenRun, move: Move) -> None:
    """Ask what to do with the paths that a verify command changed."""
    number, changed = move.number, run.state.work.changed[move.number]
    about = f"changed:{number}"
    if _asked_again(run, about):
        return
    asked = Subject.of(run.repository, changed.base, changed.kept)
    reason = "what a command changed, as it is by now"
    now = as_now(run.repository, asked, run.card.run, reason, _first_head(run, about))
    if now is None:
        run.log.append(ev.DiffApplied(None, about=about), step=run.state.step)
        return
    since = ""
    if now.kept != asked.kept:
        since = "\nsome of it changed after the command ended; what is listed is in the tree now"
    options = _options(run, now.entries)
    lines = [
        f"verifying changed {amount(len(now.entries), 'path')}:{since}",
        *by_folder(run, now.entries),
        *_reasons_against(run, now),
        *_described(options),
        *_moved_submodules(run, now),
    ]
    ask(run, "command", about, "\n".join(lines), subject=now, options=options)


@action()
def ask_diff(run: OpenRun, move: Move) -> None:
    """Ask about a diff that needs approval."""
    proposal = run.state.work.proposal
    assert proposal is not None
    about = f"diff:{proposal.id}"
    if _asked_again(run, about):
        return
    if run.tree.judged is None:
        run.tree.stage_to_judge(base_of(run), files_of(run, proposal))
    staging = run.tree.judged_as(proposal.sha256)
    if staging is None:  # it changed since it was proposed
        propose(run, move)
        return
    kind = "scope" if proposal.out_of_scope else "diff"
    subject = _keep(run, staging, f"the diff {proposal.id} that was asked about")
    committed_by_runner = staging.base != run.branch.head()
    backwards = [] if committed_by_runner else [_PUT_BACK_AND_FAIL]
    options = [_KEEP, _LEAVE_AND_FAIL, *_possible(backwards, subject.entries)]
    lines = [_headline(proposal), "files:", _listed(subject.paths), *_described(options)]
    if committed_by_runner:
        lines.append(
            "the runner committed some of it itself; after `forge reject`,"
            f" `forge retry {run.card.run}` takes that back"
        )
    lines += _moved_submodules(run, subject)
    ask(
        run, kind, about, "\n".join(lines), subject=subject, sha256=proposal.sha256, options=options
    )


@action()
def ask_found(run: OpenRun, move: Move) -> None:
    """Ask about changes that neither the runner nor a command made."""
    proposal = run.state.work.found
    assert proposal is not None
    about = f"found:{proposal.id}"
    if _asked_again(run, about):
        return
    files = files_of(run, proposal)
    with run.tree.staged(run.branch.head(), files, settled=True) as staging:
        if staging.changes.sha256 == proposal.sha256:
            subject = _keep(run, staging, f"the changes {proposal.id} that were asked about")
        else:
            subject = None
    if subject is None:
        propose_again(run)
        return
    options = [_KEEP, _LEAVE, *_possible([_PUT_BACK], subject.entries)]
    text = "\n".join(
        [
            "these files are uncommitted, and not on record as the work of the runner or of a"
            f" command: {_headline(proposal)}",
            "files:",
            _listed(subject.paths),
            *_described(options),
            *_moved_submodules(run, subject),
        ]
    )
    kind = "scope" if proposal.out_of_scope else "diff"
    ask(run, kind, about, text, subject=subject, sha256=proposal.sha256, options=options)


def propose_again(run: OpenRun) -> None:
    """Judge anew what was found, since it has changed; nothing is left to do if it is gone."""
    if not propose_found(run):
        run.log.append(ev.DiffApplied(None, about="found"), step=run.state.step)


def by_folder(run: OpenRun, entries: Mapping[str, Entry]) -> list[str]:
    """Return lines that list paths: a folder that is new as a whole is one line with its number of
    files.
    """
    grouped: Counter[str] = Counter(
        new_folder(run, path) or path if entry is not None else path
        for path, entry in entries.items()
    )
    lines = [
        f"  {visible_line(name)} ({amount(count, 'file')})"
        if name.endswith("/")
        else f"  {visible_line(name)}{' (deleted)' if entries.get(name) is None else ''}"
        for name, count in sorted(grouped.items())
    ]
    rest = len(lines) - _LISTED
    return [*lines[:_LISTED], *([f"  and {rest} more"] if rest > 0 else [])]


def new_folder(run: OpenRun, path: str) -> str:
    """Return the topmost folder of a path that HEAD does not have, with a final `/`; empty if HEAD
    has them all.
    """
    parts = path.split("/")
    for number in range(1, len(parts)):
        folder = "/".join(parts[:number])
        if not run.tree.in_head(folder):
            return folder + "/"
    return ""


def new_paths(run: OpenRun, entries: Mapping[str, Entry]) -> list[str]:
    """Return the paths that HEAD does not have."""
    return [
        path
        for path, entry in sorted(entries.items())
        if entry is not None and not run.tree.in_head(path)
    ]


def ignore_names(run: OpenRun, entries: Mapping[str, Entry]) -> list[str]:
    """Return what `ignore` and `gitignore` name: new files, and new folders that hold no others."""
    others = [path for path in run.tree.changed_paths() if path not in entries]
    names = set[str]()
    for path in new_paths(run, entries):
        folder = new_folder(run, path)
        shared = not folder or any(other.startswith(folder) for other in others)
        names.add(path if shared else folder)
    return sorted(names)


def _options(run: OpenRun, entries: Mapping[str, Entry]) -> list[dict[str, str]]:
    names = ignore_names(run, entries)
    ignoring = [_IGNORE, _GITIGNORE] if names and all(map(can_be_ignored, names)) else []
    return [_KEEP, *ignoring, *_possible([_PUT_BACK], entries), _LEAVE]


def _possible(options: list[dict[str, str]], entries: Mapping[str, Entry]) -> list[dict[str, str]]:
    """Return options that put files back; none if submodules are among the files."""
    return [] if _submodules(entries) else options


def _submodules(entries: Mapping[str, Entry]) -> list[str]:
    return [
        path for path, entry in sorted(entries.items()) if entry and entry[0] == modes.SUBMODULE
    ]


def _moved_submodules(run: OpenRun, subject: Subject) -> list[str]:
    """Return how the user puts back submodules, and after that the other files."""
    moved = _submodules(subject.entries)
    if not moved:
        return []
    before = changed_entries(
        run.repository, subject.kept, subject.base, lambda path: path not in moved
    )
    lines = [
        "  " + shlex.join(["git", "-C", path, "checkout", entry[1]])
        for path, entry in sorted(before.items())
        if entry is not None and entry[0] == modes.SUBMODULE
    ]
    if not lines:
        return ["forge puts back no submodule: remove what is new yourself, then `forge resume`"]
    return [
        "forge puts back no submodule; to do it yourself, type this, then `forge resume`:",
        *_cut(line.removeprefix("  ") for line in lines),
    ]


def _first_head(run: OpenRun, about: str) -> str:
    """Return where HEAD was when what a command changed was first asked about; empty if it was
    not.
    """
    step, ran = run.state.step, run.state.work.changed[int(about.partition(":")[2])].seq
    asked = (
        question.head
        for question in run.state.questions.values()
        if question.about == about
        and question.step == (step.id if step else None)
        and question.seq > ran
    )
    return next(asked, "")


def _described(options: Sequence[Mapping[str, str]]) -> list[str]:
    """Return a line for each option; the first of each answer is what it means without one."""
    lines, seen = [], set[str]()
    for option in options:
        answer = option["answer"]
        default = "" if answer in seen else f"{answer}, or "
        seen.add(answer)
        lines.append(f"{default}{answer} --option {option['id']}: {option['text']}")
    return lines


def _reasons_against(run: OpenRun, subject: Subject) -> list[str]:
    """Return why committing what a command changed would be risky."""
    with run.tree.staged(run.branch.head(), subject.entries, settled=True) as staging:
        changes: Changes = staging.changes
    judged = judge(run, changes)
    if judged.risk != "high":
        return []
    return ["to commit them would be of high risk:", *_cut(judged.reasons)]


def _headline(proposal: Proposal) -> str:
    reasons = (
        in_text(cut(proposal.reasons, _MOST_REASONS)) or "  (policy: every diff is asked about)"
    )
    return f"diff {proposal.id}, risk {proposal.risk}:\n{reasons}"


def _cut(lines: Iterable[str]) -> list[str]:
    return [visible_line(line) for line in cut([*lines], _LISTED)]


def _listed(paths: Sequence[str]) -> str:
    return in_text(path_lines(paths, _LISTED))


def _keep(run: OpenRun, staging: Staging, reason: str) -> Subject:
    run_id, changes = run.card.run, staging.changes
    return Subject.of_changes(run.repository, run_id, staging.base, changes, reason)
