"""The log of a run, broken in every way: a torn end is set aside, damage is refused and named, the
live log wins.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forge.errors import DamagedLog
from forge.git.repository import Repository
from forge.records.find import one_run
from forge.run.engine.parts.live_log import read_live
from forge.timeline import log
from forge.timeline.event import Event
from tests.conftest import Sandbox, new_sandbox
from tests.copies import stand_in
from tests.run.plans import Case, Task, auto, writes

WORK = {1: writes("a.txt", "one\n"), 2: writes("b.txt", "two")}


def stopped_halfway(sandbox: Sandbox) -> Sandbox:
    """A run that failed at its second step; its runner would now succeed."""
    sandbox.write("README.md", "x\n")
    sandbox.commit()
    tasks = [
        Task("Task 1: Write a", "a.txt", auto("test -s a.txt")),
        Task("Task 2: Write b", "b.txt", auto("test -s b.txt")),
    ]
    case = Case(sandbox, tasks, {**WORK, 2: "sys.exit(1)"}, files=("a.txt", "b.txt"))
    case.set_up()
    assert sandbox.call("execute", "01-01", "--approve").code == 1
    case.set_work(WORK)
    return sandbox


@pytest.fixture(scope="module")
def halfway(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    return stopped_halfway(new_sandbox(tmp_path_factory.mktemp("halfway")))


@pytest.fixture
def broken(halfway: Sandbox, tmp_path: Path) -> Sandbox:
    """A copy with a home of its own: the approval of the run goes when the run ends."""
    shutil.copytree(halfway.root, tmp_path / "copy", symlinks=True)
    shutil.copytree(halfway.home, tmp_path / "copied-home", symlinks=True)
    stand_in(tmp_path / "copy")
    return Sandbox(tmp_path / "copy", tmp_path / "copied-home")


def live_log(sandbox: Sandbox) -> Path:
    (folder,) = (sandbox.root / ".git/forge/runs").iterdir()
    return folder / "timeline.jsonl"


def tracked(sandbox: Sandbox) -> Path:
    return sandbox.root / ".planning/runs" / live_log(sandbox).parent.name / "timeline.jsonl"


def goes_on(sandbox: Sandbox) -> str:
    """Complete the run; return the output of the commands."""
    run = live_log(sandbox).parent.name
    result = sandbox.call("retry", run)
    assert result.data["status"] == "completed", result.out + result.err
    assert (sandbox.root / "a.txt").read_text() == "one\n" and (
        sandbox.root / "b.txt"
    ).read_text() == "two"
    assert sandbox.status() == [] and sandbox.call("replay", run).code == 0
    return result.err


def test_a_last_line_cut_at_every_byte_is_read_up_to_it(broken: Sandbox) -> None:
    repository, path = Repository.discover(broken.root), live_log(broken)
    raw = path.read_bytes()
    events = log.read(raw).events
    start = raw[:-1].rindex(b"\n") + 1
    for cut in range(start, len(raw)):
        path.write_bytes(raw[:cut])
        record = one_run(repository, None, among_open=True)
        assert record.reading.valid and record.reading.events == events[:-1], cut
        opened, read_events, state = read_live(repository, record.card)
        opened.close()
        assert (
            read_events == events[:-1]
            and state.last_seq == len(read_events)
            and path.read_bytes() == raw[:start]
        )
        torn = repository.forge_dir / "torn" / f"{path.parent.name}-{start}.torn"
        assert cut == start or torn.read_bytes() == raw[start:cut]
    path.write_bytes(raw)


@pytest.mark.parametrize(
    "tail", [b"\0" * 4096, b'{"v":1,"seq":', b"\n\0\0"], ids=["zeros", "torn", "line-of-zeros"]
)
def test_a_run_goes_on_after_a_last_line_that_is_not_an_event(broken: Sandbox, tail: bytes) -> None:
    path = live_log(broken)
    raw = path.read_bytes()
    path.write_bytes(raw + tail.lstrip(b"\n"))
    result = broken.call("timeline")
    assert (
        result.code == 0 and result.data["valid"] and result.data["torn"] == len(tail.lstrip(b"\n"))
    )
    goes_on(broken)
    assert [path.read_bytes() for path in (broken.root / ".git/forge/torn").iterdir()] == [
        tail.lstrip(b"\n")
    ]


def refused(repository: Repository, path: Path, line: set[int]) -> None:
    """The sound part of the run is shown, it cannot be resumed, and no byte of it changes."""
    before = path.read_bytes()
    record = one_run(repository, None, among_open=True)
    assert not record.reading.valid and record.reading.problem_line in line, record.reading.problem
    with pytest.raises(DamagedLog, match=f"line {record.reading.problem_line}"):
        read_live(repository, record.card)
    assert path.read_bytes() == before


def test_every_byte_flipped_in_a_middle_line_is_refused_and_named(broken: Sandbox) -> None:
    repository, path = Repository.discover(broken.root), live_log(broken)
    raw = path.read_bytes()
    lines = raw.splitlines(keepends=True)
    start = len(b"".join(lines[:8]))
    for at in range(start, start + len(lines[8])):
        flipped = bytearray(raw)
        flipped[at] ^= 0x01
        path.write_bytes(flipped)
        refused(repository, path, {9, 10})
    for number, damaged in (
        (10, [*lines[:9], *lines[8:]]),
        (9, [*lines[:8], *lines[9:]]),
        (9, [*lines[:8], b"\0\0\n", *lines[9:]]),
        (9, [*lines[:8], b"\n", *lines[8:]]),
        (len(lines) + 1, [*lines, lines[-1]]),
        (1, lines[1:]),
    ):
        path.write_bytes(b"".join(damaged))
        refused(repository, path, {number})
    path.write_bytes(raw)


def test_damage_is_named_from_outside_and_nothing_is_touched(broken: Sandbox) -> None:
    path = live_log(broken)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b'"step_completed"', b'"step_completet"', 1))
    listing, head = broken.git("status", "--porcelain"), broken.head()
    for verb in ("resume", "retry", "stop", "skip", "approve"):
        result = broken.call(verb, *(["--reason", "r"] if verb == "skip" else []))
        assert result.code == 1 and result.json["error"]["kind"] == "damaged_log", result.out
    assert broken.call("timeline").data["problem"].startswith("line ")
    assert (
        broken.call("replay").code == 1
        and broken.call("runs").code == 0
        and broken.call("status").code == 0
    )
    assert (broken.git("status", "--porcelain"), broken.head()) == (listing, head)
    path.write_bytes(raw)
    goes_on(broken)


def test_an_unreadable_card_is_named(broken: Sandbox) -> None:
    card = live_log(broken).with_name("run.yaml")
    data = card.read_bytes()
    card.write_bytes(data[:40])
    assert broken.call("timeline", card.parent.name).code == 0, "the tracked copy is still there"
    result = broken.call("resume", card.parent.name)
    assert result.code == 1 and "run.yaml" in result.json["error"]["message"]
    card.write_bytes(data)
    goes_on(broken)


@pytest.mark.parametrize("how", ["edited", "deleted", "older", "staged"])
def test_the_live_log_wins_over_the_tracked_copy_and_says_so(broken: Sandbox, how: str) -> None:
    path = tracked(broken)
    raw = path.read_bytes()
    words = {"edited": "prefix", "deleted": "missing", "older": "older", "staged": "prefix"}[how]
    if how == "older":
        broken.git(
            "checkout",
            "-q",
            broken.git("log", "-3", "--format=%H", "--", str(path)).split()[-1],
            "--",
            str(path),
        )
    elif how == "deleted":
        path.unlink()
    else:
        path.write_bytes(raw.replace(b"step_completed", b"step_complated", 1))
        broken.git("add", str(path)) if how == "staged" else None
    result = broken.call("timeline")
    assert (
        result.code == 0
        and words in result.data["note"]
        and "live log is what counts" in result.data["note"]
    )
    assert words in broken.call("replay").data["note"]
    assert f"note: {result.data['note']}" in goes_on(broken)
    assert path.read_bytes().startswith(raw)


def test_a_tracked_copy_that_was_not_committed_yet_is_correct(broken: Sandbox) -> None:
    """Forge was killed between writing the copy and committing it."""
    repository, path = Repository.discover(broken.root), tracked(broken)
    opened, read_events, _ = read_live(repository, one_run(repository, None, among_open=True).card)
    more = {
        "seq": opened.next_seq,
        "prev": opened.previous,
        "type": "step_failed",
        "data": {"kind": "x", "error": "y"},
    }
    opened.append(Event(**{**read_events[-1].as_data(), **more}))
    opened.close()
    assert broken.call("timeline").data["note"] is None
    path.write_bytes(live_log(broken).read_bytes())
    assert broken.call("timeline").data["note"] is None
    assert "note:" not in goes_on(broken)


def test_a_tracked_copy_that_a_commit_changed_is_named_for_good(broken: Sandbox) -> None:
    path = tracked(broken)
    path.write_bytes(path.read_bytes().replace(b"step_completed", b"step_complated", 1))
    broken.commit("Meddle")
    run = path.parent.name
    assert broken.call("replay", run).code == 1
    result = broken.call("retry", run)
    assert result.data["status"] == "completed" and "note: the tracked copy" in result.err, (
        result.out + result.err
    )
    read_events = broken.call("replay", run).data["problems"]
    assert any("a commit holds another line" in problem["message"] for problem in read_events)
