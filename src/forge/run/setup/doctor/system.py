"""Checks of the system: the platform, bash and git."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from forge.errors import ForgeError
from forge.git import program
from forge.run.guard import ancestry
from forge.run.setup.doctor.check import Check, error, passed, warning

_NOT_HELD = (
    "a program of a run is not kept from `approve`, `attest` and the like, approvals and settings"
    " are not watched, and detached processes are not ended"
)
_OLDEST_GIT = (2, 31)


def check_system() -> Iterator[Check]:
    if sys.platform == "win32":
        message = "forge does not execute plans on Windows"
        yield error("system", message, "use WSL; reading and validating work here")
    if ancestry.can_be_told():
        yield passed("ancestry", "programs of a run are told from the user")
    else:
        message = "/proc does not show the parents of a process here"
        yield warning("ancestry", f"{message}: {_NOT_HELD}", "`forge help security` has more")
    if shutil.which("bash") is None:
        hint = "install it: verify commands run with `bash -o pipefail -c`"
        yield error("bash", "bash is not on PATH", hint)
    try:
        version = program.run(Path("/"), "version").decode("utf-8", "replace").strip()
    except ForgeError as failure:
        yield error("git", failure.message, failure.hint)
        return
    yield check_git_version(version)


def check_git_version(version: str) -> Check:
    """Check the answer of `git version`; one without a number passes."""
    match = re.search(r"(\d+)\.(\d+)", version)
    if match is None or (int(match[1]), int(match[2])) >= _OLDEST_GIT:
        return passed("git", version)
    return error("git", f"{version} is too old", "install git 2.31 or newer")
