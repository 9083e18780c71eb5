"""The plan files of a work tree, their ids and their phases, by paths alone; no plan is read
here.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from forge.planning.numbers import is_plan, normal, phase_name, plan_name

FOLDER = ".planning"
RUNS = f"{FOLDER}/runs"
_WITHOUT_PLANS = ("runs", "proofs")
_NATURAL = re.compile(r"([0-9]+)")


class PlanFile(Struct, frozen=True):
    """A plan file: its path, and its id among the others."""

    path: str
    id: str

    @property
    def folder(self) -> str:
        """The folder, relative to the root."""
        return self.path.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """The file's name without `-PLAN.md`; for a bare `PLAN.md` its folder's name."""
        name = posixpath.basename(self.path).removesuffix("PLAN.md").rstrip("-_.")
        return name or posixpath.basename(self.folder)

    @property
    def archived(self) -> bool:
        """Whether it is in a milestone's archive or was archived by forge."""
        return "milestones" in self.path.split("/") or self.path.startswith(f"{FOLDER}/archive/")

    @property
    def summary_path(self) -> str:
        """The path of the plan's summary."""
        return self.path.removesuffix("PLAN.md") + "SUMMARY.md"


class Phase(Struct, frozen=True):
    """A folder with plans, in order."""

    folder: str
    plans: tuple[PlanFile, ...]

    @property
    def name(self) -> str:
        """The folder's own name, `01-foundation`."""
        return posixpath.basename(self.folder)

    @property
    def number(self) -> str:
        """The number that the folder's name begins with, empty without one."""
        parts = phase_name(self.name)
        return parts.number if parts else ""

    @property
    def key(self) -> str:
        """Its number in normal form, empty without one."""
        return normal(self.number) if self.number else ""


def natural(text: str) -> list[tuple[int, str]]:
    """Return a sort key in which `phase 10` comes after `phase 9`."""
    return [
        (int(part), "") if number % 2 else (0, part)
        for number, part in enumerate(_NATURAL.split(text))
    ]


def find_plan_files(root: Path) -> Iterator[str]:
    """Yield the path of every `*PLAN.md` below `.planning/`, at any depth; links to folders are not
    followed.
    """
    top = root / FOLDER
    for folder, subfolders, files in os.walk(top):
        if Path(folder) == top:
            subfolders[:] = [name for name in subfolders if name not in _WITHOUT_PLANS]
        subfolders.sort()
        path = Path(folder).relative_to(root).as_posix()
        yield from (f"{path}/{name}" for name in sorted(files) if name.endswith("PLAN.md"))


def plan_files_among(paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths of a tree that are plans, as `find_plan_files` does for a folder."""
    for path in paths:
        parts = path.split("/")
        if (
            parts[0] == FOLDER
            and len(parts) > 1
            and parts[1] not in _WITHOUT_PLANS
            and path.endswith("PLAN.md")
        ):
            yield path


def plan_id(path: str) -> str:
    """Return a plan's id by its path alone: `NN-MM`, else the file's name without `-PLAN.md`, for
    a bare `PLAN.md` its folder.
    """
    folder, name = posixpath.split(path)
    number = name.removesuffix("-PLAN.md")
    parts = plan_name(number)
    if number != name and parts is not None and str(parts) == parts.id == number:
        return number
    phase = phase_name(posixpath.basename(folder))
    if number != name and is_plan(number) and phase and "quick" not in path.split("/"):
        return f"{phase.number}-{number}"
    return PlanFile(path, "").stem


def summaries_of(plans: Collection[str], summaries: Collection[str]) -> dict[str, str]:
    """Return the path of the summary of each plan that has one, by the plan's path.

    A summary has its plan's name; or it is in the plan's folder and has its number, if no other
    plan there has it: `01-02-SUMMARY.md` belongs to `01-02-login-PLAN.md`, and to `02-PLAN.md` in
    `01-start`.
    """
    by_name = {
        plan: own
        for plan in plans
        if (own := plan.removesuffix("PLAN.md") + "SUMMARY.md") in summaries
    }
    if len(by_name) == len(summaries):
        return by_name
    left = {
        _number_in_folder(path, "SUMMARY.md"): path
        for path in sorted({*summaries}.difference(by_name.values()), reverse=True)
    }
    numbers = [(plan, _number_in_folder(plan, "PLAN.md")) for plan in plans if plan not in by_name]
    times = Counter(number for _, number in numbers)
    return by_name | {
        plan: left[number] for plan, number in numbers if number in left and times[number] == 1
    }


def _number_in_folder(path: str, ending: str) -> tuple[str, str]:
    """Return the folder of a plan or a summary, and its number there: its id without a slug.

    A number alone (`01-SUMMARY.md`) may be a phase's, so it only belongs to a plan of the same
    name.
    """
    folder, name = posixpath.split(path)
    whole = name.removesuffix(ending)
    stem = whole.removeprefix(f"{posixpath.basename(folder)}-")
    if ending == "SUMMARY.md" and stem == whole and stem.rstrip("-").isdigit():
        return folder, stem
    own = plan_id(f"{folder}/{stem}PLAN.md")
    parts = plan_name(own)
    return folder, parts.id if parts and parts.slug else own


def identified(paths: Iterable[str]) -> list[PlanFile]:
    """Return the plan files with their ids, in natural order; an id that is not unique gets its
    milestone, else its folders, as a prefix.
    """
    pairs = [(path, plan_id(path)) for path in paths]
    for prefix in (_milestone, _folders):
        times = Counter(name for _, name in pairs)
        pairs = [
            (path, f"{prefix(path)}/{name}" if times[name] > 1 and prefix(path) else name)
            for path, name in pairs
        ]
    return [PlanFile(path, name) for path, name in sorted(pairs, key=lambda pair: natural(pair[0]))]


def _milestone(path: str) -> str:
    parts = path.split("/")
    if "milestones" not in parts[:-1]:
        return ""
    return parts[parts.index("milestones") + 1].removesuffix("-phases")


def _folders(path: str) -> str:
    return posixpath.dirname(path).removeprefix(f"{FOLDER}/").removeprefix("phases/")


def found_below(root: Path) -> list[PlanFile]:
    """Return every plan file of a work tree with its id, in natural order of the paths."""
    return identified(find_plan_files(root))


def phases_of(files: Sequence[PlanFile]) -> list[Phase]:
    """Return the folders that hold plans, in the order of the files."""
    folders: dict[str, list[PlanFile]] = {}
    for file in files:
        folders.setdefault(file.folder, []).append(file)
    return [Phase(folder, tuple(inside)) for folder, inside in folders.items()]
