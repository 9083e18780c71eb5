"""Words of a `to` that a source is searched for, and mentions of files."""

from __future__ import annotations

import pytest

from forge.check.must_haves.code.file import Code
from forge.check.must_haves.links.globs import is_glob, matching
from forge.check.must_haves.links.references import comment, mention
from forge.check.must_haves.links.suffixes import has_suffix
from forge.check.must_haves.links.words import code_like, look_for, missing
from tests.check.must_haves.memory_tree import MemoryTree

SOURCE = """import { z } from 'zod';
import fs from 'node:fs';
// onlyInComment()
app.get('/api/users/:id', handler);
fetch(`/api/items/${id}`);
auth.login(user);
const name = 'queue-name';
send("loadReport");
"""


def how(words: str, text: str = SOURCE, path: str = "a.ts") -> tuple[int, str] | None:
    match = look_for(words, Code(path, text))
    return (match.line, match.how) if match else None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("/api/users", (4, "route (text)")),
        ("GET /api/users/:id", (4, "route (text)")),
        ("/api/users/[id] endpoint", (4, "route (text)")),
        ("https://example.com/api/users", (4, "route (text)")),
        ("zod", (1, "import")),
        ("zod package", (1, "import")),
        ("fs", (2, "import")),
        ("node:fs", (2, "import")),
        ("auth.login()", (6, "symbol (text)")),
        ("handler", (4, "symbol (text)")),
        ("handler, auth", (4, "symbol (text)")),
        ("loadReport", (8, "symbol (text)")),
        ("session.login", (6, "symbol (text)")),
    ],
)
def test_words_that_are_found(words: str, expected: tuple[int, str]) -> None:
    assert how(words) == expected


@pytest.mark.parametrize(
    "words",
    ["", "``", "/", "/x", "/api/orders", "react", "onlyInComment", "missing()", "handler, missing"],
)
def test_words_that_are_not_found(words: str) -> None:
    assert how(words) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the user table", []),
        ("calls load_report here", ["load_report"]),
        ("calls loadReport()", ["loadReport"]),
        ("run() starts it", ["run"]),
        ("uses Foo::bar and a->b", ["Foo::bar", "a->b"]),
        ("the `users` table", ["users"]),
        ("see main.py", []),
        ("the auth.service object", ["auth.service"]),
        ("snake_case twice snake_case", ["snake_case"]),
    ],
)
def test_names_in_prose(words: str, expected: list[str]) -> None:
    assert code_like(words) == expected


def test_names_that_a_source_does_not_use() -> None:
    code = Code("a.ts", SOURCE)
    assert missing("auth.login() and loadUser()", code) == ["loadUser"]
    assert missing("just words", code) == []


TREE = MemoryTree(
    {
        "src/a.sh": "",
        "src/lib/util.sh": "",
        "lib/util.sh": "",
        "docs/guide.md": "",
        "sql/0014_add_users.sql": "",
        "app/index.html": "",
    }
)


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        (". src/lib/util.sh", "src/lib/util.sh", 1),
        (". ./lib/util.sh", "src/lib/util.sh", 1),
        ("x\n. lib/util.sh", "lib/util.sh", 2),
        ("source ../docs/guide.md", "docs/guide.md", 1),
        ("see guide.md", "docs/guide.md", 1),
        ("util.sh", "src/lib/util.sh", None),
        ("myguide.md", "docs/guide.md", None),
        ("guide.md.bak", "docs/guide.md", None),
        ("run 0014_add_users", "sql/0014_add_users.sql", 1),
        ("run 0014", "sql/0014_add_users.sql", None),
        ("# guide.md", "docs/guide.md", None),
        ("source 'lib/util'", "lib/util.sh", 1),
        ("", "docs/guide.md", None),
    ],
)
def test_mentions_of_a_file(text: str, target: str, expected: int | None) -> None:
    reference = mention(Code("src/a.sh", text), target, TREE)
    assert (reference.line if reference else None) == expected


def test_a_mention_in_a_comment() -> None:
    code = Code("src/a.sh", "x\n# see guide.md")
    reference = comment(code, "docs/guide.md", TREE)
    assert reference is not None and (reference.line, reference.text) == (2, "guide.md")
    assert mention(code, "docs/guide.md", TREE) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.py", True),
        ("x/y.TSX", True),
        ("a.tar", False),
        ("db.transaction", False),
        ("README", False),
        (".py", False),
        ("", False),
    ],
)
def test_names_that_end_like_a_file(name: str, expected: bool) -> None:
    assert has_suffix(name) is expected


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("src/*.sh", ("src/a.sh",)),
        ("**/util.sh", ("lib/util.sh", "src/lib/util.sh")),
        ("{src,lib}/*.sh", ("lib/util.sh", "src/a.sh")),
        ("app/index.{html,htm}", ("app/index.html",)),
        ("src/?.sh", ("src/a.sh",)),
        ("none/*.sh", ()),
        ("app/[a-z]*.html", ()),
    ],
)
def test_globs_with_choices(glob: str, expected: tuple[str, ...]) -> None:
    assert is_glob(glob) and matching(glob, TREE) == expected


@pytest.mark.parametrize("text", ["src/a.sh", "{a}", "{a/b,c}", "[ab]", ""])
def test_texts_without_a_wildcard_or_choice(text: str) -> None:
    assert not is_glob(text)


def test_file_names_that_are_not_utf8_are_never_matched() -> None:
    assert matching("*.sh", MemoryTree({"\udcff.sh": "", "b.sh": ""})) == ("b.sh",)
