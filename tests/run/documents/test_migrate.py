"""forge migrate: pending migrations become one commit; whatever fails, nothing changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge.errors import DirtyTree, ForgeError, GitFailed, RepositoryError, StorageFailed
from forge.git.commits import record_commit
from forge.git.intent import perform, undo
from forge.git.intent.recover import recover
from forge.git.repository import Repository
from forge.planning.settings import Settings
from forge.run.documents.migrate import Migrated, NewerVersion, migrate, pending
from forge.run.documents.set_fields import NotWritable
from forge.run.engine.context import Context
from forge.timeline.ids import ulid
from tests.conftest import Sandbox
from tests.planning.made_up import use_version_2

FORGE = ".planning/forge.yaml"
MISSION = ".planning/missions/win.yaml"
ITEM = ".planning/backlog/k3f-log-in.md"
OLD = {
    FORGE: "# Ours\nwho: manual\n",
    MISSION: "name: Win  # one day\naim: To win\n",
    ITEM: "---\nid: k3f\nname: Log in\nstatus: todo\n---\nname: not a key\n",
}


@pytest.fixture
def old(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A repository with documents of version 1, for forge code that knows version 2."""
    for path, text in OLD.items():
        sandbox.write(path, text)
    sandbox.commit("Documents")
    use_version_2(monkeypatch)
    return sandbox


def call(sandbox: Sandbox, *, dry_run: bool = False) -> Migrated:
    repository = Repository.discover(sandbox.root)
    context = Context(repository, Settings(), ulid(), None, lambda line: None)  # type: ignore[arg-type]
    return migrate(context, dry_run=dry_run)


def texts(sandbox: Sandbox) -> dict[str, str]:
    return {path: (sandbox.root / path).read_text() for path in OLD}


def test_a_dry_run_shows_and_writes_nothing(old: Sandbox) -> None:
    head = old.head()
    migrated = call(old, dry_run=True)
    assert [(document.path, document.old, document.new) for document in migrated.documents] == [
        (FORGE, 1, 2),
        (MISSION, 1, 2),
        (ITEM, 1, 2),
    ]
    assert migrated.commit is None
    assert texts(old) == OLD and old.head() == head and old.status() == []


def test_pending_migrations_become_one_commit(old: Sandbox) -> None:
    head = old.head()
    old.write("README.md", "mine, not committed\n")
    migrated = call(old)
    assert migrated.commit == old.head() and old.git("rev-parse", "HEAD^").strip() == head
    assert old.git("show", "--name-only", "--format=", "HEAD").split() == sorted(OLD)
    assert texts(old) == {
        FORGE: "# Ours\nrunner: manual\nversion: 2\n",
        MISSION: "title: Win\ngoal: To win\nversion: 2\n",
        ITEM: "---\nid: k3f\nstatus: todo\ntitle: Log in\nversion: 2\n---\nname: not a key\n",
    }
    assert [line.split()[-1] for line in old.status()] == ["README.md"]


def test_a_second_call_does_nothing(old: Sandbox) -> None:
    call(old)
    head = old.head()
    assert call(old) == Migrated((), None)
    assert old.head() == head


def test_today_nothing_is_pending(sandbox: Sandbox) -> None:
    done = sandbox.call("migrate")
    assert done.data == {"documents": [], "commit": None}
    assert sandbox.forge("migrate").out.startswith("nothing to migrate")


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_newer_document_is_refused_by_name(old: Sandbox, dry_run: bool) -> None:
    old.write(MISSION, "title: Win\ngoal: To win\nversion: 3\n")
    with pytest.raises(NewerVersion, match=rf"{MISSION}: version 3 is newer than version 2"):
        call(old, dry_run=dry_run)
    assert (old.root / ITEM).read_text() == OLD[ITEM]


def test_a_document_with_changes_is_refused(old: Sandbox) -> None:
    old.write(ITEM, OLD[ITEM] + "more\n")
    with pytest.raises(DirtyTree, match="k3f-log-in"):
        call(old)
    assert texts(old) == {**OLD, ITEM: OLD[ITEM] + "more\n"}


def test_a_document_that_is_not_tracked_is_refused(old: Sandbox) -> None:
    old.write(".planning/backlog/new-one.md", "---\nid: new\nname: New\n---\n")
    with pytest.raises(DirtyTree, match="new-one"):
        call(old)
    assert texts(old) == OLD


def test_a_document_that_cannot_be_converted_stops_all(old: Sandbox) -> None:
    old.write(MISSION, "{name: Win, aim: To win}\n")
    with pytest.raises(NotWritable, match=r"win.yaml cannot be migrated"):
        call(old)
    assert (old.root / ITEM).read_text() == OLD[ITEM]


@pytest.mark.parametrize("version", ['"2"', '"3"', "2.0", "true", "[2]", "0", "-1"])
def test_a_version_that_is_not_a_whole_number_stops_all(old: Sandbox, version: str) -> None:
    """It may mean a later version, which the first migration would damage."""
    old.write(MISSION, f"name: Win\naim: To win\nversion: {version}\n")
    with pytest.raises(NotWritable, match=r"win.yaml cannot be migrated: its `version`"):
        call(old)
    assert (old.root / ITEM).read_text() == OLD[ITEM]


@pytest.mark.parametrize("written", [0, 1, 2])
def test_what_a_killed_migration_wrote_is_taken_back(
    old: Sandbox, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    with monkeypatch.context() as patch:
        place, calls = perform.place, iter(range(written + 1))

        def dies(*values: Any, **named: Any) -> None:
            if next(calls) == written:
                raise SystemExit  # in place of a signal: nothing is put back either
            place(*values, **named)

        patch.setattr(perform, "place", dies)
        patch.setattr(perform.undo, "take_back", lambda *values: ["nothing"])
        with pytest.raises((SystemExit, ForgeError)):
            call(old)
    assert len(old.status()) == written
    head = old.head()
    assert len(recover(Repository.discover(old.root), crashed=True)) == 1
    assert texts(old) == OLD and old.status() == [] and old.head() == head
    assert [migration.path for migration in call(old).documents] == [*OLD]
    assert old.status() == [] and call(old) == Migrated((), None)


def test_a_migrated_document_with_other_changes_is_left_alone(old: Sandbox) -> None:
    text = "title: Win\ngoal: To lose\nversion: 2\n"
    old.write(MISSION, text)
    assert [migration.path for migration in call(old).documents] == [FORGE, ITEM]
    assert (old.root / MISSION).read_text() == text and len(old.status()) == 1


def test_an_ignored_document_is_refused(old: Sandbox) -> None:
    old.git("rm", "-q", "--cached", ITEM)
    old.write(".gitignore", ".planning/backlog/\n")
    old.git("add", ".gitignore")
    old.git("commit", "-qm", "Ignore the backlog")
    with pytest.raises(DirtyTree, match="k3f-log-in"):
        call(old)
    assert texts(old) == OLD


def test_a_document_that_is_not_yaml_is_left_to_validate(old: Sandbox) -> None:
    old.write(MISSION, "a: [1\n")
    assert [migration.path for migration in pending(Repository.discover(old.root))] == [FORGE, ITEM]


def test_a_detached_head_is_refused(old: Sandbox) -> None:
    old.git("switch", "-q", "--detach")
    with pytest.raises(RepositoryError, match="no branch"):
        call(old)
    assert texts(old) == OLD


def test_if_git_cannot_commit_everything_is_put_back(
    old: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    old.git("config", "user.useConfigOnly", "true")
    old.git("config", "user.email", "")
    old.git("config", "user.name", "")
    with pytest.raises(ForgeError):
        call(old)
    assert texts(old) == OLD and old.status() == []


def test_a_full_disk_hides_neither_the_cause_nor_the_way_on(
    old: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documents cannot be put back at once either; the next command does it."""

    def full(*values: object, **named: object) -> None:
        raise StorageFailed("no space left on device", "free some disk space")

    with monkeypatch.context() as patch:
        patch.setattr(undo, "place", full)
        patch.setenv("GIT_COMMITTER_NAME", "<>")  # git refuses to commit
        with pytest.raises(GitFailed, match="git var failed"):
            call(old)
    assert len(old.status()) == 3
    assert "is taken back" in recover(Repository.discover(old.root), crashed=False)[0]
    assert texts(old) == OLD and old.status() == []
    assert [migration.path for migration in call(old).documents] == [*OLD]
    assert old.status() == []


@pytest.mark.parametrize("endings", ["lf", "crlf"])
@pytest.mark.parametrize("last", ["put_entries", "move_branch"])
def test_a_migration_that_is_killed_while_it_commits(
    old: Sandbox, monkeypatch: pytest.MonkeyPatch, last: str, endings: str
) -> None:
    """`last` is done, and nothing after it; a filter may store other bytes than are written."""
    if endings == "crlf":
        old.git("config", "core.autocrlf", "true")
        for path in OLD:
            (old.root / path).unlink()
        old.git("checkout", ".")
    before, head = {path: (old.root / path).read_bytes() for path in OLD}, old.head()
    with monkeypatch.context() as patch:
        real = getattr(record_commit, last)

        def then_dies(*values: Any, **named: Any) -> None:
            real(*values, **named)
            raise SystemExit  # in place of a signal: nothing is put back either

        patch.setattr(record_commit, last, then_dies)
        patch.setattr(perform.undo, "take_back", lambda *values: ["nothing"])
        with pytest.raises(SystemExit):
            call(old)
    told = recover(Repository.discover(old.root), crashed=True)
    assert len(told) == 1 and old.status() == []
    if last == "move_branch":
        assert "after its commit" in told[0] and old.git("rev-parse", "HEAD^").strip() == head
    else:
        assert old.head() == head
        assert {path: (old.root / path).read_bytes() for path in OLD} == before
        assert len(call(old).documents) == len(OLD) and old.status() == []


def test_a_migration_starts_no_git_process_that_moves_a_branch(
    old: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a process would go on after forge was killed, while the next command takes all back."""
    log = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE", str(log))
    call(old)
    started = log.read_text()
    assert "git" in started and " commit " not in started and "update-ref" not in started


def sign_with(sandbox: Sandbox, folder: Path, script: str) -> None:
    signer = folder / "signer"
    signer.write_text(f"#!/bin/sh\n{script}\n")
    signer.chmod(0o755)
    sandbox.git("config", "gpg.program", str(signer))
    sandbox.git("config", "commit.gpgSign", "true")


def test_a_migration_is_signed_if_commits_are(old: Sandbox, tmp_path: Path) -> None:
    sign_with(
        old,
        tmp_path,
        "cat > /dev/null; echo '[GNUPG:] SIG_CREATED ' >&2\n"
        "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'",
    )
    migrated = call(old)
    assert "BEGIN PGP SIGNATURE" in old.git("cat-file", "commit", str(migrated.commit))
    assert old.status() == [] and texts(old)[FORGE].endswith("version: 2\n")
    assert old.git("log", "-1", "--format=%s").startswith("forge: migrate 3 documents")


def test_a_migration_that_cannot_be_signed_is_taken_back(old: Sandbox, tmp_path: Path) -> None:
    sign_with(old, tmp_path, "exit 1")
    head = old.head()
    with pytest.raises(GitFailed, match="git commit-tree failed"):
        call(old)
    assert texts(old) == OLD and old.status() == [] and old.head() == head


def test_what_the_user_staged_stays_staged(old: Sandbox) -> None:
    old.write("other.txt", "x\n")
    (old.root / ITEM).chmod(0o755)
    old.git("add", ITEM)
    old.git("commit", "-qm", "Executable")
    old.git("add", "other.txt")
    call(old)
    assert old.status() == ["A  other.txt"]
    assert old.git("ls-tree", "HEAD", ITEM).startswith("100755")
