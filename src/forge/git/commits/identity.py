"""Who commits: the names, addresses and dates that git would use here."""

from __future__ import annotations

import os
import re
import time
from functools import cache

from forge.errors import GitFailed, RepositoryError
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository

_IDENT = re.compile(r"(.*) <(.*)> (\d+) ([+-])(\d\d)(\d\d)")


def identity(repository: Repository) -> str:
    """Return the user as `Name <mail>`. Raises RepositoryError if git has no identity."""
    try:
        ident = repository.git("var", "GIT_COMMITTER_IDENT").decode("utf-8", "replace")
    except GitFailed as error:
        raise RepositoryError(
            "git has no identity for commits",
            "run `git config user.name NAME` and `git config user.email MAIL`",
        ) from error
    return ident.rpartition("> ")[0] + ">"


def signatures(repository: Repository) -> tuple[pygit2.Signature, pygit2.Signature]:
    """Return author and committer as git would make them, with the dates of the environment."""
    return _signature(repository, "AUTHOR"), _signature(repository, "COMMITTER")


def reflog_identity(repository: Repository) -> str:
    """Return the committer with the time, in the form of a reflog line."""
    committer = _signature(repository, "COMMITTER")
    hours, minutes = divmod(abs(committer.offset), 60)
    sign = "-" if committer.offset < 0 else "+"
    return f"{committer.name} <{committer.email}> {committer.time} {sign}{hours:02}{minutes:02}"


def _signature(repository: Repository, role: str) -> pygit2.Signature:
    name, mail, seconds, offset = _ident(repository, role)
    moment = seconds if f"GIT_{role}_DATE" in os.environ else int(time.time())
    return pygit2.Signature(name, mail, moment, offset, "utf-8")


@cache
def _ident(repository: Repository, role: str) -> tuple[str, str, int, int]:
    """Return name, mail, seconds and offset in minutes; git is asked once per role."""
    ident = repository.git("var", f"GIT_{role}_IDENT").decode("utf-8", "replace").strip()
    match = _IDENT.fullmatch(ident)
    if match is None:
        raise RepositoryError(
            f"git names no usable identity: {ident}",
            "set user.name and user.email with `git config`",
        )
    offset = (int(match[5]) * 60 + int(match[6])) * (-1 if match[4] == "-" else 1)
    return match[1] or match[2], match[2] or "none", int(match[3]), offset
