"""Which plan waits for which, and what can start now."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from forge.planning.names.catalog import Catalog
from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.plan_files import PlanFile
from forge.planning.names.waves import Done, Needs, Order, dependencies
from forge.views.outline.load import plan_entry

Make = Callable[..., Path]


@pytest.fixture
def catalog(make_plans: Make) -> Catalog:
    return Catalog(
        make_plans(
            "phases/01-a/01-01-PLAN.md",
            "phases/01-a/01-02-slug-PLAN.md",
            "phases/01-a/01-03-PLAN.md",
            "phases/02-b/02-01-PLAN.md",
            "phases/02-b/02-03-PLAN.md",
            "milestones/v1-phases/01-old/01-01-PLAN.md",
            "milestones/v1-phases/07-old/07-01-PLAN.md",
            "phases/10-j/10-01-PLAN.md",
        )
    )


def meant(
    catalog: Catalog, make_plans: Make, written: str, path: str = "phases/01-a/01-03-PLAN.md"
) -> list[str | None]:
    make_plans(path, front=f"depends_on: {written}\n")
    file = catalog.by_path(f".planning/{path}")
    assert file is not None
    return [
        dependency.file.path.removeprefix(".planning/") if dependency.file else None
        for dependency in dependencies(
            PlanIndex(catalog.files), file, catalog.load(file).texts("depends_on")
        )
    ]


@pytest.mark.parametrize(
    ("written", "paths"),
    [
        ("[]", []),
        ("", []),
        ('["01-01"]', ["phases/01-a/01-01-PLAN.md"]),
        ("01-01", ["phases/01-a/01-01-PLAN.md"]),
        ("[01]", ["phases/01-a/01-01-PLAN.md"]),
        ("[1]", ["phases/01-a/01-01-PLAN.md"]),
        ('["01-02"]', ["phases/01-a/01-02-slug-PLAN.md"]),
        ("[2]", ["phases/01-a/01-02-slug-PLAN.md"]),
        ('["01-02-slug"]', ["phases/01-a/01-02-slug-PLAN.md"]),
        ('["01-02-SUMMARY.md"]', ["phases/01-a/01-02-slug-PLAN.md"]),
        ('["01-01-whatever"]', ["phases/01-a/01-01-PLAN.md"]),
        ('["01-01-PLAN.md"]', ["phases/01-a/01-01-PLAN.md"]),
        ('["01-a/01-01-PLAN.md"]', ["phases/01-a/01-01-PLAN.md"]),
        ('["02-01"]', ["phases/02-b/02-01-PLAN.md"]),
        ('["07-01"]', ["milestones/v1-phases/07-old/07-01-PLAN.md"]),
        ('["02-03", "01-01"]', ["phases/02-b/02-03-PLAN.md", "phases/01-a/01-01-PLAN.md"]),
        ('["01-03"]', [None]),
        ('["03"]', [None]),
        ('["01-09"]', [None]),
        ('["nonsense"]', [None]),
        ("[0]", [None]),
        ('["", " "]', []),
        ("[{a: b}]", []),
    ],
)
def test_what_an_entry_means(
    catalog: Catalog, make_plans: Make, written: str, paths: list[str | None]
) -> None:
    assert meant(catalog, make_plans, written) == paths


@pytest.mark.parametrize("written", ["01-02", "01-02-slug", "01-02-SUMMARY.md", "1-02"])
def test_a_plan_of_another_folder_is_meant_without_its_slug_too(
    catalog: Catalog, make_plans: Make, written: str
) -> None:
    waited_for = meant(catalog, make_plans, f'["{written}"]', "phases/02-b/02-03-PLAN.md")
    assert waited_for == ["phases/01-a/01-02-slug-PLAN.md"]
    assert meant(catalog, make_plans, '["01-02-other"]', "phases/02-b/02-03-PLAN.md") == [None], (
        "another slug is another plan"
    )


def test_looking_up_is_linear_in_the_number_of_plans() -> None:
    def spent(number: int) -> float:
        files = [
            PlanFile(f".planning/phases/01-a/01-{earlier:05}-s-PLAN.md", f"01-{earlier:05}-s")
            for earlier in range(1, number)
        ]
        start = time.process_time()
        index = PlanIndex(files)
        assert [index.meant(file, before.id[:8]) for before, file in pairwise(files)] == files[:-1]
        return time.process_time() - start

    few, many = min(spent(1000) for _ in range(3)), spent(10_000)
    assert many < 40 * few, f"{few:.3f} s for 1,000, {many:.3f} s for 10,000"


def test_an_entry_is_kept_as_it_was_written(catalog: Catalog, make_plans: Make) -> None:
    make_plans("phases/02-b/02-03-PLAN.md", front='depends_on: [ 01 , "x y"]\n')
    file = catalog.one("02-03")
    entries = dependencies(PlanIndex(catalog.files), file, catalog.load(file).texts("depends_on"))
    assert [(entry.name, entry.file is None) for entry in entries] == [("01", False), ("x y", True)]


@pytest.mark.parametrize(
    ("written", "number"),
    [("2", 2.0), ("0", 0.0), ("1.5", 1.5), ("", 1.0), ("A", 1.0), ("true", 1.0), ("[1]", 1.0)],
)
def test_the_wave_of_a_plan(make_plans: Make, written: str, number: float) -> None:
    catalog = Catalog(make_plans("phases/01-a/01-01-PLAN.md", front=f"wave: {written}\n"))
    assert plan_entry(catalog.root, catalog.files[0]).wave == number


def test_a_plan_without_a_wave_comes_first(catalog: Catalog) -> None:
    assert plan_entry(catalog.root, catalog.one("02-01")).wave == 1.0


def order(catalog: Catalog, done: Done) -> Order:
    def needs(file: PlanFile) -> Needs:
        line = plan_entry(catalog.root, file)
        return Needs(line.depends_on, line.wave)

    return Order(catalog.files, catalog.phases, needs, done, lambda file: False)


def names(files: list[PlanFile]) -> list[str]:
    return [file.id for file in files]


def test_only_plans_of_the_first_phase_with_open_plans_can_start(catalog: Catalog) -> None:
    done = {".planning/phases/01-a/01-01-PLAN.md"}
    assert names(order(catalog, lambda file: file.path in done).ready()) == ["01-02-slug", "01-03"]
    done |= {file.path for file in catalog.files if "/01-a/" in file.path}
    assert names(order(catalog, lambda file: file.path in done).ready()) == ["02-01", "02-03"]
    assert order(catalog, lambda file: True).ready() == []


def test_archived_plans_are_never_started(catalog: Catalog) -> None:
    assert names(
        order(catalog, lambda file: "phases/0" in file.path and not file.archived).ready()
    ) == ["10-01"]


def test_the_lowest_wave_whose_dependencies_are_done(make_plans: Make) -> None:
    make_plans("phases/01-a/01-01-PLAN.md", front="wave: 1\ndepends_on: [2]\n")
    make_plans("phases/01-a/01-02-PLAN.md", front="wave: 2\n")
    make_plans("phases/01-a/01-03-PLAN.md", front="wave: 2\n")
    catalog = Catalog(make_plans("phases/01-a/01-04-PLAN.md", front="wave: 3\n"))
    nothing_done = order(catalog, lambda file: False).next_wave(catalog.files)
    assert names(nothing_done) == ["01-02", "01-03"]
    assert names(order(catalog, lambda file: file.id == "01-02").next_wave(catalog.files[:1])) == [
        "01-01"
    ]
    assert order(catalog, lambda file: False).next_wave(catalog.files[:1]) == []
    assert order(catalog, lambda file: True).next_wave([]) == []


def test_a_plan_with_an_unknown_dependency_cannot_start(make_plans: Make) -> None:
    catalog = Catalog(make_plans("phases/01-a/01-01-PLAN.md", front="depends_on: [nonsense]\n"))
    plans = order(catalog, lambda file: False)
    assert plans.ready() == []
    assert [waiting.reasons for waiting in plans.waiting()] == [
        ["depends on `nonsense`, which is not a plan"]
    ]


def test_why_a_plan_cannot_start(make_plans: Make) -> None:
    make_plans("phases/01-a/01-01-PLAN.md", front="wave: 1\n")
    make_plans("phases/01-a/01-02-PLAN.md", front="wave: 2\ndepends_on: [1]\n")
    make_plans("phases/01-a/01-03-PLAN.md", front="wave: 2\n")
    catalog = Catalog(make_plans("phases/02-b/02-01-PLAN.md"))
    waits = {
        waiting.file.id: waiting.reasons for waiting in order(catalog, lambda file: False).waiting()
    }
    assert waits == {
        "01-02": ["depends on 01-01, which is not completed"],
        "01-03": ["wave 2 comes after wave 1: 01-01"],
        "02-01": ["phase 01-a comes first: 3 of its plans are not completed"],
    }
