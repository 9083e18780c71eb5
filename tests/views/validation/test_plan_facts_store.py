"""Facts of plans, on disk."""

from __future__ import annotations

from forge.views.validation.plan_facts_store import PlanFactsStore


def test_the_store_of_plans_keeps_any_path() -> None:
    store = PlanFactsStore()
    for path in ("a-PLAN.md", "größe-PLAN.md", "\udcff-PLAN.md"):
        store.put(path, f'"{path!a}"')
    store.put("a-PLAN.md", '"newer"')
    assert store.get("a-PLAN.md") == '"newer"'
    assert store.get("\udcff-PLAN.md") is not None
    assert store.get("gone") is None
