"""The identity of a process: its number alone does not make it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from forge.timeline import process_id
from forge.timeline.process_id import ProcessId


def test_this_process_is_alive() -> None:
    own = ProcessId.of(os.getpid())
    assert own.pid == os.getpid() and own.start and own.boot
    assert own.alive()
    assert own == ProcessId.of(os.getpid()), "it does not change"


def test_a_reused_number_is_another_process() -> None:
    own = ProcessId.of(os.getpid())
    assert not own._replace(start="1").alive()
    assert not own._replace(boot="another boot").alive()


def test_a_number_without_a_process_has_no_start() -> None:
    none = ProcessId.of(2**22 + 1)
    assert none.start == "" and not none.alive()


def test_a_process_that_ended_is_not_alive() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        identity = ProcessId.of(child.pid)
        assert identity.alive()
        child.kill()
    assert not identity.alive()


def test_without_proc_the_identity_comes_from_other_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(words: list[str], **how: object) -> subprocess.CompletedProcess[str]:
        answers = {"ps": "Mon Jan  5 10:00:00 2026\n", "sysctl": "{ sec = 1767000000 }\n"}
        return subprocess.CompletedProcess(words, 0, answers[words[0]], "")

    def missing(*path: object, **how: object) -> object:
        raise FileNotFoundError

    monkeypatch.setattr(process_id.subprocess, "run", run)
    monkeypatch.setattr("builtins.open", missing)
    monkeypatch.setattr(os.path, "isdir", lambda path: False)
    monkeypatch.setattr(process_id.Path, "read_text", missing)
    process_id._boot.cache_clear()
    try:
        identity = ProcessId.of(1)
    finally:
        process_id._boot.cache_clear()
    assert identity == ProcessId(1, "Mon Jan  5 10:00:00 2026", "{ sec = 1767000000 }")
