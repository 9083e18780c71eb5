"""forge audit: what is called complete, and what the tree shows for it."""

from __future__ import annotations

import pytest

from tests.conftest import Sandbox
from tests.views.proof.plans_and_history import (
    PLAN,
    SUMMARY,
    artifact,
    artifacts,
    history,
    plan,
    truth,
)


def _phase(number: int, body: str, *, summary: bool = True) -> dict[str, str]:
    folder = f".planning/phases/0{number}-p"
    documents = {f"{folder}/0{number}-01-PLAN.md": plan(body, phase=f"0{number}-p")}
    return {**documents, f"{folder}/0{number}-01-SUMMARY.md": "done\n"} if summary else documents


def test_a_repository_without_claims_is_proven(sandbox: Sandbox) -> None:
    sandbox.write(PLAN, plan(artifact("README.md")))
    sandbox.commit()
    reply = sandbox.call("audit")
    assert reply.code == 0
    assert reply.data["totals"] == {"claimed": 0, "proven": 0, "failed": 0, "unproven": 0}
    assert reply.data["revision"] == sandbox.head()
    assert "no plan is called complete" in sandbox.forge("audit").out


def test_worst_first_with_totals_and_exit_status(sandbox: Sandbox) -> None:
    history(
        sandbox,
        [
            {
                "src/a.py": "x\n",
                **_phase(1, artifact("src/a.py")),
                **_phase(2, truth("It is nice")),
                **_phase(3, artifact("src/gone.py")),
                **_phase(4, artifact("src/a.py"), summary=False),
            }
        ],
    )
    reply = sandbox.call("audit")
    assert reply.code == 1
    assert [(entry["id"], entry["verdict"]) for entry in reply.data["plans"]] == [
        ("03-01", "failed"),
        ("02-01", "unproven"),
        ("01-01", "proven"),
    ]
    assert reply.data["totals"] == {"claimed": 3, "proven": 1, "failed": 1, "unproven": 1}
    one = reply.data["plans"][0]
    assert (one["claimed_by"], one["completed_at_commit"]) == ("summary", sandbox.head())
    assert (one["verdict_at_completion"], one["broken_since"]) == (None, None)
    text = sandbox.forge("audit").out
    for words in (
        "claimed with failures",
        "cannot be decided",
        "01-01: proven",
        "3 called complete",
    ):
        assert words in text


def test_an_audit_without_failures_exits_with_0(sandbox: Sandbox) -> None:
    history(sandbox, [{"src/a.py": "x\n", **_phase(1, artifact("src/a.py"))}])
    assert sandbox.call("audit").code == 0


def test_head_is_judged_and_not_the_work_tree(sandbox: Sandbox) -> None:
    history(sandbox, [{"src/a.py": "x\n", **_phase(1, artifact("src/a.py"))}])
    (sandbox.root / "src/a.py").unlink()
    sandbox.write(".planning/phases/02-p/02-01-PLAN.md", plan(artifact("none")))
    sandbox.write(".planning/phases/02-p/02-01-SUMMARY.md", "done\n")
    reply = sandbox.call("audit")
    assert (reply.code, reply.data["totals"]["claimed"]) == (0, 1)


def test_another_revision_has_its_own_plans(sandbox: Sandbox) -> None:
    old, new = history(
        sandbox,
        [{"a.py": "", **_phase(1, artifact("a.py"))}, {"b.py": "", **_phase(2, artifact("a.py"))}],
    )
    assert [entry["id"] for entry in sandbox.call("audit", "--rev", old).data["plans"]] == ["01-01"]
    assert sandbox.call("audit", "--rev", old).code == 0
    assert [entry["id"] for entry in sandbox.call("audit", "--rev", new).data["plans"]] == ["02-01"]
    reply = sandbox.call("audit", "--rev", "nowhere")
    assert reply.code == 2
    assert "nowhere" in reply.json["error"]["message"]


@pytest.mark.parametrize(
    "line",
    [
        "- [x] 01-01-PLAN.md — the first",
        "  - [X] 01-01: the first",
        "* [x] **01-01** the first",
        "- [x] `01-01-PLAN.md`",
        "- [x] [01-01](phases/01-p/01-01-PLAN.md)",
        "- [x] Plan 01-01: the first",
        "+ [x] ~~01-01-PLAN.md~~",
    ],
)
def test_a_ticked_box_claims_a_plan(sandbox: Sandbox, line: str) -> None:
    roadmap = f"# Roadmap\n\n- [ ] 02-01-PLAN.md\n{line}\n"
    plans = {
        **_phase(1, artifact("none"), summary=False),
        **_phase(2, artifact("none"), summary=False),
    }
    history(sandbox, [{".planning/ROADMAP.md": roadmap, **plans}])
    (one,) = sandbox.call("audit").data["plans"]
    assert (one["id"], one["claimed_by"], one["completed_at_commit"]) == ("01-01", "roadmap", None)
    assert one["claims"] == [{"by": "roadmap", "path": ".planning/ROADMAP.md", "line": 4}]


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] 01-01-PLAN.md",
        "- [x] Phase 1: all of it (1/1 plans)",
        "- [x] 01-011: no such plan",
        "- [x] 2026-01-01: a day",
        "- [x] see 01-01 for more",
        "-[x] 01-01",
        "- [x] 01-01-2026",
    ],
)
def test_other_lines_of_a_roadmap_claim_nothing(sandbox: Sandbox, line: str) -> None:
    history(
        sandbox,
        [{".planning/ROADMAP.md": f"{line}\n", **_phase(1, artifact("none"), summary=False)}],
    )
    assert sandbox.call("audit").data["totals"]["claimed"] == 0


def test_a_milestones_roadmap_names_its_own_plans(sandbox: Sandbox) -> None:
    body = plan(artifact("none"))
    old, new = (
        ".planning/milestones/v1.0-phases/01-p/01-01-PLAN.md",
        ".planning/phases/01-p/01-01-PLAN.md",
    )
    history(
        sandbox,
        [{old: body, new: body, ".planning/milestones/v1.0-ROADMAP.md": "- [x] 01-01-PLAN.md\n"}],
    )
    assert [entry["path"] for entry in sandbox.call("audit").data["plans"]] == [old]


def test_a_summary_named_after_the_phase_belongs_to_the_plan(sandbox: Sandbox) -> None:
    folder = ".planning/phases/14-capture"
    history(
        sandbox,
        [{f"{folder}/02-PLAN.md": plan(artifact("none")), f"{folder}/14-02-SUMMARY.md": "done\n"}],
    )
    (one,) = sandbox.call("audit").data["plans"]
    assert (one["id"], one["claims"][0]["path"]) == ("14-02", f"{folder}/14-02-SUMMARY.md")


def test_the_judged_revision_sets_the_size_limit(sandbox: Sandbox) -> None:
    tree = {"big.txt": "word " * 100, **_phase(1, artifact("big.txt", "word"))}
    first, _ = history(
        sandbox,
        [tree, {**tree, ".planning/forge.yaml": "version: 1\nlimits:\n  artifact_bytes: 100\n"}],
    )
    assert sandbox.call("audit", "--rev", first).code == 0
    (one,) = sandbox.call("audit").data["plans"]
    assert "too large" in one["must_haves"][0]["reason"]


def test_an_unreadable_plan_has_a_verdict(sandbox: Sandbox) -> None:
    history(
        sandbox,
        [
            {
                PLAN: "link:../../../../outside.md",
                SUMMARY: "done\n",
                "a.py": "",
                **_phase(2, artifact("a.py")),
            }
        ],
    )
    reply = sandbox.call("audit")
    assert next((entry["path"], entry["verdict"]) for entry in reply.data["plans"]) == (
        PLAN,
        "unproven",
    )
    assert any(finding["rule"] == "unreadable" for finding in reply.json["findings"])
    assert reply.data["totals"]["proven"] == 1


def test_an_audit_runs_nothing_and_changes_nothing(sandbox: Sandbox) -> None:
    history(sandbox, [{PLAN: plan(truth("It runs", "touch ran")), SUMMARY: "done\n"}])
    objects = sandbox.git("count-objects", "-v")
    sandbox.call("audit", "--at-completion")
    assert not (sandbox.root / "ran").exists()
    assert (sandbox.status(), sandbox.git("count-objects", "-v")) == ([], objects)


def test_verdicts_at_completion_and_now(sandbox: Sandbox) -> None:
    text = plan(artifacts("a.py", "b.py"))
    start, done, broken, _ = history(
        sandbox,
        [
            {PLAN: text},
            {PLAN: text, SUMMARY: "done\n", "a.py": "", "b.py": ""},
            {PLAN: text, SUMMARY: "done\n", "b.py": ""},
            {PLAN: text, SUMMARY: "done\n", "b.py": "", "c.py": ""},
        ],
    )
    (one,) = sandbox.call("audit", "--at-completion").data["plans"]
    assert (one["verdict"], one["verdict_at_completion"]) == ("failed", "proven")
    assert (one["completed_at_commit"], one["broken_since"]) == (done, broken)
    assert [item["broken_since"] for item in one["must_haves"]] == [broken, None]
    assert f"held then, broken since {broken[:12]}" in sandbox.forge("audit", "--at-completion").out
    assert start != done


def test_the_plan_is_judged_by_its_text_at_completion(sandbox: Sandbox) -> None:
    then, now = plan(artifact("a.py")), plan(artifact("b.py"))
    history(
        sandbox,
        [{PLAN: then, SUMMARY: "done\n", "a.py": ""}, {PLAN: now, SUMMARY: "done\n", "a.py": ""}],
    )
    (one,) = sandbox.call("audit", "--at-completion").data["plans"]
    assert (one["verdict"], one["verdict_at_completion"], one["broken_since"]) == (
        "failed",
        "proven",
        None,
    )
    assert one["must_haves_at_completion"][0]["target"] == "a.py"


def test_a_plan_that_was_missing_at_completion_is_judged_by_its_current_text(
    sandbox: Sandbox,
) -> None:
    history(
        sandbox,
        [
            {SUMMARY: "done\n", "a.py": ""},
            {SUMMARY: "done\n", "a.py": "", PLAN: plan(artifact("a.py"))},
        ],
    )
    (one,) = sandbox.call("audit", "--at-completion").data["plans"]
    assert (one["verdict_at_completion"], "was missing" in one["note"]) == ("proven", True)
