"""Write a run, a plan, a phase or a mission as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from forge import atomic
from forge.errors import UsageError
from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.text.printable import Verbatim
from forge.views.reports.pages import render
from forge.views.reports.report import report_on


class Arguments(NamedTuple):
    """What to report on, the open or the last run by default; the page goes to `output` if it is
    given, else into the reply.
    """

    name: str | None = None
    form: Literal["md", "html"] = "md"
    output: Path | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    form, output = arguments.form, arguments.output
    page = render(report_on(call.repository, arguments.name, call.folder), form)
    if output is None:
        return Reply({"format": form, "page": page}, Verbatim(page.rstrip("\n")))
    path = call.folder / output
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a folder", "make it first")
    _write(path, page.encode("utf-8", "replace"))
    return Reply({"format": form, "output": str(output)}, f"wrote {output}")


def _write(path: Path, data: bytes) -> None:
    """Replace a file; a pipe, a device or the target of a link is written to instead."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        path.write_bytes(data)
    else:
        atomic.remove_unfinished(path.parent)
        atomic.write(path, data, durable=False)
