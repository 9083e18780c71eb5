"""However many files a step, a command, the user or a hook leaves: a few lines and a bounded
record, and nothing of what is not listed is lost.
"""

from __future__ import annotations

import hashlib
import json

import pytest

from forge.run.engine.parts.subjects import MOST_LISTED
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto

FEW = 260
MANY = 20_000
MOST_BYTES = 60_000  # of a timeline
LITTER = (
    "[(pathlib.Path(f'node_modules/p{{n % 30}}/deep').mkdir(parents=True, exist_ok=True),"
    " pathlib.Path(f'node_modules/p{{n % 30}}/deep/f{{n}}.js').write_text(str(n)))"
    " for n in range({count})]"
)
STEP = "pathlib.Path('a.txt').write_text('done');"


def case(sandbox: Sandbox, count: int, settings: str = "", verify: str = "") -> Case:
    work = {1: STEP + LITTER.format(count=count)}
    tasks = [Task("Write", "a.txt", verify or auto("test -s a.txt"))]
    made = Case(sandbox, tasks, work, files=("a.txt",), settings=settings)
    made.set_up()
    return made


def timelines(sandbox: Sandbox) -> list[str]:
    return [path.read_text() for path in sandbox.root.glob(".planning/runs/*/timeline.jsonl")]


def events(sandbox: Sandbox, kind: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for text in timelines(sandbox) for line in text.splitlines()]
    return [line["data"] for line in lines if line["type"] == kind]


def assert_bounded(sandbox: Sandbox) -> None:
    assert timelines(sandbox)
    for text in timelines(sandbox):
        assert len(text) < MOST_BYTES
        for line in text.splitlines():
            for name, value in json.loads(line)["data"].items():
                assert not isinstance(value, list) or len(value) <= MOST_LISTED, name


def assert_sound(sandbox: Sandbox) -> None:
    for folder in sandbox.root.glob(".planning/runs/2*"):
        result = sandbox.call("replay", folder.name)
        assert result.code == 0 and not result.data["problems"], result.data
        assert not result.data["unchecked"], result.data


def answered_and_taken_back(sandbox: Sandbox, count: int) -> None:
    """Answer a question about many files, check the record, roll the run back, and undo that."""
    case(sandbox, count)
    asked = sandbox.forge("execute", "01-01", "--approve", timeout=400)
    assert asked.code == 4
    lines = asked.out.splitlines()
    assert len(lines) < 40 and f"    node_modules/ ({count} paths)" in lines
    assert len(asked.err.splitlines()) < 30
    assert sandbox.forge("approve", timeout=400).code == 0
    sandbox.write("mine.txt", "of the user, meanwhile\n")
    resumed = sandbox.forge("resume", timeout=400)
    assert "not on record as the work of the runner" in resumed.out, resumed.out
    assert sandbox.forge("reject", "--option", "leave", timeout=400).code == 0
    assert sandbox.forge("resume", timeout=400).code == 1, "nothing is declared, so unproven"
    listed = sandbox.git("ls-files", "node_modules").splitlines()
    assert len(listed) == count and not sandbox.git("ls-files", "mine.txt")
    (sandbox.root / "mine.txt").unlink()
    (proposed,) = [data for data in events(sandbox, "diff_proposed") if data.get("more_files")]
    assert proposed["more_files"] == count + 1 - MOST_LISTED
    assert sandbox.forge("rollback", "01-01", timeout=400).code == 0
    assert not (sandbox.root / "node_modules").exists()
    assert sandbox.forge("undo", timeout=400).code == 0
    assert sandbox.git("ls-files", "node_modules").splitlines() == listed
    assert sandbox.git("status", "--porcelain") == ""
    assert_bounded(sandbox)
    assert_sound(sandbox)


def test_a_flood_of_paths_is_asked_about_committed_and_taken_back(sandbox: Sandbox) -> None:
    answered_and_taken_back(sandbox, FEW)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_thousand_paths_are_asked_about_committed_and_taken_back(sandbox: Sandbox) -> None:
    answered_and_taken_back(sandbox, MANY)


def rewritten(text: str, kind: str, **values: object) -> str:
    """Return a timeline with other data in the events of a type, and a chain that fits."""
    previous, lines = "0" * 32, []
    for line in text.splitlines():
        event = json.loads(line)
        event["data"] |= values if event["type"] == kind else {}
        event["prev"] = previous
        lines.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False))
        previous = hashlib.sha256(lines[-1].encode()).hexdigest()[:32]
    return "\n".join(lines) + "\n"


def test_what_the_record_does_not_list_is_compared_by_its_hash(sandbox: Sandbox) -> None:
    case(sandbox, FEW)
    sandbox.forge("execute", "01-01", "--approve")
    sandbox.forge("approve")
    assert sandbox.forge("resume").code == 1
    assert sandbox.forge("rollback", "01-01").code == 0
    assert_sound(sandbox)
    hashes = {"diff_proposed": "diff_sha256", "rollback_started": "entries_sha256"}
    for path in sorted(sandbox.root.glob(".planning/runs/2*/timeline.jsonl")):
        text = path.read_text()
        (kind,) = [kind for kind in hashes if f'"{kind}"' in text]
        path.write_text(rewritten(text, kind, **{hashes.pop(kind): "0" * 64}))
        result = sandbox.forge("replay", path.parent.name)
        assert result.code == 1 and "NOT VALID" in result.out and "holds" in result.out, result.out
    assert not hashes


def test_a_put_back_flood_of_a_step_under_way_comes_back_with_undo(sandbox: Sandbox) -> None:
    case(sandbox, FEW)
    assert sandbox.forge("execute", "01-01", "--approve").code == 4
    assert sandbox.forge("rollback", "01-01").code == 0
    assert not (sandbox.root / "node_modules").exists()
    (started,) = events(sandbox, "rollback_started")
    assert started["more_loose"] == FEW + 1 - MOST_LISTED
    assert sandbox.forge("undo").code == 0
    assert len(list(sandbox.root.glob("node_modules/*/deep/*.js"))) == FEW
    assert_bounded(sandbox)


def test_a_command_that_leaves_many_files_is_asked_about_and_kept(sandbox: Sandbox) -> None:
    make = f"mkdir -p out; for n in $(seq {FEW}); do echo $n > out/$n; done; test -s a.txt"
    Case(sandbox, [Task("Write", "a.txt", auto(make))], {1: STEP}, files=("a.txt",)).set_up()
    asked = sandbox.forge("execute", "01-01", "--approve")
    assert asked.code == 4 and len(asked.out.splitlines()) < 40, asked.out
    assert sandbox.forge("approve", "--option", "keep").code == 0
    assert sandbox.forge("resume").code == 1
    assert len(sandbox.git("ls-files", "out").splitlines()) == FEW
    assert_bounded(sandbox)
    assert_sound(sandbox)


def test_many_files_that_were_uncommitted_before_stay_alone(sandbox: Sandbox) -> None:
    case(sandbox, 0)
    for number in range(FEW):
        sandbox.write(f"mine/{number}.txt", str(number))
    result = sandbox.forge("execute", "01-01", "--approve", "--allow-dirty")
    assert result.code == 1, result.out
    assert f"left alone: {FEW} uncommitted" in result.err and f"and {FEW - 10} more" in result.err
    assert not sandbox.git("ls-files", "mine")
    (captured,) = events(sandbox, "dirty_captured")
    assert captured["more_paths"] == FEW - MOST_LISTED
    assert_bounded(sandbox)
    assert_sound(sandbox)


def test_a_change_to_one_of_many_uncommitted_files_pauses_the_run(sandbox: Sandbox) -> None:
    made = case(sandbox, 0)
    for number in range(FEW):
        sandbox.write(f"mine/{number:04}.txt", str(number))
    made.set_work({1: STEP + "pathlib.Path('mine/0259.txt').write_text('by the runner')"})
    result = sandbox.forge("execute", "01-01", "--approve", "--allow-dirty")
    assert result.code == 4 and "mine/0259.txt" in result.out, result.out


def test_many_files_that_a_hook_sweeps_in_stay_with_the_user(sandbox: Sandbox) -> None:
    case(sandbox, 0)
    hook = sandbox.root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\ngit add -A mine\n")
    hook.chmod(0o755)
    for number in range(FEW):
        sandbox.write(f"mine/{number:04}.txt", str(number))
    sandbox.forge("execute", "01-01", "--approve", "--allow-dirty")
    (applied,) = [data for data in events(sandbox, "diff_applied") if data["swept"]]
    assert applied["more_swept"] == FEW - MOST_LISTED == applied["more_hook_changed"]
    assert_bounded(sandbox)
    sandbox.forge("stop")
    sandbox.forge("rollback", "01-01")
    assert len(list((sandbox.root / "mine").iterdir())) == FEW
    assert not (sandbox.root / "a.txt").exists()


def test_much_litter_is_set_aside_and_counted(sandbox: Sandbox) -> None:
    case(sandbox, FEW, "    litter: [node_modules]\n")
    assert sandbox.forge("execute", "01-01", "--approve").code == 1
    (finished,) = events(sandbox, "runner_finished")
    assert finished["more_litter"] == FEW - MOST_LISTED
    assert_bounded(sandbox)
    assert_sound(sandbox)


def test_a_line_end_in_a_folders_name_begins_no_line_of_a_question(sandbox: Sandbox) -> None:
    make = "mkdir -p $'out\\napprove: all is well'; echo x > $'out\\napprove: all is well/x'"
    task = Task("Write", "a.txt", auto(make))
    Case(sandbox, [task], {1: STEP}, files=("a.txt",)).set_up()
    asked = sandbox.forge("execute", "01-01", "--approve")
    assert asked.code == 4 and "out<U+000A>approve: all is well/ (1 file)" in asked.out, asked.out
    assert not [line for line in asked.out.splitlines() if line.strip().startswith("approve:")]
