"""Snapshots in which objects are missing: verdicts with a reason, never a crash."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import Sandbox
from tests.views.proof.plans_and_history import PLAN, SUMMARY, artifact, history, plan, truth

WITH_EXPORT = (
    "  artifacts:\n    - path: src/a.ts\n      exports: [thing]\n    - path: 'gen/*.ts'\n"
    "  key_links:\n    - from: src/a.ts\n      to: lib/b.ts\n"
)


def remove(sandbox: Sandbox, name: str) -> None:
    oid = sandbox.git("rev-parse", name).strip()
    path = sandbox.root / ".git/objects" / oid[:2] / oid[2:]
    path.unlink()


def loose(sandbox: Sandbox) -> None:
    """Make every object a file of its own."""
    packs = list((sandbox.root / ".git/objects/pack").glob("*.pack"))
    for pack in packs:
        data = pack.read_bytes()
        for part in pack.parent.glob(f"{pack.stem}.*"):
            part.unlink()
        subprocess.run(
            ["git", "unpack-objects", "-q"],
            cwd=sandbox.root,
            input=data,
            check=True,
            env=sandbox.environment(),
        )


@pytest.mark.parametrize(
    "name",
    [
        "HEAD:src/a.ts",
        "HEAD:src",
        "HEAD:lib",
        "HEAD:gen",
        "HEAD:lib/b.ts",
        f"HEAD:{PLAN}",
        f"HEAD:{SUMMARY}",
    ],
)
def test_at_the_judged_revision(sandbox: Sandbox, name: str) -> None:
    tree = {
        PLAN: plan(WITH_EXPORT),
        SUMMARY: "done\n",
        "src/a.ts": "import { b } from '../lib/b';\nexport const thing = b;\n",
        "lib/b.ts": "export const b = 1;\n",
        "gen/x.ts": "1\n",
    }
    history(sandbox, [tree])
    assert sandbox.call("audit", "--at-completion").code == 0
    loose(sandbox)
    remove(sandbox, name)
    reply = sandbox.call("audit", "--at-completion")
    assert reply.code in (0, 1), reply.json
    if name != f"HEAD:{SUMMARY}":
        assert reply.code == 1
        (one,) = reply.data["plans"]
        assert one["verdict"] == "unproven", one
        reasons = [item["reason"] for item in one["must_haves"]] + [
            finding["message"] for finding in reply.json["findings"]
        ]
        assert any("missing" in reason or "cannot be read" in reason for reason in reasons), reasons


def test_at_the_completing_commit_and_between(sandbox: Sandbox) -> None:
    tree = {PLAN: plan(artifact("src/a.py", "good")), SUMMARY: "done\n", "src/a.py": "good\n"}
    _, _, third, _ = history(
        sandbox,
        [
            tree,
            {**tree, "src/a.py": "good one\n"},
            {**tree, "src/a.py": "bad\n"},
            {**tree, "src/a.py": "bad\n", "x": ""},
        ],
    )
    loose(sandbox)
    remove(sandbox, "HEAD~2:src/a.py")
    (one,) = sandbox.call("audit", "--at-completion").data["plans"]
    assert (one["verdict_at_completion"], one["broken_since"]) == ("proven", third)
    remove(sandbox, "HEAD~3:src")
    (one,) = sandbox.call("audit", "--at-completion").data["plans"]
    assert (one["verdict"], one["verdict_at_completion"], one["broken_since"]) == (
        "failed",
        "unproven",
        None,
    )


def test_a_missing_commit(sandbox: Sandbox) -> None:
    tree = {PLAN: plan(artifact("a.py")), SUMMARY: "done\n", "a.py": ""}
    history(sandbox, [{PLAN: tree[PLAN]}, tree, {**tree, "x": ""}])
    loose(sandbox)
    remove(sandbox, "HEAD~1")
    (one,) = sandbox.call("audit", "--at-completion").data["plans"]
    assert (one["verdict"], one["completed_at_commit"], one["verdict_at_completion"]) == (
        "proven",
        None,
        None,
    )
    assert one["note"]


def test_invalid_front_matter_is_reported_as_text(sandbox: Sandbox) -> None:
    hidden = plan(artifact("README.md") + truth("\u202ered")).replace(
        "type: execute", "type: `execute"
    )
    sandbox.write(PLAN, hidden)
    sandbox.commit("Plan")
    result = sandbox.forge("verify", "01-01")
    assert result.code == 1
    assert result.out.startswith("01-01: UNPROVEN")
    assert (
        "it cannot be proven as it is; its must-haves are shown as the repaired text gives them"
        in result.out
    )
    assert (
        f"{PLAN}:4:7: front-matter-yaml: the front matter is not valid YAML: a value cannot begin"
        " with a backtick" in result.out
    )
    assert "pass      artifact:1  README.md" in result.out
    assert "\u202e" not in result.out, "what a plan says cannot disguise itself on a terminal"


def test_a_binary_document_is_reported_as_text(sandbox: Sandbox) -> None:
    sandbox.write(PLAN, plan(artifact("README.md")).encode() + b"\xff\xfe\n")
    sandbox.write(SUMMARY, "# Done\n")
    sandbox.commit("Plan")
    result = sandbox.forge("verify", "01-01")
    assert (result.code, "UNPROVEN" in result.out) == (1, True)
    assert "unreadable: the file" in result.out and "declares no must-haves" not in result.out
    assert "it cannot be read as it is: .planning/" in sandbox.forge("audit").out
