"""Real git repositories in a temporary folder, an emptied HOME, a fixed identity and fixed dates;
the real program.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.nursery import Nursery

ROOT = Path(__file__).resolve().parents[1]
FORGE = [sys.executable, "-m", "forge"]
DATES = {"GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z"}
_BASE = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}


@cache
def _nursery() -> Nursery:
    """Return the Python of this worker that starts forge by forking."""
    made = Nursery({"PATH": os.environ["PATH"], **_BASE})
    atexit.register(made.close)
    return made


def _forks_alike(environment: Mapping[str, str]) -> bool:
    """Say whether a new Python in an environment would start as the one in the nursery did."""
    decisive = {
        name: value
        for name, value in environment.items()
        if name.startswith(("PYTHON", "LC_", "LANG"))
    }
    return decisive == {name: value for name, value in _BASE.items() if name != "TZ"}


def _text(data: bytes) -> str:
    """Return output as text, as a pipe opened for text gives it."""
    return data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json["data"]
        return found


@dataclass
class Sandbox:
    """A repository of its own, and the program to run in it."""

    root: Path
    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            **_BASE,
            **DATES,
            **self.env,
            **(extra or {}),
        }

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.root,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"git {words}: {done.stderr}"
        return done.stdout

    def forge(self, *words: str, env: Mapping[str, str] | None = None, timeout: float = 60) -> Said:
        environment = self.environment(env)
        if _forks_alike(environment) and _nursery().lock.acquire(blocking=False):
            try:
                done = _nursery().run(words, self.root, environment, timeout)
            finally:
                _nursery().lock.release()
        else:
            done = subprocess.run(
                [*FORGE, *words],
                cwd=self.root,
                env=environment,
                capture_output=True,
                timeout=timeout,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        out, err = (_text(data) for data in (done.stdout, done.stderr))
        assert "Traceback (most recent call last)" not in out + err, err
        return Said(done.returncode, out, err)

    def call(self, *words: str, env: Mapping[str, str] | None = None) -> Said:
        """Run a command with --json and hold the envelope to its contract."""
        said = self.forge(*words, "--json", env=env)
        envelope = said.json
        assert envelope["schema"].startswith(f"forge.{words[0]}/"), envelope
        assert envelope["ok"] is (said.code == 0), envelope
        assert ("data" in envelope) != ("error" in envelope), envelope
        return said

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*FORGE, *words],
            cwd=self.root,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def write(self, path: str, text: str | bytes) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return place

    def commit(self, message: str = "Change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def subjects(self) -> list[str]:
        return self.git("log", "--reverse", "--format=%s").splitlines()

    def status(self) -> list[str]:
        return self.git("status", "--porcelain", "--untracked-files=all").splitlines()

    def events(self, run: str) -> list[dict[str, Any]]:
        path = self.root / ".planning/runs" / run / "timeline.jsonl"
        live = self.root / ".git/forge/runs" / run / "timeline.jsonl"
        return [
            json.loads(line) for line in (live if live.exists() else path).read_text().splitlines()
        ]

    def types(self, run: str) -> list[str]:
        return [event["type"] for event in self.events(run)]


def new_sandbox(folder: Path, name: str = "work") -> Sandbox:
    """Make an empty repository with a home of its own below a folder."""
    home = folder / f"home-{name}"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n[gc]\nauto"
        " = 0\n"
    )
    root = folder / name
    root.mkdir()
    sandbox = Sandbox(root, home)
    sandbox.git("init", "-q")
    return sandbox


@pytest.fixture
def make_sandbox(tmp_path: Path) -> Callable[[str], Sandbox]:
    return lambda name="work": new_sandbox(tmp_path, name)


@pytest.fixture
def sandbox(make_sandbox: Callable[[str], Sandbox]) -> Sandbox:
    """A repository with one commit."""
    made = make_sandbox("work")
    made.write(".gitignore", "__pycache__/\n")
    made.write("README.md", "# A repository\n")
    made.commit("Begin")
    return made
