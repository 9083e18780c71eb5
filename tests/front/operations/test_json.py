"""An operation that is called in a process replies with what `--json` prints."""

from __future__ import annotations

import json

import pytest

from forge.errors import ForgeError
from forge.front.envelope import error_envelope
from tests.conftest import Sandbox
from tests.front.calling import Front
from tests.front.operations.test_documents import ITEM, ITEM_PATH, put
from tests.front.operations.test_tracker import REQUIREMENTS, put_plan

CALLS: list[tuple[list[str], dict[str, object]]] = [
    (["status"], {}),
    (["list", "plans", "--status", "ready"], {"kinds": ("plans",), "statuses": ("ready",)}),
    (["show", "01-01"], {"name": "01-01"}),
    (["search", "log", "in"], {"words": ("log", "in")}),
    (["ready", "--explain"], {"explain": True}),
    (["next"], {}),
    (["board"], {}),
    (["graph", "--format", "dot"], {"form": "dot"}),
    (["trace", "--uncovered"], {"uncovered": True}),
    (["runs"], {}),
    (["log"], {}),
    (["rules"], {}),
    (["help", "names"], {"topic": "names"}),
    (["audit"], {}),
    (["verify", "--all", "--strict"], {"every": True, "strict": True}),
    (["validate", "--quiet"], {"quiet": True}),
    (["approve", "01-01", "--print"], {"name": "01-01", "only_print": True}),
    (["set", "k3f", "priority=P0"], {"words": ("k3f", "priority=P0")}),
    (["execute", "01-01", "--dry-run"], {"name": "01-01", "dry_run": True}),
]
REFUSED: list[tuple[list[str], dict[str, object]]] = [
    (["show", "none"], {"name": "none"}),
    (["replay"], {}),
    (["verify"], {}),
    (["tick", "k3f", "9"], {"name": "k3f", "number": 9}),
]


@pytest.fixture
def project(front: Front) -> Front:
    put_plan(front, "01-01", "Log in", requirements="AUTH-01")
    put_plan(front, "01-02", "Log out", depends="01-01")
    put(front, ITEM_PATH, ITEM + "---\n")
    put(front, ".planning/REQUIREMENTS.md", REQUIREMENTS)
    front.perform("set", words=("k3f", "priority=P0"))
    return front


@pytest.mark.parametrize(("words", "arguments"), CALLS, ids=[words[0] for words, _ in CALLS])
def test_the_envelope_is_the_same(
    project: Front, sandbox: Sandbox, words: list[str], arguments: dict[str, object]
) -> None:
    printed = sandbox.call(*words, env={"COLUMNS": "80"}).json
    project.command.id = printed["execution"]
    assert json.loads(json.dumps(project.envelope(words[0], **arguments))) == printed


@pytest.mark.parametrize(("words", "arguments"), REFUSED, ids=[words[0] for words, _ in REFUSED])
def test_the_error_is_the_same(
    project: Front, sandbox: Sandbox, words: list[str], arguments: dict[str, object]
) -> None:

    printed = sandbox.call(*words).json
    with pytest.raises(ForgeError) as refused:
        project.perform(words[0], **arguments)
    assert error_envelope(words[0], printed["execution"], refused.value) == printed
