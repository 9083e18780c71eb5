"""forge doctor: whether everything that forge needs is there."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.run.setup.doctor import Check, examine
from forge.text.printable import visible


@click.command("doctor", cls=Verb)
@verb("doctor", outside=True)
def command(app: App) -> Reply:
    """Say whether the system, the repository, the settings and each runner are ready, and what to
    do where not.

    Nothing is changed, and no runner is started.

    \b
    Example:
      forge doctor
    """
    checks = examine(app.here, app.found)
    stops = any(not check.ok and check.severity == "error" for check in checks)
    return Reply(
        {"checks": [check.as_data() for check in checks]},
        "\n".join(map(_line, checks)),
        1 if stops else 0,
    )


def _line(check: Check) -> str:
    mark = "ok" if check.ok else check.severity
    hint = f"\n{'':9}{visible(check.hint)}" if check.hint else ""
    return f"{mark:8} {check.name}: {visible(check.message)}{hint}"
