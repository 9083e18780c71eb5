"""What a document's new place comes to: which files are renamed, and which bytes of which documents
change with it.

Nothing is written here. Whatever another document means by a name, it means afterwards, too: an
entry of `depends_on` is written anew only where it would mean another plan, or none.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_letters

from msgspec import Struct, field

from forge.errors import UsageError
from forge.planning.backlog import paths
from forge.planning.backlog.paths import slug
from forge.planning.edits import fields
from forge.planning.edits.fields import Change
from forge.planning.mission import mission
from forge.planning.names import moved_plans
from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.documents import ARCHIVED_PHASES, PHASE_PAGE, PHASES, Document, Documents
from forge.planning.names.plan_files import Phase, PlanFile, identified
from forge.planning.numbers import PHASE, PhaseName, is_phase, leading, phase_name, plan_name
from forge.text.edit import NotEditable
from forge.text.source import Source
from forge.text.yaml.edit import Block

_NEW_NAME = re.compile(rf"(?P<number>{PHASE})?(?:-?(?P<slug>[^\d-].*))?")
_MOST_DIGITS = 4  # of a plan's number
_NOTHING = re.compile(rb"^depends_on:[ \t]*(?:\[[ \t]*\])?[ \t]*\r?\n(?![ \t]*-)", re.M)


class Relocation(Struct):
    """Renames, in the order in which they are made, and new bytes by the path that a document then
    has, with those before.
    """

    document: Document
    renames: list[tuple[str, str]] = field(default_factory=list)
    writes: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)

    def now(self, path: str) -> str:
        """Return where a file lies after the renames."""
        for old, new in self.renames:
            if path == old or path.startswith(f"{old}/"):
                path = new + path[len(old) :]
        return path


def plan_to(
    root: Path,
    documents: Documents,
    document: Document,
    phase: Document,
    number: str,
    spoken: Container[str],
) -> Relocation:
    """Return what it takes to make a plan that of a number in a phase. Raises UsageError.

    `spoken` are the paths of plans that runs and proofs name: a plan with one of them says then
    that it lay there.
    """
    phase_number = Phase(phase.path, ()).number
    if not phase_number:
        raise UsageError(
            f"{phase.path} has no number, so its plans can have none", "name another phase"
        )
    name = f"{phase_number}-{number}"
    moved = Relocation(Document("plan", name, f"{phase.path}/{name}-PLAN.md"))
    moved.renames = [*_with_companions(root, document, phase.path, name)]
    _number_plan(root, moved, document.path, phase.id, number, spoken)
    return _referred(root, documents, moved)


def phase_to(
    root: Path, documents: Documents, document: Document, to: str, spoken: Container[str]
) -> Relocation:
    """Return what it takes to give a phase another number, another slug, or both; `spoken` as of a
    plan. Raises UsageError.
    """
    old = phase_name(document.id)
    wanted = _NEW_NAME.fullmatch(to.strip())
    if old is None or wanted is None or not (wanted["number"] or wanted["slug"]):
        raise UsageError(
            f"`{to}` is no number and no name for a phase",
            "write `05`, `new-name` or `05-new-name`",
        )
    number = wanted["number"] or old.number
    name = str(PhaseName(number, slug(wanted["slug"], "phase") if wanted["slug"] else old.slug))
    folder = f"{PHASES}/{name}"
    moved = Relocation(Document("phase", name, folder), [(document.path, folder)])
    for file in paths.names_in(root, document.path):
        if number != old.number and file.startswith(f"{old.number}-"):
            renamed = f"{folder}/{number}{file[len(old.number) :]}"
            moved.renames.append((f"{folder}/{file}", renamed))
    for plan in documents.catalog.files:
        if plan.folder == document.path:
            _number_plan(root, moved, plan.path, name, None, spoken)
    page = f"{document.path}/{PHASE_PAGE}"
    if (root / page).is_file():
        _set(root, moved, "phase", page, {"phase": name}, present=True)
    for each in documents.missions:
        _rename_phase(root, moved, each, document.id, name)
    return _referred(root, documents, moved)


def item_to(document: Document, to: str) -> Relocation:
    """Return what it takes to call an item's file by another title; its id stays."""
    path = f"{posixpath.dirname(document.path)}/{document.id}-{slug(to, 'item')}.md"
    return Relocation(Document("item", document.id, path), [(document.path, path)])


def mission_to(root: Path, document: Document, to: str) -> Relocation:
    """Return what it takes to give a mission another id."""
    name = slug(to, "mission")
    path = f"{mission.FOLDER}/{name}.yaml"
    moved = Relocation(Document("mission", name, path), [(document.path, path)])
    _set(root, moved, "mission", document.path, {"id": name}, present=True)
    return moved


def archived(root: Path, documents: Documents, document: Document) -> Relocation:
    """Return what it takes to put a document away; its id stays taken, and what depends on it still
    finds it.
    """
    name = posixpath.basename(document.path)
    folder = posixpath.dirname(document.path)
    if document.kind == "plan":
        target = f"{ARCHIVED_PHASES}/{posixpath.basename(folder)}"
        moved = Relocation(Document("plan", document.id, f"{target}/{name}"))
        moved.renames = [*_with_companions(root, document, target, document.name)]
        return _referred(root, documents, moved)
    target = {
        "item": paths.ARCHIVED_ITEMS,
        "phase": ARCHIVED_PHASES,
        "mission": paths.ARCHIVED_MISSIONS,
    }[document.kind]
    moved = Relocation(
        Document(document.kind, document.id, f"{target}/{name}"),
        [(document.path, f"{target}/{name}")],
    )
    return _referred(root, documents, moved) if document.kind == "phase" else moved


def _with_companions(
    root: Path, document: Document, folder: str, name: str
) -> Iterator[tuple[str, str]]:
    """Yield the renames of a plan and of the files that are called by it: its summary, its
    notes.
    """
    old = posixpath.dirname(document.path)
    stem = posixpath.basename(document.path).removesuffix("PLAN.md")
    for file in paths.names_in(root, old):
        if stem and file.startswith(stem):
            yield f"{old}/{file}", f"{folder}/{name}-{file[len(stem) :]}"
        elif f"{old}/{file}" == document.path:
            yield document.path, f"{folder}/{name}-PLAN.md"


def _number_plan(
    root: Path, moved: Relocation, path: str, phase: str, number: str | None, spoken: Container[str]
) -> None:
    """Let a plan say which phase and number it has now, where it says so; a phase's number stays a
    number.

    One that evidence speaks of says where it lay, too.
    """
    source = Source.read(root, path)
    try:
        front = fields.block("plan", source).top
    except NotEditable:
        return
    said = front.get("phase")
    bare = said is not None and is_phase(said.raw.strip())
    own = Phase(phase, ()).number
    values = {"phase": own if bare and own else phase}
    plan = front.get("plan")
    if plan is not None and number is not None:
        dash = plan.raw.rpartition("-")[0]
        values["plan"] = f"{own}-{number}" if dash and own else number
    new = moved.now(path)
    before = (
        [Change(moved_plans.KEY, "-=", new), Change(moved_plans.KEY, "+=", path)]
        if path in spoken and new != path
        else []
    )
    _set(root, moved, "plan", path, values, present=True, more=before)


def _set(
    root: Path,
    moved: Relocation,
    kind: str,
    path: str,
    values: Mapping[str, str],
    *,
    present: bool,
    more: Sequence[Change] = (),
) -> None:
    source = Source.read(root, path)
    try:
        top = fields.block(kind, source).top  # type: ignore[arg-type]
        changes = [
            Change(key, "=", value)
            for key, value in values.items()
            if top.get(key) is not None or not present
        ]
        data = fields.changed(kind, source, [*changes, *more])  # type: ignore[arg-type]
    except NotEditable:
        return
    if data != source.data:
        moved.writes[moved.now(path)] = (source.data, data)


def _rename_phase(root: Path, moved: Relocation, document: Document, old: str, new: str) -> None:
    source = Source.read(root, document.path)
    try:
        block = fields.block("mission", source)
        listed = block.top.get("phases")
        for value in listed.elements() if listed else ():
            if value.raw == old:
                block = block.replace(value, new)
                break
    except NotEditable:
        return
    if block.bytes() != source.data:
        moved.writes[document.path] = (source.data, block.bytes())


def _referred(root: Path, documents: Documents, moved: Relocation) -> Relocation:
    """Add what has to be written so that every `depends_on` means what it meant."""
    before = documents.catalog.files
    after = identified([moved.now(file.path) for file in before])
    now = {file.path: file for file in after}
    old_index, new_index = PlanIndex(before), PlanIndex(after)
    for file in before:
        new = now[moved.now(file.path)]
        done = moved.writes.get(new.path)
        data = done[1] if done else (root / file.path).read_bytes()
        if b"depends_on" not in data or _NOTHING.search(data):
            continue
        written = _depending(
            Source.of(file.path, data), file, new, (old_index, new_index), moved, now
        )
        if written != data:
            moved.writes[new.path] = (done[0] if done else data, written)
    return moved


def _depending(
    source: Source,
    old: PlanFile,
    new: PlanFile,
    indexes: tuple[PlanIndex, PlanIndex],
    moved: Relocation,
    now: Mapping[str, PlanFile],
) -> bytes:
    """Return a plan's bytes with the entries of `depends_on` written anew that would mean something
    else.
    """
    try:
        block = fields.block("plan", source)
    except NotEditable:
        return source.data
    number = 0
    while (value := _entry(block, number)) is not None:
        number += 1
        meant = indexes[0].meant(old, value)
        if meant is None:
            continue
        wanted = now[moved.now(meant.path)]
        found = indexes[1].meant(new, value)
        if found is None or found.path != wanted.path:
            block = _rewritten(block, number - 1, wanted.id)
    return block.bytes()


def _entry(block: Block, number: int) -> str | None:
    listed = block.top.get("depends_on")
    elements = listed.elements() if listed else []
    return elements[number].raw.strip() if number < len(elements) else None


def _rewritten(block: Block, number: int, name: str) -> Block:
    listed = block.top.get("depends_on")
    assert listed is not None
    return block.replace(listed.elements()[number], name)


def phase_named(documents: Documents, name: str, here: Path) -> tuple[Document, str | None]:
    """Return the phase that a plan is to move to, and the number that was asked for (`02-03`), None
    for the next free one.

    Raises UnknownName.
    """
    parts = plan_name(name)
    short = (
        parts is not None
        and not parts.slug
        and len(parts.plan.rstrip(ascii_letters)) <= _MOST_DIGITS
    )
    if (
        parts is not None
        and short
        and leading(parts.phase) in {leading(phase.id) for phase in documents.phases}
    ):
        return documents.one(parts.phase, here, kinds=("phase",)), parts.plan
    return documents.one(name, here, kinds=("phase",)), None
