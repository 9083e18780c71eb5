"""docs/tutorial.md is executed, command by command, and its output compared with the page."""

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
    """Yield each command of the page, with its continuation lines joined, and its shown output."""
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


def matches(shown: list[str], printed: list[str]) -> bool:
    """Return whether the lines were printed as shown; a line `…` matches any number of lines."""
    if not shown:
        return not printed
    if shown[0] == "…":
        return any(matches(shown[1:], printed[number:]) for number in range(len(printed) + 1))
    return (
        bool(printed)
        and shown[0].rstrip() == printed[0].rstrip()
        and matches(shown[1:], printed[1:])
    )


class Reader:
    """Follows the page; it maps each id on the page to the id in this repository."""

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
        self.last_folder = folder / "home/last-folder"
        self.own_ids: dict[str, str] = {}

    def run(self, command: str) -> list[str]:
        """Run a command in the folder in which the last one ended, and return its output lines."""
        for page_id, own_id in self.own_ids.items():
            command = command.replace(page_id, own_id)
        done = subprocess.run(
            ["bash", "-c", f"{command}\npwd > {shlex.quote(str(self.last_folder))}"],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.folder = Path(self.last_folder.read_text().strip())
        assert "Traceback" not in done.stdout, done.stdout
        return done.stdout.splitlines()

    def expects(self, shown: list[str], printed: list[str]) -> bool:
        """Return whether the output is what the page shows; record ids that are new on the page."""
        page_ids = [name for line in shown for name in _NAMES.findall(line)]
        printed_ids = [name for line in printed for name in _NAMES.findall(line)]
        for page_id in page_ids:
            if page_id not in self.own_ids:
                used = self.own_ids.values()
                self.own_ids[page_id] = next(name for name in printed_ids if name not in used)
        to_page = {own_id: page_id for page_id, own_id in self.own_ids.items()}
        return matches(
            [_normalize(line, {}) for line in shown],
            [_normalize(line, to_page) for line in printed],
        )


def _normalize(line: str, ids: dict[str, str]) -> str:
    for own_id, page_id in ids.items():
        line = line.replace(own_id, page_id)
    return _TIMES.sub("~", line)


def test_the_commands_of_the_tutorial_print_what_it_shows(tmp_path: Path) -> None:
    reader, failures = Reader(tmp_path), []
    for command, shown in commands():
        printed = reader.run(command)
        if not reader.expects(shown, printed):
            failures.append(
                f"$ {command}\n--- the page shows\n"
                + "\n".join(shown)
                + "\n--- it printed\n"
                + "\n".join(printed)
            )
    assert failures == [], "\n\n".join(failures)
    assert len(list(commands())) > 25 and len(reader.own_ids) == 2
