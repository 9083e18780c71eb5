"""A Python process with every module loaded that starts `forge` by forking, in a tenth of the time
of a new interpreter.

Each call runs `forge.__main__.main` in a forked process with the given arguments, folder,
environment and pipes. Tests that change how Python itself starts, or that check which modules are
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
    "sqlite3",
    "rich.console",
    "rich.table",
    "rich.live",
    "rich.progress",
    "jinja2",
    "tree_sitter",
)


class Nursery:
    """The forking process and the socket for requests. It serves one caller at a time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.lock = threading.Lock()
        self._socket, child_socket = socket.socketpair()
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(child_socket.fileno())],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": path},
            pass_fds=[child_socket.fileno()],
        )
        child_socket.close()

    def run(
        self, words: Sequence[str], cwd: Path, environment: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `forge` with these arguments and an empty standard input until it ends.

        After the timeout, kill it and raise TimeoutExpired.
        """
        stdin, (out, child_out), (err, child_err) = (
            os.open(os.devnull, os.O_RDONLY),
            os.pipe(),
            os.pipe(),
        )
        self._send((list(words), str(cwd), dict(environment)), [stdin, child_out, child_err])
        for descriptor in (stdin, child_out, child_err):
            os.close(descriptor)
        pid = _NUMBER.unpack(_receive(self._socket, _NUMBER.size))[0]
        (stdout, stderr), ended = _read_to_end([out, err], timeout)
        if not ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(_NUMBER.unpack(_receive(self._socket, _NUMBER.size))[0])
        if not ended:
            raise subprocess.TimeoutExpired(list(words), timeout, stdout, stderr)
        return subprocess.CompletedProcess(list(words), status, stdout, stderr)

    def _send(self, request: object, descriptors: list[int]) -> None:
        data = pickle.dumps(request)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self._socket.sendmsg([_NUMBER.pack(len(data))], rights)
        self._socket.sendall(data)

    def close(self) -> None:
        self._socket.close()
        self._process.wait(10)


def _read_to_end(descriptors: list[int], timeout: float) -> tuple[list[bytes], bool]:
    """Read pipes to their ends and close them; return the data and whether all ended in time."""
    deadline = time.monotonic() + timeout
    buffers = {descriptor: bytearray() for descriptor in descriptors}
    still_open = set(descriptors)
    while still_open and (remaining := deadline - time.monotonic()) > 0:
        for descriptor in select.select(list(still_open), [], [], remaining)[0]:
            chunk = os.read(descriptor, 1 << 16)
            buffers[descriptor] += chunk
            if not chunk:
                still_open.discard(descriptor)
    for descriptor in descriptors:
        os.close(descriptor)
    return [bytes(buffer) for buffer in buffers.values()], not still_open


def _receive(connection: socket.socket, size: int) -> bytes:
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
    for module in pkgutil.walk_packages(importlib.import_module("forge").__path__, "forge."):
        if module.name != "forge.__main__":
            importlib.import_module(module.name)
    # a lazy module loads at its first use: load it before forking
    vars(importlib.import_module("pygit2"))["Repository"]


def _serve(connection: socket.socket) -> None:
    while True:
        header, rights, _, _ = connection.recvmsg(
            _NUMBER.size, socket.CMSG_SPACE(3 * array.array("i").itemsize)
        )
        if not header:
            return
        descriptors = array.array("i")
        descriptors.frombytes(rights[0][2])
        words, cwd, environment = pickle.loads(_receive(connection, _NUMBER.unpack(header)[0]))
        pid = os.fork()
        if pid == 0:
            connection.close()
            _run_forge(words, cwd, environment, descriptors.tolist())
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(_NUMBER.pack(pid))
        connection.sendall(_NUMBER.pack(os.waitpid(pid, 0)[1]))


def _run_forge(
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
    # the limit is taken when the module loads: a new forge process would load it now
    importlib.import_module("forge.__main__").main()


if __name__ == "__main__":
    _load_everything()
    _serve(socket.socket(fileno=int(sys.argv[1])))
