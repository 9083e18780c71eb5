"""Facts of all documents, for the rules between them."""

from __future__ import annotations

from pathlib import Path

from forge.views.validation.read_all import PlanFactsStore, ProjectFacts, repository_of
from tests.conftest import Sandbox


def test_the_store_of_plans_keeps_any_path() -> None:
    store = PlanFactsStore()
    for path in ("a-PLAN.md", "größe-PLAN.md", "\udcff-PLAN.md"):
        store.put(path, f'"{path!a}"')
    store.put("a-PLAN.md", '"newer"')
    assert store.get("a-PLAN.md") == '"newer"'
    assert store.get("\udcff-PLAN.md") is not None
    assert store.get("gone") is None


def test_summaries_are_kept_without_their_facts(tmp_path: Path) -> None:
    facts = ProjectFacts(tmp_path)
    facts.add("summary", "x-SUMMARY.md", '{"long": "text"}')
    facts.add("plan", "x-PLAN.md", "null")
    assert facts.facts == {"summary": {"x-SUMMARY.md": ""}}


def test_a_repository_is_only_that_of_its_own_root(sandbox: Sandbox, tmp_path: Path) -> None:
    root = sandbox.root.resolve()
    (root / "below").mkdir()
    repository = repository_of(str(root))
    assert repository is not None and repository.root.resolve() == root
    assert repository_of(str(root / "below")) is None
    outside = tmp_path / "outside"
    outside.mkdir()
    assert repository_of(str(outside.resolve())) is None
