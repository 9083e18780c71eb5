"""Approvals: what exactly is approved, its record, and what the user reads."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from forge.errors import SettingsError
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings, Settings
from forge.run.approvals import plan_approval
from forge.run.approvals.plan_approval import Subject
from forge.run.approvals.prompter import NoPrompter
from forge.text.finding import Finding
from forge.timeline.run.state import Question
from tests.conftest import Sandbox
from tests.run.in_process import enter
from tests.run.plans import Case, Task, auto

MUST_HAVES = """\
must_haves:
  truths:
    - statement: "It says a"
      verify: "cat a.txt"
"""


@pytest.fixture
def repository(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Repository:
    tasks = [
        Task("Write a", "a.txt", auto("grep -q a a.txt")),
        Task("Look at it", kind="checkpoint:human-verify"),
    ]
    Case(
        sandbox,
        tasks,
        files=("a.txt",),
        must_haves=MUST_HAVES,
        verification="```\ntest -s a.txt\n```",
        front="user_setup:\n  - Get a key\n",
    ).set_up()
    return enter(sandbox, monkeypatch)


@pytest.fixture
def plan(repository: Repository) -> Plan:
    catalog = Catalog(repository.root)
    return catalog.load(catalog.one("01-01"))


@pytest.fixture
def settings() -> Settings:
    worker = RunnerSettings(command=("agent", "{prompt}"), env=("B_KEY", "A_KEY"))
    return Settings(runner="worker", runners={"worker": worker, "other": RunnerSettings()})


@pytest.fixture
def subject(repository: Repository, plan: Plan, settings: Settings) -> Subject:
    return plan_approval.subject_of(repository, plan, settings)


def test_commands_are_listed_in_order_of_execution(plan: Plan) -> None:
    assert plan_approval.plan_commands(plan) == ["grep -q a a.txt", "test -s a.txt", "cat a.txt"]


def test_a_subject_names_text_commands_runner_limits_and_scope(
    subject: Subject, plan: Plan
) -> None:
    assert subject.plan_sha256 == plan.sha256
    assert subject.runner["name"] == "worker" and subject.runner["env"] == ["A_KEY", "B_KEY"]
    assert subject.scope["write"] == ["a.txt"]
    assert set(subject.as_data()) == {"subject", "commands", "runner", "limits", "scope"}


def changed_settings(settings: Settings) -> dict[str, Settings]:
    worker = settings.runners["worker"]

    def with_worker(**fields: Any) -> Settings:
        return replace(settings, runners={**settings.runners, "worker": replace(worker, **fields)})

    return {
        "command": with_worker(command=("agent", "--yolo", "{prompt}")),
        "environment": with_worker(env=("A_KEY",)),
        "timeout": with_worker(timeout=1),
        "repairs": replace(settings, repair=replace(settings.repair, attempts=3)),
        "step timeout": replace(settings, limits=replace(settings.limits, step_timeout=1)),
        "max_files": replace(settings, scope=replace(settings.scope, max_files=1)),
        "protect": replace(settings, scope=replace(settings.scope, protect=("x",))),
        "policy": replace(settings, approvals=replace(settings.approvals, diff="never")),
    }


def test_anything_that_decides_what_a_run_may_do_changes_the_subject(
    repository: Repository, plan: Plan, settings: Settings, subject: Subject
) -> None:
    hashes = {
        name: plan_approval.subject_of(repository, plan, changed).sha256
        for name, changed in changed_settings(settings).items()
    }
    hashes["runner"] = plan_approval.subject_of(repository, plan, settings, "other").sha256
    hashes["text"] = replace(subject, plan_sha256="0" * 64).sha256
    assert subject.sha256 not in hashes.values()
    assert len(set(hashes.values())) == len(hashes)


def test_a_plan_that_was_moved_keeps_its_subject(subject: Subject) -> None:
    assert replace(subject, plan_path="elsewhere.md").sha256 == subject.sha256


def test_a_setting_of_another_runner_does_not_matter(
    repository: Repository, plan: Plan, settings: Settings, subject: Subject
) -> None:
    runners = {**settings.runners, "other": RunnerSettings(command=("rm",))}
    changed = replace(settings, runners=runners)
    assert plan_approval.subject_of(repository, plan, changed).sha256 == subject.sha256


def test_an_approval_is_found_again_and_withdrawn(repository: Repository, subject: Subject) -> None:
    assert not plan_approval.is_approved(repository, subject)
    assert plan_approval.findings_shown(repository, subject) is None
    finding = Finding("no-done", "note", subject.plan_path, 3, 1, 3, 5, "no <done>", "write one")
    plan_approval.approve(repository, subject, "Ada <ada@example.org>", [finding])
    assert plan_approval.is_approved(repository, subject)
    assert plan_approval.findings_shown(repository, subject) == ["3:1: note no-done no <done>"]
    assert plan_approval.withdraw(repository, subject)
    assert not plan_approval.withdraw(repository, subject)
    assert not plan_approval.is_approved(repository, subject)


def test_an_approval_is_a_private_file_of_the_user(
    repository: Repository, subject: Subject
) -> None:
    plan_approval.approve(repository, subject, "Ada", [])
    (file,) = plan_approval.state_folder().glob("*/*.json")
    assert not file.is_relative_to(repository.root)
    assert file.stat().st_mode & 0o777 == 0o600
    record = json.loads(file.read_text())
    assert set(record) == {"plan", "subject", "by", "at", "root", "findings"}
    assert (record["subject"], record["by"]) == (subject.sha256, "Ada")


def test_another_subject_is_not_approved_by_it(repository: Repository, subject: Subject) -> None:
    plan_approval.approve(repository, subject, "Ada", [])
    assert not plan_approval.is_approved(repository, replace(subject, plan_sha256="0" * 64))
    assert not plan_approval.is_approved(repository, replace(subject, plan_path="elsewhere.md"))


def test_an_approval_in_another_clone_is_not_this_ones(
    repository: Repository, subject: Subject, tmp_path: Path
) -> None:
    plan_approval.approve(repository, subject, "Ada", [])
    repository.git("clone", "-q", str(repository.root), str(tmp_path / "clone"))
    clone = Repository.discover(tmp_path / "clone")
    assert not plan_approval.is_approved(clone, subject)


def test_the_text_is_approved_with_any_runner(
    repository: Repository, plan: Plan, settings: Settings
) -> None:
    assert not plan_approval.is_text_approved(repository, plan, settings)
    other = plan_approval.subject_of(repository, plan, settings, "other")
    plan_approval.approve(repository, other, "Ada", [])
    assert plan_approval.is_text_approved(repository, plan, settings)


def test_a_state_folder_in_the_repository_is_refused(
    repository: Repository, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(repository.root / "state"))
    with pytest.raises(SettingsError, match="inside the repository"):
        plan_approval.approve(repository, subject, "Ada", [])
    assert not (repository.root / "state").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"findings": 3}', "nonsense"])
def test_an_approval_without_findings_has_none_to_show(
    repository: Repository, subject: Subject, content: str
) -> None:
    plan_approval.approve(repository, subject, "Ada", [])
    (file,) = plan_approval.state_folder().glob("*/*.json")
    file.write_text(content)
    assert plan_approval.findings_shown(repository, subject) is None


def test_the_state_folder_follows_the_xdg_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert plan_approval.state_folder() == Path("/state/forge/approvals")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/ada")
    assert plan_approval.state_folder() == Path("/home/ada/.local/state/forge/approvals")


def test_an_unknown_runner_is_refused_with_the_known_ones(settings: Settings) -> None:
    with pytest.raises(SettingsError) as error:
        plan_approval.resolve_runner(settings, "nobody")
    assert "there is no runner `nobody`" in error.value.message
    assert all(name in error.value.message for name in ("worker", "other", "manual"))


def test_the_default_runner_and_a_plug_in_are_resolved(settings: Settings) -> None:
    assert plan_approval.resolve_runner(settings, None) == ("worker", settings.runners["worker"])
    assert plan_approval.resolve_runner(settings, "manual") == ("manual", RunnerSettings())


def test_the_command_to_approve_names_a_runner_only_if_it_is_not_the_default(
    settings: Settings,
) -> None:
    assert plan_approval.approve_command(settings, "p.md", "worker") == "forge approve p.md"
    command = plan_approval.approve_command(settings, "p.md", "other")
    assert command == "forge approve p.md --runner other"


def test_the_user_reads_everything_that_is_approved(plan: Plan, subject: Subject) -> None:
    finding = Finding("no-done", "note", plan.path, 3, 1, 3, 5, "no <done>", "write one")
    text = plan_approval.describe(plan, subject, [finding])
    for line in (
        f"  {plan.path}, SHA-256 {plan.sha256}",
        "  1. [edit] Write a",
        "  2. [checkpoint] Look at it",
        "runner: worker agent {prompt}",
        "may write:",
        "  a.txt",
        "to set up by hand first:",
        "  Get a key",
        "what the rules say of it:",
        "  3:1: note no-done no <done>",
        f"subject: {subject.sha256}",
    ):
        assert line in text.splitlines(), line
    assert all(f"$ {command}" in text for command in subject.commands)


def test_empty_parts_of_a_plan_are_not_shown(plan: Plan, subject: Subject) -> None:
    text = plan_approval.describe(plan, subject)
    assert "what the rules say" not in text and "within what its missions" not in text
    assert "(none)" in plan_approval.describe(plan, replace(subject, commands=[]))


def test_control_characters_of_a_plan_do_not_reach_the_terminal(
    plan: Plan, subject: Subject
) -> None:
    hostile = replace(subject, commands=["echo \x1b[2J\x07"])
    text = plan_approval.describe(plan, hostile)
    assert "\x1b" not in text and "\x07" not in text


def test_findings_are_recorded_a_line_each() -> None:
    findings = [
        Finding("one", "warning", "p.md", 1, 2, 1, 3, "first", ""),
        Finding("two", "error", "p.md", 4, 1, 4, 9, "second", ""),
    ]
    assert plan_approval.as_recorded(findings) == [
        "1:2: warning one first",
        "4:1: error two second",
    ]


def test_nobody_answers_without_a_prompter() -> None:
    question = Question("ap-1", "diff", "diff:d-1", "?", None)
    prompter = NoPrompter()
    assert not prompter.present
    assert prompter.ask(question, lambda: False) is None
    assert prompter.approve("a plan") is False


def test_the_folder_of_a_clone_is_its_own(repository: Repository, subject: Subject) -> None:
    plan_approval.approve(repository, subject, "Ada", [])
    folders = os.listdir(plan_approval.state_folder())
    assert len(folders) == 1 and folders[0] not in ("", ".", "..")
