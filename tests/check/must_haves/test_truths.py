"""Truths by their proofs, waivers, and the files that a command is bound to."""

from __future__ import annotations

from typing import Any

import pytest

from forge.check.must_haves.binding import bound_blobs
from forge.check.must_haves.judge import on_tree, with_proofs
from forge.check.must_haves.truths import Ground, freshness, judge
from forge.errors import GitFailed
from forge.planning.plan.must_haves import MustHave, declared
from forge.planning.plan.plan import load
from forge.planning.proof import Proof, statement_hash
from forge.text.source import Source
from forge.text.yaml import parse as yaml
from tests.check.must_haves.memory_tree import MemoryTree

TREE, BLOBS = "t" * 40, {"a.py": "0" * 40}


def truth(text: str = "{statement: it works, verify: make test}") -> MustHave:
    return declared(yaml.parse(f"must_haves:\n  truths:\n    - {text}\n"))[0]


def ground(**more: Any) -> Ground:
    values: dict[str, Any] = {
        "tree": MemoryTree({}),
        "tree_id": lambda: TREE,
        "bound": lambda item: BLOBS,
        "changed_since": lambda commit: 3,
    }
    return Ground(**{**values, **more})


def proof(item: MustHave, **more: Any) -> Proof:
    values: dict[str, Any] = {
        "kind": "command",
        "plan_path": "p",
        "about": item.name,
        "statement_sha256": statement_hash(item.statement),
        "by": "Ada",
        "at": "2026-11-20T02:55:49Z",
        "command": item.command,
        "tree": TREE,
        "source": "proofs/x.yaml",
    }
    return Proof(**{**values, **more})


@pytest.mark.parametrize(
    ("more", "verdict", "reason"),
    [
        ({}, "pass", "`make test` passed (fresh)"),
        ({"tree": "u", "blobs": BLOBS}, "pass", "`make test` passed (carried)"),
        ({"tree": "u", "blobs": {"a.py": "1" * 40}}, "stale", "files that it is bound to have"),
        ({"tree": "u", "blobs": {**BLOBS, "b.py": None}}, "stale", "have changed since"),
        ({"tree": "u"}, "stale", "have changed since"),
        ({"reason": "exit 1"}, "fail", "`make test` failed (exit 1)"),
        ({"reason": "exit 1", "tree": "u", "blobs": BLOBS}, "fail", "only other files changed"),
        ({"reason": "exit 1", "tree": "u"}, "unproven", "on an earlier tree"),
        ({"command": "make other"}, "unproven", "its command has not been run: make test"),
        ({"statement_sha256": "0" * 64}, "unproven", "its command has not been run"),
        ({"kind": "attestation"}, "unproven", "its command has not been run"),
    ],
)
def test_a_truth_with_a_command(more: dict[str, Any], verdict: str, reason: str) -> None:
    item = truth()
    result = judge(item, [proof(item, **more)], ground())
    assert result.verdict == verdict and reason in result.reason


def test_the_newest_result_counts() -> None:
    item = truth()
    old = proof(item, at="2026-01-01T00:00:00Z", reason="exit 1")
    assert judge(item, [proof(item), old], ground()).verdict == "pass"
    new = proof(item, at="2027-01-01T00:00:00Z", reason="exit 1")
    assert judge(item, [proof(item), new], ground()).verdict == "fail"


def test_only_fresh_proofs_count_if_strict() -> None:
    item = truth()
    carried = proof(item, tree="u", blobs=BLOBS)
    assert judge(item, [carried], ground(strict=True)).verdict == "stale"
    assert judge(item, [proof(item)], ground(strict=True)).verdict == "pass"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "fresh"),
        ({"tree": ""}, "stale"),
        ({"tree": "", "blobs": BLOBS}, "carried"),
        ({"tree": "u", "blobs": {}}, "stale"),
    ],
)
def test_freshness(more: dict[str, Any], expected: str) -> None:
    item = truth()
    assert freshness(item, proof(item, **more), ground()) == expected


def attestation(item: MustHave, **more: Any) -> Proof:
    return proof(item, **{"kind": "attestation", "command": None, **more})


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "attested by Ada"),
        ({"reason": "read it"}, "attested by Ada: read it"),
        ({"commit": "c" * 40}, f"attested by Ada at {'c' * 12}, 3 files changed since"),
    ],
)
def test_an_attested_truth(more: dict[str, Any], reason: str) -> None:
    item = truth("it reads well")
    result = judge(item, [attestation(item, **more)], ground())
    assert (result.verdict, result.reason) == ("pass", reason)


def test_an_attestation_at_an_unknown_commit() -> None:
    item = truth("it reads well")
    unknown = ground(changed_since=lambda commit: None)
    result = judge(item, [attestation(item, commit="c" * 40)], unknown)
    assert result.reason.endswith("a commit that is not here") and result.verdict == "pass"


def test_the_evidence_of_an_attestation() -> None:
    item = truth("it reads well")
    named = attestation(item, evidence=[{"path": "docs/a.md", "sha256": None}])
    (evidence,) = judge(item, [named], ground()).evidence
    assert (evidence.path, evidence.line, evidence.how) == ("docs/a.md", None, "attestation")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("it reads well", "it names no command, and nobody has attested it"),
        ("{statement: x, verify: 'make || true'}", "its command cannot fail and proves nothing"),
    ],
)
def test_a_truth_without_proof(text: str, reason: str) -> None:
    result = judge(truth(text), [], ground())
    assert (result.verdict, result.reason) == ("unproven", reason)


@pytest.mark.parametrize(
    ("more", "waived"),
    [({}, True), ({"about": "truth 9"}, False), ({"statement_sha256": "0" * 64}, False)],
)
def test_a_waiver(more: dict[str, Any], waived: bool) -> None:
    item = truth("it reads well")
    waiver = proof(item, **{"kind": "waiver", "command": None, "reason": "later", **more})
    result = with_proofs(item, on_tree(item, MemoryTree({}), 100), [waiver], ground())
    assert (result.verdict == "waived") is waived
    assert not waived or result.reason == "waived by Ada: later"


def test_the_tree_alone_decides_artifacts_and_links() -> None:
    front = yaml.parse(
        "must_haves:\n  artifacts: [a.py, b.py]\n  prohibitions: [{statement: no}]\n"
        "  key_links:\n    - {from: a.py, to: b.py, pattern: one}\n"
    )
    tree = MemoryTree({"a.py": "one\n"})
    results = {item.name: on_tree(item, tree, 1 << 20) for item in declared(front)}
    assert [result.verdict for result in results.values()].count("pass") == 1
    for item in declared(front):
        result = results[item.name]
        assert with_proofs(item, result, [], ground()) == result
        if item.kind not in ("artifact", "key_link"):
            assert result.verdict == "unproven"


def test_a_tree_that_git_cannot_read_leaves_everything_undecided() -> None:
    class Broken(MemoryTree):
        def entry(self, path: str) -> Any:
            raise GitFailed("the object database is damaged")

    (item,) = declared(yaml.parse("must_haves:\n  artifacts: [a.py]\n"))
    result = on_tree(item, Broken({}), 100)
    assert result.verdict == "unproven" and result.reason.startswith("the tree cannot be read: ")


def test_the_files_that_a_command_is_bound_to() -> None:
    text = (
        "---\nfiles_modified: [src/a.py]\nmust_haves:\n  truths:\n"
        '    - {statement: s, verify: "make -C tools test tests/test_a.py"}\n---\n'
        "<task>\n  <files>src/a.py</files>\n</task>\n"
    )
    plan = load(Source.of(".planning/phases/01-x/01-01-PLAN.md", text.encode()), "01-01")
    paths = (
        "src/a.py src/b.py tools/Makefile tests/test_a.py tests/test_b.py uv.lock web/yarn.lock"
        " .planning/phases/01-x/01-01-PLAN.md"
    ).split()
    bound = bound_blobs(plan, plan.must_haves[0], MemoryTree(dict.fromkeys(paths, "")))
    assert sorted(bound) == sorted(
        ["src/a.py", "tools/Makefile", "tests/test_a.py", "uv.lock", "web/yarn.lock"]
    )
