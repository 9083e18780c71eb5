"""What has to hold before commands run, and the parts of running them."""

from __future__ import annotations

import pytest

from forge.errors import DirtyTree, Interrupted, NotApproved, RepositoryError, UsageError
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings, load
from forge.run.processes.signals import Interrupts
from forge.run.proofs import proof_files
from forge.run.proofs.attest import attest, find_must_have, waive
from forge.run.proofs.preconditions import require_approved, require_settled
from forge.run.proofs.shell import run_guarded
from forge.run.proofs.truth_result import TruthResult
from forge.run.proofs.work_tree_state import WorkTreeState, restore_head
from tests.conftest import Sandbox
from tests.run.in_process import context_of, enter
from tests.views.proof.plans_and_history import PLAN, plan

TRUTHS = (
    "  artifacts: [README.md]\n  truths:\n    - It looks good\n"
    "    - statement: It works\n      verify: grep -q works README.md\n"
)


@pytest.fixture
def repository(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Repository:
    sandbox.write(PLAN, plan(TRUTHS))
    sandbox.commit("Plan")
    return enter(sandbox, monkeypatch)


def only_plan(repository: Repository) -> Plan:
    catalog = Catalog(repository.root)
    return catalog.load(catalog.one("01-01"))


def test_a_settled_work_tree(repository: Repository, sandbox: Sandbox) -> None:
    sandbox.write(".planning/notes.md", "documents may have changes")
    assert require_settled(repository) == sandbox.head()


def test_a_change_is_refused_and_named(repository: Repository, sandbox: Sandbox) -> None:
    sandbox.write("new.txt", "")
    with pytest.raises(DirtyTree, match=r"\?\? new.txt"):
        require_settled(repository)


def test_an_operation_in_progress_is_refused(repository: Repository, sandbox: Sandbox) -> None:
    sandbox.git("bisect", "start")
    with pytest.raises(RepositoryError, match="a bisect is in progress here"):
        require_settled(repository)


def test_a_repository_without_a_commit_is_refused(make_sandbox: object) -> None:
    empty = make_sandbox("empty")  # type: ignore[operator]
    with pytest.raises(RepositoryError, match="no commit yet"):
        require_settled(Repository.discover(empty.root))


def test_commands_of_a_plan_that_is_not_approved(repository: Repository) -> None:
    with pytest.raises(NotApproved, match="text of 01-01 are not approved") as caught:
        require_approved(context_of(repository), [only_plan(repository)])
    assert caught.value.next_commands == ["forge approve 01-01", "forge verify 01-01 --run"]
    require_approved(context_of(repository), [])


def test_a_proof_file_is_committed_with_the_plan(repository: Repository, sandbox: Sandbox) -> None:
    made = only_plan(repository)
    path = proof_files.free_path(repository, "01-01", "waiver")
    files = {path: b"version: 1\n"}
    commit = proof_files.keep(repository, "waive", made, files, "waiver of truth:1", sandbox.head())
    assert commit == sandbox.head()
    message = sandbox.git("log", "-1", "--format=%B")
    assert message.startswith("forge(01-01): waiver of truth:1\n")
    assert f"Forge-Plan: 01-01@{made.sha256[:12]}" in message
    assert sandbox.status() == []


def test_on_a_detached_head_a_proof_is_not_committed(
    repository: Repository, sandbox: Sandbox
) -> None:
    sandbox.git("checkout", "-q", "--detach")
    made = only_plan(repository)
    assert proof_files.keep(repository, "waive", made, {"x": b""}, "proof", sandbox.head()) is None
    assert (sandbox.root / "x").read_bytes() == b"" and "?? x" in sandbox.status()


def test_a_free_path_is_not_one_of_those_taken(
    repository: Repository, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(["aaa", "bbb", "ccc"])
    monkeypatch.setattr(proof_files, "short", lambda: next(names))
    first = proof_files.free_path(repository, "01-01", "command")
    sandbox.write(first.replace("aaa", "bbb"), "")
    again = iter(["aaa", "bbb", "ccc"])
    monkeypatch.setattr(proof_files, "short", lambda: next(again))
    assert "ccc" in proof_files.free_path(repository, "01-01", "command", [first])


@pytest.mark.parametrize(
    ("name", "evidence", "words"),
    [
        ("truth:9", [], "it has:\n  truth:1  It looks good"),
        ("artifact:1", [], "is decided by the tree"),
        ("truth:2", [], "has a command, which decides it"),
        ("truth:1", ["gone.txt"], "gone.txt is not a file of this repository"),
        ("truth:1", ["../outside.txt"], "is not a file of this repository"),
    ],
)
def test_what_cannot_be_attested(
    repository: Repository, name: str, evidence: list[str], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        attest(context_of(repository), only_plan(repository), name, evidence, "")
    assert words in caught.value.message


def test_an_attestation_names_its_evidence(repository: Repository, sandbox: Sandbox) -> None:
    made = only_plan(repository)
    proof = attest(context_of(repository), made, "truth:1", ["README.md"], "I looked")
    assert (proof.kind, proof.run, proof.commit) == ("attestation", None, sandbox.head())
    assert proof.path is not None and "path: README.md" in (sandbox.root / proof.path).read_text()
    assert proof.describe().startswith("truth:1 of 01-01: attestation by Ada")
    assert proof.as_data()["next"] == ["forge verify 01-01"]


def test_a_waiver_needs_a_reason(repository: Repository) -> None:
    made = only_plan(repository)
    with pytest.raises(UsageError, match="a waiver needs a reason"):
        waive(context_of(repository), made, "truth:1", " ")
    assert waive(context_of(repository), made, "artifact:1", "Later").kind == "waiver"
    assert find_must_have(made, "artifact:1").statement == "README.md"


def test_a_command_runs_with_bash_in_the_root(repository: Repository) -> None:
    settings, runner = load(repository.root), RunnerSettings()
    with Interrupts() as interrupts:
        outcome = run_guarded(
            repository, settings, runner, "pwd -P; false | true", interrupts, "verify --run"
        )
        assert outcome.exit_code == 1, "pipefail"
        assert outcome.output.text().strip() == str(repository.root.resolve())
        interrupts.signal_name = "SIGINT"
        with pytest.raises(Interrupted):
            run_guarded(repository, settings, runner, "sleep 1000", interrupts, "verify --run")


def test_head_is_restored_after_a_commit_and_a_switch(
    repository: Repository, sandbox: Sandbox
) -> None:
    before = WorkTreeState.of(repository)
    sandbox.git("switch", "-q", "-c", "other")
    sandbox.git("commit", "-q", "--allow-empty", "-m", "By a command")
    assert WorkTreeState.of(repository) != before
    restore_head(repository, before.head)
    assert WorkTreeState.of(repository) == before
    assert sandbox.git("symbolic-ref", "--short", "HEAD").strip() == "main"


def test_a_detached_head_is_restored(repository: Repository, sandbox: Sandbox) -> None:
    sandbox.git("checkout", "-q", "--detach")
    before = WorkTreeState.of(repository)
    sandbox.git("commit", "-q", "--allow-empty", "-m", "By a command")
    restore_head(repository, before.head)
    assert WorkTreeState.of(repository) == before


def test_a_state_knows_the_content_of_uncommitted_files(
    repository: Repository, sandbox: Sandbox
) -> None:
    sandbox.write("new.txt", "one")
    before = WorkTreeState.of(repository)
    sandbox.write("new.txt", "two")
    assert WorkTreeState.of(repository) != before


def test_a_result_as_text_and_data() -> None:
    result = TruthResult(
        "01-01",
        "truth:2",
        "npm test",
        "changed the tree",
        "it proves nothing",
        5,
        ("a.txt",),
        "no\n",
    )
    assert result.describe() == [
        "truth:2 of 01-01: changed the tree (it proves nothing)",
        *result.describe()[1:2],
        "  changed: a.txt",
        "  | no",
    ]
    assert "npm test" in result.describe()[1]
    assert result.as_data()["changed"] == ["a.txt"] and "output" not in result.as_data()
