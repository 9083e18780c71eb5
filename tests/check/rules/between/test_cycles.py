"""Cycles in a graph."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.check.rules.between.cycles import Graph, cycles


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ([], []),
        ([[]], []),
        ([[0]], []),
        ([[1], []], []),
        ([[1], [0]], [[0, 1]]),
        ([[1], [2], [0]], [[0, 1, 2]]),
        ([[1, 2], [0], [3], [2]], [[0, 1], [2, 3]]),
        ([[1], [2], [1]], [[1, 2]]),
        ([[1, 1], [0, 0]], [[0, 1]]),
        ([[1], [2], [3], [1], [0]], [[1, 2, 3]]),
    ],
)
def test_known_graphs(graph: Graph, expected: list[list[int]]) -> None:
    assert sorted(cycles(graph)) == expected


def test_a_long_chain_needs_no_recursion() -> None:
    length = 20_000
    chain: Graph = [[number + 1] for number in range(length - 1)] + [[]]
    assert list(cycles(chain)) == []
    chain[-1] = [0]
    assert list(cycles(chain)) == [list(range(length))]


def _reaches(graph: Graph, start: int) -> set[int]:
    seen: set[int] = set()
    pending = list(graph[start])
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending += graph[node]
    return seen


@settings(max_examples=60)
@given(
    st.integers(1, 7).flatmap(
        lambda size: st.lists(
            st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size
        )
    )
)
def test_nodes_of_a_cycle_reach_one_another(graph: Graph) -> None:
    reach = [_reaches(graph, node) for node in range(len(graph))]
    together = {
        frozenset({other for other in reach[node] if node in reach[other]} | {node})
        for node in range(len(graph))
    }
    expected = sorted(sorted(nodes) for nodes in together if len(nodes) > 1)
    assert sorted(cycles(graph)) == expected
