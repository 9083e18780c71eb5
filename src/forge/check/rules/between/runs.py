"""Rules about runs: a timeline is whole and only ever grows, a run has its card and its commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from forge.check.rules.model import Rule
from forge.errors import ForgeError
from forge.git import program
from forge.git.blob_id import blob_id
from forge.git.objects.commit import blob_data, read_commit
from forge.git.repository import Repository
from forge.records.card import RunCard
from forge.text.finding import Finding
from forge.text.location import TOP, Spot
from forge.text.source import Source
from forge.timeline import log
from forge.timeline.log import Reading

DAMAGED = Rule(
    "timeline-damaged", "error", False, "a timeline has no gap, no repeat, and an unbroken chain"
)
REWRITTEN = Rule(
    "timeline-rewritten",
    "error",
    False,
    "each committed version of a timeline is the beginning of the next",
)
CARD = Rule("run-card", "error", False, "each run has a run.yaml that can be read")
COMMITS = Rule(
    "run-without-commits", "warning", False, "the commits that a run made are in the repository"
)
_NAMES = {"diff_applied": "commit", "runner_started": "checkpoint_commit"}
_VERSIONS = (
    "log",
    "--format=",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--full-history",
    "-m",
    "--diff-filter=AMD",
)


class RunFacts(NamedTuple):
    """A timeline as others see it: its path, how the run ended (empty while open), its commits with
    their lines.
    """

    path: str
    status: str
    commits: list[tuple[str, int]]


def check_timeline(path: str, reading: Reading) -> Iterator[Finding]:
    """Yield a finding where a timeline is torn or its chain is broken."""
    if reading.problem or reading.torn:
        line = reading.problem_line or len(reading.events) + 1
        yield DAMAGED.on(
            path,
            Spot("", line, 1, line, 1),
            reading.problem or "the last line is torn",
            "compare it with the committed versions",
        )


def facts(path: str, reading: Reading) -> RunFacts:
    """Return what other documents need of a timeline."""
    status = next(
        (
            str(event.data.get("status"))
            for event in reversed(reading.events)
            if event.type == "final"
        ),
        "",
    )
    found = [
        (str(event.data.get(_NAMES[event.type]) or ""), event.seq)
        for event in reading.events
        if event.type in _NAMES
    ]
    return RunFacts(path, status, [(commit, line) for commit, line in found if commit])


def check_card(source: Source) -> Iterator[Finding]:
    """Yield a finding for a run.yaml that is no run card."""
    try:
        RunCard.decode(source.path, source.data)
    except ValueError as problem:
        yield CARD.on(
            source.path,
            TOP,
            str(problem).removeprefix(f"{source.path}: "),
            "bring it back from its first commit; nothing may change it",
        )


def check_commits(repository: Repository, found: Iterable[RunFacts]) -> Iterator[Finding]:
    """Yield a finding for the first commit of each run that this repository does not have (a note
    in a shallow clone).
    """
    shallow = (repository.common_dir / "shallow").exists()
    for run in found:
        for commit, line in run.commits:
            try:
                read_commit(repository, commit)
            except ForgeError:
                yield COMMITS.on(
                    run.path,
                    Spot("", line, 1, line, 1),
                    f"the commit {commit[:12]} is not in this repository",
                    "fetch the branch that the run was on"
                    + (", or the whole history" if shallow else ""),
                    "note" if shallow else None,
                )
                break


def changes(repository: Repository, pattern: str, *revisions: str) -> list[tuple[str, str, str]]:
    """Return (path, old blob, new blob) for each commit that added, changed or deleted a path; the
    blob of nothing is empty.

    `revisions` are as `git log` takes them; without any it is what HEAD descends from, none in a
    repository without commits. Raises ForgeError where git cannot tell.
    """
    if not revisions and repository.head().commit is None:
        return []
    output = repository.git(
        *_VERSIONS, "-z", *(revisions or ("HEAD",)), "--", f":(glob){pattern}"
    ).split(b"\0")
    found = []
    for head, path in zip(output[::2], output[1::2], strict=False):
        words = head.decode("ascii", "replace").split()
        if len(words) == 5:
            old, new = ("" if set(word) == {"0"} else word for word in words[2:4])
            found.append((path.decode("utf-8", "surrogateescape"), old, new))
    return list(dict.fromkeys(found))


def check_history(repository: Repository, folder: str, present: Sequence[str]) -> Iterator[Finding]:
    """Yield a finding for each timeline that lost or changed a line: in a commit, or in the work
    tree since the last one.

    `present` are the paths of the timelines that are there now. Nothing is said where git cannot
    tell.
    """
    told: set[str] = set()
    try:
        found, committed = (
            changes(repository, f"{folder}/*/timeline.jsonl"),
            _committed(repository, folder),
        )
    except ForgeError:
        return
    for path, old, new in found:
        if (
            old
            and path not in told
            and (new or path not in present)
            and _grown(repository, old, new) is False
        ):
            told.add(path)
            yield _rewritten(path, old, new)
    for path in present:
        data = _bytes(repository, path)
        if (
            path in told
            or path not in committed
            or data is None
            or blob_id(data) == committed[path]
        ):
            continue
        if _begins(repository, committed[path], data) is False:
            yield REWRITTEN.on(
                path,
                TOP,
                "the work tree's timeline does not begin with the committed one",
                f"bring it back with `git checkout HEAD -- {path}`",
            )


def _grown(repository: Repository, old: str, new: str) -> bool | None:
    """Say whether one blob is the beginning of another; a blob that is gone has not grown; None
    where one is missing.
    """
    try:
        return bool(new) and _begins(repository, old, blob_data(repository, new))
    except ForgeError:
        return None


def _begins(repository: Repository, blob: str, data: bytes) -> bool | None:
    try:
        return data.startswith(blob_data(repository, blob))
    except ForgeError:
        return None


def _committed(repository: Repository, folder: str) -> dict[str, str]:
    """Return the blob of each file below a folder as HEAD has it."""
    if repository.head().commit is None:
        return {}
    entries = program.fields(repository.git("ls-tree", "-r", "-z", "HEAD", "--", f"{folder}/"))
    return {path: head.split()[2] for head, _, path in (entry.partition("\t") for entry in entries)}


def _bytes(repository: Repository, path: str) -> bytes | None:
    try:
        return (repository.root / path).read_bytes()
    except OSError:
        return None


def _rewritten(path: str, old: str, new: str) -> Finding:
    if not new:
        return REWRITTEN.on(
            path, TOP, "a commit deleted this timeline", "bring it back from history", "warning"
        )
    return REWRITTEN.on(
        path,
        TOP,
        f"a commit changed lines of this timeline: blob {old[:12]} is no beginning of {new[:12]}",
        "find the commit with `git log --raw -- PATH`, and bring the lines back",
    )


def read(data: bytes) -> Reading:
    """Read a timeline's bytes."""
    return log.read(data)
