"""Items as their files describe them; any file is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.planning.backlog.facts import ItemFacts
from forge.planning.backlog.item import Item, load, tick
from forge.text.source import Source

PATH = ".planning/backlog/k3f-log-in.md"


def item(front: str, body: str = "", path: str = PATH) -> Item:
    return load(Source.of(path, f"---\n{front}---\n{body}".encode()))


def test_the_fields_of_an_item() -> None:
    read = item(
        "id: k3f\ntitle: '  Log in '\nstatus: in_progress\npriority: P1\ndepends_on: [a, 02]\n"
        "forced_reason: not needed\n"
    )
    assert (read.id, read.title, read.status) == ("k3f", "Log in", "in_progress")
    assert (read.fields.priority, read.fields.depends_on) == ("P1", ("a", "02"))
    assert read.forced_reason == "not needed" and read.findings == []


@pytest.mark.parametrize(
    "front", ["a: 1\n", "id: other\n", "id: [k3f]\n", "id:\ntitle:\nstatus:\n", "title: {a: b}\n"]
)
def test_what_is_missing_or_does_not_fit_has_a_default(front: str) -> None:
    read = item(front)
    assert (read.id, read.title, read.status) == ("k3f", "k3f", "todo")


def test_the_id_is_that_of_the_front_matter_if_the_file_begins_with_it() -> None:
    assert item("id: k3f-log\n").id == "k3f-log"
    assert item("id: k3\n").id == "k3f", "the file's name begins with another id"


BODY = "# Notes\n- [x] not a criterion\n## Acceptance\n- [x] one\n- [ ] four\n## Later\n- [ ] no\n"


def test_criteria_come_from_the_front_matter_and_from_boxes() -> None:
    criteria = item("acceptance: [one, '[x] two', '[ ] three']\n", BODY).criteria
    assert [(criterion.text, criterion.ticked) for criterion in criteria] == [
        ("one", True),
        ("two", True),
        ("three", False),
        ("four", False),
    ]


@pytest.mark.parametrize(("number", "ticked"), [(1, True), (2, False), (3, True)])
def test_a_tick_changes_its_own_line_only(number: int, ticked: bool) -> None:
    read = item(
        "id: k3f  # mine\nacceptance:\n  - one\n\n  - '[x] two'\n", "## Acceptance\n- [ ] four\n"
    )
    data = tick(read, number, ticked=ticked).decode()
    again = load(Source.of(PATH, data.encode()))
    assert [criterion.ticked for criterion in again.criteria] == [
        criterion.ticked if at != number else ticked
        for at, criterion in enumerate(read.criteria, 1)
    ]
    before, after = read.source.text.splitlines(), data.splitlines()
    assert len([1 for old, new in zip(before, after, strict=True) if old != new]) == 1


def test_a_tick_that_is_there_changes_nothing() -> None:
    read = item("acceptance: ['[x] a']\n")
    assert tick(read, 1, ticked=True) == read.source.data
    with pytest.raises(IndexError):
        tick(read, 2, ticked=True)


def test_a_criterion_is_met_by_its_tick_or_by_its_evidence() -> None:
    read = item("acceptance: ['[x] a', '[evidence](b.png) b', '[evidence](/etc/passwd) c', d]\n")
    assert [criterion.evidence for criterion in read.criteria] == ["", "b.png", "", ""]
    unmet = read.unmet(lambda path: path == "b.png")
    assert [criterion.text for criterion in unmet] == ["[evidence](/etc/passwd) c", "d"]


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b"", "item-front-matter", 1),
        (b"# No front matter\n", "item-front-matter", 1),
        (b"---\nid: a\n", "item-front-matter", 1),
        (b"---\na: [1\n---\n", "item-front-matter", 3),
        (b"---\n- a\n---\n", "item-front-matter", 2),
        (b"---\nid: \xff\n---\n", "unreadable", 2),
        (b"---\nid: a\0\n---\n", "unreadable", 2),
    ],
)
def test_a_file_that_is_not_an_item_has_one_finding(data: bytes, rule: str, line: int) -> None:
    read = load(Source.of(PATH, data))
    assert [(finding.rule, finding.severity, finding.line) for finding in read.findings] == [
        (rule, "error", line)
    ]
    assert (read.id, read.title, read.status, read.criteria) == ("k3f", "k3f", "todo", [])


def test_the_facts_of_an_item() -> None:
    facts = ItemFacts.of(item("id: k3f\nstatus: done\ndepends_on: [a]\nacceptance: [b]\n"))
    assert (facts.id.text, facts.id.line) == ("k3f", 2)
    assert [(spot.text, spot.line) for spot in facts.depends_on] == [("a", 4)]
    assert [(criterion.spot.text, criterion.spot.line) for criterion in facts.open_criteria] == [
        ("b", 5)
    ]


@pytest.mark.parametrize("front", ["status: todo\n", "status: done\nforced_reason: x\n"])
def test_open_criteria_matter_only_for_an_item_that_is_done_by_itself(front: str) -> None:
    assert ItemFacts.of(item(f"{front}acceptance: [b]\n")).open_criteria == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_an_item(front: str, body: str) -> None:
    data = f"---\n{front}\n---\n{body}".encode("utf-8", "surrogatepass")
    read = load(Source.of(PATH, data))
    assert read.id and read.title and read.status
    ItemFacts.of(read)
    for number, criterion in enumerate(read.criteria, 1):
        assert number > 0 and isinstance(criterion.ticked, bool)
