"""The store of approvals: what counts as one, who has to own it, and what it is valid for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from forge.errors import SettingsError
from forge.git.repository import Repository
from forge.planning.mission.scope_contract import Contract
from forge.planning.names.catalog import Catalog
from forge.planning.settings import RunnerSettings, Settings
from forge.run.approvals import plan_approval, store
from forge.run.approvals.store import Grant
from forge.run.approvals.subject import Subject, subject_of
from tests.conftest import Sandbox
from tests.run.in_process import enter, small_case

RUN = "20261120T025549Z-01-01-k3f9"


@pytest.fixture
def repository(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Repository:
    return enter(sandbox, monkeypatch)


@pytest.fixture
def subject() -> Subject:
    return Subject("p.md", "a" * 64, ["true"], {"name": "manual"}, {}, {}, {}, Contract())


def the_file() -> Path:
    (file,) = store.state_folder().glob("*/*.json")
    return file


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def test_an_approval_is_found_again_and_withdrawn(repository: Repository, subject: Subject) -> None:
    assert store.granted(repository, subject) is None
    store.approve(repository, subject, "Ada <ada@example.org>", ["3:1: note no-done no <done>"])
    grant = store.granted(repository, subject)
    assert grant == Grant("recorded", ["3:1: note no-done no <done>"])
    assert store.withdraw(repository, subject)
    assert not store.withdraw(repository, subject)
    assert store.granted(repository, subject) is None


def test_an_approval_says_what_it_approves(repository: Repository, subject: Subject) -> None:
    store.approve(repository, subject, "Ada", [])
    record = json.loads(the_file().read_text())
    assert not the_file().is_relative_to(repository.root)
    assert (record["approves"], record["plan"], record["by"]) == ("plan", "p.md", "Ada")
    assert (record["subject"], record["clone"]) == (subject.sha256, the_file().parent.name)
    assert record["covers"] == subject.as_data()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277, 0o777])
def test_folders_and_files_are_the_users_alone_whatever_the_umask(
    repository: Repository, subject: Subject, mask: int
) -> None:
    with umask(mask):
        store.approve(repository, subject, "Ada", [])
    assert the_file().stat().st_mode & 0o777 == 0o600
    for folder in (the_file().parent, *list(the_file().parents)[1:5]):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
    assert store.granted(repository, subject)


def test_another_subject_is_not_approved_by_it(repository: Repository, subject: Subject) -> None:
    store.approve(repository, subject, "Ada", [])
    for other in (
        replace(subject, plan_sha256="0" * 64),
        replace(subject, plan_path="elsewhere.md"),
        replace(subject, runner={"name": "manual", "env": ["KEY"]}),
    ):
        assert store.granted(repository, other) is None
        assert store.why_void(repository, other) is None


def test_an_approval_in_another_clone_is_not_this_ones(
    repository: Repository, subject: Subject, tmp_path: Path
) -> None:
    store.approve(repository, subject, "Ada", [])
    repository.git("clone", "-q", str(repository.root), str(tmp_path / "clone"))
    assert store.granted(Repository.discover(tmp_path / "clone"), subject) is None


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "nonsense", '{"approves": "plan"}', "[" * 100_000, '{"approves": []}'],
)
def test_a_file_that_does_not_say_what_it_approves_is_none(
    repository: Repository, subject: Subject, content: str
) -> None:
    store.approve(repository, subject, "Ada", [])
    the_file().write_text(content)
    assert store.granted(repository, subject) is None
    void = store.why_void(repository, subject)
    assert void is not None and str(the_file()) in void.reason


def test_an_approval_of_something_else_under_its_name_is_none(
    repository: Repository, subject: Subject
) -> None:
    store.approve(repository, subject, "Ada", [])
    record = json.loads(the_file().read_text())
    for key, value in (
        ("plan", "q.md"),
        ("subject", "0" * 64),
        ("clone", "ffff"),
        ("approves", "run"),
    ):
        the_file().write_text(json.dumps({**record, key: value}))
        assert store.granted(repository, subject) is None, key
    the_file().write_text(json.dumps(record))
    assert store.granted(repository, subject)


@pytest.mark.parametrize("kind", ["a link", "a folder", "a pipe", "open to others", "too large"])
def test_only_a_regular_file_of_the_users_own_counts(
    repository: Repository, subject: Subject, kind: str
) -> None:
    store.approve(repository, subject, "Ada", [])
    file = the_file()
    if kind == "a link":
        file.rename(file.with_suffix(".real"))
        file.symlink_to(file.with_suffix(".real"))
    elif kind == "open to others":
        file.chmod(0o666)
    elif kind == "too large":
        file.write_bytes(file.read_bytes() + b" " * (5 << 20))
    else:
        file.unlink()
        file.mkdir() if kind == "a folder" else os.mkfifo(file)
    assert store.granted(repository, subject) is None
    assert store.why_void(repository, subject) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("what", ["file", "clone", "approvals", "forge", "state"])
def test_what_belongs_to_another_user_does_not_count(
    repository: Repository, subject: Subject, what: str
) -> None:
    store.approve(repository, subject, "Ada", [])
    file = the_file()
    names = ("file", "clone", "approvals", "forge", "state")
    place = [file, *file.parents][names.index(what)]
    os.chown(place, 60002, 60002)
    assert store.granted(repository, subject) is None
    void = store.why_void(repository, subject)
    assert void is not None and str(place) in void.reason and "60002" in void.reason


@pytest.mark.parametrize("above", range(4))
def test_a_folder_that_others_can_write_voids_what_is_in_it(
    repository: Repository, subject: Subject, above: int
) -> None:
    store.approve(repository, subject, "Ada", [])
    place = the_file().parents[above]
    place.chmod(0o777)
    assert store.granted(repository, subject) is None
    void = store.why_void(repository, subject)
    assert void is not None and void.commands == [f"chmod go-w {place}"]
    with pytest.raises(SettingsError) as error:
        store.approve(repository, subject, "Ada", [])
    assert str(place) in error.value.message and error.value.next_commands == void.commands
    place.chmod(0o755)
    assert store.granted(repository, subject)


def test_a_sticky_folder_above_is_no_danger_and_below_it_is(
    repository: Repository, subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    monkeypatch.setenv("XDG_STATE_HOME", str(shared))
    store.approve(repository, subject, "Ada", [])
    assert store.granted(repository, subject)
    (shared / "forge").chmod(0o1777)
    assert store.granted(repository, subject) is None


def test_a_link_on_the_way_is_followed_and_judged(
    repository: Repository, subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open/link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "open/link"))
    store.approve(repository, subject, "Ada", [])
    assert store.granted(repository, subject) and (tmp_path / "real/forge").is_dir()
    (tmp_path / "open").chmod(0o777)
    assert store.granted(repository, subject) is None, "others can replace the link"


def test_a_state_folder_in_the_repository_is_refused(
    repository: Repository, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.approve(repository, subject, "Ada", [])
    state = store.state_folder().parents[1]
    monkeypatch.setenv("XDG_STATE_HOME", str(repository.root / "state"))
    with pytest.raises(SettingsError, match="inside the repository"):
        store.approve(repository, subject, "Ada", [])
    assert not (repository.root / "state").exists()
    state.rename(repository.root / "state")
    assert store.granted(repository, subject) is None, "a repository brings no approvals along"


def test_the_state_folder_follows_the_xdg_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert store.state_folder() == Path("/state/forge/approvals")
    monkeypatch.setenv("HOME", "/home/ada")
    for value in ("", "state", "./state"):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        assert store.state_folder() == Path("/home/ada/.local/state/forge/approvals")


def test_an_approval_of_a_run_is_for_that_run_and_that_subject(
    repository: Repository, subject: Subject
) -> None:
    store.approve_run(repository, RUN, subject, Grant("flag", []), "Ada")
    assert store.granted(repository, subject, RUN) == Grant("flag", [])
    assert store.given_at_start(repository, RUN, subject) == "flag"
    assert store.granted(repository, subject) is None
    assert store.granted(repository, subject, "another") is None
    changed = replace(subject, limits={"step_timeout": 1})
    assert store.granted(repository, changed, RUN) is None
    assert store.given_at_start(repository, RUN, changed) == ""
    store.forget_run(repository, RUN)
    assert store.granted(repository, subject, RUN) is None


def test_commands_run_with_a_runner_that_is_approved(
    sandbox: Sandbox, repository: Repository
) -> None:
    small_case(sandbox).set_up()
    catalog = Catalog(repository.root)
    plan = catalog.load(catalog.one("01-01"))
    worker, other = RunnerSettings(env=("KEY",)), RunnerSettings(env=("OTHER",))
    settings = Settings(runner="worker", runners={"worker": worker, "other": other})
    assert plan_approval.approved_runner(repository, plan, settings) is None
    store.approve(repository, subject_of(repository, plan, settings, "other"), "Ada", [])
    assert plan_approval.approved_runner(repository, plan, settings) is other
    store.approve(repository, subject_of(repository, plan, settings, "worker"), "Ada", [])
    assert plan_approval.approved_runner(repository, plan, settings) is worker
    changed = replace(settings, runners={"worker": RunnerSettings(env=("KEY", "MORE"))})
    assert plan_approval.approved_runner(repository, plan, changed) is None
