"""Runs foreign code: shows its descendants the beacon, answers forge commands that ask who they
are, and checks afterwards what happened to approvals and settings.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
from pathlib import Path
from types import TracebackType

from forge import regular
from forge.git.repository import Repository
from forge.planning.settings import user_path
from forge.run.guard.ancestry import can_be_told, descends_from
from forge.run.guard.beacon import Beacon, Place
from forge.run.guard.denial import Denial
from forge.run.guard.signature import Mark, changed_approvals, digest, sign_approvals
from forge.run.guard.sockets import PREFIX, peer_of, receive
from forge.timeline.ids import now

_PATIENCE = 1.0  # seconds for a command that asks
_VOID = (
    "an approval appeared that no forge command of the user wrote; it is void, and kept as {kept}:"
    " {path}"
)
_GONE = "an approval was removed, and no forge command of the user did that: {path}"
_SETTINGS = "your settings changed while code of the run was at work; inspect them: {path}"


class ForeignCode:
    """A context in which foreign code runs; `what` is the run, or the command that runs it.

    After it, `denials` has what that code was denied or did. Where ancestry cannot be told,
    nothing is watched.
    """

    def __init__(self, repository: Repository, what: str, state: Path) -> None:
        self.denials: list[Denial] = []
        self._repository = repository
        self._what = what
        self._state = state
        self._announced: dict[str, str] = {}
        self._approvals: dict[str, Mark] = {}
        self._settings = ""
        self._open = contextlib.ExitStack()

    def __enter__(self) -> ForeignCode:
        if not can_be_told():
            return self
        with contextlib.suppress(OSError):
            self._show_beacon()
        self._approvals, self._settings = sign_approvals(self._state), digest(user_path())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if can_be_told():
            self._judge_approvals()
        self._open.close()

    def _show_beacon(self) -> None:
        """Open the socket and show the beacon. Raises OSError."""
        address = f"{PREFIX}{os.getpid()}-{secrets.token_hex(8)}"
        listener = self._open.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        listener.bind(f"\0{address}")
        listener.listen()
        self.beacon = Beacon.new(self._what, self._repository, self._state, address)
        self._open.callback(os.close, self.beacon.light())
        thread = threading.Thread(target=self._serve, args=(listener,), daemon=True)
        thread.start()
        self._open.callback(thread.join)
        self._open.callback(_shut, listener)

    def _serve(self, listener: socket.socket) -> None:
        """Answer commands one after another until the socket is shut."""
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                connection.settimeout(_PATIENCE)
                connection.sendall(json.dumps(self._answer(connection)).encode() + b"\n")

    def _answer(self, connection: socket.socket) -> dict[str, object]:
        """Return whether this command is covered, and whether it is the user's.

        The system names the process at the other end, whatever that one says. It has no number
        here if it is outside this process's namespace, in which all descendants are.
        """
        pid, _ = peer_of(connection)
        question = receive(connection)
        clone = question["clone"]
        covers = self.beacon.covers(Place(*clone) if clone else None, Place(*question["state"]))
        is_user = pid == 0 or (_is_known(pid) and not descends_from(pid, os.getpid()))
        if covers and not is_user:
            self.denials.append(Denial(str(question["tool"]), "not_the_user", pid))
        elif is_user and (written := question.get("writes")):
            self._announced[os.path.realpath(str(written))] = str(question.get("sha256", ""))
        return {"covers": covers, "user": is_user, "what": self._what}

    def _judge_approvals(self) -> None:
        """Set void approvals aside, and record everything that was done without the user."""
        after = sign_approvals(self._state)
        void, gone = changed_approvals(self._approvals, after, self._announced)
        for path in void:
            kept = self._set_aside(path)
            self.denials.append(Denial("approvals", _VOID.format(path=path, kept=kept)))
        self.denials += [Denial("approvals", _GONE.format(path=path)) for path in gone]
        if digest(user_path()) != self._settings:
            self.denials.append(Denial("settings", _SETTINGS.format(path=user_path())))

    def _set_aside(self, path: str) -> str:
        """Move an approval to `forge/torn/` of the git directory, and return its path there; remove
        it if that is not possible.
        """
        kept = self._repository.forge_dir / "torn" / f"void-{now()[:19].replace(':', '')}"
        kept = kept.with_name(f"{kept.name}-{secrets.token_hex(2)}.json")
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(regular.read(path, follow=True))
        except OSError:
            kept = Path("(nothing)")
        with contextlib.suppress(OSError):
            os.unlink(path)
        return str(kept)


def _is_known(pid: int) -> bool:
    """Return whether a process is visible from here, so that its parents can be read."""
    return os.path.isdir(f"/proc/{pid}")


def _shut(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
