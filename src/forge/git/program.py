"""Runs the git program without a shell or a terminal, and always in the intended repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from forge.errors import GitFailed
from forge.git.failures import as_lines, failure
from forge.git.pinned_settings import PINNED
from forge.lazy import at_first_use

if TYPE_CHECKING:
    import subprocess
else:
    subprocess = at_first_use("subprocess")  # many commands do not start git

# The output of `git rev-parse --local-env-vars`: a hook that calls forge must not redirect it to
# another repository or index.
_LOCAL_VARIABLES = (
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
_HINT = "fix what git reports, then `forge resume` an open run, or try again"
_MOST_SAID = 2000  # characters of what git said
# Replacements by `git replace` and grafts are local to a clone; they show another history.
# git prints an advice if there is a file of grafts, even an empty one, so none is named.
_ALWAYS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": ":",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": f"{os.devnull}/none",
}
_NO_HOOKS = ("-c", "core.hooksPath=/dev/null")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the user's environment for git, without variables that name another repository, and
    without prompts and replaced objects.
    """
    return {**plain_environment(), **_ALWAYS, **(extra or {})}


def command(*words: str) -> list[str]:
    """Return the arguments of a git command of forge's own, with the settings it depends on."""
    return ["git", *PINNED, *words]


def plain_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the user's environment without variables that name another repository, and nothing of
    forge's own: for git commands whose hooks are the user's.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL_VARIABLES}
    return {**kept, **(extra or {})}


def attempt_as_user(
    folder: Path, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git as the user would, with the user's settings and hooks, and return its result.

    Raises GitFailed only if git cannot be started.
    """
    return _started(folder, ["git", *words], stdin, plain_environment(env), shielded=True)


def settings(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run `git config` without the settings of forge's own calls, and return its result.

    Raises GitFailed only if git cannot be started.
    """
    return _started(folder, ["git", "config", *words], b"", environment(), shielded=True)


def attempt(
    folder: Path,
    *words: str,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    shielded: bool = True,
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder and return its result, whatever its exit status.

    Ctrl-C at the terminal does not reach a `shielded` git process. Raises GitFailed only if git
    cannot be started.
    """
    return _started(folder, command(*words), stdin, environment(env), shielded=shielded)


def _started(
    folder: Path, argv: list[str], stdin: bytes, env: Mapping[str, str], *, shielded: bool
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            argv,
            cwd=folder,
            input=stdin,
            env=env,
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
    folder: Path, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> bytes:
    """Run git without hooks and return its output. Raises GitFailed with git's message if its exit
    status is not 0.
    """
    result = attempt(folder, *_NO_HOOKS, *words, stdin=stdin, env=env)
    if result.returncode:
        raise failed(words, result)
    return result.stdout


def failed(words: Sequence[str], result: subprocess.CompletedProcess[bytes]) -> GitFailed:
    """Return the error for a git command that failed."""
    message = (result.stderr or result.stdout).decode("utf-8", "replace").strip()
    # the first word that is neither an option nor the setting after `-c`
    verb = next((word for word in words if not word.startswith("-") and "=" not in word), "git")
    said = _end_of(message) or f"status {result.returncode}"
    return failure(as_lines(f"git {verb} failed: {said}"), _HINT, result.returncode)


def _end_of(message: str) -> str:
    """Return the last lines of a message; a line that is cut goes, so that no half of a secret
    stays, which would not be recognized.
    """
    end = message[-_MOST_SAID:]
    if len(message) == len(end):
        return message
    first, line_end, rest = end.partition("\n")
    return rest if line_end else first.partition(" ")[2]


def fields(output: bytes) -> list[str]:
    """Return the NUL-separated fields of git's output; names that are not UTF-8 can be encoded
    again.
    """
    return [os.fsdecode(field) for field in output.split(b"\0")[:-1]]


def nul_joined(paths: Sequence[str]) -> bytes:
    """Return paths in the form of git's `--stdin -z` and `--pathspec-file-nul`."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
