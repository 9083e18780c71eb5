"""A folder that only this user can write: who else could change what is in it, and how to make one.

Every folder on the way counts, links included: whoever can write one of them can put another folder
in its place.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_MOST_LINKS = 40


class OpenToOthers(NamedTuple):
    """A place on the way to a folder that somebody else can write; `fix` is a command, if there is
    one.
    """

    place: str
    why: str
    fix: str = ""


def open_to_others(folder: Path, own: int) -> OpenToOthers | None:
    """Return the first place at which another user could change what is in a folder; None if there
    is none, or no such folder.

    The last `own` folders are forge's own: they have to be this user's. Those above may be the
    system's too, and may be open to all if they are sticky, as `/tmp` is. Raises OSError.
    """
    last = {os.fspath(place) for place in (folder, *folder.parents)[:own]}
    resolved = {os.path.realpath(place) for place in last}
    for place, status in _way(os.fspath(folder)):
        if (found := _judge(place, status, private=place in last | resolved)) is not None:
            return found
    return None


def _judge(place: str, status: os.stat_result, *, private: bool) -> OpenToOthers | None:
    user = os.geteuid()
    if status.st_uid != user and (private or status.st_uid != 0):
        return OpenToOthers(place, f"it belongs to the user {_name(status.st_uid)}")
    if stat.S_ISLNK(status.st_mode):
        return None
    if not stat.S_ISDIR(status.st_mode):
        return OpenToOthers(place, "it is not a folder")
    writers = status.st_mode & _OTHERS
    if not writers or (not private and _is_harmless(status, writers)):
        return None
    who = "everybody" if writers & stat.S_IWOTH else f"the group {_group(status.st_gid)}"
    return OpenToOthers(place, f"{who} can write to it", shlex.join(["chmod", "go-w", place]))


def _is_harmless(status: os.stat_result, writers: int) -> bool:
    """Return whether others who may write to a folder cannot replace what this user has there."""
    if status.st_mode & stat.S_ISVTX:
        return True
    return not writers & stat.S_IWOTH and _is_alone_in(status.st_gid)


def _is_alone_in(group: int) -> bool:
    """Return whether this user is the only member of a group, as some systems make one for each."""
    try:
        own = pwd.getpwuid(os.geteuid())
        members = set(grp.getgrgid(group).gr_mem)
    except KeyError:
        return False
    others = (user for user in pwd.getpwall() if user.pw_gid == group and user.pw_uid != own.pw_uid)
    return own.pw_gid == group and members <= {own.pw_name} and not any(others)


def _way(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield every folder and link on the way to a folder, up to the first that does not exist."""
    place, links = "/", 0
    yield place, os.lstat(place)
    left = [part for part in reversed(folder.split("/")) if part not in ("", ".")]
    while left:
        part = left.pop()
        if part == "..":
            place = os.path.dirname(place)
            continue
        try:
            status = os.lstat(os.path.join(place, part))
        except FileNotFoundError:
            return
        yield os.path.join(place, part), status
        if not stat.S_ISLNK(status.st_mode):
            place = os.path.join(place, part)
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), folder)
        target = os.readlink(os.path.join(place, part))
        place = "/" if target.startswith("/") else place
        left += [part for part in reversed(target.split("/")) if part not in ("", ".")]


def make(folder: Path) -> None:
    """Make a folder and those above it that are missing, for this user alone, whatever the umask.

    Raises OSError.
    """
    for place in reversed((folder, *folder.parents)):
        try:
            os.mkdir(place, 0o700)
        except FileExistsError:
            continue
        except OSError:
            if place.is_dir():  # a system may refuse to make `/` before it says that it exists
                continue
            raise
        os.chmod(place, 0o700)


def _name(uid: int) -> str:
    try:
        return f"{pwd.getpwuid(uid).pw_name} ({uid})"
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return f"{grp.getgrgid(gid).gr_name} ({gid})"
    except KeyError:
        return str(gid)
