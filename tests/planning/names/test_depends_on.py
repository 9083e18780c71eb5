"""Entries of `depends_on`: the nearest plan with the name, and never the plan itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.plan_files import PlanFile, identified

PATHS = [
    "phases/04.1-nav/04.1-01",
    "phases/04.1-nav/04.1-02-extra",
    "phases/05-x/05-01",
    "milestones/v1-phases/05-x/05-01",
    "phases/06-y/01",
    "phases/06-y/02",
]
IDS = ["04.1-01", "04.1-02", "05-01", "v1/05-01", "06-01", "06-02"]
FILES = [PlanFile(f".planning/{path}-PLAN.md", name) for path, name in zip(PATHS, IDS, strict=True)]
INDEX = PlanIndex(FILES)


def meant(asking: int, name: str) -> int | None:
    file = INDEX.meant(FILES[asking], name)
    return FILES.index(file) if file else None


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("04.1-01", 0),
        ("4.1-01", 0),
        ("04.1-02", 1),
        ("04.1-02-extra", 1),
        ("06-02", 5),
        ("v1/05-01", 3),
        ("04.1-nav/01", 0),
        ("06-y/2", 5),
        ("06-y/02-PLAN.md", 5),
        ("nonsense", None),
        ("", None),
    ],
)
def test_a_name_means_a_plan_of_any_folder(name: str, number: int | None) -> None:
    assert meant(2, name) == number


@pytest.mark.parametrize(
    ("name", "number"), [("01", 0), ("1", 0), ("02", None), ("05-01", 2), ("05-01-SUMMARY.md", 2)]
)
def test_a_short_number_means_a_sibling_and_a_current_plan_comes_first(
    name: str, number: int | None
) -> None:
    assert meant(1, name) == number


def test_a_short_number_never_means_a_plan_of_another_folder() -> None:
    assert meant(5, "01") == 4
    assert meant(4, "01") is None


def test_a_plan_can_name_only_itself() -> None:
    assert INDEX.names_itself(FILES[0], "04.1-01")
    assert not INDEX.names_itself(FILES[2], "05-02")
    assert not INDEX.names_itself(FILES[2], "05-01"), "an archived plan has that id as well"


@given(
    st.lists(
        st.from_regex(r"phases/0[1-3]-[ab]/0[1-3]-0[1-3](-x)?-PLAN\.md", fullmatch=True),
        min_size=2,
        max_size=8,
        unique=True,
    )
)
def test_an_id_always_means_another_plan(paths: list[str]) -> None:
    files = identified(f".planning/{path}" for path in paths)
    index = PlanIndex(files)
    for asking in files:
        for file in files:
            waited_for = index.meant(asking, file.id)
            assert waited_for != asking, "no plan depends on itself"
            assert waited_for is not None or asking == file
