"""The renames and edits that give a document a new place; nothing is written here.

A name in another document still means the same plan afterwards: an entry of `depends_on` is
rewritten only if it would mean another plan or none.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from forge.errors import UsageError
from forge.planning.backlog import paths
from forge.planning.backlog.paths import slug
from forge.planning.edits import fields
from forge.planning.edits.fields import Change
from forge.planning.names import moved_plans
from forge.planning.names.document import PHASE_PAGE, Document, Kind
from forge.planning.names.documents import ARCHIVED_PHASES, PHASES, Documents
from forge.planning.names.plan_files import Phase
from forge.planning.numbers import (
    PHASE,
    PhaseName,
    digits,
    is_phase,
    leading,
    phase_name,
    plan_name,
)
from forge.text.edit import NotEditable
from forge.text.source import Source

_NEW_NAME = re.compile(rf"(?P<number>{PHASE})?(?:-?(?P<slug>[^\d-].*))?")
_MOST_DIGITS = 4  # of a plan's number
_ARCHIVES = {
    "item": paths.ARCHIVED_ITEMS,
    "phase": ARCHIVED_PHASES,
    "mission": paths.ARCHIVED_MISSIONS,
}


class Relocation(Struct):
    """Renames, in the order in which they are made, and the bytes before and after of each changed
    document, by its new path.
    """

    document: Document
    renames: list[tuple[str, str]] = field(default_factory=list)
    writes: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)

    def new_path(self, path: str) -> str:
        """Return the path of a file after the renames."""
        for old, new in self.renames:
            if path == old or path.startswith(f"{old}/"):
                path = new + path[len(old) :]
        return path


def target_phase(documents: Documents, name: str, here: Path) -> tuple[Document, str | None]:
    """Return the phase that a plan is to move to and the number that the user asked for (`02-03`),
    or None for the next free one.

    Raises UnknownName.
    """
    parts = plan_name(name)
    if parts is not None and not parts.slug and len(digits(parts.plan)) <= _MOST_DIGITS:
        numbers = {leading(phase.id) for phase in documents.phases}
        if leading(parts.phase) in numbers:
            return documents.one(parts.phase, here, kinds=("phase",)), parts.plan
    return documents.one(name, here, kinds=("phase",)), None


def plan_to(
    root: Path, document: Document, phase: Document, number: str, named: Container[str]
) -> Relocation:
    """Return the relocation that gives a plan a new phase and number.

    `named` has the paths of plans that runs and proofs name; such a plan then lists its earlier
    path. Raises UsageError.
    """
    phase_number = Phase(phase.path, ()).number
    if not phase_number:
        raise UsageError(
            f"{phase.path} has no number, so its plans cannot have one", "name another phase"
        )
    name = f"{phase_number}-{number}"
    moved = Relocation(Document("plan", name, f"{phase.path}/{name}-PLAN.md"))
    moved.renames = [*_with_companions(root, document, phase.path, name)]
    _renumber_plan(root, moved, document.path, phase.id, number, named)
    return moved


def phase_to(
    root: Path, documents: Documents, document: Document, to: str, named: Container[str]
) -> Relocation:
    """Return the relocation that gives a phase another number, another slug, or both; `named` as
    for a plan.

    Raises UsageError.
    """
    name = _new_phase_name(document, to)
    old = phase_name(document.id)
    folder = f"{PHASES}/{name}"
    moved = Relocation(Document("phase", str(name), folder), [(document.path, folder)])
    for file in paths.names_in(root, document.path):
        if old is not None and name.number != old.number and file.startswith(f"{old.number}-"):
            renamed = f"{folder}/{name.number}{file[len(old.number) :]}"
            moved.renames.append((f"{folder}/{file}", renamed))
    for plan in documents.catalog.files:
        if plan.folder == document.path:
            _renumber_plan(root, moved, plan.path, str(name), None, named)
    page = f"{document.path}/{PHASE_PAGE}"
    if (root / page).is_file():
        _set_present(root, moved, "phase", page, {"phase": str(name)})
    for mission in documents.missions:
        _rename_phase(root, moved, mission, document.id, str(name))
    return moved


def _new_phase_name(document: Document, to: str) -> PhaseName:
    old = phase_name(document.id)
    wanted = _NEW_NAME.fullmatch(to.strip())
    if old is None or wanted is None or not (wanted["number"] or wanted["slug"]):
        raise UsageError(
            f"`{to}` is not a number or a name for a phase",
            "write `05`, `new-name` or `05-new-name`",
        )
    words = slug(wanted["slug"], "phase") if wanted["slug"] else old.slug
    return PhaseName(wanted["number"] or old.number, words)


def item_to(document: Document, to: str) -> Relocation:
    """Return the relocation that names an item's file after another title; its id stays."""
    path = f"{posixpath.dirname(document.path)}/{document.id}-{slug(to, 'item')}.md"
    return Relocation(Document("item", document.id, path), [(document.path, path)])


def mission_to(root: Path, document: Document, to: str) -> Relocation:
    """Return the relocation that gives a mission another id."""
    name = slug(to, "mission")
    path = f"{paths.MISSIONS}/{name}.yaml"
    moved = Relocation(Document("mission", name, path), [(document.path, path)])
    _set_present(root, moved, "mission", document.path, {"id": name})
    return moved


def archived(root: Path, document: Document) -> Relocation:
    """Return the relocation that archives a document; its id stays taken, and names in other
    documents still mean it.
    """
    name = posixpath.basename(document.path)
    if document.kind == "plan":
        folder = f"{ARCHIVED_PHASES}/{posixpath.basename(posixpath.dirname(document.path))}"
        moved = Relocation(Document("plan", document.id, f"{folder}/{name}"))
        moved.renames = [*_with_companions(root, document, folder, document.name)]
        return moved
    path = f"{_ARCHIVES[document.kind]}/{name}"
    return Relocation(Document(document.kind, document.id, path), [(document.path, path)])


def _with_companions(
    root: Path, document: Document, folder: str, name: str
) -> Iterator[tuple[str, str]]:
    """Yield the renames of a plan and of the files that are named after it: its summary, its
    notes.
    """
    old = posixpath.dirname(document.path)
    stem = posixpath.basename(document.path).removesuffix("PLAN.md")
    for file in paths.names_in(root, old):
        if stem and file.startswith(stem):
            yield f"{old}/{file}", f"{folder}/{name}-{file[len(stem) :]}"
        elif f"{old}/{file}" == document.path:
            yield document.path, f"{folder}/{name}-PLAN.md"


def _renumber_plan(
    root: Path, moved: Relocation, path: str, phase: str, number: str | None, named: Container[str]
) -> None:
    """Set `phase` and `plan` of a plan if it has these keys; a phase that was a number stays one.

    A plan that runs or proofs name also lists its earlier path.
    """
    source = Source.read(root, path)
    try:
        front = fields.block("plan", source).top
    except NotEditable:
        return
    written = front.get("phase")
    as_number = written is not None and is_phase(written.raw.strip())
    own = Phase(phase, ()).number
    values = {"phase": own if as_number and own else phase}
    plan = front.get("plan")
    if plan is not None and number is not None:
        dash = plan.raw.rpartition("-")[0]
        values["plan"] = f"{own}-{number}" if dash and own else number
    new = moved.new_path(path)
    earlier = (
        [Change(moved_plans.KEY, "-=", new), Change(moved_plans.KEY, "+=", path)]
        if path in named and new != path
        else []
    )
    _set_present(root, moved, "plan", path, values, more=earlier)


def _set_present(
    root: Path,
    moved: Relocation,
    kind: Kind,
    path: str,
    values: Mapping[str, str],
    *,
    more: Sequence[Change] = (),
) -> None:
    """Set keys that a document has; a document that cannot be edited stays as it is."""
    source = Source.read(root, path)
    try:
        top = fields.block(kind, source).top
        changes = [
            Change(key, "=", value) for key, value in values.items() if top.get(key) is not None
        ]
        data = fields.changed(kind, source, [*changes, *more])
    except NotEditable:
        return
    if data != source.data:
        moved.writes[moved.new_path(path)] = (source.data, data)


def _rename_phase(root: Path, moved: Relocation, mission: Document, old: str, new: str) -> None:
    """Replace a phase's name in a mission's `phases`."""
    source = Source.read(root, mission.path)
    try:
        block = fields.block("mission", source)
        phases = block.top.get("phases")
        for value in phases.elements() if phases else ():
            if value.raw == old:
                block = block.replace(value, new)
                break
    except NotEditable:
        return
    if block.bytes() != source.data:
        moved.writes[mission.path] = (source.data, block.bytes())
