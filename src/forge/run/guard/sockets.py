"""Asks the processes that run foreign code whether a command is the user's.

Their sockets have names in Linux's abstract namespace, which nobody can remove.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterator
from typing import Any

PREFIX = "forge-code-"
_PATIENCE = 3.0  # seconds for an answer
_MOST_BYTES = 1 << 16
_CREDENTIALS = struct.Struct("3i")


def addresses() -> list[str]:
    """Return the names of all sockets of processes that run foreign code."""
    try:
        with open("/proc/net/unix", encoding="utf-8", errors="replace") as file:
            names = [line.split(" ")[-1].strip() for line in file]
    except OSError:
        return []
    return [name[1:] for name in names if name.startswith(f"@{PREFIX}")]


def ask(question: dict[str, object], among: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the answers to a question; a process that does not answer in time, or is another
    user's, is passed over.
    """
    message = json.dumps(question).encode() + b"\n"
    for address in among:
        with (
            contextlib.suppress(OSError, ValueError),
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection,
        ):
            connection.settimeout(_PATIENCE)
            connection.connect(f"\0{address}")
            if peer_of(connection)[1] == os.geteuid():
                connection.sendall(message)
                yield receive(connection)


def peer_of(connection: socket.socket) -> tuple[int, int]:
    """Return number and user of the process at the other end, as the system knows them."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, _ = _CREDENTIALS.unpack(data)
    return pid, uid


def receive(connection: socket.socket) -> dict[str, Any]:
    """Return the object that the other end sent. Raises OSError, ValueError."""
    data = b""
    while not data.endswith(b"\n"):
        part = connection.recv(_MOST_BYTES)
        data += part
        if not part or len(data) > _MOST_BYTES:
            raise ValueError("no answer")
    answer = json.loads(data)
    if not isinstance(answer, dict):
        raise ValueError("no answer")
    return answer
