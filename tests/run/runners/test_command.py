"""The command line of a runner, and which runner the settings select."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge.errors import SettingsError
from forge.planning.settings import RunnerSettings
from forge.run.processes.output import Output
from forge.run.processes.supervise import Limits
from forge.run.runners.base import Job, find, plug_ins
from forge.run.runners.command import CommandRunner
from forge.run.runners.manual import ManualRunner


def job(root: Path = Path("/nowhere"), **more: Any) -> Job:
    return Job(
        root,
        "Do {session} it",
        root / "prompt.md",
        {"FORGE_STEP": "1"},
        Limits(20),
        Output(1000),
        lambda: None,
        lambda child: None,
        **more,
    )


def argv(*command: str, made: Job | None = None, **settings: Any) -> list[str]:
    return CommandRunner().argv(RunnerSettings(command=command, **settings), made or job())


@pytest.mark.parametrize(
    ("command", "prompt", "expected"),
    [
        (["agent"], "stdin", ["agent"]),
        (["agent"], "file", ["agent"]),
        (["agent"], "arg", ["agent", "Do {session} it"]),
        (["agent", "-p={prompt}"], "arg", ["agent", "-p=Do {session} it"]),
        (["agent", "{prompt_file}"], "arg", ["agent", "/nowhere/prompt.md"]),
        (["agent", "{unknown}"], "stdin", ["agent", "{unknown}"]),
    ],
)
def test_placeholders(command: list[str], prompt: str, expected: list[str]) -> None:
    assert argv(*command, prompt=prompt) == expected


def test_a_session_is_resumed_if_there_is_a_command_for_it() -> None:
    resume = ("agent", "--resume", "{session}")
    assert argv("agent", made=job(session="s1"), resume_command=resume) == [
        "agent",
        "--resume",
        "s1",
    ]
    assert argv("agent", resume_command=resume) == ["agent"]
    assert argv("agent", made=job(session="s1")) == ["agent"]


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        (None, ["agent"]),
        ((), ["agent", "--tools="]),
        (("read", "edit"), ["agent", "--tools=read,edit"]),
    ],
)
def test_tools_that_missions_allow(tools: tuple[str, ...] | None, expected: list[str]) -> None:
    assert argv("agent", "--tools={allowed_tools}", made=job(allowed_tools=tools)) == expected


def test_a_program_gets_the_prompt_and_only_named_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "t")
    monkeypatch.setenv("OTHER", "o")
    made = job(tmp_path)
    script = 'cat; echo " $FORGE_STEP $TOKEN [$OTHER] $(pwd -P)"'
    runner = RunnerSettings(command=("sh", "-c", script), env=("TOKEN",))
    assert CommandRunner().run(runner, made).success
    assert made.output.text() == f"Do {{session}} it 1 t [] {tmp_path.resolve()}\n"


def test_its_output_may_turn_a_success_into_a_failure(tmp_path: Path) -> None:
    line = '{"type": "result", "is_error": true, "result": "no quota"}'
    runner = RunnerSettings(command=("echo", line), output="json-lines")
    made = job(tmp_path)
    done = CommandRunner().run(runner, made)
    assert (done.ended, done.exit_code) == ("result", 0)
    assert "no quota" in done.describe()
    assert made.output.latest_lines() == "no quota"


def test_a_runner_is_selected_by_its_command_else_by_its_name() -> None:
    assert isinstance(find("agent", RunnerSettings(command=("agent",))), CommandRunner)
    assert isinstance(find("manual", RunnerSettings()), ManualRunner)
    with pytest.raises(SettingsError, match="no kind of runner `agent`") as caught:
        find("agent", RunnerSettings())
    assert "give `agent` a `command`" in caught.value.hint


def test_plug_ins_do_not_include_the_command_runner() -> None:
    assert "manual" in plug_ins() and "command" not in plug_ins()


def test_the_manual_runner_calls_nothing() -> None:
    made = job()
    assert ManualRunner().by_hand and ManualRunner().argv(RunnerSettings(), made) == []
    assert ManualRunner().run(RunnerSettings(), made).success
