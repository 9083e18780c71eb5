"""What an operation is called with besides its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from forge.git.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from forge.front.caller import Caller
    from forge.run.setup.command_log import LoggedCommand
    from forge.text.printable import Text

T = TypeVar("T")


class Call(NamedTuple):
    """The context of one call: the folder that names are relative to, the repository (None outside
    of one), the record of this call, and the caller.
    """

    folder: Path
    enclosing: Repository | None
    execution: LoggedCommand
    caller: Caller

    @property
    def repository(self) -> Repository:
        """The repository of the call. Raises RepositoryError outside of one."""
        return self.enclosing or Repository.discover(self.folder)

    def note(self, text: Text) -> None:
        """Show a message that is not part of the answer."""
        self.caller.note(text)

    def counted(self, label: str, items: Sequence[T]) -> Iterator[T]:
        """Yield items, and show how many of them are done."""
        with self.caller.progress(label) as progress:
            for number, item in enumerate(items):
                if progress is not None:
                    progress(number, len(items))
                yield item
