"""A runner that edits its own run's tracked record pauses the run, on record, and the record is put
back.
"""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto

EDIT = (
    "import glob, subprocess; open('b.txt', 'w').write('x');"
    " p = glob.glob('.planning/runs/2*/{}')[0]; open(p, 'a').write('# edited\\n');{}"
)
COMMIT = " subprocess.run(['git', 'add', '-A']); subprocess.run(['git', 'commit', '-qm', 'x'])"


@pytest.mark.parametrize("name", ["run.yaml", "timeline.jsonl", "evidence/*"])
@pytest.mark.parametrize("commit", ["", COMMIT], ids=["edited", "committed"])
def test_the_run_pauses(sandbox: Sandbox, name: str, commit: str) -> None:
    tasks = [
        Task("One", "a.txt", auto("test -s a.txt")),
        Task("Two", "b.txt", auto("test -s b.txt")),
    ]
    work = {1: "pathlib.Path('a.txt').write_text('x'); print('said')", 2: EDIT.format(name, commit)}
    Case(sandbox, tasks, work, files=("a.txt", "b.txt")).set_up()
    sandbox.call("execute", "01-01", "--approve", "--from", "1")
    (record,) = sandbox.call("runs").data["runs"]
    run = record["run"]
    committed = sandbox.git("ls-files", f".planning/runs/{run}").split()
    assert record["status"] == "paused"
    failures = [
        event["data"] for event in sandbox.events(run) if event["type"] == "failure_detected"
    ]
    assert [failure["kind"] for failure in failures] == ["tampered"] and committed
