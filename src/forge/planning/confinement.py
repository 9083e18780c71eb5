"""How a program is confined: settings of a sandbox, the stricter of two, and paths too wide for
one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

SandboxKind = Literal["none", "bubblewrap"]
Network = Annotated[bool | None, Meta(description="true or false")]
Paths = Annotated[tuple[str, ...], Meta(description="a list of texts", extra={"lone": True})]

_SYSTEM = "bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var"
_SYSTEM_FOLDERS = {"/", *(f"/{name}" for name in _SYSTEM.split())}
_OBEYED = (".ssh", ".gnupg", ".gitconfig", ".config/git", ".bashrc", ".bash_profile", ".profile")
_OBEYED_BY_SHELLS = (*_OBEYED, ".zshrc", ".zshenv", ".zprofile", ".config/fish", ".pam_environment")


class Confinement(Struct, frozen=True):
    """How a program is confined: in a sandbox or not, with a network or not (None: not said), and
    the paths that it may write and read there besides the work tree and the system.
    """

    sandbox: SandboxKind = "none"
    network: Network = None
    writable: Paths = ()
    readable: Paths = ()

    def added_to(self, general: Confinement) -> Confinement:
        """Return what one file says of a program together with what it says of all of them."""
        return Confinement(
            "bubblewrap" if "bubblewrap" in (self.sandbox, general.sandbox) else "none",
            _both(self.network, general.network),
            tuple(dict.fromkeys((*general.writable, *self.writable))),
            tuple(dict.fromkeys((*general.readable, *self.readable))),
        )

    def tightened(self, user: Confinement) -> Confinement:
        """Return the stricter of this and of what the user's own settings say.

        In a sandbox that the user asks for, there is only the network, and only the paths, that the
        user's own settings name.
        """
        if user.sandbox == "none":
            network = _both(self.network, user.network)
            return Confinement(self.sandbox, network, self.writable, self.readable)
        return Confinement(
            user.sandbox,
            _both(self.network, bool(user.network)),
            _allowed(self.writable, user.writable),
            _allowed(self.readable, user.readable),
        )


def _both(one: bool | None, other: bool | None) -> bool | None:
    said = [value for value in (one, other) if value is not None]
    return all(said) if said else None


def _allowed(paths: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in paths if path in allowed) if paths else allowed


def user_settings_folder() -> Path:
    """Return the folder of the user's own settings, below the XDG configuration folder."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return Path(base) / "forge"


def user_state_folder() -> Path:
    """Return the folder of what forge knows of this user, such as approvals, in the XDG state
    folder. A relative XDG_STATE_HOME is ignored, as its standard says.
    """
    base = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(base) / "forge"


def place_of(path: str, root: str = "") -> str:
    """Return where a path of the settings leads, links followed; relative ones are in `root`."""
    return os.path.realpath(os.path.join(root or os.getcwd(), os.path.expanduser(path)))


def why_not_writable(path: str, root: str = "") -> str | None:
    """Return why a path may not be listed as writable in a sandbox; None if it may.

    Without a `root` a relative path is judged by its words alone.
    """
    if (reason := why_not_readable(path, root)) is not None:
        return reason
    place = _absolute(path, root)
    if place is None:
        return None
    home = os.path.realpath(os.path.expanduser("~"))
    if place in _SYSTEM_FOLDERS or place.startswith(("/proc/", "/sys/", "/dev/")):
        return "it is a folder of the system"
    if _covers(place, home):
        return "it is your home, or contains it"
    if os.path.dirname(place) == "/home" or _covers(place, "/home"):
        return "it is another home"
    for folder in _private():
        if _covers(place, folder):
            return "it contains forge's own folder for you"
    for name in _OBEYED_BY_SHELLS:
        obeyed = os.path.realpath(f"{home}/{name}")
        if _covers(place, obeyed) or _covers(obeyed, place):
            return f"your own programs obey ~/{name}, outside the sandbox too"
    if root and _covers(place, root) and place != os.path.realpath(root):
        return "it contains the work tree"
    return None


def why_not_readable(path: str, root: str = "") -> str | None:
    """Return why a path may not be listed as readable in a sandbox; None if it may."""
    if ".." in path.split("/"):
        return "it has `..`"
    if not path.strip():
        return "it is empty"
    place = _absolute(path, root)
    if place is None:
        return None
    if place == "/":
        return "it is the whole system"
    if any(_covers(folder, place) for folder in _private()):
        return "it is forge's own folder for you, with your approvals or settings"
    return None


def _absolute(path: str, root: str) -> str | None:
    expanded = os.path.expanduser(path)
    return place_of(path, root) if root or os.path.isabs(expanded) else None


def _private() -> list[str]:
    """Return the folders with the user's approvals and settings, links followed."""
    return [os.path.realpath(user_state_folder()), os.path.realpath(user_settings_folder())]


def _covers(folder: str, place: str) -> bool:
    """Return whether a folder is a place, or contains it."""
    return place == folder or place.startswith(folder.rstrip("/") + "/")
