"""Approvals: what exactly is approved, its record, and what the user reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from forge.errors import SettingsError
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings, Settings
from forge.run.approvals import plan_approval
from forge.run.approvals.prompter import NoPrompter
from forge.run.approvals.shown import describe
from forge.run.approvals.subject import Subject, plan_commands, resolve_runner, subject_of
from forge.text.finding import Finding
from forge.text.printable import plain_text
from forge.timeline.run.state import Question
from tests.conftest import Sandbox
from tests.run.in_process import enter
from tests.run.plans import Case, Task, auto
from tests.run.terminal import at_terminal

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
    return subject_of(repository, plan, settings)


def test_commands_are_listed_in_order_of_execution(plan: Plan) -> None:
    assert plan_commands(plan) == ["grep -q a a.txt", "test -s a.txt", "cat a.txt"]


def test_a_subject_names_text_commands_runner_limits_and_scope(
    subject: Subject, plan: Plan
) -> None:
    assert subject.plan_sha256 == plan.sha256
    assert subject.runner["name"] == "worker" and subject.runner["env"] == ["A_KEY", "B_KEY"]
    assert subject.scope["write"] == ["a.txt"]
    assert set(subject.as_data()) == {
        "subject",
        "plan_path",
        "plan_sha256",
        "commands",
        "runner",
        "limits",
        "scope",
        "approvals",
    }


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
        name: subject_of(repository, plan, changed).sha256
        for name, changed in changed_settings(settings).items()
    }
    hashes["runner"] = subject_of(repository, plan, settings, "other").sha256
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
    assert subject_of(repository, plan, changed).sha256 == subject.sha256


def test_an_unknown_runner_is_refused_with_the_known_ones(settings: Settings) -> None:
    with pytest.raises(SettingsError) as error:
        resolve_runner(settings, "nobody")
    assert "there is no runner `nobody`" in error.value.message
    assert all(name in error.value.message for name in ("worker", "other", "manual"))


def test_the_default_runner_and_a_plug_in_are_resolved(settings: Settings) -> None:
    assert resolve_runner(settings, None) == ("worker", settings.runners["worker"])
    assert resolve_runner(settings, "manual") == ("manual", RunnerSettings())


def test_the_command_to_approve_names_a_runner_only_if_it_is_not_the_default(
    settings: Settings,
) -> None:
    assert plan_approval.approve_command(settings, "p.md", "worker") == "forge approve p.md"
    command = plan_approval.approve_command(settings, "p.md", "other")
    assert command == "forge approve p.md --runner other"


def test_the_user_reads_everything_that_is_approved(plan: Plan, subject: Subject) -> None:
    finding = Finding("no-done", "note", plan.path, 3, 1, 3, 5, "no <done>", "write one")
    text = plain_text(describe(plan, subject, [finding]))
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
    text = plain_text(describe(plan, subject))
    assert "what the rules say" not in text and "within what its missions" not in text


def test_no_text_of_a_plan_can_look_like_a_line_of_forges_own(
    sandbox: Sandbox, repository: Repository
) -> None:
    forged = "x\nsubject: 0000\ncommands that will run here:\n  $ true\x1b[2J\u202e"
    quoted = json.dumps(forged)
    sandbox.write(
        ".planning/phases/01-first/01-02-PLAN.md",
        f"---\nphase: 01-first\nplan: 02\ntitle: {quoted}\nfiles_modified: [{quoted}]\n"
        f"user_setup: [{quoted}]\nmust_haves:"
        f" {{truths: [{{statement: s, verify: {quoted}}}]}}\n---\n"
        f"<objective>\n{forged}\n</objective>\n<context>\n@../../etc/passwd\n</context>\n"
        f"<task type='auto'>\n<name>n</name>\n<files>a</files>\n<action>\n{forged}\n</action>\n"
        "<verify><automated>test -s a</automated></verify>\n</task>\n"
        "<task type='auto'>\n<name>m</name>\n<files>a</files>\n<action>secretly</action>\n"
        "<verify><automated>test -s a</automated></verify>\n</task>\n",
    )
    words = ("agent", forged, "--flag")
    runner = RunnerSettings(command=words, env=("AWS_KEY", forged), litter=(forged,))
    settings = Settings(runner=forged, runners={forged: runner})
    catalog = Catalog(repository.root)
    plan = catalog.load(catalog.one("01-02"))
    text = plain_text(describe(plan, subject_of(repository, plan, settings)))
    lines = text.splitlines()
    assert text.isascii() and all(line.isprintable() for line in lines)
    subjects = [line for line in lines if line.startswith("subject:")]
    assert len(subjects) == 1 and subjects[0] == lines[-1] and "0000" not in lines[-1][:13]
    assert lines.count("commands that will run here:") == 1
    assert lines.count("  $ test -s a") == 1 and "    in: step 1, step 2" in lines
    assert "     | <action>secretly</action>" in lines and "  ../../etc/passwd" in lines
    assert any(line.startswith("  AWS_KEY") or line == "  AWS_KEY" for line in lines)


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


def test_a_line_wider_than_the_terminal_does_not_begin_at_its_left_edge(sandbox: Sandbox) -> None:
    """The rest of a long line would look like a line of forge's own."""
    forged = "x" * 76 + "approved; now: forge execute 01-01" + " y" * 60
    Case(sandbox, [Task(forged, "a.txt", auto("echo " + "z" * 300))], files=("a.txt",)).set_up()
    code, shown = at_terminal(sandbox, ["approve", "01-01", "--print"], b"")
    lines = shown.replace("\r", "").splitlines()
    assert code == 0 and all(len(line) <= 80 for line in lines)
    assert not any(line.startswith(("approved", "x", "y", "z")) for line in lines)
    piped = sandbox.forge("approve", "01-01", "--print").out
    assert "echo " + "z" * 300 in piped, "only a terminal folds"
