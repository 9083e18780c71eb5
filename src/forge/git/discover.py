"""Where a repository lies, found without git where nothing about it is out of the ordinary: git
takes 3 ms to say so.
"""

from __future__ import annotations

import os
import re
import stat

_DECIDING = ("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
# Settings by which a `.git` is no plain repository with its work tree around it, or that are not in
# this file. They are looked for anywhere: a setting may stand behind its section, and a section
# behind another one, on one line.
_ODD = re.compile(
    rb"worktree|bare(?![ \t]*=[ \t]*false[ \t]*$)|\[[ \t\r]*(?:extensions|include)|\\$", re.M | re.I
)
_HEAD = re.compile(rb"ref: refs/|[0-9a-f]{40}\s*$")


def plain_root(start: str) -> str | None:
    """Return the root of the repository that a folder lies in, links resolved; None where git has
    to be asked.

    That is so wherever git would look further than at a `.git` folder of this user's: for linked
    work trees, submodules, bare repositories, extensions of the format, folders of others, other
    file systems. What there is no repository at all in is left to git too.
    """
    if any(name in os.environ for name in _DECIDING):
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
    """Say whether the `.git` of a folder is what `git init` makes, and both belong to this user.
    Raises OSError.
    """
    git = f"{root}/.git"
    found = os.lstat(git)
    owners = {found.st_uid, os.stat(root).st_uid}
    if (
        not stat.S_ISDIR(found.st_mode)
        or owners != {os.geteuid()}
        or os.path.lexists(f"{git}/commondir")
    ):
        return False
    with open(f"{git}/HEAD", "rb") as file:
        whole = (
            bool(_HEAD.match(file.read(64)))
            and os.path.isdir(f"{git}/objects")
            and os.path.isdir(f"{git}/refs")
        )
    with open(f"{git}/config", "rb") as file:
        return whole and not _ODD.search(file.read())
