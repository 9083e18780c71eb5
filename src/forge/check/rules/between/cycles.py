"""Finds cycles in a graph."""

from __future__ import annotations

from collections.abc import Iterator

Graph = list[list[int]]
"""For each node, the nodes that its edges lead to."""


def cycles(graph: Graph) -> Iterator[list[int]]:
    """Yield each set of two or more nodes that reach one another, sorted.

    Tarjan's algorithm for strongly connected components, without recursion.
    """
    search = _Search(graph)
    for start in range(len(graph)):
        if search.index[start] < 0:
            yield from search.component(start)


class _Search:
    """The state of Tarjan's algorithm; names as in the literature."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.index = [-1] * len(graph)
        self.low = [0] * len(graph)
        self.on_stack = [False] * len(graph)
        self.stack: list[int] = []
        self.counter = 0

    def component(self, start: int) -> Iterator[list[int]]:
        """Yield the cycles among the nodes that are reached from a start node."""
        path = [(start, self._enter(start))]
        while path:
            node, edges = path[-1]
            unvisited = self._next_unvisited(node, edges)
            if unvisited is not None:
                path.append((unvisited, self._enter(unvisited)))
                continue
            path.pop()
            if path:
                parent = path[-1][0]
                self.low[parent] = min(self.low[parent], self.low[node])
            if self.low[node] == self.index[node]:
                members = self._pop(node)
                if len(members) > 1:
                    yield members

    def _enter(self, node: int) -> Iterator[int]:
        self.index[node] = self.low[node] = self.counter
        self.counter += 1
        self.stack.append(node)
        self.on_stack[node] = True
        return iter(self.graph[node])

    def _next_unvisited(self, node: int, edges: Iterator[int]) -> int | None:
        for other in edges:
            if self.index[other] < 0:
                return other
            if self.on_stack[other]:
                self.low[node] = min(self.low[node], self.index[other])
        return None

    def _pop(self, node: int) -> list[int]:
        members = [self.stack.pop()]
        while members[-1] != node:
            members.append(self.stack.pop())
        for member in members:
            self.on_stack[member] = False
        return sorted(members)
