"""Every verb over a repository whose every name and text tries to speak to the terminal."""

from __future__ import annotations

import hashlib
import json
import shlex

import pytest

from forge.front.operations.table import OPERATIONS
from forge.text.printable import visible_line
from tests.conftest import CommandResult, Sandbox, new_sandbox
from tests.run.plans import Case, Task, auto

TITLE, BELL, TURNED, HIDDEN = "\x1b]0;owned\x07", "\x9b2J", "\u202e", "\u200b"
NOISE = f"{TITLE}{BELL}{TURNED}{HIDDEN}"
FORGED = "FORGED subject: 0000"
EVIL = f"x{NOISE}\n{FORGED}\r\n\u2028{FORGED} $(touch ran) `touch ran`"
NAME = f"x{TITLE}{TURNED}\n{FORGED} $(touch ran)"
"""For files: without a slash, and short."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A repository of hostile documents, settings, file names, branches and records."""
    sandbox = new_sandbox(tmp_path_factory.mktemp("hostile"))
    work = f"import sys; sys.stdout.write({EVIL!r}); sys.stderr.write({EVIL!r}); sys.exit(3)"
    task = Task(visible(EVIL), "a.txt", auto(f"printf {shlex.quote(shell(EVIL))}; false"))
    case = Case(sandbox, [task], {1: work}, files=("a.txt",))
    case.set_up()
    sandbox.env["EDITOR"] = "true"
    quoted = json.dumps(EVIL)
    sandbox.write(
        f".planning/phases/01-first/01-02-{NAME}-PLAN.md",
        f"---\nphase: {quoted}\nplan: {quoted}\ntitle: {quoted}\nstatus: {quoted}\nwave: {quoted}\n"
        f"depends_on: [{quoted}]\nrequirements: [{quoted}]\nfiles_modified: [{quoted}]\n"
        f"must_haves:\n  truths: [{quoted}]\n  artifacts: [{{path: {quoted}}}]\n{quoted}: 1\n---\n"
        f'<context>\n@../x{NOISE}\n</context>\n<task type="{visible(EVIL)}">\n'
        f"<name>{EVIL}</name>\n<files>a{NOISE}</files>\n<action>{EVIL}</action>\n"
        f"<verify>{EVIL}</verify>\n</task>\n",
    )
    sandbox.write(f".planning/phases/02-{NAME}/02-01-PLAN.md", "---\n- x\n")
    sandbox.write(
        f".planning/missions/m{NAME}.yaml", f"title: {quoted}\nstatus: {quoted}\ngoal: {quoted}\n"
    )
    sandbox.write(
        ".planning/backlog/k3f9x2m-t.md",
        f"---\nid: k3f9x2m\ntitle: {quoted}\nstatus: {quoted}\npriority: {quoted}\n"
        f"depends_on: [{quoted}]\n---\n# {EVIL}\n\n- [ ] {EVIL}\n",
    )
    sandbox.write(".planning/REQUIREMENTS.md", f"- [ ] **R-1**: {EVIL}\n")
    sandbox.write(".planning/ROADMAP.md", f"- [ ] Phase 7: {EVIL}\n")
    sandbox.write(f"stray{NAME}", "x")
    sandbox.commit(EVIL)
    result = sandbox.forge("execute", "01-01", "--approve")
    assert result.code != 3, result.err
    rewrite(sandbox)
    sandbox.git("commit", "-aqm", "records", "--no-verify")
    settings = (sandbox.root / ".planning/forge.yaml").read_text()
    sandbox.write(".planning/forge.yaml", f"{settings}{quoted}: 1\n")
    sandbox.git("branch", f"b{TURNED}-$(touch${{IFS}}ran)")
    return sandbox


def visible(text: str) -> str:
    """Return a text without what a tag of a plan could not hold."""
    return text.replace("\n", " ").replace("\r", " ").replace('"', "'").replace("`", "")


def shell(text: str) -> str:
    return text.replace("$", "").replace("`", "").replace("\r", "").replace("<", "")


def rewrite(sandbox: Sandbox) -> None:
    """Put hostile values into the committed record of each run, with a valid chain."""
    for timeline in sandbox.root.glob(".planning/runs/*/timeline.jsonl"):
        card = timeline.with_name("run.yaml")
        lines = card.read_text().splitlines()
        card.write_text(
            "\n".join(f"goal: {json.dumps(EVIL)}" if x.startswith("goal:") else x for x in lines)
        )
        previous, kept = "0" * 32, []
        for line in timeline.read_text().splitlines():
            event = json.loads(line)
            event["actor"] = EVIL
            event["data"] = spoiled(event["data"])
            event["prev"] = previous
            kept.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False))
            previous = hashlib.sha256(kept[-1].encode()).hexdigest()[:32]
        timeline.write_text("\n".join(kept) + "\n")


def spoiled(data: dict[str, object]) -> dict[str, object]:
    names = (
        "goal",
        "error",
        "text",
        "reason",
        "description",
        "runner",
        "command",
        "note",
        "summary",
    )
    return {
        name: EVIL if name in names and isinstance(value, str) else value
        for name, value in data.items()
    }


def calls(sandbox: Sandbox) -> dict[str, list[tuple[str, ...]]]:
    """Return for each verb calls that print as much of the repository as they can."""
    runs = [path.name for path in (sandbox.root / ".planning/runs").iterdir() if path.is_dir()]
    run = runs[0] if runs else "none"
    evil = ("k3f", "01-01", "01-02", EVIL, run)
    named = {
        verb: [(name,) for name in evil]
        for verb in ("show", "archive", "edit", "retry", "pause", "stop", "undo", "replay", "log")
    }
    return named | {
        "init": [()],
        "new": [("item", EVIL, "--dry-run"), ("plan", EVIL, "--phase", EVIL), ("mission", EVIL)],
        "set": [("k3f", f"status={EVIL}"), (EVIL, "a=b"), ("k3f", f"{EVIL}=1")],
        "tick": [("k3f", "9"), (EVIL, "1")],
        "move": [("01-02", EVIL), (EVIL, "03")],
        "migrate": [("--dry-run",)],
        "list": [(), ("--archived",), (EVIL,), ("--status", EVIL)],
        "search": [("owned",), ("FORGED",), (EVIL,)],
        "validate": [(), ("--probe",), (EVIL,), (".planning/backlog",)],
        "approve": [("01-01", "--print"), ("01-02", "--print"), (EVIL,), ()],
        "reject": [(), (EVIL,)],
        "execute": [("01-01", "--dry-run"), ("01-02",), (EVIL,), ("01-01", "--runner", EVIL)],
        "resume": [(), (EVIL,)],
        "skip": [("--reason", EVIL), (EVIL, "--reason", EVIL)],
        "rollback": [(EVIL,), ("01-01", "--to", EVIL)],
        "attest": [("01-02", "truth:1", EVIL), ("01-02", EVIL, "a"), (EVIL, "truth:1", "a")],
        "waive": [("01-02", EVIL, "--reason", EVIL), ("01-02", "truth:1", "--reason", EVIL)],
        "graph": [(), (EVIL,), ("--format", "dot"), ("--format", "mermaid")],
        "trace": [(), (EVIL,)],
        "timeline": [(), (run,), (EVIL,)],
        "diff": [(EVIL,), (f"01-01/{EVIL}",)],
        "report": [(), ("01-02",), (EVIL,), ("01-02", "--format", "html")],
        "audit": [(), ("--rev", EVIL)],
        "verify": [("01-02",), ("--all",), (EVIL,), ("01-01", "--run")],
        "ready": [("--explain",)],
        "help": [(EVIL,)],
        "completion": [("bash",), (EVIL,)],
        "demo": [(f"{EVIL}/x",)],
        "doctor": [()],
    }


def assert_harmless(words: tuple[str, ...], result: CommandResult) -> None:
    for name, text in (("stdout", result.out), ("stderr", result.err)):
        for line in text.split("\n"):
            assert visible_line(line) == line, f"{words}: {name}: {line!r}"
            own_format = words[0] == "report"  # evidence is in fences
            assert own_format or not line.startswith(FORGED), f"{words}: {name}: {line!r}"
    assert result.code != 3, f"{words}: {result.err}"


@pytest.mark.parametrize("verb", OPERATIONS)
def test_no_verb_lets_a_value_speak_for_forge(verb: str, hostile: Sandbox) -> None:
    for number, words in enumerate(calls(hostile).get(verb, [()])):
        assert_harmless((verb, *words), hostile.forge(verb, *words))
        if not number:
            result = hostile.forge(verb, *words, "--json")
            assert_harmless((verb, *words, "--json"), result)
            assert json.loads(result.out)["schema"].startswith(f"forge.{verb}/")
    assert not (hostile.root / "ran").exists()
