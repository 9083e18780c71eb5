"""Find words in the documents."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from forge.front.envelope import Data, Reply
from forge.front.operations.arguments import AtLeast
from forge.front.operations.call import Call
from forge.text.printable import Line
from forge.views.lookup.search import search


class Arguments(NamedTuple):
    """The words, each of which a document has to hold, and how many documents to show at most."""

    words: tuple[str, ...]
    limit: Annotated[int, AtLeast(1)] = 50


def perform(call: Call, arguments: Arguments) -> Reply:
    hits = search(call.repository, arguments.words)
    shown = hits[: arguments.limit]
    lines: list[Line] = []
    for hit in shown:
        place = f"{hit.path}:{hit.line}:{hit.column}"
        lines += [f"{place}: {hit.id}  {hit.title[:60]}", f"    {hit.text}"]
    if len(hits) > arguments.limit:
        hidden = len(hits) - arguments.limit
        lines.append(f"and {hidden} more; show them with `--limit {len(hits)}`")
    data: Data = {"hits": [hit.as_data() for hit in shown], "found": len(hits)}
    return Reply(data, lines or "nothing was found")
