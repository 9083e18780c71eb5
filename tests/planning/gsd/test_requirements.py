"""Requirements as people write them."""

from __future__ import annotations

import pytest

from forge.planning.gsd.requirements import Requirements, ids_in, is_id, named_by
from forge.text.source import Source


def read(text: str) -> Requirements:
    return Requirements.of(Source.of("REQUIREMENTS.md", text.encode()))


def test_the_many_forms_of_requirements() -> None:
    requirements = read(
        "## v1.0 Requirements\n- [ ] **AUTH-01**: a\n- [x] AUTH-02: b\n### REQ-DB-001: c\n-"
        " **UI-3**: d\n- see AUTH-01\n## Out of Scope\n- **X-01**: e\n| AUTH-01 | Phase 2 |"
        " open |\n| AUTH-02 | 3.1 | 03.1-01 |\n- **v2.0**: f\n"
    )
    assert [
        (requirement.id, requirement.ticked, requirement.aside)
        for requirement in requirements.defined
    ] == [
        ("AUTH-01", False, False),
        ("AUTH-02", True, False),
        ("REQ-DB-001", None, False),
        ("UI-3", None, False),
        ("X-01", None, True),
    ]
    assert requirements.phases == {"auth-01": ["2"], "auth-02": ["3.1"]}
    assert requirements.defined[0].spot[:3] == ("AUTH-01", 2, 9)


def test_a_section_that_is_deferred_ends_with_the_next_of_its_level() -> None:
    requirements = read("## Later\n### UI\n- **A-1**: a\n## Now\n- **A-2**: b\n")
    assert [(requirement.id, requirement.aside) for requirement in requirements.defined] == [
        ("A-1", True),
        ("A-2", False),
    ]


@pytest.mark.parametrize("word", ["AUTH-01", "REQ-DB-001", "a.1", "UI_3b"])
def test_words_that_are_ids(word: str) -> None:
    assert is_id(word)


@pytest.mark.parametrize("word", ["v1.1", "AUTH", "-01", "1-2", "A-" + "1" * 60, "A-x"])
def test_words_that_are_not_ids(word: str) -> None:
    assert not is_id(word)


@pytest.mark.parametrize(
    "text",
    [
        "RIT-01..03",
        "RIT-01 through RIT-03",
        "**RIT-01** – **RIT-03**",
        "RIT-01~RIT-03",
        "RIT-01 to 03",
    ],
)
def test_ranges_of_requirements(text: str) -> None:
    assert {"rit-01", "rit-02", "rit-03"} <= ids_in(text)


def test_texts_that_are_not_ranges() -> None:
    assert ids_in("A-01 to B-03") == {"a-01", "to", "b-03"}
    assert len(ids_in("A-1 to A-99999")) < 210


def test_the_requirements_that_a_plan_names() -> None:
    assert named_by(["AUTH-01", "UI-1 to UI-2"]) == {"auth-01", "ui-1 to ui-2", "ui-1", "ui-2"} | (
        ids_in("UI-1 to UI-2")
    )
    assert named_by(["Other"]) >= {"other"}
