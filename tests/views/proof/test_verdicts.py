"""How long a proof holds: fresh, carried, stale; attestations that do not expire; plans that were
moved.
"""

from __future__ import annotations

import pytest

from forge.git.objects.tree import RevisionTree, tree_without_planning
from forge.git.repository import Repository
from forge.planning.proof import Proof, statement_hash
from tests.conftest import Sandbox
from tests.views.proof.plans_and_history import PLAN, plan, truth

COMMAND = "python3 tool/check.py"
BODY = plan(
    truth("It works", COMMAND) + "  artifacts:\n    - path: made/b.py\n",
    files=["src/a.py", "lib/**"],
)
FILES = {
    "src/a.py": "a\n",
    "made/b.py": "b\n",
    "lib/c.py": "c\n",
    "tool/check.py": "pass\n",
    "uv.lock": "1\n",
    "other.py": "o\n",
}


@pytest.fixture
def proven(sandbox: Sandbox) -> Sandbox:
    """A repository whose one truth was proven by its command, on the tree as it is committed."""
    for path, text in FILES.items():
        sandbox.write(path, text)
    sandbox.write(PLAN, BODY)
    sandbox.commit("Plan and work")
    sandbox.forge("approve", "01-01")
    reply = sandbox.call("verify", "01-01", "--run")
    assert reply.code == 0, reply.out
    assert sandbox.status() == []
    return sandbox


def answer(sandbox: Sandbox, *words: str) -> tuple[str, str]:
    (one,) = sandbox.call("verify", "01-01", *words).data["plans"]
    item = one["must_haves"][0]
    assert (
        sum(value for name, value in one["counts"].items() if name != "declared")
        == one["counts"]["declared"]
    )
    return item["verdict"], item["evidence"][0]["how"] if item["evidence"] else ""


def test_a_proof_is_fresh_while_only_plans_change(proven: Sandbox) -> None:
    assert answer(proven) == ("pass", "command, fresh")
    proven.write(".planning/notes.md", "n\n")
    proven.commit()
    assert (
        answer(proven)
        == answer(proven, "--rev", "HEAD")
        == answer(proven, "--strict")
        == ("pass", "command, fresh")
    )


def test_a_proof_is_carried_over_if_other_files_changed(proven: Sandbox) -> None:
    proven.write("other.py", "changed\n")
    assert answer(proven) == ("pass", "command, carried")
    assert answer(proven, "--strict") == ("stale", "command, carried")
    assert answer(proven, "--rev", "HEAD") == ("pass", "command, fresh")
    proven.commit()
    assert answer(proven, "--rev", "HEAD") == ("pass", "command, carried")


@pytest.mark.parametrize("path", ["src/a.py", "made/b.py", "lib/c.py", "tool/check.py", "uv.lock"])
@pytest.mark.parametrize("committed", [True, False])
def test_a_proof_is_stale_if_a_bound_file_changed(
    proven: Sandbox, path: str, committed: bool
) -> None:
    proven.write(path, "changed\n")
    if committed:
        proven.commit()
    words = ("--rev", "HEAD") if committed else ()
    assert answer(proven, *words) == ("stale", "command, stale")
    (one,) = proven.call("verify", "01-01", *words).data["plans"]
    assert (one["verdict"], one["counts"]["stale"]) == ("unproven", 1)


@pytest.mark.parametrize("path", ["lib/new.py", "sub/Cargo.lock", "npm-shrinkwrap.json"])
def test_a_proof_is_stale_if_a_new_file_would_be_bound(proven: Sandbox, path: str) -> None:
    proven.write(path, "new\n")
    assert answer(proven)[0] == "stale"


def test_a_proof_is_stale_if_a_bound_file_is_gone(proven: Sandbox) -> None:
    (proven.root / "uv.lock").unlink()
    assert answer(proven)[0] == "stale"


def test_another_command_or_statement_has_no_proof(proven: Sandbox) -> None:
    proven.write(PLAN, BODY.replace(COMMAND, f"{COMMAND} -v"))
    assert answer(proven)[0] == "unproven"
    proven.write(PLAN, BODY.replace("It works", "It works well"))
    assert answer(proven)[0] == "unproven"


def test_a_newer_failure_outweighs_an_older_success(proven: Sandbox) -> None:
    proven.write("tool/check.py", "raise SystemExit(3)\n")
    proven.commit()
    reply = proven.call("verify", "01-01", "--run")
    assert reply.code == 1
    assert answer(proven) == ("fail", "command, fresh")
    proven.write("other.py", "changed\n")
    assert answer(proven) == ("fail", "command, carried")
    proven.write("tool/check.py", "pass\n")
    assert answer(proven)[0] == "unproven", "what failed then has not been run on this tree"


def test_an_older_proof_counts_for_its_own_revision(proven: Sandbox) -> None:
    before = proven.head()
    proven.write("src/a.py", "changed\n")
    proven.commit()
    assert answer(proven, "--rev", before) == ("pass", "command, fresh")
    assert answer(proven, "--rev", "HEAD")[0] == "stale"


def test_a_plan_that_moved_keeps_its_proofs(proven: Sandbox) -> None:
    moved = ".planning/milestones/v1.0-phases/01-first/01-01-PLAN.md"
    (proven.root / moved).parent.mkdir(parents=True)
    proven.git("mv", PLAN, moved)
    proven.commit("Archive")
    assert answer(proven) == answer(proven, "--rev", "HEAD") == ("pass", "command, fresh")
    proven.write(PLAN, plan(truth("It works", COMMAND)))
    reply = proven.call("verify", moved)
    assert reply.data["plans"][0]["must_haves"][0]["verdict"] == "unproven", (
        "the proof belongs to the plan at its path"
    )


def test_a_proof_of_another_clone_names_the_same_tree(proven: Sandbox) -> None:
    repository = Repository.discover(proven.root)
    (path,) = (proven.root / ".planning/proofs").glob("*-command-*.yaml")
    assert tree_without_planning(RevisionTree(repository, "HEAD")) in path.read_text()
    assert statement_hash("It works") in path.read_text()
    assert "uv.lock" in path.read_text()
    assert "other.py" not in path.read_text()


def test_an_attestation_reports_how_much_changed_since(sandbox: Sandbox) -> None:
    sandbox.write(PLAN, plan(truth("It is nice")))
    sandbox.write("shot.txt", "seen\n")
    at = sandbox.commit()
    sandbox.forge("attest", "01-01", "truth:1", "--evidence", "shot.txt", "--note", "looked")
    (one,) = sandbox.call("verify", "01-01").data["plans"]
    assert one["verdict"] == "proven"
    assert f"at {at[:12]}, 0 files changed since: looked" in one["must_haves"][0]["reason"]
    sandbox.write("new.py", "n\n")
    assert (
        "1 file changed since"
        in sandbox.call("verify", "01-01").data["plans"][0]["must_haves"][0]["reason"]
    )
    sandbox.write("shot.txt", "other\n")
    sandbox.write(".planning/notes.md", "n\n")
    sandbox.commit()
    for words in ((), ("--rev", "HEAD")):
        (one,) = sandbox.call("verify", "01-01", *words).data["plans"]
        assert (one["verdict"], "2 files changed since" in one["must_haves"][0]["reason"]) == (
            "proven",
            True,
        )


def test_an_attestation_at_a_missing_commit(sandbox: Sandbox) -> None:
    sandbox.write(PLAN, plan(truth("It is nice")))
    proof = Proof(
        "attestation",
        PLAN,
        "truth:1",
        statement_hash("It is nice"),
        "Ada <a@b.c>",
        "2026-01-01T00:00:00Z",
        commit="ab" * 20,
    )
    sandbox.write(".planning/proofs/01-01-attestation-abcd.yaml", proof.encode())
    sandbox.commit()
    (one,) = sandbox.call("verify", "01-01").data["plans"]
    assert one["verdict"] == "proven"
    assert "a commit that is not here" in one["must_haves"][0]["reason"]
