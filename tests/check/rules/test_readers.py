"""Roadmaps, requirements and reports as people write them; hostile ones are read in linear time and
never raise.
"""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.check.rules import allow
from forge.check.rules.documents import conflict
from forge.planning.gsd.reports import ReportFront
from forge.planning.gsd.requirements import Requirements, ids_in, is_id
from forge.planning.gsd.roadmap import Roadmap
from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.plan_files import PlanFile
from forge.planning.numbers import leading, mentioned, normal, order
from forge.text.source import Source


def source(text: str) -> Source:
    return Source.of("X.md", text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("01-setup", "1"),
        ("03.10B-x", "3.10b"),
        ("phase-07", "7"),
        ("Phase 3: x", "3"),
        ("2026-02-19-next", None),
        ("setup", None),
        ("4. Next", "4"),
        ("260406-anb-model", None),
        ("010-ten", "10"),
        ("00-zero", "0"),
    ],
)
def test_numbers_of_phases(text: str, number: str | None) -> None:
    assert leading(text) == number


def test_phases_that_a_text_speaks_of() -> None:
    assert set(mentioned("Phases 1-3, Phase 04.1 and phases 7, 8 and 9b; Phase 12 to 13")) == {
        "1",
        "2",
        "3",
        "4.1",
        "7",
        "8",
        "9b",
        "12",
        "13",
    }
    assert sorted(["10", "3.1", "3", "12a", "12"], key=order) == ["3", "3.1", "10", "12", "12a"]
    assert normal("003.010") == "3.10"


def test_the_many_forms_of_a_roadmap() -> None:
    roadmap = Roadmap.of(
        source(
            "# Roadmap\n- [x] **Phase 1: A** - b\n- [ ] Phase 2.1: B (2/3 plans)\n### ✅ Phase 03:"
            " C\n| 4. D | v1 | 1/1 |\n- [x] 01-02-PLAN.md — x\n  - [ ] `02.1-01-name-PLAN.md`: y\n-"
            " [ ] 03-01: TBD\nPhases 5-6 come later\n"
        )
    )
    assert [(entry.key, entry.ticked) for entry in roadmap.phases] == [
        ("1", True),
        ("2.1", False),
        ("3", None),
    ]
    assert [(entry.key, entry.ticked, entry.planned) for entry in roadmap.plans] == [
        ("1-2", True, True),
        ("2.1-1", False, True),
        ("3-1", False, False),
    ]
    assert set(roadmap.mentioned) == {"1", "2.1", "3", "4", "5", "6"}
    assert roadmap.phases[0].spot[:3] == ("Phase 1", 2, 9)


def test_the_many_forms_of_requirements() -> None:
    found = Requirements.of(
        source(
            "## v1.0 Requirements\n- [ ] **AUTH-01**: a\n- [x] AUTH-02: b\n### REQ-DB-001: c\n-"
            " **UI-3**: d\n- see AUTH-01\n## Out of Scope\n- **X-01**: e\n| AUTH-01 | Phase 2 |"
            " open |\n| AUTH-02 | 3.1 | 03.1-01 |\n- **v2.0**: f\n"
        )
    )
    assert [(each.id, each.ticked, each.aside) for each in found.defined] == [
        ("AUTH-01", False, False),
        ("AUTH-02", True, False),
        ("REQ-DB-001", None, False),
        ("UI-3", None, False),
        ("X-01", None, True),
    ]
    assert found.phases == {"auth-01": ["2"], "auth-02": ["3.1"]}
    assert is_id("AUTH-01") and not is_id("v1.1") and not is_id("AUTH") and not is_id("-01")


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


def test_reports() -> None:
    text = (
        "---\nstatus: passed\nother: x\nprogress:\n  completed_plans: 3\n  total_plans:"
        " x\n---\ntext\n"
    )
    report = ReportFront.of(source(text))
    assert (
        report.values["status"].text == "passed" and report.number("progress.completed_plans") == 3
    )
    assert report.number("progress.total_plans") is None and "other" not in report.values
    assert ReportFront.of(source("no front matter")).values == {}
    problem = ReportFront.of(source("---\na: @b\n---\n")).problem
    assert problem is not None and (problem.line, problem.column) == (2, 4)


@given(st.text(st.sampled_from("#|-*[]x Phase1.0AB:\n`<>=~")), st.text())
def test_nothing_that_a_document_says_raises(shaped: str, free: str) -> None:
    for text in (shaped, free, shaped + free):
        document = source(text)
        for reader in (Roadmap, Requirements, ReportFront):
            read = reader.of(document)
            assert msgspec.json.decode(json.dumps(read), type=reader) == read, (
                "facts survive the cache"
            )
        list(conflict.check(document))
        list(allow.allows(document))


HOSTILE = [
    "a" * 300_000,
    "A-1" * 100_000,
    "A-1-" * 80_000,
    "A.1" * 100_000,
    "Phase 1, " * 40_000,
    "Phases 1-900 " * 20_000,
    "- [ ] " * 50_000,
    "- [x] 1" + ".1" * 100_000,
    "<<<<<<< a\n=======\n>>>>>>> b\n" * 10_000,
    "|" * 300_000,
    "# forge: allow " * 20_000,
    "**A-01** - " * 30_000,
    " " * 300_000,
    "```\n" * 70_000,
    "#" * 300_000,
    "1-1-" * 80_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_documents_take_linear_time(text: str) -> None:
    def spent(text: str) -> float:
        start = time.process_time()
        document = source(text)
        Roadmap.of(document), Requirements.of(document), ReportFront.of(document)
        list(conflict.check(document)), list(allow.allows(document))
        return time.process_time() - start

    spent(text[:1000])
    tenth, whole = spent(text[: len(text) // 10]), spent(text)
    assert whole < 0.5 or whole < 30 * tenth, f"{tenth:.3f} s for a tenth, {whole:.3f} s for all"


def test_plans_by_name() -> None:
    paths = [
        "phases/04.1-nav/04.1-01",
        "phases/04.1-nav/04.1-02-extra",
        "phases/05-x/05-01",
        "milestones/v1-phases/05-x/05-01",
        "phases/06-y/01",
        "phases/06-y/02",
    ]
    ids = ["04.1-01", "04.1-02", "05-01", "v1/05-01", "06-01", "06-02"]
    files = [
        PlanFile(f".planning/{path}-PLAN.md", name) for path, name in zip(paths, ids, strict=True)
    ]
    index = PlanIndex(files)

    def meant(asking: int, name: str) -> int | None:
        found = index.meant(files[asking], name)
        return files.index(found) if found else None

    names = ("04.1-01", "4.1-01", "04.1-02", "04.1-02-extra", "06-02", "v1/05-01")
    assert [meant(2, name) for name in names] == [0, 0, 1, 1, 5, 3]
    assert [meant(1, name) for name in ("01", "1", "02", "05-01", "05-01-SUMMARY.md")] == [
        0,
        0,
        None,
        2,
        2,
    ]
    assert meant(5, "01") == 4 and meant(4, "01") is None, (
        "a short number names a sibling, and no plan of another folder"
    )
    assert index.names_itself(files[2], "05-02") is False and index.names_itself(
        files[0], "04.1-01"
    )
