"""The context of a call."""

from __future__ import annotations

from contextlib import nullcontext

from tests.front.calling import Front
from tests.front.unattended import Unattended


def test_items_are_counted_while_they_are_worked_on(front: Front) -> None:
    counts: list[tuple[int, int]] = []

    class Counter(Unattended):
        def progress(self, label: str):  # type: ignore[no-untyped-def]
            return nullcontext(lambda done, total: counts.append((done, total)))

    front.caller = Counter()
    assert [*front.call().counted("reading", ["a", "b", "c"])] == ["a", "b", "c"]
    assert counts == [(0, 3), (1, 3), (2, 3)]
