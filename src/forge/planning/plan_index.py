"""Which plan a name means, for many names at once: one look-up each, however many plans there are."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache

from forge.planning.catalog import PlanFile

_NUMBER = re.compile(r"\d+(?:\.\d+)*[A-Za-z]?(?:-\d+[A-Za-z]?)?(?=-|$)")
_PHASE = re.compile(r"\d+(?:\.\d+)*[A-Za-z]?")
_ALONE = re.compile(r"\d{1,3}[A-Za-z]?")
_ENOUGH = 2  # the plan that asks is never meant, so the second may be

Place = tuple[int, PlanFile]
Names = dict[str, list[Place]]


class PlanIndex:
    """The plans of a work tree by every name that `depends_on` may use, as `planning.dependencies` reads them."""

    def __init__(self, files: Iterable[PlanFile]) -> None:
        """Take the plans in the order of the catalog; those of archives stand back."""
        self._everywhere: Names = {}
        self._folders: dict[str, list[Place]] = {}
        for place in sorted(enumerate(files), key=lambda each: each[1].archived):
            self._folders.setdefault(place[1].folder, []).append(place)
            for name in _names(place[1]):
                _keep(self._everywhere, name, place)
        self._folder = lru_cache(maxsize=4)(self._named_in)  # whoever asks goes folder by folder

    def _named_in(self, folder: str) -> tuple[Names, Names]:
        """Return the plans of a folder by their names, and by the short number that siblings may use."""
        names: Names = {}
        short: Names = {}
        for place in self._folders.get(folder, ()):
            for name in _names(place[1]):
                _keep(names, name, place)
            _keep(short, place[1].id.rpartition("-")[2].lstrip("0"), place)
        return names, short

    def meant(self, file: PlanFile, name: str) -> PlanFile | None:
        """Return the plan that an entry of another plan's `depends_on` means; siblings come first, archives last."""
        bare = posixpath.basename(name).removesuffix(".md").removesuffix("-PLAN").removesuffix("-SUMMARY")
        number = _NUMBER.match(bare)
        wanted = {bare, number[0] if number else bare, _plain(number[0] if number else bare)}
        near, short = self._folder(file.folder)
        alone = _ALONE.fullmatch(bare) is not None  # the short form of a sibling, never a plan of another folder
        groups = (
            [found for each in wanted for found in near.get(each, ())],
            short.get(bare.lstrip("0"), []) if bare.lstrip("0") else [],
            [] if alone else [found for each in wanted for found in self._everywhere.get(each, ())],
        )
        for group in groups:
            others = [place for place in group if place[1].path != file.path]
            if others:
                return min(others, key=lambda place: (place[1].archived, place[0]))[1]
        return None

    def names_itself(self, file: PlanFile, name: str) -> bool:
        """Say whether an entry of a plan's `depends_on` can mean nothing but that plan."""
        bare = posixpath.basename(name).removesuffix(".md").removesuffix("-PLAN")
        return bare in _names(file) and self.meant(file, name) is None


def _plain(name: str) -> str:
    """Return an id with the leading zeros of its phase dropped (`04.1-02` is `4.1-02` too), other names as they are."""
    phase, dash, plan = name.rpartition("-")
    return f"{phase.lstrip('0')}-{plan}" if dash and _PHASE.fullmatch(phase) else name


def _names(file: PlanFile) -> set[str]:
    own = file.id.rpartition("/")[2]
    return {file.stem, file.id, own, _plain(own)}


def _keep(names: Names, name: str, place: Place) -> None:
    places = names.setdefault(name, [])
    if len(places) < _ENOUGH:
        places.append(place)
