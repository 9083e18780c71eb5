"""forge's own `.planning/` is true: its documents have no errors, and no must-have fails."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from forge.planning.plan.plan import load
from forge.text.source import Source
from tests.conftest import FORGE, ROOT

PLANS = sorted((ROOT / ".planning/phases").glob("*/*-PLAN.md"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this user's own settings and approvals out."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def answer(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [*FORGE, *words, "--json"], cwd=ROOT, env=os.environ, capture_output=True, check=False
    )
    envelope: dict[str, Any] = json.loads(done.stdout)
    return envelope


@pytest.mark.usefixtures("home")
def test_no_document_has_an_error() -> None:
    envelope = answer("validate")
    kinds = {document["kind"] for document in envelope["data"]["documents"]}
    assert {"plan", "mission", "settings", "roadmap", "requirements"} <= kinds
    assert [finding for finding in envelope["findings"] if finding["severity"] == "error"] == []


@pytest.mark.usefixtures("home")
def test_no_must_have_fails_in_a_plan_whose_work_is_done() -> None:
    words = {plan["id"]: plan["word"] for plan in answer("status")["data"]["plans"]}
    to_do = {plan for plan, word in words.items() if word in {"open", "ready", "running"}}
    failures = [
        f"{plan['id']} {must_have['kind']}:{must_have['index']} {must_have['reason']}"
        for plan in answer("verify", "--all")["data"]["plans"]
        for must_have in plan["must_haves"]
        if must_have["verdict"] == "fail" and plan["id"] not in to_do
    ]
    assert len(words) == len(PLANS) and failures == []


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name[:5])
def test_each_truth_is_held_by_tests_that_exist(path: Path) -> None:
    plan = load(Source.of(path.name, path.read_bytes()), path.name[:5])
    truths = [must_have for must_have in plan.must_haves if must_have.kind == "truth"]
    commands = [must_have.command or "" for must_have in truths]
    assert truths and all(command.startswith("python -m pytest ") for command in commands)
    if path.with_name(path.name.replace("-PLAN", "-SUMMARY")).exists():
        tests = [word for command in commands for word in command.split() if "tests/" in word]
        assert tests and [test for test in tests if not (ROOT / test).exists()] == []
