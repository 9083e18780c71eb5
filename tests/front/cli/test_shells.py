"""Completion in real shells, and in click's protocol; it reads no document and leaves no record."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Sandbox

PLAN = (
    "---\nphase: 01-first\nplan: {}\n---\n\n<objective>\nBuild"
    " it.\n</objective>\n\n<task>\n<name>Do</name>\n</task>\n"
)
BASH = """
source <(forge completion bash)
complete -p forge >/dev/null || exit 9
for line in {lines}; do
  COMP_WORDS=($line); [ "${{line: -1}}" = " " ] && COMP_WORDS+=("")
  COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMPREPLY=()
  _forge_completion forge
  echo "${{COMPREPLY[*]}}"
done
"""


@pytest.fixture
def filled(sandbox: Sandbox, tmp_path: Path) -> Sandbox:
    for number in ("01", "02"):
        sandbox.write(f".planning/phases/01-first/01-{number}-PLAN.md", PLAN.format(number))
    sandbox.write(".planning/backlog/k3f9x2m-it.md", "---\nid: k3f9x2m\ntitle: It\n---\n")
    sandbox.write(".planning/missions/win.yaml", "title: Win\n")
    sandbox.write(".planning/forge.yaml", "version: 1\nrunners:\n  robot:\n    command: [true]\n")
    sandbox.write(".planning/runs/20260102T030405Z-01-01-aaaa/run.yaml", "")
    program = sandbox.write(
        "../bin/forge", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m forge "$@"\n'
    )
    program.chmod(0o755)
    sandbox.env["PATH"] = f"{program.parent}:{os.environ['PATH']}"
    return sandbox


def offered(
    sandbox: Sandbox, line: str, shell: str = "bash", folder: Path | None = None
) -> list[str]:
    words = line.split() + ([""] if line.endswith(" ") else [])
    asked = {
        "_FORGE_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    if shell == "fish":
        asked["COMP_CWORD"] = words[-1]
    done = subprocess.run(
        ["forge"],
        cwd=folder or sandbox.root,
        env=sandbox.environment(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "", done.stderr
    return [line for line in done.stdout.splitlines() if line]


HOSTILE = ("$(touch ran)", "`touch ran`", "a b", "*", "; touch ran", "it's", "\n01-09", "\x1b[2J")


def test_a_hostile_name_is_completed_quoted(filled: Sandbox) -> None:
    for number, name in enumerate(HOSTILE, 10):
        path = f".planning/phases/01-first/01-{number}-{name.replace('/', '')}-PLAN.md"
        filled.write(path, PLAN.format(number))
    script = (
        BASH.format(lines="'forge show 01-1'")
        + """
for word in "${COMPREPLY[@]}"; do eval "printf '<%s>' $word"; done
for line in "forge show '01-1" 'forge show "01-1'; do
  COMP_WORDS=(forge show "${line#forge show }"); COMP_CWORD=2
  _forge_completion forge; echo "quoted: ${COMPREPLY[*]}"
done
ls
"""
    )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=filled.root,
        env=filled.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    typed = "".join(f"<01-{number}-{name}>" for number, name in enumerate(HOSTILE[:-2], 10))
    assert typed in done.stdout and "ran\n" not in done.stdout
    assert done.stdout.count("quoted: \n") == 2
    assert "\x1b" not in done.stdout


def test_bash_completes_verbs_options_and_names(filled: Sandbox) -> None:
    expected = {
        "forge exec": "execute",
        "forge execute 01-0": "01-01 01-02",
        "forge execute ": "01-01 01-02 01-first win",
        "forge execute --runner r": "robot",
        "forge tick ": "k3f9x2m",
        "forge show k": "k3f9x2m",
        "forge graph ": "01-first",
        "forge replay 2026": "20260102T030405Z-01-01-aaaa",
        "forge ready --ex": "--explain",
        "forge help exit": "exit-codes",
        "forge help depends-c": "depends-cycle",
        "forge list pl": "plans",
        "forge set 01-01 status =": "",
        "forge set 01-01 status = k": "",
        "forge list --status prov": "proven",
        "forge set 01-01 k": "k3f9x2m",
        "forge completion z": "zsh",
    }
    script = BASH.format(lines=" ".join(map(shlex.quote, expected)))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=filled.root,
        env=filled.environment(filled.env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert dict(zip(expected, done.stdout.splitlines(), strict=True)) == expected
    assert (
        not (filled.root / ".git/forge").exists()
        or "completion" in (filled.root / ".git/forge/executions.jsonl").read_text()
    )


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not here")
def test_fish_shows_whole_titles(filled: Sandbox) -> None:
    filled.write(
        ".planning/backlog/k3f9x2m-it.md", "---\nid: k3f9x2m\ntitle: First this, then that\n---\n"
    )
    twice = (  # the second time the item is old enough to be cached
        "forge list >/dev/null; forge list >/dev/null; "
    )
    script = (
        f"{twice}forge completion fish | source; complete -C 'forge show k'; complete -C 'forge set"
        " 01-01 --un'"
    )
    done = subprocess.run(
        ["fish", "-c", script],
        cwd=filled.root,
        env=filled.environment(filled.env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        done.stdout == "k3f9x2m\tFirst this, then that\n--unset\tRemove keys, with their lines.\n"
    ), done.stderr


def test_titles_are_offered_with_names_once_documents_were_read(filled: Sandbox) -> None:
    assert offered(filled, "forge show 01-01", "fish") == ["plain,01-01"]
    assert not (filled.root / ".git/forge").exists(), "no record, no cache"
    filled.forge("status")
    filled.forge("status")  # the documents of the fixture are old enough to be cached now
    records = (filled.root / ".git/forge/executions.jsonl").read_bytes()
    assert offered(filled, "forge show 01-01", "fish") == ["plain,01-01\tBuild it."]
    assert offered(filled, "forge show 01-01", "zsh") == ["plain", "01-01", "Build it."]
    assert (filled.root / ".git/forge/executions.jsonl").read_bytes() == records


def test_nothing_is_offered_and_nothing_is_printed_after_an_error(
    filled: Sandbox, tmp_path: Path
) -> None:
    assert offered(filled, "forge execute ", folder=tmp_path) == []
    assert offered(filled, "forge ex", folder=tmp_path) == ["plain,execute"]
    filled.write(".planning/forge.yaml", "version: [\n")
    assert offered(filled, "forge execute --runner ") == []
    offered(filled, "forge 'unclosed ")
    (filled.root / ".git/HEAD").unlink()
    assert offered(filled, "forge execute ") == []


def test_the_script_of_each_shell(filled: Sandbox) -> None:
    for shell in ("bash", "zsh", "fish"):
        script = filled.call("completion", shell).data["script"]
        assert f"_FORGE_COMPLETE={shell}_complete" in script
        assert filled.forge("completion", shell).out.strip() == script
    assert filled.call("completion", "ksh").json["error"]["kind"] == "usage"
