"""The missions of a plan, and the limits that they set together."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.errors import SettingsError
from forge.planning.mission.scope_contract import contract_for
from forge.planning.names.phases import names_phase
from forge.planning.settings import ScopeLimits

PLAN = ".planning/phases/01-first/01-01-PLAN.md"


def missions(root: Path, **texts: str) -> None:
    folder = root / ".planning/missions"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(f"title: A\ngoal: b\n{text}\n")


@pytest.mark.parametrize(
    "name",
    ["01-first", ".planning/phases/01-first", ".planning/phases/01-first/", "01", "1", "first"],
)
def test_a_phase_is_named_by_its_path_its_name_its_number_or_its_slug(name: str) -> None:
    assert names_phase(name, ".planning/phases/01-first")
    assert not names_phase(name, ".planning/phases/11-first-of-all")
    archived = ".planning/milestones/v1/01-first"
    assert names_phase(name, archived) is (name == "01-first")
    assert not any(names_phase(name, ".planning/phases/01-first") for name in ("", "irst", "2"))


def test_several_missions_narrow_each_other(tmp_path: Path) -> None:
    missions(
        tmp_path,
        a=(
            "phases: [1]\nscope_contract: {paths: [src/, docs/**], max_files: 9, allowed_tools:"
            " [Edit, Read, Bash]}"
        ),
        b=(
            "phases: [01-first]\nscope_contract: {paths: ['*.md', src], max_lines: 7,"
            " allowed_tools: [Bash, Edit]}"
        ),
        c="phases: [first]\nscope_contract: {paths: [], allowed_tools: []}",
        other="phases: [02-next]\nscope_contract: {paths: [nothing], max_files: 0}",
    )
    contract = contract_for(tmp_path, PLAN)
    paths = ("src/a.py", "docs/a.md", "README.md", "x")
    assert [contract.against(path) for path in paths] == [[], ["b"], ["a"], ["a", "b"]]
    assert contract.allowed_tools == ("Edit", "Bash")
    narrowed = contract.narrowed(ScopeLimits(max_files=5, max_lines=100))
    assert (narrowed.max_files, narrowed.max_lines) == (5, 7)


def test_without_a_mission_there_is_no_contract(tmp_path: Path) -> None:
    assert contract_for(tmp_path, PLAN).as_data() == {}
    missions(tmp_path, other="phases: [02-next]\nscope_contract: {max_files: many}")
    contract = contract_for(tmp_path, PLAN)
    assert (
        contract.as_data() == {}
        and contract.allowed_tools is None
        and contract.against("any") == []
    )
    assert contract.narrowed(ScopeLimits()) == ScopeLimits()


@pytest.mark.parametrize(
    "text",
    [
        "phases: [1]\nscope_contract: {max_files: many}",
        "phases: [1, {slug: next}]\nscope_contract: {paths: [src]}",
        "phases: [1",
        "scope_contract: ]",
    ],
)
def test_a_contract_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, text: str
) -> None:
    missions(tmp_path, a=text)
    with pytest.raises(SettingsError, match=r"missions/a.yaml:\d+:\d+: .*is unknown"):
        contract_for(tmp_path, PLAN)
