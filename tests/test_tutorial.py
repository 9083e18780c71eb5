"""docs/tutorial.md, done as it says: each command in order, and what the page shows is what is
printed.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import DATES, ROOT

PAGE = ROOT / "docs/tutorial.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
_NAMES = re.compile(
    r"\d{8}T\d{6}Z-[\w.-]+?-[a-z0-9]{4}\b|\b[a-z][a-z0-9]{6}(?=  \.planning/backlog|-greet-in)"
)
_TIMES = re.compile(r"\d+\.\d s\b|\b[0-9a-f]{10,40}\b|\d{4}-\d\d-\d\d \d\d:\d\d")


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the page, its continued lines put together, with the lines that it
    shows behind it.
    """
    for block in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.splitlines()
            end = next(
                (
                    number
                    for number, line in enumerate(lines)
                    if number and not line.startswith(">")
                ),
                len(lines),
            )
            yield (
                "\n".join(
                    [lines[0], *(line.removeprefix(">").removeprefix(" ") for line in lines[1:end])]
                ),
                lines[end:],
            )


def holds(shown: list[str], said: list[str]) -> bool:
    """Say whether lines were printed as shown, where a line `…` stands for any number of them."""
    if not shown:
        return not said
    if shown[0] == "…":
        return any(holds(shown[1:], said[number:]) for number in range(len(said) + 1))
    return bool(said) and shown[0].rstrip() == said[0].rstrip() and holds(shown[1:], said[1:])


class Reader:
    """Somebody who follows the page: it remembers which id of the page is which one here."""

    def __init__(self, folder: Path) -> None:
        (folder / "home").mkdir()
        (folder / "bin").mkdir()
        program = folder / "bin/forge"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m forge "$@"\n')
        program.chmod(0o755)
        self.env = {
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PAGER": "cat",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
            **DATES,
        }
        self.folder = folder
        self.ended = folder / "home/ended"
        self.here: dict[str, str] = {}

    def does(self, command: str) -> list[str]:
        """Run a command where the last one ended, and return what it printed."""
        for page, own in self.here.items():
            command = command.replace(page, own)
        done = subprocess.run(
            ["bash", "-c", f"{command}\npwd > {shlex.quote(str(self.ended))}"],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.folder = Path(self.ended.read_text().strip())
        assert "Traceback" not in done.stdout, done.stdout
        return done.stdout.splitlines()

    def sees(self, shown: list[str], said: list[str]) -> bool:
        """Say whether what was printed is what the page shows; names that are new on the page are
        learnt.
        """
        pages = [name for line in shown for name in _NAMES.findall(line)]
        owns = [name for line in said for name in _NAMES.findall(line)]
        for page in pages:
            if page not in self.here:
                self.here[page] = next(own for own in owns if own not in self.here.values())
        back = {own: page for page, own in self.here.items()}
        return holds([_masked(line, {}) for line in shown], [_masked(line, back) for line in said])


def _masked(line: str, names: dict[str, str]) -> str:
    for own, page in names.items():
        line = line.replace(own, page)
    return _TIMES.sub("~", line)


def test_the_tutorial_is_what_happens(tmp_path: Path) -> None:
    reader, failed = Reader(tmp_path), []
    for command, shown in commands():
        said = reader.does(command)
        if not reader.sees(shown, said):
            failed.append(
                f"$ {command}\n--- the page shows\n"
                + "\n".join(shown)
                + "\n--- it printed\n"
                + "\n".join(said)
            )
    assert failed == [], "\n\n".join(failed)
    assert len(list(commands())) > 25 and len(reader.here) == 2
