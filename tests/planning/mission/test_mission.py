"""Missions, and the implicit one of a repository without missions."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.planning.mission.mission import FOLDER, Mission, load, load_all


def write(root: Path, **files: str | bytes) -> None:
    for name, text in files.items():
        place = root / ".planning" / name.replace("__", "/").replace("_", ".")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_the_fields_of_a_mission(tmp_path: Path) -> None:
    write(
        tmp_path,
        missions__a_yaml=(
            "id: shop\ntitle: A shop\ngoal: Sell things.\nstatus: active\nphases: [01-a, 02]\n"
        ),
    )
    (loaded,) = load_all(tmp_path)
    assert loaded.findings == ()
    assert loaded.as_data() == {
        "id": "shop",
        "title": "A shop",
        "goal": "Sell things.",
        "status": "active",
        "path": f"{FOLDER}/a.yaml",
        "phases": ["01-a", "02"],
    }


def test_the_defaults_of_a_mission(tmp_path: Path) -> None:
    write(tmp_path, missions__a_yaml="other: 1\ntitle: [x]\n")
    assert load_all(tmp_path) == [Mission("a", "a", "", "draft", f"{FOLDER}/a.yaml")]


@pytest.mark.parametrize(
    "line, column, words",
    [
        ("scope_contract: all", 17, "a mapping"),
        ("scope_contract: {max_files: many}", 29, "whole number"),
        ("scope_contract: {max_lines: true}", 29, "whole number"),
        ("scope_contract: {max_file: 3}", 18, "no `max_file`"),
        ("scope_contract: {paths: [{a: b}]}", 25, "list of texts"),
        ("phases: [[01-a]]", 9, "list of texts"),
    ],
)
def test_a_limit_that_cannot_be_enforced_is_a_finding(
    tmp_path: Path, line: str, column: int, words: str
) -> None:
    write(tmp_path, missions__a_yaml=f"{line}\n")
    (finding,) = load(tmp_path, f"{FOLDER}/a.yaml").findings
    assert (finding.rule, finding.severity, finding.column) == (
        "mission-contract",
        "error",
        column,
    ) and words in finding.message


def test_missions_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    write(
        tmp_path, missions__b_yaml="id: 1\n", missions__a_yaml="id: 2\n", missions__c_md="id: 3\n"
    )
    assert [mission.id for mission in load_all(tmp_path)] == ["2", "1"]


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\nb: [1\n", 3), ("a: 1\na: 2\n", 2), ("a:\n\tb\n", 2)]
)
def test_a_mission_that_is_not_yaml_is_a_finding(tmp_path: Path, text: str, line: int) -> None:
    write(tmp_path, missions__a_yaml=text)
    loaded = load(tmp_path, f"{FOLDER}/a.yaml")
    assert [(finding.rule, finding.line) for finding in loaded.findings] == [("mission-yaml", line)]
    assert (loaded.id, loaded.status) == ("a", "draft")


def test_a_mission_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / FOLDER / "a.yaml").mkdir(parents=True)
    (loaded,) = load_all(tmp_path)
    assert [finding.rule for finding in loaded.findings] == ["unreadable"]


@pytest.mark.parametrize("text", ["[]", "words", "null", b"\xff\xfe", b"a: \xff", b"\0"])
def test_any_file_is_a_mission(tmp_path: Path, text: str | bytes) -> None:
    write(tmp_path, missions__a_yaml=text)
    assert [mission.id for mission in load_all(tmp_path)] == ["a"]


@pytest.mark.parametrize(
    ("files", "title", "goal", "path"),
    [
        ({}, "work", "", ""),
        (
            {"PROJECT_md": "# Project: A shop\n\n## What This Is\n\nIt sells\nthings.\n\nMore.\n"},
            "A shop",
            "It sells things.",
            "PROJECT.md",
        ),
        ({"PROJECT_md": "no heading"}, "work", "", "PROJECT.md"),
        (
            {"ROADMAP_md": "# Roadmap: A shop\r\n\r\n## Overview\r\nIt sells.\r\n"},
            "A shop",
            "It sells.",
            "ROADMAP.md",
        ),
        ({"ROADMAP_md": "# b", "PROJECT_md": "# a"}, "a", "", "PROJECT.md"),
        ({"PROJECT_md": "##\n# A\n## Goal\n"}, "A", "", "PROJECT.md"),
    ],
)
def test_without_missions_there_is_an_implicit_one(
    tmp_path: Path, files: dict[str, str], title: str, goal: str, path: str
) -> None:
    root = tmp_path / "work"
    root.mkdir()
    write(root, **files)
    (loaded,) = load_all(root)
    assert (loaded.id, loaded.title, loaded.goal, loaded.status) == (
        "implicit",
        title,
        goal,
        "active",
    )
    assert loaded.path == (f".planning/{path}" if path else "")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "# a" + " " * 200_000 + "b",
        "# " * 100_000,
        "## Goal\n" + "\n \n" * 100_000,
        "## Goal" + "\n" * 200_000,
    ],
)
def test_a_hostile_project_file_takes_linear_time(tmp_path: Path, text: str) -> None:
    write(tmp_path, PROJECT_md=text)
    assert load_all(tmp_path)[0].id == "implicit"
