"""A Python that has everything loaded and starts `forge` by forking: a tenth of the time of a new
interpreter.

What runs is `forge.__main__.main` in a process of its own, with the arguments, folder, environment
and pipes that it is given. Tests that change how Python itself starts, or that look at what is
loaded, start a new interpreter instead.
"""

from __future__ import annotations

import array
import contextlib
import importlib
import os
import pickle
import pkgutil
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NUMBER = struct.Struct("!q")
_HEAVY = (
    "click",
    "msgspec",
    "ruamel.yaml",
    "yaml",
    "re2",
    "pygit2",
    "jsonschema",
    "detect_secrets.core.scan",
    "detect_secrets.settings",
    "sqlite3",
    "rich.console",
    "rich.table",
    "rich.live",
    "rich.progress",
    "jinja2",
    "tree_sitter",
)


class Nursery:
    """The process that forks, and the socket to ask it by. It serves one caller at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.lock = threading.Lock()
        self._socket, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": path},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def run(
        self, words: Sequence[str], cwd: Path, environment: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `forge` with some words to its end; its standard input is empty. Raises
        TimeoutExpired, and kills it then.
        """
        nothing, (out, their_out), (err, their_err) = (
            os.open(os.devnull, os.O_RDONLY),
            os.pipe(),
            os.pipe(),
        )
        self._ask((list(words), str(cwd), dict(environment)), [nothing, their_out, their_err])
        for descriptor in (nothing, their_out, their_err):
            os.close(descriptor)
        pid = _NUMBER.unpack(_received(self._socket, _NUMBER.size))[0]
        (said, complained), ended = _drained([out, err], timeout)
        if not ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(_NUMBER.unpack(_received(self._socket, _NUMBER.size))[0])
        if not ended:
            raise subprocess.TimeoutExpired(list(words), timeout, said, complained)
        return subprocess.CompletedProcess(list(words), status, said, complained)

    def _ask(self, request: object, descriptors: list[int]) -> None:
        data = pickle.dumps(request)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self._socket.sendmsg([_NUMBER.pack(len(data))], rights)
        self._socket.sendall(data)

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait(10)


def _drained(descriptors: list[int], timeout: float) -> tuple[list[bytes], bool]:
    """Read pipes to their ends and close them; say whether these came in time."""
    deadline, parts, left = (
        time.monotonic() + timeout,
        {each: bytearray() for each in descriptors},
        set(descriptors),
    )
    while left and (rest := deadline - time.monotonic()) > 0:
        for descriptor in select.select(list(left), [], [], rest)[0]:
            chunk = os.read(descriptor, 1 << 16)
            parts[descriptor] += chunk
            if not chunk:
                left.discard(descriptor)
    for descriptor in descriptors:
        os.close(descriptor)
    return [bytes(part) for part in parts.values()], not left


def _received(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise EOFError("the nursery has ended")
        data += chunk
    return data


def _load_everything() -> None:
    for name in _HEAVY:
        importlib.import_module(name)
    for found in pkgutil.walk_packages(importlib.import_module("forge").__path__, "forge."):
        if found.name != "forge.__main__":
            importlib.import_module(found.name)
    vars(importlib.import_module("pygit2"))[
        "Repository"
    ]  # what loads itself at its first use is loaded now


def _serve(connection: socket.socket) -> None:
    while True:
        header, rights, _, _ = connection.recvmsg(
            _NUMBER.size, socket.CMSG_SPACE(3 * array.array("i").itemsize)
        )
        if not header:
            return
        descriptors = array.array("i")
        descriptors.frombytes(rights[0][2])
        words, cwd, environment = pickle.loads(_received(connection, _NUMBER.unpack(header)[0]))
        pid = os.fork()
        if pid == 0:
            connection.close()
            _become(words, cwd, environment, descriptors.tolist())
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(_NUMBER.pack(pid))
        connection.sendall(_NUMBER.pack(os.waitpid(pid, 0)[1]))


def _become(
    words: list[str], cwd: str, environment: dict[str, str], descriptors: list[int]
) -> None:
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["forge", *words]
    sys.modules["forge.views.outline.scan"].__dict__["_OLD"] = (
        time.time_ns() - 20_000_000
    )  # forge begins now
    importlib.import_module("forge.__main__").main()


if __name__ == "__main__":
    _load_everything()
    _serve(socket.socket(fileno=int(sys.argv[1])))
