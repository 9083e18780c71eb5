"""The plans of a repository: their ids, and which one a name means."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.errors import UnknownName
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile, natural, plan_id

Make = Callable[..., Path]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("phases/01-first/01-01-PLAN.md", "01-01"),
        ("phases/01.1-more/01.1-02-PLAN.md", "01.1-02"),
        ("phases/02B-x/02B-03a-PLAN.md", "02B-03a"),
        ("phases/01-first/02-PLAN.md", "01-02"),
        ("phases/phase-3-x/02-PLAN.md", "3-02"),
        ("phases/01-first/01-01-make-it-PLAN.md", "01-01-make-it"),
        ("phases/first/02-PLAN.md", "02"),
        ("phases/01-first/PLAN.md", "01-first"),
        ("quick/260120-abc-fix/260120-abc-PLAN.md", "260120-abc"),
        ("quick/001-fix/001-PLAN.md", "001"),
        ("quick/001-fix/PLAN.md", "001-fix"),
        ("phases/01-first/gap_PLAN.md", "gap"),
        ("PLAN.md", ".planning"),
    ],
)
def test_an_id_comes_from_the_name(path: str, expected: str) -> None:
    assert plan_id(f".planning/{path}") == expected


def ids(root: Path) -> dict[str, str]:
    return {file.path.removeprefix(".planning/"): file.id for file in Catalog(root).files}


def test_ids_that_are_not_unique_get_the_milestone_as_prefix(make_plans: Make) -> None:
    root = make_plans(
        "phases/01-a/01-01-PLAN.md",
        "milestones/v1.0-phases/01-b/01-01-PLAN.md",
        "milestones/v1.0-phases/01-b/01-02-PLAN.md",
    )
    assert ids(root) == {
        "milestones/v1.0-phases/01-b/01-01-PLAN.md": "v1.0/01-01",
        "milestones/v1.0-phases/01-b/01-02-PLAN.md": "01-02",
        "phases/01-a/01-01-PLAN.md": "01-01",
    }


def test_ids_that_are_still_not_unique_get_their_folders(make_plans: Make) -> None:
    root = make_plans(
        "phases/01-a/01-01-PLAN.md", "phases/01-b/01-01-PLAN.md", "phases/02/02-01-PLAN.md"
    )
    assert ids(root) == {
        "phases/01-a/01-01-PLAN.md": "01-a/01-01",
        "phases/01-b/01-01-PLAN.md": "01-b/01-01",
        "phases/02/02-01-PLAN.md": "02-01",
    }


def test_plans_come_in_natural_order(make_plans: Make) -> None:
    root = make_plans(
        "phases/10-j/10-01-PLAN.md", "phases/9-i/9-2-PLAN.md", "phases/9-i/9-10-PLAN.md"
    )
    assert [file.id for file in Catalog(root).files] == ["9-2", "9-10", "10-01"]
    assert [(phase.name, phase.number, len(phase.plans)) for phase in Catalog(root).phases] == [
        ("9-i", "9", 2),
        ("10-j", "10", 1),
    ]


def test_forges_own_folders_hold_no_plans(make_plans: Make) -> None:
    root = make_plans(
        "runs/x/PLAN.md",
        "proofs/x-PLAN.md",
        "phases/01-a/runs/01-01-PLAN.md",
        "phases/01-a/01-01-PLAN.md.bak",
    )
    assert list(ids(root)) == ["phases/01-a/runs/01-01-PLAN.md"]


def test_a_repository_without_plans(tmp_path: Path) -> None:
    assert Catalog(tmp_path).files == []
    with pytest.raises(UnknownName, match="has no plans"):
        Catalog(tmp_path).one("01-01")


@pytest.fixture
def several(make_plans: Make) -> Catalog:
    return Catalog(
        make_plans(
            "phases/01-setup/01-01-PLAN.md",
            "phases/01-setup/01-02-PLAN.md",
            "phases/02-search/02-01-index-PLAN.md",
            "phases/03-alone/03-01-PLAN.md",
            "milestones/v1.0-phases/01-old/01-01-PLAN.md",
            "milestones/v1.0-phases/04-older/04-01-PLAN.md",
            "quick/001-fix-typo/001-PLAN.md",
            "quick/002-more/PLAN.md",
        )
    )


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("01-01", "phases/01-setup/01-01-PLAN.md"),
        ("v1.0/01-01", "milestones/v1.0-phases/01-old/01-01-PLAN.md"),
        ("04-01", "milestones/v1.0-phases/04-older/04-01-PLAN.md"),
        (".planning/phases/01-setup/01-02-PLAN.md", "phases/01-setup/01-02-PLAN.md"),
        ("./.planning//phases/01-setup/../01-setup/01-02-PLAN.md", "phases/01-setup/01-02-PLAN.md"),
        ("01-02-PLAN.md", "phases/01-setup/01-02-PLAN.md"),
        ("01-01-PLAN.md", "phases/01-setup/01-01-PLAN.md"),
        ("01-02-PLAN", "phases/01-setup/01-02-PLAN.md"),
        ("02-01-index", "phases/02-search/02-01-index-PLAN.md"),
        ("index", "phases/02-search/02-01-index-PLAN.md"),
        ("INDEX", "phases/02-search/02-01-index-PLAN.md"),
        ("search", "phases/02-search/02-01-index-PLAN.md"),
        ("alone", "phases/03-alone/03-01-PLAN.md"),
        ("03-alone", "phases/03-alone/03-01-PLAN.md"),
        ("fix-typo", "quick/001-fix-typo/001-PLAN.md"),
        ("001", "quick/001-fix-typo/001-PLAN.md"),
        ("002-more", "quick/002-more/PLAN.md"),
        ("more", "quick/002-more/PLAN.md"),
    ],
)
def test_a_name_means_one_plan(several: Catalog, name: str, path: str) -> None:
    assert several.one(name).path == f".planning/{path}"


def test_a_number_means_a_phase_and_not_a_plan_that_ends_in_it(several: Catalog) -> None:
    for name, folder in (("02", "02-search"), ("2", "02-search"), ("01", "01-setup")):
        phase = several.phase_meant(name)
        assert phase is not None and phase.folder == f".planning/phases/{folder}", name


def test_a_path_counts_from_the_current_folder(several: Catalog) -> None:
    folder = several.root / ".planning/phases/01-setup"
    assert several.one("01-02-PLAN.md", folder).id == "01-02"
    assert several.one("../03-alone/03-01-PLAN.md", folder).id == "03-01"


def test_an_ambiguous_name_lists_the_candidates(several: Catalog) -> None:
    plan = several.root / ".planning/phases/03-alone/03-02-index-PLAN.md"
    plan.write_text("---\n---\n")
    with pytest.raises(UnknownName, match="names 2 plans") as caught:
        several.one("index")
    assert "02-01-index  .planning/phases/02-search/02-01-index-PLAN.md" in caught.value.message
    assert "03-02-index" in caught.value.message
    assert "01-01" not in caught.value.message
    assert caught.value.exit_code == 2


def test_an_unknown_name_lists_what_is_near(several: Catalog) -> None:
    with pytest.raises(UnknownName, match="there is no plan `setu`") as caught:
        several.one("setu")
    assert "01-01" in caught.value.message
    assert "03-01" not in caught.value.message
    with pytest.raises(UnknownName) as caught:
        several.one("nonsense")
    assert "03-01" in caught.value.message


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("01-setup", "phases/01-setup"),
        ("1", "phases/01-setup"),
        ("01", "phases/01-setup"),
        ("search", "phases/02-search"),
        (".planning/phases/03-alone", "phases/03-alone"),
        (".planning/quick/002-more", "quick/002-more"),
        (".planning/milestones/v1.0-phases/04-older", "milestones/v1.0-phases/04-older"),
    ],
)
def test_a_name_means_one_phase(several: Catalog, name: str, folder: str) -> None:
    phase = several.phase(name)
    assert phase is not None
    assert phase.folder == f".planning/{folder}"


@pytest.mark.parametrize("name", ["7", "older", "nonsense", "0", ""])
def test_a_name_means_no_phase(several: Catalog, name: str) -> None:
    assert several.phase(name) is None


def test_the_properties_of_a_plan_file() -> None:
    file = PlanFile(".planning/milestones/v1-phases/01-a/01-02-x-PLAN.md", "01-02-x")
    assert (file.folder, file.stem, file.archived) == (
        ".planning/milestones/v1-phases/01-a",
        "01-02-x",
        True,
    )
    assert file.summary_path == ".planning/milestones/v1-phases/01-a/01-02-x-SUMMARY.md"
    assert PlanFile(".planning/quick/a/PLAN.md", "a").summary_path == ".planning/quick/a/SUMMARY.md"


def test_a_plan_is_loaded_under_its_id(several: Catalog) -> None:
    plan = several.load(several.one("v1.0/01-01"))
    assert (plan.id, plan.steps[0].id) == ("v1.0/01-01", "v1.0/01-01/1")


def test_the_path_of_a_link_means_the_link(several: Catalog) -> None:
    folder = several.root / ".planning/phases/01-setup"
    (folder / "01-09-PLAN.md").symlink_to("01-02-PLAN.md")
    (several.root / "elsewhere").symlink_to(folder)
    for name, here in (
        ("01-09-PLAN.md", folder),
        (".planning/phases/01-setup/01-09-PLAN.md", several.root),
    ):
        assert several.one(name, here).id == "01-09"
    assert several.one("elsewhere/01-02-PLAN.md", several.root).id == "01-02"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.symlink_to("/dev/zero"), "it is not a regular file"),
        (lambda path: path.symlink_to("/etc/passwd"), "leads out of the repository"),
        (lambda path: path.symlink_to(path.name), "symbolic links"),
        (os.mkfifo, "it is not a regular file"),
        (Path.mkdir, "it is not a regular file"),
    ],
    ids=["device", "outside", "loop", "pipe", "folder"],
)
def test_only_regular_files_of_the_repository_are_read(
    make_plans: Make, make: Callable[[Path], None], why: str
) -> None:
    root = make_plans("phases/01-a/01-01-PLAN.md")
    catalog = Catalog(root)
    file = catalog.one("01-01")
    (root / file.path).unlink()
    make(root / file.path)
    with pytest.raises(UnknownName, match=why):
        catalog.load(file)
    plan = catalog.load_or_finding(file)
    assert plan.id == "01-01" and [finding.rule for finding in plan.findings] == [
        "unreadable",
        "front-matter-missing",
    ]


def test_a_plan_that_cannot_be_read_is_an_error(make_plans: Make) -> None:
    root = make_plans("phases/01-a/01-01-PLAN.md")
    catalog = Catalog(root)
    file = catalog.one("01-01")
    (root / file.path).unlink()
    (root / file.path).symlink_to("nowhere")
    with pytest.raises(UnknownName, match="cannot be read"):
        catalog.load(file)


@settings(deadline=None)
@given(st.permutations(["a", "a1", "a2", "a10", "1²2", "٣", "-", "1.9", "1.10"]))
def test_natural_order_is_the_same_for_every_permutation(names: list[str]) -> None:
    assert sorted(names, key=natural) == ["1.9", "1.10", "1²2", "-", "a", "a1", "a2", "a10", "٣"]


def test_natural_order_counts() -> None:
    assert sorted(["a10", "a9", "a09b", "a", "b1", "1²2"], key=natural) == [
        "1²2",
        "a",
        "a9",
        "a09b",
        "a10",
        "b1",
    ]
