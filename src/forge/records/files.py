"""The two files of a run, `run.yaml` and `timeline.jsonl`, in a folder or in a commit's tree."""

from __future__ import annotations

import errno
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from forge import regular
from forge.git.objects.tree import Tree
from forge.records.card import RUNS, RunCard
from forge.records.store import CARD_FILE, LOG_FILE
from forge.text import jsonl
from forge.timeline import log
from forge.timeline.log import Reading


class RunFiles(Struct, frozen=True, dict=True):
    """A run's card and log as bytes, with what they hold."""

    card: RunCard
    card_data: bytes
    log_data: bytes

    @cached_property
    def reading(self) -> Reading:
        """The events, up to the first problem."""
        return log.read(self.log_data)

    @cached_property
    def lines(self) -> list[bytes]:
        """The whole lines of the log, without their LF."""
        return jsonl.split(self.log_data)[0]

    def log_up_to(self, seq: int) -> bytes:
        """Return the bytes of the log from its start to an event, inclusive."""
        return b"".join(line + b"\n" for line in self.lines[:seq])


def read_folder(folder: Path) -> RunFiles:
    """Read a run's folder. Raises OSError, and ValueError if its card is not a run card.

    No link is followed: forge writes none.
    """
    if folder.is_symlink():
        raise OSError(errno.EINVAL, "its folder is a symbolic link", str(folder / CARD_FILE))
    card_data = regular.read(folder / CARD_FILE)
    card = RunCard.decode(f"{folder.name}/{CARD_FILE}", card_data)
    return RunFiles(card, card_data, regular.read(folder / LOG_FILE))


def read_tree(tree: Tree, run: str) -> RunFiles:
    """Read a run of a commit's tree. Raises Unreadable, and ValueError if its card is not a run
    card.
    """
    folder = f"{RUNS}/{run}"
    card_data = tree.read(f"{folder}/{CARD_FILE}")
    card = RunCard.decode(f"{folder}/{CARD_FILE}", card_data)
    return RunFiles(card, card_data, tree.read(f"{folder}/{LOG_FILE}"))
