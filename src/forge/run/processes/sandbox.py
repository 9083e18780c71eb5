"""The command line of bubblewrap that runs a program in a sandbox (bwrap(1)), on Linux.

The work tree and what the settings list are writable, the rest of the system is read-only. Home
folders, temporary and runtime folders (with the sockets in them), the user's approvals and forge's
part of the git directory are empty or absent. The program has a namespace of processes, a session
and, unless the settings allow it, a network of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from forge.errors import NoSandbox, SettingsError
from forge.git.repository import Repository
from forge.planning.confinement import (
    Confinement,
    place_of,
    user_settings_folder,
    user_state_folder,
    why_not_readable,
    why_not_writable,
)
from forge.run.processes import sandbox_git

_NAMESPACES = (
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
)
_SYSTEM = ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
_HIDDEN = ("/home", "/root", "/tmp", "/var/tmp", "/run", "/mnt", "/media")
_SOCKETS = ("SSH_AUTH_SOCK", "GPG_AGENT_INFO", "DOCKER_HOST", "DBUS_SESSION_BUS_ADDRESS")
_UNSET = (*_SOCKETS, "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "TMPDIR")
_PATIENCE = 20  # seconds for a trial


class Inside(NamedTuple):
    """What a program in a sandbox works on: the repository, the folder of the user's approvals, and
    files that it may read although they are in a hidden folder.
    """

    repository: Repository
    state: Path
    shown: tuple[Path, ...] = ()


def confined(argv: Sequence[str], confinement: Confinement, inside: Inside) -> list[str]:
    """Return a command line that runs a program as its settings confine it.

    Raises NoSandbox, SettingsError, StorageFailed.
    """
    if confinement.sandbox == "none":
        return list(argv)
    if reason := why_not():
        raise _error("this program", reason)
    _require_narrow(confinement, inside.repository.root, "this program")
    return [
        *_bwrap(),
        *([] if confinement.network else ["--unshare-net"]),
        *_SYSTEM,
        *_hide(confinement, inside),
        *_show(confinement, inside),
        *_guard(confinement, inside),
        *(word for name in _UNSET for word in ("--unsetenv", name)),
        *("--chdir", str(inside.repository.root), "--", *argv),
    ]


def require(confinement: Confinement, root: Path, who: str) -> None:
    """Raise NoSandbox if a sandbox is asked for and does not work here, SettingsError if it lists
    a path that leads too far.
    """
    if confinement.sandbox == "none":
        return
    if reason := why_not():
        raise _error(who, reason)
    _require_narrow(confinement, root, who)


def _require_narrow(confinement: Confinement, root: Path, who: str) -> None:
    """Raise SettingsError for a listed path that leads, by links, where none may lead."""
    for key, paths, reason_for in (
        ("writable", confinement.writable, why_not_writable),
        ("readable", confinement.readable, why_not_readable),
    ):
        for path in paths:
            if (reason := reason_for(path, str(root))) is not None:
                raise SettingsError(
                    f"`{path}` in `{key}` of {who} leads to {place_of(path, str(root))}: {reason}",
                    "list a single folder that the program needs, or remove the link",
                )


@cache
def why_not() -> str:
    """Return why bubblewrap does not work here, by trying it; empty if it does."""
    if sys.platform != "linux":
        return "bubblewrap exists for Linux only"
    if shutil.which("bwrap") is None:
        return "bwrap is not found"
    for network in ((), ("--unshare-net",)):
        trial = [*_bwrap(), *network, *_SYSTEM, "--tmpfs", "/tmp", "--", "/bin/sh", "-c", ":"]
        if error := _failure(trial):
            return error
    return ""


@cache
def _bwrap() -> tuple[str, ...]:
    """Return the program with its namespaces; none can be made inside, if this version can."""
    base = (shutil.which("bwrap") or "bwrap", *_NAMESPACES)
    strict = (*base, "--disable-userns")
    return base if _failure([*strict, *_SYSTEM, "--", "/bin/sh", "-c", ":"]) else strict


def _failure(argv: list[str]) -> str:
    try:
        done = subprocess.run(
            argv, capture_output=True, timeout=_PATIENCE, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    text = done.stderr.decode("utf-8", "replace").strip()
    return (text or f"exit status {done.returncode}") if done.returncode else ""


def _error(who: str, reason: str) -> NoSandbox:
    return NoSandbox(
        f"{who} is to run in a sandbox (bubblewrap), which does not work here: {reason}",
        "install bubblewrap (`apt install bubblewrap`), and see `forge doctor`; without a sandbox"
        " nothing of it runs",
    )


def _hide(confinement: Confinement, inside: Inside) -> Iterator[str]:
    """Yield empty folders in the place of those with other people's or private files."""
    for folder in _hidden():
        if os.path.isdir(folder):
            yield from ("--tmpfs", folder)
    resolver = os.path.realpath("/etc/resolv.conf")
    if confinement.network and resolver.startswith("/run/") and os.path.exists(resolver):
        yield from ("--ro-bind", resolver, resolver)


def _hidden() -> list[str]:
    """Return the folders that are empty in every sandbox."""
    named = [os.environ.get(name, "") for name in ("HOME", "XDG_RUNTIME_DIR", "TMPDIR")]
    return sorted({os.path.realpath(path) for path in (*_HIDDEN, *filter(None, named))} - {"/"})


def _show(confinement: Confinement, inside: Inside) -> Iterator[str]:
    """Yield what the program may read and write: the settings' paths, the work tree, and of the git
    directory what git needs to read.
    """
    root = str(inside.repository.root)
    for option, paths in (
        ("--ro-bind-try", confinement.readable),
        ("--bind-try", confinement.writable),
    ):
        for path in paths:
            for place in _places(path, root):
                yield from (option, place_of(path, root), place)
    yield from ("--bind", root, root)
    link = f"{root}/.git"
    if os.path.isfile(link):
        yield from ("--ro-bind", link, link)
    yield from sandbox_git.show(inside.repository, inside.shown)


def _places(path: str, root: str) -> list[str]:
    """Return where a listed path is shown: where it leads to, and where it is listed, if the links
    on the way are in a hidden folder.
    """
    listed = os.path.normpath(os.path.join(root, os.path.expanduser(path)))
    place = place_of(path, root)
    is_hidden = any(listed.startswith(f"{folder}/") for folder in _hidden())
    in_tree = listed == root or listed.startswith(f"{root}/")
    return [place, *([listed] if listed != place and is_hidden and not in_tree else [])]


def _guard(confinement: Confinement, inside: Inside) -> Iterator[str]:
    """Yield what hides the user's approvals, settings and sockets, whatever the settings list."""
    root = str(inside.repository.root)
    shown = [
        (place_of(path, root), place)
        for path in (*confinement.readable, *confinement.writable)
        for place in _places(path, root)
    ]
    for folder in (inside.state, user_state_folder(), user_settings_folder()):
        path = os.path.realpath(folder)
        views = {
            path,
            *(place + path[len(at) :] for at, place in shown if f"{path}/".startswith(f"{at}/")),
        }
        for view in sorted(views) if folder.is_dir() else ():
            yield from ("--tmpfs", view, "--remount-ro", view)
    for name in _SOCKETS:
        path = os.environ.get(name, "").rpartition("unix:")[2].removeprefix("path=").split(",")[0]
        path = os.path.realpath("/" + path.strip("/")) if path.startswith("/") else ""
        if path and os.path.exists(path) and not path.startswith(("/run/", "/tmp/")):
            yield from ("--ro-bind", "/dev/null", path)
