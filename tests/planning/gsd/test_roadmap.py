"""Roadmaps as people write them."""

from __future__ import annotations

import pytest

from forge.planning.gsd.roadmap import Roadmap
from forge.text.source import Source


def read(text: str) -> Roadmap:
    return Roadmap.of(Source.of("ROADMAP.md", text.encode()))


def test_the_many_forms_of_a_roadmap() -> None:
    roadmap = read(
        "# Roadmap\n- [x] **Phase 1: A** - b\n- [ ] Phase 2.1: B (2/3 plans)\n### ✅ Phase 03:"
        " C\n| 4. D | v1 | 1/1 |\n- [x] 01-02-PLAN.md — x\n  - [ ] `02.1-01-name-PLAN.md`: y\n-"
        " [ ] 03-01: TBD\nPhases 5-6 come later\n"
    )
    assert [(entry.key, entry.ticked, entry.title) for entry in roadmap.phases] == [
        ("1", True, "A"),
        ("2.1", False, "B"),
        ("3", None, "C"),
    ]
    assert [(entry.key, entry.ticked, entry.planned) for entry in roadmap.plans] == [
        ("1-2", True, True),
        ("2.1-1", False, True),
        ("3-1", False, False),
    ]
    assert set(roadmap.mentioned) == {"1", "2.1", "3", "4", "5", "6"}
    assert roadmap.phases[0].spot[:3] == ("Phase 1", 2, 9)


@pytest.mark.parametrize(
    ("line", "title", "ticked"),
    [
        ("## Phase 1: Log in ✅", "Log in", True),
        ("## Phase 1 — Log in (SHIPPED)", "Log in", None),
        ("- [x] **Phase 1: Log in** - with a key", "Log in", True),
        ("- [ ] Phase 1: Log in — with a key", "Log in", False),
        ("- [ ] Phase 1", "", False),
    ],
)
def test_titles_and_ticks_of_phases(line: str, title: str, ticked: bool | None) -> None:
    (entry,) = read(f"{line}\n").phases
    assert (entry.key, entry.title, entry.ticked) == ("1", title, ticked)


@pytest.mark.parametrize("line", ["- [ ] Phase 1st: x", "- Phase 1: x", "Phase 1: x", "- [ ] 01"])
def test_lines_that_list_nothing(line: str) -> None:
    roadmap = read(f"{line}\n")
    assert roadmap.phases == [] and roadmap.plans == []
