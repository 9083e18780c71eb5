"""Which commit completed a plan, wherever its folder went since."""

from __future__ import annotations

from forge.git.objects.history import History
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.views.proof.completions import Completions
from tests.conftest import Sandbox
from tests.views.proof.plans_and_history import PLAN, SUMMARY, artifact, history, plan

ARCHIVED = ".planning/milestones/v1.0-phases/01-first"
TEXT = plan(artifact("a.py"))
LONG = "".join(f"line {number}\n" for number in range(20))


def completed(sandbox: Sandbox, summary: str) -> tuple[str, str] | None:
    repository = Repository.discover(sandbox.root)
    added = Completions(History(ObjectStore(repository), sandbox.head())).of(summary)
    return (added.commit, added.path) if added else None


def test_the_commit_that_added_the_summary(sandbox: Sandbox) -> None:
    _, done, _ = history(
        sandbox, [{PLAN: TEXT}, {PLAN: TEXT, SUMMARY: "a\n"}, {PLAN: TEXT, SUMMARY: "edited\n"}]
    )
    assert completed(sandbox, SUMMARY) == (done, SUMMARY)
    assert completed(sandbox, ".planning/none-SUMMARY.md") is None


def test_a_folder_that_moved_into_an_archive(sandbox: Sandbox) -> None:
    moved = {f"{ARCHIVED}/01-01-PLAN.md": TEXT, f"{ARCHIVED}/01-01-SUMMARY.md": LONG}
    done, _, _ = history(
        sandbox, [{PLAN: TEXT, SUMMARY: LONG}, {PLAN: TEXT, SUMMARY: LONG, "x": ""}, moved]
    )
    assert completed(sandbox, f"{ARCHIVED}/01-01-SUMMARY.md") == (done, SUMMARY)


def test_moved_and_edited_at_once(sandbox: Sandbox) -> None:
    moved = {f"{ARCHIVED}/01-01-PLAN.md": TEXT, f"{ARCHIVED}/01-01-SUMMARY.md": "wholly other\n"}
    done, _ = history(sandbox, [{PLAN: TEXT, SUMMARY: LONG}, moved])
    assert completed(sandbox, f"{ARCHIVED}/01-01-SUMMARY.md") == (done, SUMMARY)


def test_copied_first_and_removed_later(sandbox: Sandbox) -> None:
    moved = {f"{ARCHIVED}/01-01-PLAN.md": TEXT, f"{ARCHIVED}/01-01-SUMMARY.md": LONG}
    done, *_ = history(
        sandbox, [{PLAN: TEXT, SUMMARY: LONG}, {PLAN: TEXT, SUMMARY: LONG, **moved}, moved]
    )
    assert completed(sandbox, f"{ARCHIVED}/01-01-SUMMARY.md") == (done, SUMMARY)


def test_removed_first_and_archived_later(sandbox: Sandbox) -> None:
    moved = {f"{ARCHIVED}/01-01-PLAN.md": TEXT, f"{ARCHIVED}/01-01-SUMMARY.md": LONG}
    done, *_ = history(sandbox, [{PLAN: TEXT, SUMMARY: LONG}, {"x": ""}, moved])
    assert completed(sandbox, f"{ARCHIVED}/01-01-SUMMARY.md") == (done, SUMMARY)


def test_moved_twice(sandbox: Sandbox) -> None:
    places = [f".planning/phases/{name}/01-01" for name in ("01-first", "01-begin", "01-start")]
    done, *_ = history(
        sandbox, [{f"{place}-PLAN.md": TEXT, f"{place}-SUMMARY.md": LONG} for place in places]
    )
    assert completed(sandbox, f"{places[2]}-SUMMARY.md") == (done, f"{places[0]}-SUMMARY.md")


def test_a_phase_with_a_new_number(sandbox: Sandbox) -> None:
    old, new = ".planning/phases/02-x/02-01", ".planning/phases/03-x/03-01"
    done, _ = history(
        sandbox,
        [
            {f"{old}-PLAN.md": TEXT, f"{old}-SUMMARY.md": LONG},
            {f"{new}-PLAN.md": TEXT, f"{new}-SUMMARY.md": LONG},
        ],
    )
    assert completed(sandbox, f"{new}-SUMMARY.md") == (done, f"{old}-SUMMARY.md")


def test_a_later_plan_of_the_same_name_has_its_own_commit(sandbox: Sandbox) -> None:
    archive = {f"{ARCHIVED}/01-01-PLAN.md": TEXT, f"{ARCHIVED}/01-01-SUMMARY.md": LONG}
    other = (
        "---\nphase: 1\n---\n<tasks>\n<task>\n<name>Quite another thing</name>\n</task>\n</tasks>\n"
    )
    first, _, second = history(
        sandbox,
        [
            {PLAN: TEXT, SUMMARY: LONG},
            archive,
            {**archive, PLAN: other, SUMMARY: "the second milestone\n"},
        ],
    )
    assert completed(sandbox, SUMMARY) == (second, SUMMARY)
    assert completed(sandbox, f"{ARCHIVED}/01-01-SUMMARY.md") == (first, SUMMARY)


def test_two_summaries_of_the_same_text_are_not_mixed_up(sandbox: Sandbox) -> None:
    def both(folder: str, *numbers: int) -> dict[str, str]:
        return {
            f"{folder}/0{n}-p/0{n}-01-{kind}.md": text
            for n in numbers
            for kind, text in (("PLAN", TEXT), ("SUMMARY", "done\n"))
        }

    one, two, _ = history(
        sandbox,
        [
            both(".planning/phases", 1),
            both(".planning/phases", 1, 2),
            both(".planning/milestones/v1-phases", 1, 2),
        ],
    )
    assert completed(sandbox, ".planning/milestones/v1-phases/01-p/01-01-SUMMARY.md")[0] == one  # type: ignore[index]
    assert completed(sandbox, ".planning/milestones/v1-phases/02-p/02-01-SUMMARY.md")[0] == two  # type: ignore[index]


def test_a_merged_summary_is_dated_by_its_branch(sandbox: Sandbox) -> None:
    trees = [
        {PLAN: TEXT},
        {PLAN: TEXT, SUMMARY: LONG},
        {PLAN: TEXT, "other": ""},
        {PLAN: TEXT, "other": "", SUMMARY: LONG},
    ]
    _, done, _, _ = history(sandbox, trees, {1: [0], 2: [0], 3: [2, 1]})
    assert completed(sandbox, SUMMARY) == (done, SUMMARY)


def test_incomplete_history_is_reported(sandbox: Sandbox, make_sandbox) -> None:  # type: ignore[no-untyped-def]
    history(
        sandbox,
        [
            {PLAN: TEXT, SUMMARY: LONG, "a.py": ""},
            {PLAN: TEXT, SUMMARY: LONG, "a.py": "x"},
            {PLAN: TEXT, SUMMARY: LONG, "a.py": "y"},
        ],
    )
    clone = make_sandbox("shallow")
    clone.git("fetch", "-q", "--depth", "2", f"file://{sandbox.root}", "made")
    clone.git("reset", "-q", "--hard", "FETCH_HEAD")
    (one,) = clone.call("audit", "--at-completion").data["plans"]
    assert (one["verdict"], one["completed_at_commit"], one["verdict_at_completion"]) == (
        "proven",
        None,
        None,
    )
    assert "is not here" in one["note"]
