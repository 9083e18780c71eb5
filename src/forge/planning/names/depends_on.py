"""Which plan a name means, for many names at once: one look-up each, however many plans there
are.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from string import ascii_letters

from forge.planning.names.plan_files import PlanFile
from forge.planning.numbers import is_phase, is_plan, without_slug

_LONGEST_SHORT = 3  # digits of a plan's number alone; a longer number is a date
_ENOUGH = 2  # the plan that asks is never meant, so the second may be

Place = tuple[int, PlanFile]
Names = dict[str, list[Place]]


class PlanIndex:
    """The plans of a work tree by every name that `depends_on` may use."""

    def __init__(self, files: Iterable[PlanFile]) -> None:
        """Take the plans in the order of the catalog; those of archives stand back."""
        self._folders: dict[str, list[Place]] = {}
        places = sorted(enumerate(files), key=lambda each: each[1].archived)
        for place in places:
            self._folders.setdefault(place[1].folder, []).append(place)
        self._places = places
        self._folder = lru_cache(maxsize=4)(self._tables_of)  # whoever asks goes folder by folder

    def _tables_of(self, folder: str) -> _Tables:
        return _Tables(self._folders.get(folder, ()))

    @cached_property
    def _everywhere(self) -> _Tables:
        return _Tables(self._places)

    def meant(self, file: PlanFile, name: str) -> PlanFile | None:
        """Return the plan that an entry of another plan's `depends_on` means; siblings come first,
        archives last.

        A whole name comes before one without its slug (`01-02` for `01-02-slug`), and that before
        the short form (`02`), which is a sibling's and never a plan of another folder.
        """
        for group in self._groups(file, _bare(name), posixpath.basename(posixpath.dirname(name))):
            others = [place for place in group if place[1].path != file.path]
            if others:
                return min(others, key=lambda place: (place[1].archived, place[0]))[1]
        return None

    def _apart(self, phase: str, bare: str) -> Iterator[list[Place]]:
        """Yield what an entry means that names a phase's folder first, as `01-start/02`."""
        for folder in self._folders:
            if posixpath.basename(folder) == phase:
                tables = self._folder(folder)
                yield tables.exactly(bare)
                yield tables.short.get(bare.lstrip("0"), [])

    def _groups(self, file: PlanFile, bare: str, apart: str) -> Iterator[list[Place]]:
        """Yield what a name may mean, the nearest first; all plans are looked through only where no
        sibling is meant.
        """
        near = self._folder(file.folder)
        if apart:
            yield from self._apart(apart, bare)
        yield near.exactly(bare)
        yield near.without_slug(bare)
        if short := bare.lstrip("0"):
            yield near.short.get(short, [])
        if not _is_short(bare):
            yield self._everywhere.exactly(bare)
            yield self._everywhere.without_slug(bare)

    def names_itself(self, file: PlanFile, name: str) -> bool:
        """Say whether an entry of a plan's `depends_on` can mean nothing but that plan."""
        bare = _bare(name)
        return bare in (*_names(file), without_slug(file.stem)) and self.meant(file, name) is None


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
            for name in {number, _plain(number)}:
                _keep(self.numbers, name, place)
            _keep(self.short, number.rpartition("-")[2].lstrip("0"), place)

    def exactly(self, bare: str) -> list[Place]:
        wanted = dict.fromkeys((bare, without_slug(bare), _plain(without_slug(bare))))
        return [found for each in wanted for found in self.names.get(each, ())]

    def without_slug(self, bare: str) -> list[Place]:
        return [found for each in {bare, _plain(bare)} for found in self.numbers.get(each, ())]


def _bare(name: str) -> str:
    return (
        posixpath.basename(name).removesuffix(".md").removesuffix("-PLAN").removesuffix("-SUMMARY")
    )


def _is_short(name: str) -> bool:
    """Return whether a name is a plan's number without its phase, which only siblings have."""
    return is_plan(name) and len(name.rstrip(ascii_letters)) <= _LONGEST_SHORT


def _plain(name: str) -> str:
    """Return an id with the leading zeros of its phase dropped (`04.1-02` is `4.1-02` too), other
    names as they are.
    """
    phase, dash, plan = name.rpartition("-")
    return f"{phase.lstrip('0')}-{plan}" if dash and is_phase(phase) else name


def _names(file: PlanFile) -> set[str]:
    own = file.id.rpartition("/")[2]
    return {file.stem, file.id, own, _plain(own)}


def _keep(names: Names, name: str, place: Place) -> None:
    places = names.setdefault(name, [])
    if len(places) < _ENOUGH:
        places.append(place)
