"""The progress bar. Only `waiting` loads this module, and only where work takes long enough to be asked about."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


def bar(label: str, *, colour: bool) -> Progress:
    """Return a started bar on standard error that leaves nothing behind when it is stopped."""
    console = Console(stderr=True, no_color=not colour)
    progress = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True)
    progress.add_task(label, total=None)
    progress.start()
    return progress
