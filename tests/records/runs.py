"""Makes runs on disk without running anything: a card, a log, and the folder that holds them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from forge.git.clone import clone_id
from forge.git.repository import Repository
from forge.records.card import RUNS, RunCard
from forge.timeline.event import GENESIS, Data, Event, link
from forge.timeline.log import encode
from forge.timeline.run import events as ev
from tests.conftest import Sandbox
from tests.records.test_card import CARD

STARTED = ev.MissionStarted("Make it work.", 1, {}, "a" * 64, "d" * 40)
PAUSED = ev.ExecutionPaused("approval", "Look at it.")
COMPLETED = ev.Final("completed", 1, 1, "proven")
PLAN = CARD.plan_path


def run_id(number: int, plan: str = "01-01") -> str:
    return f"202611200255{number:02}Z-{plan}-k3f9"


def card(number: int = 1, **changes: object) -> RunCard:
    return replace(CARD, run=run_id(number), plan="01-01", **changes)


def chain(run: str, data: Sequence[Data], step: str | None = None) -> list[Event]:
    """Return the events of a log with this data, all of one step or of none."""
    events: list[Event] = []
    previous = GENESIS
    for seq, one in enumerate(data, 1):
        event = Event(
            seq,
            f"2026-11-20T02:55:{seq:02}.000000Z",
            one.type,
            run,
            step,
            1 if step else None,
            "Ada <ada@example.org>",
            "01J",
            one.as_data(),
            [],
            previous,
        )
        events.append(event)
        previous = link(event.encode())
    return events


def put(folder: Path, of: RunCard, *data: Data) -> Path:
    """Write a run with these events, after the first one, into a folder of runs."""
    place = folder / of.run
    place.mkdir(parents=True, exist_ok=True)
    (place / "run.yaml").write_bytes(of.encode())
    (place / "timeline.jsonl").write_bytes(encode(chain(of.run, [STARTED, *data])))
    return place


def put_tracked(sandbox: Sandbox, of: RunCard, *data: Data, committed: bool = True) -> Path:
    """Write a run's tracked folder, and commit it: what no commit holds proves nothing."""
    place = put(sandbox.root / RUNS, of, *data)
    if committed:
        sandbox.git("add", "-f", RUNS)
        sandbox.git("commit", "-q", "--allow-empty", "-m", f"Forge\n\n{_trailers(place)}")
    return place


def _trailers(place: Path) -> str:
    count = len((place / "timeline.jsonl").read_bytes().splitlines())
    return f"Forge-Run: {place.name}\nForge-Seq: {count}\n"


def put_live(sandbox: Sandbox, of: RunCard, *data: Data, git_dir: Path | None = None) -> Path:
    repository = Repository.discover(sandbox.root)
    if of.clone == CARD.clone:
        of = replace(of, clone=clone_id(repository))
    place = put(repository.forge_dir / "runs", of, *data)
    (place / "work-tree").write_text(_relative(git_dir or repository.git_dir))
    return place


def _relative(git_dir: Path) -> str:
    return "." if git_dir.name == ".git" else f"worktrees/{git_dir.name}"


def rechained(log: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change the events of a timeline and make its chain of hashes anew."""
    previous, lines = "0" * 32, []
    for line in log.read_text().splitlines():
        event = json.loads(line)
        change(event)
        event["prev"] = previous
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        lines.append(text)
        previous = hashlib.sha256(text.encode()).hexdigest()[:32]
    log.write_text("\n".join(lines) + "\n")
