"""timeline-rewritten and run-without-commits: runs against git's history.

Only these rules read git.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from forge import regular
from forge.check.rules.model import Rule
from forge.errors import ForgeError
from forge.git import program
from forge.git.blob_id import blob_id
from forge.git.objects.commit import blob_data, read_commit
from forge.git.repository import Repository
from forge.planning.proof import load_all
from forge.records.facts import TimelineFacts
from forge.records.first_versions import NOT_COMMITTED, first_versions, why_proof_altered
from forge.records.store import CARD_FILE, LOG_FILE, live_folder
from forge.text.command_line import command_line
from forge.text.finding import Finding, Severity
from forge.text.location import TOP, Spot

REWRITTEN = Rule(
    "timeline-rewritten",
    "error",
    False,
    "each committed version of a timeline is a prefix of the next one",
)
COMMITS = Rule(
    "run-without-commits", "warning", False, "the commits that a run made are in the repository"
)
ALTERED = Rule(
    "record-altered",
    "error",
    False,
    "cards, evidence and proofs are what was first committed; what was altered proves nothing",
)
_COMMIT_IT = (
    "forge commits what it records: bring the commit back that held it, or look at it and commit it"
)
_LOG = (
    "log",
    "--format=",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--full-history",
    "-m",
    "--diff-filter=AMD",
)


def check_commits(repository: Repository, runs: Iterable[TimelineFacts]) -> Iterator[Finding]:
    """Yield a finding for the first commit of each run that this repository does not have; a note
    in a shallow clone.
    """
    shallow = (repository.common_dir / "shallow").exists()
    hint = "fetch the branch that the run was on" + (", or the whole history" if shallow else "")
    for run in runs:
        for commit, line in run.commits:
            try:
                read_commit(repository, commit)
            except ForgeError:
                yield COMMITS.on(
                    run.path,
                    Spot("", line, 1, line, 1),
                    f"the commit {commit[:12]} is not in this repository",
                    hint,
                    "note" if shallow else None,
                )
                break


def changes(repository: Repository, pattern: str, *revisions: str) -> list[tuple[str, str, str]]:
    """Return (path, old blob, new blob) for each commit that added, changed or deleted a matching
    path; the blob of a missing file is empty.

    `revisions` are arguments of `git log`; the default is HEAD. Raises ForgeError if git fails.
    """
    if not revisions and repository.head().commit is None:
        return []
    output = repository.git(
        *_LOG, "-z", *(revisions or ("HEAD",)), "--", f":(glob){pattern}"
    ).split(b"\0")
    changed_blobs = []
    for head, path in zip(output[::2], output[1::2], strict=False):
        words = head.decode("ascii", "replace").split()
        if len(words) == 5:
            old, new = ("" if set(word) == {"0"} else word for word in words[2:4])
            changed_blobs.append((path.decode("utf-8", "surrogateescape"), old, new))
    return list(dict.fromkeys(changed_blobs))


def check_history(repository: Repository, folder: str, present: Sequence[str]) -> Iterator[Finding]:
    """Yield a finding for each timeline that lost or changed a line, in a commit or in the work
    tree. Yields nothing if git fails.

    `present` are the paths of the existing timelines.
    """
    try:
        history = changes(repository, f"{folder}/*/{LOG_FILE}")
        committed = _blobs_at_head(repository, folder)
    except ForgeError:
        return
    reported: set[str] = set()
    for path, old, new in history:
        is_change = old and (new or path not in present)
        if is_change and path not in reported and _is_prefix(repository, old, new) is False:
            reported.add(path)
            yield _rewritten(path, old, new)
    for path in present:
        if path in committed and path not in reported:
            yield from _check_work_tree(repository, path, committed[path])


def altered(path: str, why: str, severity: Severity | None = None) -> Finding:
    """Return the finding for a record that is not what was first committed."""
    return ALTERED.on(
        path,
        TOP,
        f"this record proves nothing: {why}",
        _COMMIT_IT
        if why == NOT_COMMITTED
        else f"`git log -- {path}` shows what changed it; restore what was first committed",
        severity,
    )


def check_records(repository: Repository, runs: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding for each run whose card or evidence was altered, or whose last events no
    commit of forge holds, and for each altered proof.

    `runs` are the tracked folders of runs. Altered timelines are found by their history.
    """
    if repository.head().commit is None:
        return
    versions = first_versions(repository)
    for folder in runs:
        run, card, log = folder.rpartition("/")[2], f"{folder}/{CARD_FILE}", f"{folder}/{LOG_FILE}"
        why = versions.why_altered(card, _bytes(repository, card))
        if why := why or versions.why_evidence_altered(run):
            yield altered(card, why)
        elif not live_folder(repository, run).is_dir():
            why = NOT_COMMITTED if not versions.holds(log) else ""
            if why := why or versions.why_grown(log, _bytes(repository, log) or b""):
                yield altered(log, why)
    for proof in load_all(repository.root):
        data = _bytes(repository, proof.source)
        if why := why_proof_altered(repository, proof.source, data):
            yield altered(proof.source, why)


def _check_work_tree(repository: Repository, path: str, committed: str) -> Iterator[Finding]:
    """Yield a finding if a timeline of the work tree does not begin with its committed version."""
    data = _bytes(repository, path)
    if data is None or blob_id(data) == committed:
        return
    if _starts_with(repository, data, committed) is False:
        yield REWRITTEN.on(
            path,
            TOP,
            "the work tree's timeline does not begin with the committed one",
            f"restore it with `{command_line('git', 'checkout', 'HEAD', '--', path)}`",
        )


def _is_prefix(repository: Repository, old: str, new: str) -> bool | None:
    """Return whether one blob is a prefix of another, which no blob (a deleted file) is; None if
    a blob is missing.
    """
    try:
        data = blob_data(repository, new) if new else None
    except ForgeError:
        return None
    return data is not None and _starts_with(repository, data, old)


def _starts_with(repository: Repository, data: bytes, blob: str) -> bool | None:
    try:
        return data.startswith(blob_data(repository, blob))
    except ForgeError:
        return None


def _blobs_at_head(repository: Repository, folder: str) -> dict[str, str]:
    """Return the blob of each file below a folder in HEAD."""
    if repository.head().commit is None:
        return {}
    entries = program.fields(repository.git("ls-tree", "-r", "-z", "HEAD", "--", f"{folder}/"))
    return {path: head.split()[2] for head, _, path in (entry.partition("\t") for entry in entries)}


def _bytes(repository: Repository, path: str) -> bytes | None:
    try:
        return regular.read_inside(repository.root, path)
    except OSError:
        return None


def _rewritten(path: str, old: str, new: str) -> Finding:
    if not new:
        return REWRITTEN.on(
            path, TOP, "a commit deleted this timeline", "restore it from history", "warning"
        )
    return REWRITTEN.on(
        path,
        TOP,
        f"a commit changed lines of this timeline: blob {old[:12]} is not a prefix of {new[:12]}",
        "find the commit with `git log --raw -- PATH`, and restore the lines",
    )
