"""Which plan waits for which: `depends_on` resolved, waves, and what can start now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.plan_files import Phase, PlanFile, natural
from forge.planning.numbers import FIRST_WAVE


class Needs(NamedTuple):
    """What decides when a plan can start: the entries of its `depends_on`, and its wave."""

    depends_on: Sequence[str]
    wave: float = FIRST_WAVE


class Dependency(NamedTuple):
    """One entry of `depends_on`: as written, and the plan that it means, or None."""

    name: str
    file: PlanFile | None


class Waiting(NamedTuple):
    """An open plan that cannot start, and why."""

    file: PlanFile
    reasons: list[str]


Done = Callable[[PlanFile], bool]
NeedsOf = Callable[[PlanFile], Needs]


def dependencies(index: PlanIndex, file: PlanFile, names: Iterable[str]) -> list[Dependency]:
    """Return the plans that the entries of a plan's `depends_on` mean: `01-01`, `01-01-slug`, or
    `01` within its phase.
    """
    return [Dependency(name, index.meant(file, name)) for name in map(str.strip, names) if name]


class Order:
    """The open plans of a work tree in the order in which they can start."""

    def __init__(
        self,
        files: Sequence[PlanFile],
        phases: Sequence[Phase],
        needs: NeedsOf,
        done: Done,
        stuck: Done,
    ) -> None:
        """Order plans. `done` returns whether a plan is done, `stuck` whether no run accepts it as
        it is written.
        """
        self._index = PlanIndex(files)
        self._phases = phases
        self._needs = needs
        self._done = done
        self._stuck = stuck

    def ready(self) -> list[PlanFile]:
        """Return the plans that can start: of the first phase with open plans, the lowest wave
        whose dependencies are done.

        A stuck plan delays the plans that depend on it, and no others.
        """
        first = self._first()
        return self.next_wave(self._startable(first)) if first else []

    def _first(self) -> Phase | None:
        return next((phase for phase in self._phases if self._startable(phase)), None)

    def _startable(self, phase: Phase) -> list[PlanFile]:
        return [file for file in self._open(phase) if not self._stuck(file)]

    def next_wave(self, files: Sequence[PlanFile]) -> list[PlanFile]:
        """Return the plans among `files` that can start, of the lowest wave among them, in
        order.
        """
        free = [(file, self._needs(file).wave) for file in files if not list(self._unmet(file))]
        lowest = min((wave for _, wave in free), default=0.0)
        return sorted(
            (file for file, wave in free if wave == lowest), key=lambda file: natural(file.path)
        )

    def first_for(self, file: PlanFile) -> PlanFile:
        """Return the plan to start with so that this one can be executed: itself, or one that it
        waits for.
        """
        seen = {file}
        while below := [
            needed.file
            for needed in self._depends_on(file)
            if needed.file and not self._done(needed.file)
        ]:
            if below[0] in seen:
                break
            file = below[0]
            seen.add(file)
        return file

    def waiting(self) -> Iterator[Waiting]:
        """Yield the open plans that cannot start, with the reasons."""
        ready, first = self.ready(), self._first()
        for phase in self._phases:
            for file in self._open(phase):
                if file not in ready:
                    yield Waiting(
                        file, [*self._unmet(file), *self._later(file, phase, first, ready)]
                    )

    def _open(self, phase: Phase) -> list[PlanFile]:
        return [file for file in phase.plans if not file.archived and not self._done(file)]

    def _depends_on(self, file: PlanFile) -> list[Dependency]:
        return dependencies(self._index, file, self._needs(file).depends_on)

    def _unmet(self, file: PlanFile) -> Iterator[str]:
        for needed in self._depends_on(file):
            if needed.file is None:
                yield f"depends on `{needed.name}`, which is not a plan"
            elif not self._done(needed.file):
                yield f"depends on {needed.file.id}, which is not completed"

    def _later(
        self, file: PlanFile, phase: Phase, first: Phase | None, ready: Sequence[PlanFile]
    ) -> Iterator[str]:
        if self._stuck(file):
            return
        if first is not None and phase.folder != first.folder:
            count = len(self._open(first))
            yield (
                f"phase {first.name} comes first: {count} of its plans"
                f" {'is' if count == 1 else 'are'} not completed"
            )
        elif ready and not list(self._unmet(file)):
            wave = self._needs(file).wave
            yield (
                f"wave {wave:g} comes after wave {self._needs(ready[0]).wave:g}:"
                f" {', '.join(plan.id for plan in ready)}"
            )
