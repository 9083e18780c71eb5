"""The index of tracked text: the same tree gives the same answer, whatever was indexed before."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from forge.git.repository import Repository
from forge.views.lookup.full_text import MOST_BYTES, FullText, words_of
from tests.conftest import Sandbox


def best(sandbox: Sandbox, *texts: str, count: int = 12) -> list[tuple[str, tuple[str, ...]]]:
    full_text = FullText(Repository.discover(sandbox.root))
    return [
        (match.path, match.words)
        for match in full_text.best(sandbox.head(), words_of(*texts), count)
    ]


def index(sandbox: Sandbox) -> Path:
    return sandbox.root / ".git/forge/cache/words.sqlite3"


def test_words_are_found_by_stem_hump_and_path(library: Sandbox) -> None:
    assert words_of("Task 12: Load the loadSession, and LOAD it") == ["load", "session"]
    scores = dict(best(library, "expiring sessions"))
    assert set(scores) == {"src/session.py", "src/expiry.py", "docs/guide.md"}
    assert scores["src/session.py"] == ("expiring", "sessions") and scores["src/expiry.py"] == (
        "expiring",
    )
    assert best(library, "sessions", count=1)[0][0] == "src/session.py", (
        "a word in the path counts for more"
    )
    assert best(library, "") == [] and best(library, "unheardof") == []


@pytest.mark.parametrize(
    "text",
    [
        'session" OR "other',
        "session AND NOT *",
        "name:session",
        "NEAR(session, 2)",
        "^session -(",
        "'; --",
    ],
)
def test_a_word_is_never_an_operator(library: Sandbox, text: str) -> None:
    assert all(path != "other.txt" or "other" in words for path, words in best(library, text))


def test_the_same_tree_gives_the_same_answer(library: Sandbox) -> None:
    first, asked = best(library, "expire session token"), ("expire session token",)
    library.write("src/session.py", "another text\n")
    library.git("mv", "other.txt", "token.txt")
    (library.root / "src/expiry.py").unlink()
    library.commit("Changes")
    changed = best(library, *asked)
    assert [path for path, _ in changed] == ["token.txt", "docs/guide.md", "src/session.py"]
    index(library).unlink()
    assert best(library, *asked) == changed, "updated or rebuilt: the same answer"
    library.git("revert", "--no-edit", "HEAD")
    assert best(library, *asked) == first


def test_only_changed_files_are_read(library: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    best(library, "session")
    library.write("src/more.py", "session\n")
    library.commit("More")
    read: list[str] = []
    whole = FullText._text
    monkeypatch.setattr(
        FullText, "_text", lambda self, blob: (read.append(blob), whole(self, blob))[1]
    )
    assert len(best(library, "session")) == 3 and len(read) == 1
    best(library, "token")
    assert len(read) == 1, "the same tree is not read again"


def test_secrets_binaries_and_large_files_are_left_out(library: Sandbox) -> None:
    library.write(".env", "SESSION=hunter2\n")
    library.write("deploy/server.pem", "session\n")
    library.write("notes.txt", "session\n-----BEGIN RSA PRIVATE KEY-----\nabc\n")
    library.write("image.bin", b"session\0session")
    library.write("large.txt", "session " * (MOST_BYTES // 8 + 1))
    library.write(".planning/notes.md", "session\n")
    library.write(".env.example", "SESSION=\n")
    library.commit("More")
    paths = {path for path, _ in best(library, "session hunter2")}
    assert paths == {"src/session.py", "docs/guide.md", ".env.example"}
    assert b"hunter2" not in index(library).read_bytes()


@pytest.mark.parametrize(
    "damage", ["no database", "half", "other layout", "a folder", "zeros inside"]
)
def test_a_damaged_search_index_is_rebuilt_or_not_used(library: Sandbox, damage: str) -> None:
    wanted = best(library, "session token")
    data = index(library).read_bytes()
    if damage == "a folder":
        index(library).unlink()
        index(library).mkdir()
    elif damage == "other layout":
        base = sqlite3.connect(index(library))
        base.executescript("PRAGMA user_version=99; DROP TABLE files; CREATE TABLE files (x)")
        base.close()
    else:
        broken = {
            "no database": b"no database",
            "half": data[: len(data) // 2],
            "zeros inside": data[:4096] + bytes(len(data) - 4096),
        }
        index(library).write_bytes(broken[damage])
    assert best(library, "session token") == wanted
    library.write("token.md", "token")
    library.commit("One more")
    assert ("token.md", ("token",)) in best(library, "session token")


def test_parallel_searches_of_several_trees(library: Sandbox) -> None:
    before = library.head()
    library.write("late.txt", "session\n")
    after = library.commit("Late")
    wanted = {before: 2, after: 3}
    outcomes: list[bool] = []

    def ask(commit: str) -> None:
        full_text = FullText(Repository.discover(library.root))
        outcomes.extend(
            len(full_text.best(commit, ["session"], 12)) == wanted[commit] for _ in range(5)
        )

    threads = [threading.Thread(target=ask, args=(commit,)) for commit in (before, after) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [True] * 30
