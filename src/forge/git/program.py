"""Runs the git program: without a shell, without a terminal, and never in another repository than
the one meant.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from forge.errors import GitFailed
from forge.lazy import at_first_use

if TYPE_CHECKING:
    import subprocess
else:
    subprocess = at_first_use("subprocess")  # many commands start no git

# What `git rev-parse --local-env-vars` names: a hook that calls forge must not point it at another
# repository or index.
_LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_QUARANTINE_PATH",
)
Attempt = Callable[..., "subprocess.CompletedProcess[bytes]"]
# Flushed to the disk; no maintenance behind a commit, which would outlive it and, killed, leave a
# lock behind; and no program asked for what changed in the tree: what a run judges is what lies
# there.
_SETTINGS = (
    "-c",
    "core.fsync=committed,reference",
    "-c",
    "core.fsyncMethod=fsync",
    "-c",
    "maintenance.auto=false",
    "-c",
    "core.fsmonitor=false",
)
_AS_IT_SAYS = "mend what git says, then `forge resume` an open run, or try again"
# Objects are what they are in each clone, as libgit2 reads them, whatever `git replace` puts in
# their place in this one.
_ALWAYS = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "GIT_NO_REPLACE_OBJECTS": "1"}
_NO_HOOKS = ("-c", "core.hooksPath=/dev/null")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for git: the user's, less what names another repository; no prompts,
    no replaced objects.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    return {**kept, **_ALWAYS, **(extra or {})}


def command(*words: str) -> list[str]:
    """Return the argument vector of a git command; what it writes is flushed to the disk."""
    return ["git", *_SETTINGS, *words]


def attempt(
    where: Path,
    *words: str,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    shielded: bool = True,
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder and return what came of it. A Ctrl-C at the terminal does not reach a
    shielded git.

    Raises GitFailed only where git itself cannot be started.
    """
    try:
        return subprocess.run(
            command(*words),
            cwd=where,
            input=stdin,
            env=environment(env),
            capture_output=True,
            start_new_session=shielded,
            check=False,
        )
    except OSError as error:
        raise GitFailed(
            f"git cannot be started: {error.strerror}",
            "install git 2.31 or newer and put it on PATH",
        ) from error


def run(
    where: Path, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> bytes:
    """Run git, and none of its hooks, and return its output. Raises GitFailed, with what git said,
    where it does not exit 0.
    """
    done = attempt(where, *_NO_HOOKS, *words, stdin=stdin, env=env)
    if done.returncode:
        raise failed(words, done)
    return done.stdout


def failed(words: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> GitFailed:
    """Return the error of a git that failed."""
    said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    verb = next(
        (word for word in words if not word.startswith("-") and "=" not in word), "git"
    )  # `-c` takes a setting
    return GitFailed(
        f"git {verb} failed: {said[-2000:] or f'status {done.returncode}'}",
        _AS_IT_SAYS,
        status=done.returncode,
    )


def fields(output: bytes) -> list[str]:
    """Return the NUL-separated fields of git's output; names that are no UTF-8 survive the round
    trip.
    """
    return [os.fsdecode(field) for field in output.split(b"\0")[:-1]]


def nul_joined(paths: Sequence[str]) -> bytes:
    """Return paths for git's `--stdin -z` and `--pathspec-file-nul`."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
