"""Fixtures: real git repositories in a temporary folder, with an empty HOME, a fixed identity and
fixed dates, and the real program.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
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


# A shell starts a background job with SIGINT ignored, and all its children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@cache
def _nursery() -> Nursery:
    """Return this worker's Python process that starts forge by forking."""
    nursery = Nursery({"PATH": os.environ["PATH"], **_BASE})
    atexit.register(nursery.close)
    return nursery


def _nursery_fits(environment: Mapping[str, str]) -> bool:
    """Return whether a new Python in this environment would start like the one in the nursery."""
    startup_settings = {
        name: value
        for name, value in environment.items()
        if name.startswith(("PYTHON", "LC_", "LANG"))
    }
    return startup_settings == {name: value for name, value in _BASE.items() if name != "TZ"}


def _text(data: bytes) -> str:
    """Decode output the way a text-mode pipe does."""
    return data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class CommandResult:
    """The output and exit status of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        envelope: dict[str, Any] = json.loads(self.out)
        return envelope

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.json["data"]
        return data


@dataclass
class Sandbox:
    """A temporary repository, and the means to run git and forge in it."""

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

    def forge(
        self, *words: str, env: Mapping[str, str] | None = None, timeout: float = 60
    ) -> CommandResult:
        environment = self.environment(env)
        if _nursery_fits(environment) and _nursery().lock.acquire(blocking=False):
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
        return CommandResult(done.returncode, out, err)

    def call(self, *words: str, env: Mapping[str, str] | None = None) -> CommandResult:
        """Run a command with --json and check the envelope against its contract."""
        result = self.forge(*words, "--json", env=env)
        envelope = result.json
        assert envelope["schema"].startswith(f"forge.{words[0]}/"), envelope
        assert envelope["ok"] is (result.code == 0), envelope
        assert ("data" in envelope) != ("error" in envelope), envelope
        return result

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
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

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
    """Create an empty repository and its own home below a folder."""
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
    repository = make_sandbox("work")
    repository.write(".gitignore", "__pycache__/\n")
    repository.write("README.md", "# A repository\n")
    repository.commit("Begin")
    return repository


@pytest.fixture
def library(sandbox: Sandbox) -> Sandbox:
    """Two modules and a page about sessions that expire, and a file about nothing of it."""
    for path, text in {
        "src/session.py": "def loadSession(token): return expire(token)\n",
        "src/expiry.py": "expire expire expire\n",
        "docs/guide.md": "How a session is opened, and when it expires.\n",
        "other.txt": "nothing of it\n",
    }.items():
        sandbox.write(path, text)
    sandbox.commit("A library")
    return sandbox
