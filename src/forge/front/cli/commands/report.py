"""forge report: a run, a plan, a phase or a mission as one page."""

from __future__ import annotations

from pathlib import Path

import click

from forge import atomic
from forge.errors import UsageError
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import names
from forge.views.reports.pages import FORMATS, render
from forge.views.reports.report import report_on


@click.command("report", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", "phase", "mission", "run"))
@option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="md",
    show_default=True,
    help="What to write.",
)
@option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of printing.",
)
@verb("report")
def command(app: App, name: str | None, form: str, output: Path | None) -> Reply:
    """Write a run, a plan, a phase or a mission as one page: what was asked, done and proven, by
    whom, with the diffs.

    Without a name it is the open run, else the last one. The same record gives the same bytes.

    \b
    Example:
      forge report 01-01 --format html --output report.html
      forge report 01-foundation > phase.md
    """
    page = render(report_on(app.repository, name, app.here), form)
    if output is None:
        return Reply({"format": form, "page": page}, page.rstrip("\n"))
    place = app.here / output
    if not place.parent.is_dir():
        raise UsageError(f"{place.parent} is no folder", "make it first")
    data = page.encode("utf-8", "replace")
    if place.is_symlink() or (place.exists() and not place.is_file()):
        place.write_bytes(
            data
        )  # a pipe, a device, or what a link leads to is written to and never replaced
    else:
        atomic.write(place, data, durable=False)
    return Reply({"format": form, "output": str(output)}, f"wrote {output}")
