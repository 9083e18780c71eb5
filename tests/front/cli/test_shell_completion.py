"""Completion of names, words and topics, without a shell."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from forge.front.cli import shell_completion
from forge.front.cli.main import forge
from forge.front.cli.shell_completion import matching, names, statuses, topics, words
from forge.front.operations.list import STATUSES
from forge.front.operations.table import OPERATIONS
from tests.front.calling import Front
from tests.front.operations.test_documents import ITEM, ITEM_PATH, put
from tests.front.operations.test_tracker import put_plan

CONTEXT = click.Context(forge)
PARAMETER = click.Argument(["name"])


def offered(completer: shell_completion.Completer, incomplete: str) -> list[str]:
    return [item.value for item in completer(CONTEXT, PARAMETER, incomplete)]


@pytest.fixture
def project(front: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    monkeypatch.chdir(front.folder)
    monkeypatch.delenv("COMP_WORDS", raising=False)
    put_plan(front, "01-01", "Log in")
    put_plan(front, "01-02", "Log out")
    put(front, ITEM_PATH, ITEM + "---\n")
    return front


@pytest.mark.parametrize(
    ("kinds", "incomplete", "names_offered"),
    [
        (("plan",), "", ["01-01", "01-02"]),
        (("plan",), "01-02", ["01-02"]),
        (("item",), "k", ["k3f9x2m"]),
        (("plan", "item"), "", ["01-01", "01-02", "k3f9x2m"]),
        (("phase",), "01", ["01-part"]),
        (("runner",), "", ["manual"]),
        (("run",), "", []),
        (("mission",), "x", []),
    ],
)
def test_names_of_each_kind(
    project: Front, kinds: tuple[str, ...], incomplete: str, names_offered: list[str]
) -> None:
    assert offered(names(*kinds), incomplete) == names_offered


def test_files_are_offered_if_no_name_fits(project: Front) -> None:
    completer = names("plan", files=True)
    (item,) = completer(CONTEXT, PARAMETER, "docs/")
    assert (item.value, item.type) == ("docs/", "file")
    assert completer(CONTEXT, PARAMETER, "01-01")[0].type == "plain"
    assert offered(names(files=True), "") == []


@pytest.mark.parametrize(
    ("typed", "is_value"),
    [
        ("forge\nset\n01-01\nstatus\n=\n", True),
        ("forge\nset\n01-01\nstatus\n=\nk", True),
        ("forge\nset\n01-01\nk", False),
        ("forge\nshow\n--option\n=\nk", False),
    ],
)
def test_the_value_of_an_assignment_is_not_a_name(
    project: Front, monkeypatch: pytest.MonkeyPatch, typed: str, is_value: bool
) -> None:
    monkeypatch.setenv("COMP_WORDS", typed)
    assert (offered(names("item"), "k") == []) is is_value


def test_outside_of_a_repository_there_are_no_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert offered(names("plan", "item"), "") == []


def test_words_and_statuses() -> None:
    assert offered(words("plans", "phases", "items"), "p") == ["plans", "phases"]
    assert offered(statuses, "pro") == ["proven"]
    assert offered(statuses, "") == list(STATUSES)


def test_topics_include_rules_once_a_letter_is_typed() -> None:
    assert "plans" in offered(topics, "") and "depends-cycle" not in offered(topics, "")
    assert offered(topics, "depends-cy") == ["depends-cycle"]


def test_a_match_has_its_summary() -> None:
    (item,) = matching({"one": "the first", "two": ""}, "o")
    assert (item.value, item.help) == ("one", "the first")
    assert matching({"two": ""}, "t")[0].help is None


def test_a_long_title_is_cut() -> None:
    assert shell_completion._summary("a  long\n" * 20) == ("a long " * 20)[:60]


def test_verbs_are_offered_with_their_summaries() -> None:
    items = forge.shell_complete(CONTEXT, "re")
    assert [item.value for item in items] == [verb for verb in OPERATIONS if verb.startswith("re")]
    assert all(item.help == OPERATIONS[item.value].summary for item in items)


def test_options_are_offered_after_a_dash() -> None:
    values = {item.value for item in forge.shell_complete(CONTEXT, "--")}
    assert {"--json", "--version", "--help"} <= values
