"""forge search: words in the documents."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.text.printable import visible
from forge.views.lookup.search import search


@click.command("search", cls=Verb)
@click.argument("words", nargs=-1, required=True)
@option(
    "--limit",
    type=click.IntRange(1),
    default=50,
    metavar="N",
    show_default=True,
    help="How many documents to show at most.",
)
@verb("search")
def command(app: App, words: tuple[str, ...], limit: int) -> Reply:
    """Find the documents under .planning/ in which every word stands; quote words that stand
    together.

    \b
    Example:
      forge search hash passwords
      forge search "log in" --json
    """
    hits = search(app.repository, words)
    shown = hits[:limit]
    lines = [
        f"{hit.path}:{hit.line}:{hit.column}: {hit.id}  {hit.title[:60]}\n    {hit.text}"
        for hit in shown
    ]
    more = (
        [f"and {len(hits) - limit} more; show them with `--limit {len(hits)}`"]
        if len(hits) > limit
        else []
    )
    text = visible("\n".join([*lines, *more])) or "nothing was found"
    return Reply({"hits": [hit.as_data() for hit in shown], "found": len(hits)}, text)
