"""An intent: the renames and writes of one command, with the bytes before and after."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
from typing import NamedTuple

from forge import atomic, regular
from forge.git.intent.confined import is_sound
from forge.git.intent.place import intent_path
from forge.git.repository import Repository

_LARGEST = 1 << 30  # bytes of an intent


class Write(NamedTuple):
    """A file's bytes before and after; None: it does not exist."""

    path: str
    before: bytes | None
    after: bytes | None


class Rename(NamedTuple):
    """A file or folder that gets another path."""

    old: str
    new: str


Step = Write | Rename


class Commit(NamedTuple):
    """The commit that completes an intent: `branch` is a full ref, which was at `parent`."""

    branch: str
    parent: str
    message: str


class Intent:
    """What a command is about to change, in this order.

    `folders` are made for it. `reservation` is a new number of a series, as `SERIES/NUMBER`. With a
    `commit`, the change is complete once that commit exists.
    """

    def __init__(
        self,
        verb: str,
        steps: list[Step],
        commit: Commit | None = None,
        reservation: str | None = None,
    ) -> None:
        self.verb = verb
        self.steps = steps
        self.commit = commit
        self.reservation = reservation
        self.folders: list[str] = []
        self.id = secrets.token_hex(6)

    def beside(self, number: int) -> str:
        """Return the name of the unfinished file of a step, beside its target."""
        return f".forge-{self.id}-{number}.tmp"

    def encode(self) -> bytes:
        """Return the bytes of the intent's file."""
        data = {
            "verb": self.verb,
            "steps": [
                ["write", step.path, _text(step.before), _text(step.after)]
                if isinstance(step, Write)
                else ["rename", *step]
                for step in self.steps
            ],
            "commit": self.commit,
            "reservation": self.reservation,
            "folders": self.folders,
            "id": self.id,
        }
        return json.dumps(data).encode()

    @classmethod
    def decode(cls, data: bytes) -> Intent:
        """Return the intent of a file's bytes.

        Raises ValueError, TypeError or KeyError if they are none, or a path leaves the work tree.
        """
        fields = json.loads(data)
        steps = [
            Write(path, _bytes(rest[0]), _bytes(rest[1]))
            if kind == "write"
            else Rename(path, *rest)
            for kind, path, *rest in fields["steps"]
        ]
        commit = Commit(*fields["commit"]) if fields["commit"] else None
        intent = cls(fields["verb"], steps, commit, fields["reservation"])
        intent.folders, intent.id = fields["folders"], fields["id"]
        intent._require_sound()
        return intent

    def _require_sound(self) -> None:
        paths = [path for step in self.steps for path in _paths(step)]
        paths += [*self.folders, *([self.reservation] if self.reservation else [])]
        if not (self.id.isalnum() and self.verb.isprintable() and all(map(is_sound, paths))):
            raise ValueError("a path leaves the work tree")


def _paths(step: Step) -> tuple[str, ...]:
    return (step.path,) if isinstance(step, Write) else step


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)


def save(repository: Repository, intent: Intent) -> None:
    """Write an intent to the disk and flush it. Raises StorageFailed."""
    atomic.write(intent_path(repository), intent.encode(), staging=repository.scratch)


def load(repository: Repository) -> Intent | None:
    """Return the intent of this work tree, None if there is none.

    Raises ValueError, TypeError or KeyError if it cannot be read as one.
    """
    try:
        data = regular.read(intent_path(repository), most=_LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(str(error)) from error
    return Intent.decode(data)


def remove(repository: Repository) -> None:
    """Remove the intent of this work tree, which is done. Raises OSError."""
    path = intent_path(repository)
    os.unlink(path)
    with contextlib.suppress(OSError):  # it is gone; only after a power loss it may be there again
        atomic.sync_folder(path.parent)


def set_aside(repository: Repository) -> str:
    """Keep the intent of this work tree as a file that no command reads; return its path."""
    aside = repository.forge_dir / "torn" / f"intent-{secrets.token_hex(4)}.json"
    aside.parent.mkdir(parents=True, exist_ok=True)
    os.rename(intent_path(repository), aside)
    return str(aside)
