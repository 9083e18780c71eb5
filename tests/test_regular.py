"""Only regular files of limited size are opened, and nothing is waited for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from forge import regular


def make_folder(path: Path) -> None:
    path.mkdir()


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def make_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(regular.LARGEST + 1)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (make_folder, "not a regular file"),
        (os.mkfifo, "not a regular file"),
        (make_socket, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "a symbolic link"),
        (lambda path: path.symlink_to("missing"), "a symbolic link"),
        (make_large, "more than 64 MiB"),
    ],
)
def test_what_is_not_read(tmp_path: Path, make: Callable[[Path], None], why: str) -> None:
    make(tmp_path / "x")
    with pytest.raises(OSError, match=why) as error:
        regular.read(tmp_path / "x")
    assert error.value.filename == str(tmp_path / "x")


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/tty", "/proc/self/mem", "pipe"])
def test_a_link_is_followed_to_a_regular_file_only(tmp_path: Path, target: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "x").symlink_to(target)
    with pytest.raises(OSError):
        regular.read(tmp_path / "x", follow=True, most=1000)


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR | os.O_CREAT, os.O_WRONLY | os.O_APPEND])
def test_nothing_is_waited_for(tmp_path: Path, flags: int) -> None:
    os.mkfifo(tmp_path / "x")
    with pytest.raises(OSError, match="not a regular file"):
        regular.open_regular(tmp_path / "x", flags)


def test_a_file_of_the_greatest_size_and_one_byte_more(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert regular.read(tmp_path / "x", most=5) == b"12345"
    with pytest.raises(OSError, match="more than"):
        regular.read(tmp_path / "x", most=4)


def test_a_file_that_tells_no_size_is_read_to_its_end() -> None:
    assert regular.read("/proc/self/status").startswith(b"Name:")


def test_a_folder_that_leads_out(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a").write_text("secret")
    (tmp_path / "work").mkdir()
    (tmp_path / "work/folder").symlink_to("../out")
    with pytest.raises(OSError, match="leads out of the repository"):
        regular.read_inside(tmp_path / "work", "folder/a")
    with pytest.raises(OSError, match="leads out of the repository"):
        regular.read_inside(tmp_path / "work", "../out/a")
