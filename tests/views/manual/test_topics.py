"""forge help: the pages, the commands and the rules at the terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from forge.check.rules.catalog import RULES
from forge.errors import UnknownName
from forge.front.operations.table import OPERATIONS
from forge.views.manual import topics
from forge.views.manual.plain_text import plain_text
from tests.conftest import FORGE, ROOT, Sandbox


def test_every_topic_command_and_rule_has_its_text() -> None:
    for name in [*topics.topics(), *OPERATIONS, *(rule.id for rule in RULES)]:
        text = topics.text_about(name, OPERATIONS, 80)
        assert len(text.splitlines()) > 3 and "](" not in text and "\0" not in text, name
    assert topics.rules().keys() == {rule.id for rule in RULES}
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert {page for page, _, _ in topics._TOPICS.values()} == pages - {"architecture.md"}


def test_markdown_as_text() -> None:
    page = (
        "# A [page](x.md)\n\n**One `two`** [there](https://x.org/a), `three\nfour`, ``a `b` ``\n\n-"
        " a\n  b\n"
    )
    assert (
        plain_text(f"{page}\n```sh\n# no `x`\n```\n", 80)
        == "A PAGE\n\nOne two there (https://x.org/a), three four, a `b`\n\n- a b\n\n    # no `x`"
    )


def test_tables_keep_their_columns_or_are_stacked() -> None:
    table = "| name | |\n|---|---|\n| `k` | v \\| w |\n| long-word | a few more words than fit |\n"
    assert plain_text(
        table, 32
    ) == "  name\n  k          v | w\n  long-word  a few more words\n             than fit".strip(
        "\n"
    )
    assert plain_text(table.replace("long-word", "x" * 31), 30).splitlines()[-3:] == [
        f"  {'x' * 31}",
        "      a few more words than",
        "      fit",
    ]


def test_help_lists_topics_and_suggests_similar_ones(sandbox: Sandbox, tmp_path: Path) -> None:
    output = sandbox.forge("help").out
    assert (
        "  must-haves     verdicts" in output
        and "  execute        execute an approved plan" in output
    )
    assert sandbox.forge("help", "exit-codes").out.startswith("EXIT STATUS\n")
    assert "Bad:" in sandbox.forge("help", "depends-cycle").out
    assert sandbox.call("help", "json").data["text"].startswith("JSON\n")
    assert (
        sandbox.call("help", "planz")
        .json["error"]["hint"]
        .startswith("did you mean `forge help plans`")
    )
    assert (
        sandbox.forge("xyzzyx").err == "forge: there is no command `xyzzyx`\n  see `forge --help`\n"
    )
    assert "forge help RULE" in sandbox.forge("rules").out
    with pytest.raises(UnknownName, match="no topic"):
        topics.text_about("xyzzyxyzzy", OPERATIONS, 80)
    outside = subprocess.run(
        [*FORGE, "help", "git"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert outside.returncode == 0 and "COMMITS" in outside.stdout


def test_at_a_terminal_a_pager_is_used(sandbox: Sandbox) -> None:
    outer, inner = pty.openpty()
    environment = sandbox.environment({"TERM": "xterm", "PAGER": "sed s/^/paged:/"})
    done = subprocess.Popen(
        [*FORGE, "help", "names"],
        cwd=sandbox.root,
        env=environment,
        stdin=inner,
        stdout=inner,
        stderr=inner,
    )
    os.close(inner)
    shown = b""
    while b"paged:NAMES" not in shown:
        shown += os.read(outer, 65536)
    while done.poll() is None:
        try:
            os.read(outer, 65536)
        except OSError:
            break
    assert done.wait(30) == 0
    os.close(outer)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_pages_are_filled_to_the_width_of_the_terminal(width: int) -> None:
    for name in [*topics.topics(), "set", "item-shape"]:
        shown = topics.text_about(name, OPERATIONS, width)
        assert sorted(shown.split()) == sorted(
            topics.text_about(name, OPERATIONS, 10_000).split()
        ), name
        prose = [line for line in shown.splitlines() if not line.startswith("    ")]
        assert [line for line in prose if len(line) > width and " " in line.strip()] == []
        assert [line for line in prose if re.search(r"\*\*\w|\]\(", line)] == []


def test_usage_is_as_wide_as_the_terminal(sandbox: Sandbox) -> None:
    for columns, widest in (("60", 60), ("110", 110), ("300", 120)):
        lines = sandbox.forge("set", "--help", env={"COLUMNS": columns}).out.splitlines()
        lengths = [len(line) for line in lines if not line.startswith("    forge ")]
        assert widest - 30 < max(lengths) <= widest
