"""Finds an ordinary repository without git, whose start would take 3 ms."""

from __future__ import annotations

import os
import re
import stat

from forge import regular

_DISCOVERY_VARIABLES = ("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
# Settings that move the work tree, change the format, or include other files. The pattern matches
# anywhere in a line, since a section and its settings may share one line.
_UNUSUAL = re.compile(
    rb"worktree|bare(?![ \t]*=[ \t]*false[ \t]*$)|\[[ \t\r]*(?:extensions|include)|\\$", re.M | re.I
)
_HEAD = re.compile(rb"ref: refs/|[0-9a-f]{40}\s*$")


def plain_root(start: str) -> str | None:
    """Return the root of the repository that contains a folder, links resolved; None if git has to
    decide.

    Git decides about everything that is not a `.git` folder of this user: linked work trees,
    submodules, bare repositories, format extensions, other owners and file systems, and folders
    without a repository.
    """
    if any(name in os.environ for name in _DISCOVERY_VARIABLES):
        return None
    place = os.path.realpath(start)
    try:
        device = os.stat(place).st_dev
        while not os.path.lexists(f"{place}/.git"):
            above = os.path.dirname(place)
            if above == place or os.stat(above).st_dev != device or os.path.exists(f"{place}/HEAD"):
                return None
            place = above
        return place if _is_plain(place) else None
    except OSError:
        return None


def _is_plain(root: str) -> bool:
    """Return whether `.git` is as `git init` makes it and this user owns it and the folder.

    Raises OSError.
    """
    git = f"{root}/.git"
    status = os.lstat(git)
    owners = {status.st_uid, os.stat(root).st_uid}
    if (
        not stat.S_ISDIR(status.st_mode)
        or owners != {os.geteuid()}
        or os.path.lexists(f"{git}/commondir")
    ):
        return False
    complete = (
        bool(_HEAD.match(regular.read(f"{git}/HEAD", follow=True)[:64]))
        and os.path.isdir(f"{git}/objects")
        and os.path.isdir(f"{git}/refs")
    )
    return complete and not _UNUSUAL.search(regular.read(f"{git}/config", follow=True))
