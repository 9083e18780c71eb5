"""The progress bar. Only `waiting` loads this module, and only where work takes long enough to be
asked about.
"""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Bar:
    """A bar on standard error that is shown at once and leaves nothing behind when it is
    stopped.
    """

    def __init__(self, label: str, done: tuple[int, int] | None, *, colour: bool) -> None:
        console = Console(stderr=True, no_color=not colour)
        number = [MofNCompleteColumn()] if done else []
        columns = (TextColumn("{task.description}"), BarColumn(), *number, TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task(
            label, total=done[1] if done else None, completed=done[0] if done else 0
        )
        self._progress.start()

    def move(self, done: int, total: int) -> None:
        """Show how much of how much is done."""
        self._progress.update(self._task, completed=done, total=total)

    def stop(self) -> None:
        """Take the bar away."""
        self._progress.stop()
