"""Each command line becomes the arguments of its operation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge.front.cli.main import main
from forge.front.envelope import Reply
from forge.front.operations.table import OPERATIONS, Operation
from tests.front.calling import Front

RUN = "20261120T025549Z-01-01-k3f9"
COMMAND_LINES: dict[str, dict[str, object]] = {
    "init": {},
    "new item A title": {"kind": "item", "title": ("A", "title")},
    "new item A --priority P0 --status done": {"priority": "P0", "status": "done"},
    "new item A --accept One --accept Two --link a --link b": {
        "accept": ("One", "Two"),
        "links": ("a", "b"),
    },
    "new plan A --phase 2 --wave 0": {"phase": "2", "wave": 0},
    "new plan A --depends-on 01-01 --depends-on 01-02": {"depends_on": ("01-01", "01-02")},
    "new plan A --requirement A-1 --requirement A-2": {"requirements": ("A-1", "A-2")},
    "new mission A --goal Win": {"kind": "mission", "goal": "Win"},
    "set k3f status=done": {"words": ("k3f", "status=done"), "unset": ()},
    "set k3f --unset links priority": {"words": ("k3f",), "unset": ("links", "priority")},
    "set k3f a=1 --force --reason why": {"force": True, "reason": "why"},
    "tick k3f 2": {"name": "k3f", "number": 2, "undo": False},
    "tick k3f 2 --undo": {"undo": True},
    "edit 01-01": {"name": "01-01", "keep": False},
    "edit 01-01 --keep": {"keep": True},
    "move 01-01 2": {"name": "01-01", "to": "2"},
    "archive k3f": {"name": "k3f"},
    "list": {"kinds": (), "statuses": (), "phase": None, "priorities": (), "archived": False},
    "list plans items": {"kinds": ("plans", "items")},
    "list --status ready --status open": {"statuses": ("ready", "open")},
    "list --phase 2 --archived": {"phase": "2", "archived": True},
    "list --priority P0 --priority P1": {"priorities": ("P0", "P1")},
    "show 01-01": {"name": "01-01"},
    "search log in": {"words": ("log", "in"), "limit": 50},
    "search log --limit 3": {"limit": 3},
    "approve": {"name": None, "only_print": False, "runner": None, "option": None, "note": ""},
    "approve 01-01 --print": {"name": "01-01", "only_print": True},
    "approve 01-01 --runner agent": {"runner": "agent"},
    "approve --option left --note why": {"option": "left", "note": "why"},
    "reject": {"name": None, "runner": None, "option": None, "note": ""},
    "reject 01-01 --runner agent": {"name": "01-01", "runner": "agent"},
    "reject --option left --note why": {"option": "left", "note": "why"},
    "execute": {"name": None, "approve": False, "approved": None, "dry_run": False},
    "execute 01-01 --approve --runner agent": {"approve": True, "runner": "agent"},
    "execute 01-01 --approved 0a1b": {"approved": "0a1b"},
    "execute 01-01 --no-checks why": {"no_checks": "why"},
    "execute 01-01 --ignore-deps why": {"ignore_deps": "why"},
    "execute 01-01 --from 2 --allow-dirty": {"from_step": "2", "allow_dirty": True},
    "execute 01-01 --worktree --dry-run": {"worktree": True, "dry_run": True},
    "resume": {"run": None, "adopt": False},
    f"resume --adopt {RUN}": {"run": RUN, "adopt": True},
    "pause": {"run": None},
    f"pause {RUN}": {"run": RUN},
    "retry": {"run": None},
    "stop": {"run": None, "reason": "stopped by the user"},
    f"stop {RUN} --reason why": {"run": RUN, "reason": "why"},
    "skip --reason why": {"run": None, "reason": "why"},
    "rollback": {"run": None, "to": None},
    f"rollback {RUN} --to 2": {"run": RUN, "to": "2"},
    "undo": {},
    "attest 01-01 truth:1 --evidence a --evidence b": {
        "name": "01-01",
        "must_have": "truth:1",
        "evidence": ("a", "b"),
        "note": "",
    },
    "attest 01-01 truth:1 --evidence a --note seen": {"note": "seen"},
    "waive 01-01 artifact:3 --reason moved": {"must_have": "artifact:3", "reason": "moved"},
    "status": {},
    "ready": {"explain": False},
    "ready --explain": {"explain": True},
    "next": {},
    "graph": {"phase": None, "form": "text"},
    "graph 01 --format mermaid": {"phase": "01", "form": "mermaid"},
    "trace": {"requirement": None, "uncovered": False},
    "trace AUTH-01": {"requirement": "AUTH-01"},
    "trace --uncovered": {"uncovered": True},
    "runs": {},
    "timeline": {"run": None, "follow": False, "after": 0},
    f"timeline {RUN} --follow --after 3": {"run": RUN, "follow": True, "after": 3},
    "report": {"name": None, "form": "md", "output": None},
    "report 01-01 --format html --output a.html": {"form": "html", "output": Path("a.html")},
    "replay": {"run": None},
    "audit": {"rev": "HEAD", "at_completion": False, "strict": False},
    "audit --rev v1 --at-completion --strict": {"rev": "v1", "at_completion": True},
    "verify 01-01": {"name": "01-01", "every": False, "rev": None, "strict": False, "run": False},
    "verify --all --strict --run": {"every": True, "strict": True, "run": True},
    "verify 01-01 --rev HEAD~3": {"rev": "HEAD~3"},
    "migrate": {"dry_run": False},
    "migrate --dry-run": {"dry_run": True},
    "doctor": {},
    "rules": {},
    "help": {"topic": None},
    "help plans": {"topic": "plans"},
    "completion fish": {"shell": "fish"},
    "demo": {"folder": None},
    "demo there": {"folder": "there"},
    "log": {"name": None, "max_count": None},
    "log 01-01 -n 3": {"name": "01-01", "max_count": 3},
    "log --max-count 1": {"max_count": 1},
}
DRAWN = {"board", "diff", "validate"}  # their commands draw a view, so they are tested with it
WRONG = [
    "new",
    "new plan",
    "new epic A",
    "new item A --priority P9",
    "new plan A --wave -1",
    "set",
    "tick k3f",
    "tick k3f two",
    "move 01-01",
    "show",
    "search",
    "search a --limit 0",
    "skip",
    "attest 01-01 truth:1",
    "waive 01-01 truth:1",
    "graph --format svg",
    "report --format pdf",
    "report --output .",
    "timeline --after -1",
    "log -n 0",
    "completion ksh",
    "validate --format xml",
    "status surplus",
]


@pytest.fixture(autouse=True)
def given(front: Front, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The operations that were called, with their arguments."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def perform(self: Operation, call: object, **arguments: object) -> Reply:
        calls.append((self.verb, arguments))
        return Reply({}, "", view=[])

    monkeypatch.setattr(Operation, "perform", perform)
    monkeypatch.chdir(front.folder)
    return calls


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_a_command_line_becomes_arguments(
    line: str, given: list[tuple[str, dict[str, Any]]]
) -> None:
    assert main(line.split()) == 0
    ((verb, arguments),) = given
    assert verb == line.split(maxsplit=1)[0]
    expected = COMMAND_LINES[line]
    assert {name: arguments[name] for name in expected} == expected
    assert set(arguments) == set(OPERATIONS[verb].arguments._fields)  # type: ignore[attr-defined]


def test_every_verb_has_a_command_line() -> None:
    assert {line.split()[0] for line in COMMAND_LINES} == set(OPERATIONS) - DRAWN


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_command_line_calls_nothing(
    line: str, given: list[tuple[str, dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split()) == 2
    verb = line.split(maxsplit=1)[0]
    assert given == [] and capsys.readouterr().err.endswith(f"  see `forge {verb} --help`\n")
