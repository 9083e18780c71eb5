"""Facts of all documents, for the rules between them."""

from __future__ import annotations

from pathlib import Path

from forge.planning.names.catalog import Catalog
from forge.views.validation.read_all import ProjectFacts, repository_of
from tests.conftest import Sandbox


def test_summaries_are_kept_without_their_facts(tmp_path: Path) -> None:
    facts = ProjectFacts(Catalog(tmp_path))
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
