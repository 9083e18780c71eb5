"""Settings as git lists them, each with its file, and those of every file that they include."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from forge.git import program
from forge.git.repository import Repository

_MOST_FILES_READ = 200  # included files and submodules whose settings are listed
_INCLUDES = re.compile(r"include\.path|includeif\..*\.path", re.S)


class Setting(NamedTuple):
    """A setting with the file that it is in; None for one on the command line."""

    file: str | None
    name: str
    value: str


class SettingsReader:
    """Lists settings with git, and follows every include, also those that are inactive."""

    def __init__(self, repository: Repository) -> None:
        self.root = repository.root
        self.read: set[str] = set()

    def all(self) -> Iterator[Setting]:
        """Yield the settings in force, and those of files that other conditions would include."""
        settings = self._list()
        self.read.update(s.file for s in settings if s.file is not None)
        yield from settings
        yield from self._included(settings)

    def of_file(self, path: str) -> Iterator[Setting]:
        """Yield the settings of one file and of what it includes; each file is read once.

        A file that does not exist is yielded with a setting that means nothing.
        """
        if path in self.read or len(self.read) >= _MOST_FILES_READ:
            return
        self.read.add(path)
        settings = self._list("--file", path, "--no-includes") if os.path.isfile(path) else []
        yield Setting(path, "", "")
        yield from settings
        yield from self._included(settings)

    def _included(self, settings: list[Setting]) -> Iterator[Setting]:
        for setting in settings:
            if setting.file is not None and _INCLUDES.fullmatch(setting.name):
                yield from self.of_file(resolved(setting.value, os.path.dirname(setting.file)))

    def _list(self, *words: str) -> list[Setting]:
        """Return settings as git lists them; none if it cannot read them."""
        done = program.settings(self.root, *words, "--list", "-z", "--show-origin")
        fields = program.fields(done.stdout)
        return [
            Setting(self._file(origin), *_name_and_value(text))
            for origin, text in zip(fields[::2], fields[1::2], strict=False)
        ]

    def _file(self, origin: str) -> str | None:
        kind, _, path = origin.partition(":")
        return os.path.normpath(os.path.join(self.root, path)) if kind == "file" else None


def _name_and_value(text: str) -> tuple[str, str]:
    name, _, value = text.partition("\n")
    return name, value


def resolved(value: str, folder: str) -> str:
    """Return the path that a setting means; a relative one starts at a folder."""
    return os.path.normpath(os.path.join(folder, os.path.expanduser(value)))
