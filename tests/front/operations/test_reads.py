"""What the table says of a verb: a verb that only reads leaves the work tree as it is."""

from __future__ import annotations

import pytest

from forge.errors import ForgeError
from forge.front.operations.table import OPERATIONS
from tests.conftest import Sandbox
from tests.front.calling import Front
from tests.front.operations.test_documents import ITEM, ITEM_PATH, put
from tests.front.operations.test_tracker import REQUIREMENTS, put_plan

NEEDED: dict[str, dict[str, object]] = {
    "show": {"name": "01-01"},
    "search": {"words": ("log",)},
    "completion": {"shell": "bash"},
}
READING = [verb for verb, operation in OPERATIONS.items() if not operation.writes]
OUTSIDE = [verb for verb, operation in OPERATIONS.items() if operation.outside]


def state(sandbox: Sandbox) -> dict[str, bytes]:
    """Return the files of the work tree, and the commit and the branches of the repository."""
    files = {
        str(path.relative_to(sandbox.root)): path.read_bytes()
        for path in sandbox.root.rglob("*")
        if path.is_file() and ".git/" not in f"{path.relative_to(sandbox.root)}"
    }
    return {**files, "refs": sandbox.git("for-each-ref").encode()}


@pytest.mark.parametrize("verb", READING)
def test_a_verb_that_reads_changes_nothing(front: Front, sandbox: Sandbox, verb: str) -> None:
    put_plan(front, "01-01", "Log in", requirements="AUTH-01")
    put(front, ITEM_PATH, ITEM + "---\n")
    put(front, ".planning/REQUIREMENTS.md", REQUIREMENTS)
    before = state(sandbox)
    try:
        front.perform(verb, **NEEDED.get(verb, {}))
    except ForgeError as error:
        assert verb in ("timeline", "replay", "diff", "completion"), error  # there is no run yet
    assert state(sandbox) == before


def test_the_verbs_that_work_without_a_repository() -> None:
    assert OUTSIDE == ["validate", "doctor", "rules", "help", "completion", "demo"]


@pytest.mark.parametrize("verb", ["execute", "approve", "set", "new", "rollback", "edit", "stop"])
def test_a_verb_that_writes_is_declared_so(verb: str) -> None:
    assert OPERATIONS[verb].writes
