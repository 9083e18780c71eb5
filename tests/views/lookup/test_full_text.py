"""Words worth a search, and the index that is searched."""

from __future__ import annotations

import pytest

from forge.errors import GitFailed
from forge.git.repository import Repository
from forge.views.lookup.full_text import FullText, Match, words_of
from tests.conftest import Sandbox


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["Load the loadConfig"], ["load", "config"]),
        (["snake_case and UPPER"], ["snake", "case", "upper"]),
        (["to be or not", "12345 a1"], []),
        (["Größe"], ["größe"]),
        (["login", "LOGIN"], ["login"]),
        (["ab"], []),
    ],
)
def test_words_that_are_worth_a_search(texts: list[str], words: list[str]) -> None:
    assert words_of(*texts) == words


def test_at_most_32_words_are_searched_for() -> None:
    assert (
        len(words_of(" ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(99))))
        == 32
    )


@pytest.fixture
def full_text(sandbox: Sandbox) -> FullText:
    sandbox.write("src/session.py", "def expire_session(): ...\n")
    sandbox.write("src/login.py", "from session import expire_session\n")
    sandbox.write(".planning/notes.md", "session\n")
    sandbox.write(".env", "SESSION=secret\n")
    sandbox.write("data.bin", b"session\0\1")
    sandbox.commit("Files")
    return FullText(Repository.discover(sandbox.root))


def paths(matches: list[Match]) -> list[str]:
    return [match.path for match in matches]


def test_the_name_of_a_file_counts_more(full_text: FullText, sandbox: Sandbox) -> None:
    matches = full_text.best(sandbox.head(), ["session"], 10)
    assert paths(matches) == ["src/session.py", "src/login.py"]
    assert matches[0].words == ("session",)


def test_at_most_the_wanted_number_is_returned(full_text: FullText, sandbox: Sandbox) -> None:
    assert paths(full_text.best(sandbox.head(), ["session"], 1)) == ["src/session.py"]
    assert full_text.best(sandbox.head(), ["session"], 0) == []
    assert full_text.best(sandbox.head(), [], 10) == []


def test_operators_of_the_index_are_words(full_text: FullText, sandbox: Sandbox) -> None:
    assert full_text.best(sandbox.head(), ['"', "NEAR(", "-session", "*"], 10)


def test_the_index_follows_the_tree_that_is_asked_about(
    full_text: FullText, sandbox: Sandbox
) -> None:
    before = sandbox.head()
    first = full_text.best(before, ["session"], 10)
    sandbox.write("src/session.py", "nothing\n")
    (sandbox.root / "src/login.py").unlink()
    after = sandbox.commit("Changes")
    assert paths(full_text.best(after, ["session"], 10)) == ["src/session.py"]
    assert full_text.best(before, ["session"], 10) == first


def test_without_a_folder_for_the_index_memory_is_used(
    full_text: FullText, sandbox: Sandbox
) -> None:
    full_text.path.parent.parent.mkdir(exist_ok=True)
    full_text.path.parent.write_text("a file, not a folder")
    assert paths(full_text.best(sandbox.head(), ["session"], 10))[0] == "src/session.py"


def test_a_missing_tree_is_an_error(full_text: FullText) -> None:
    with pytest.raises(GitFailed, match="is missing"):
        full_text.best("1" * 40, ["session"], 10)
