"""Which plan an entry of `depends_on` means; indexed, so that each of many look-ups takes the same
time however many plans there are.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

from forge.planning.names.plan_files import PlanFile
from forge.planning.numbers import digits, is_phase, is_plan, without_slug

_LONGEST_SHORT = 3  # digits of a plan's number alone; a longer number is a date
_ENOUGH = 2  # the plan that depends is never meant itself, so the second may be

Place = tuple[int, PlanFile]
Names = dict[str, list[Place]]


class PlanIndex:
    """The plans of a work tree by every name that `depends_on` may use."""

    def __init__(self, files: Iterable[PlanFile]) -> None:
        """Index the plans, given in the order of the catalog; archived ones come last."""
        self._folders: dict[str, list[Place]] = {}
        places = sorted(enumerate(files), key=lambda place: place[1].archived)
        for place in places:
            self._folders.setdefault(place[1].folder, []).append(place)
        self._places = places
        self._tables = lru_cache(maxsize=4)(self._tables_of)  # callers go folder by folder

    def _tables_of(self, folder: str) -> _Tables:
        return _Tables(self._folders.get(folder, ()))

    @cached_property
    def _everywhere(self) -> _Tables:
        return _Tables(self._places)

    def meant(self, file: PlanFile, name: str) -> PlanFile | None:
        """Return the plan that an entry of another plan's `depends_on` means; siblings come first,
        archived plans last.

        A whole name comes before one without its slug (`01-02` for `01-02-slug`), and that before
        the short form (`02`), which only means a sibling.
        """
        folder = posixpath.basename(posixpath.dirname(name))
        for group in self._groups(file, _base_name(name), folder):
            others = [place for place in group if place[1].path != file.path]
            if others:
                return min(others, key=lambda place: (place[1].archived, place[0]))[1]
        return None

    def names_itself(self, file: PlanFile, name: str) -> bool:
        """Return whether an entry of a plan's `depends_on` can only mean that plan itself."""
        base = _base_name(name)
        own_names = (*_names(file), without_slug(file.stem))
        return base in own_names and self.meant(file, name) is None

    def _groups(self, file: PlanFile, base: str, folder: str) -> Iterator[list[Place]]:
        """Yield the plans that a name may mean, the nearest first; plans of other folders only if
        it is not a sibling's short number.
        """
        siblings = self._tables(file.folder)
        if folder:
            yield from self._in_folders_called(folder, base)
        yield siblings.exactly(base)
        yield siblings.without_slug(base)
        if short := base.lstrip("0"):
            yield siblings.short.get(short, [])
        if not _is_short(base):
            yield self._everywhere.exactly(base)
            yield self._everywhere.without_slug(base)

    def _in_folders_called(self, name: str, base: str) -> Iterator[list[Place]]:
        """Yield the plans that an entry means which starts with a phase's folder: `01-start/02`."""
        for folder in self._folders:
            if posixpath.basename(folder) == name:
                tables = self._tables(folder)
                yield tables.exactly(base)
                yield tables.short.get(base.lstrip("0"), [])


class _Tables:
    """Some plans by their names, by their names without slugs, and by the short numbers that
    siblings may use.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self.names: Names = {}
        self.numbers: Names = {}
        self.short: Names = {}
        for place in places:
            number = without_slug(place[1].stem)
            for name in _names(place[1]):
                _keep(self.names, name, place)
            for name in {number, _without_zeros(number)}:
                _keep(self.numbers, name, place)
            _keep(self.short, number.rpartition("-")[2].lstrip("0"), place)

    def exactly(self, base: str) -> list[Place]:
        number = without_slug(base)
        names = dict.fromkeys((base, number, _without_zeros(number)))
        return [place for name in names for place in self.names.get(name, ())]

    def without_slug(self, base: str) -> list[Place]:
        names = {base, _without_zeros(base)}
        return [place for name in names for place in self.numbers.get(name, ())]


def _base_name(name: str) -> str:
    base = posixpath.basename(name).removesuffix(".md")
    return base.removesuffix("-PLAN").removesuffix("-SUMMARY")


def _is_short(name: str) -> bool:
    """Return whether a name is a plan's number without its phase, which only siblings have."""
    return is_plan(name) and len(digits(name)) <= _LONGEST_SHORT


def _without_zeros(name: str) -> str:
    """Return an id without the leading zeros of its phase (`04.1-02` is `4.1-02`), other names
    unchanged.
    """
    phase, dash, plan = name.rpartition("-")
    return f"{phase.lstrip('0')}-{plan}" if dash and is_phase(phase) else name


def _names(file: PlanFile) -> set[str]:
    own = file.id.rpartition("/")[2]
    return {file.stem, file.id, own, _without_zeros(own)}


def _keep(names: Names, name: str, place: Place) -> None:
    places = names.setdefault(name, [])
    if len(places) < _ENOUGH:
        places.append(place)
