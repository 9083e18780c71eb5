"""Missions: what somebody wants. A repository without one has a single implicit mission."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from forge.planning.backlog.paths import MISSIONS
from forge.text.finding import Finding
from forge.text.location import Spot
from forge.text.source import Source, Span
from forge.text.yaml import parse as yaml
from forge.text.yaml.parse import Value

FOLDER = MISSIONS
_PURPOSE = re.compile(
    r"^##\s+(?:What This Is|Core Value|Overview|Goal)\s*\n+(.+?)(?:\n\s*\n|\Z)", re.M | re.S | re.I
)


_LISTS, _NUMBERS = ("paths", "allowed_tools"), ("max_files", "max_lines")


class ScopeContract(Struct, frozen=True):
    """What the work of a mission may touch and with what; an empty list, and None, rule nothing
    out.
    """

    paths: tuple[str, ...] = ()
    max_files: int | None = None
    max_lines: int | None = None
    allowed_tools: tuple[str, ...] = ()


class Mission(Struct, frozen=True):
    """A mission as its file says it; an implicit one is read from PROJECT.md and ROADMAP.md.

    Of one that is not `readable`, nothing is known but its path.
    """

    id: str
    title: str
    goal: str
    status: str
    path: str
    phases: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    status_spot: Spot | None = None
    contract: ScopeContract = field(default_factory=ScopeContract)
    readable: bool = True
    phase_spots: tuple[Spot, ...] = ()

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "id": self.id,
            "title": self.title,
            "goal": self.goal,
            "status": self.status,
            "path": self.path,
            "phases": list(self.phases),
        }


def load_all(root: Path) -> list[Mission]:
    """Return the missions of a work tree, in order of their files; the implicit one where there is
    none.
    """
    folder = root / FOLDER
    found = (
        [load(root, f"{FOLDER}/{path.name}") for path in sorted(folder.glob("*.yaml"))]
        if folder.is_dir()
        else []
    )
    return found or [implicit(root)]


def load(root: Path, path: str) -> Mission:
    """Read one mission; what is wrong with it is in its findings."""
    name = Path(path).stem
    try:
        source = Source.read(root, path)
    except OSError as error:
        said, hint = f"the file cannot be read: {error.strerror}", "make it a readable file"
        finding = Finding("unreadable", "error", path, 1, 1, 1, 1, said, hint, blocks=True)
        return Mission(name, name, "", "draft", path, findings=(finding,), readable=False)
    try:
        top = yaml.parse(source.text)
    except yaml.YamlProblem as problem:
        at = Span(problem.offset, problem.offset + 1)
        finding = source.finding(
            "mission-yaml",
            "error",
            at,
            f"the mission is no YAML: {problem.message}",
            "mend this line",
        )
        return Mission(name, name, "", "draft", path, findings=(finding,), readable=False)
    texts = {
        key: value.raw for key, value in top.items() if not isinstance(value.data, (dict, list))
    }
    phases, status = top.get("phases"), top.get("status")
    return Mission(
        texts.get("id", name),
        texts.get("title", name),
        texts.get("goal", ""),
        texts.get("status", "draft"),
        path,
        tuple(phases.texts()) if phases else (),
        tuple(_misread(source, top)),
        Spot.of(source, status.span, status.raw) if status else None,
        _contract(top.get("scope_contract")),
        phase_spots=tuple(Spot.of(source, each.span, each.raw) for each in _named(phases)),
    )


def _named(phases: Value | None) -> list[Value]:
    """Return the entries of `phases` that name something."""
    found = phases.elements() if phases is not None else []
    return [each for each in found if not isinstance(each.data, (dict, list)) and each.raw.strip()]


def _contract(value: Value | None) -> ScopeContract:
    """Return what can be read of a scope contract; what cannot is a finding."""
    if value is None or not isinstance(value.data, dict):
        return ScopeContract()
    lists = {key: tuple(found.texts()) for key in _LISTS if (found := value.get(key)) is not None}
    numbers = {
        key: found.data
        for key in _NUMBERS
        if (found := value.get(key)) is not None and _counts(found)
    }
    return ScopeContract(**lists, **numbers)  # type: ignore[arg-type]


def _counts(value: Value) -> bool:
    return isinstance(value.data, int) and not isinstance(value.data, bool) and value.data >= 0


def _misread(source: Source, top: Value) -> Iterator[Finding]:
    """Yield a finding for each part of `phases` and of the scope contract that would be passed
    over.
    """
    phases, contract = top.get("phases"), top.get("scope_contract")
    lists = {"phases": phases}
    if contract is not None and contract.data is not None and not isinstance(contract.data, dict):
        yield _unusable(source, contract, "`scope_contract` is a mapping of keys")
    elif contract is not None and contract.data is not None:
        lists |= {key: contract.get(key) for key in _LISTS}
        for key in _NUMBERS:
            value = contract.get(key)
            if value is not None and value.data is not None and not _counts(value):
                yield _unusable(source, value, f"`{key}` is a whole number, 0 or more")
        for key, span in contract.keys.items():
            if key not in (*_LISTS, *_NUMBERS):
                near = difflib.get_close_matches(key, (*_LISTS, *_NUMBERS), 1)
                hint = (
                    f"did you mean `{near[0]}`?"
                    if near
                    else f"it has {', '.join((*_LISTS, *_NUMBERS))}"
                )
                yield source.finding(
                    "mission-contract", "error", span, f"a scope contract has no `{key}`", hint
                )
    for key, value in lists.items():
        if value is not None and any(
            isinstance(each.data, (dict, list)) for each in value.elements()
        ):
            yield _unusable(source, value, f"`{key}` is a list of texts")


def _unusable(source: Source, value: Value, said: str) -> Finding:
    return source.finding(
        "mission-contract",
        "error",
        value.span,
        said,
        "mend it: what cannot be read would hold nobody",
    )


def implicit(root: Path) -> Mission:
    """Return the mission of a work tree without mission files, as PROJECT.md or ROADMAP.md tells
    it.
    """
    for name in ("PROJECT.md", "ROADMAP.md"):
        path = root / ".planning" / name
        if path.is_file():
            try:
                text = Source.read(root, f".planning/{name}").text
            except OSError:
                continue
            heading = re.search(r"^#[ \t]+(.+)$", text, re.M)
            title = (
                re.sub(r"^(?:project|roadmap)\s*:\s*", "", heading[1].strip(), flags=re.I)
                if heading
                else root.name
            )
            value = _PURPOSE.search(text)
            return Mission(
                "implicit",
                title,
                " ".join(value[1].split()) if value else "",
                "active",
                f".planning/{name}",
            )
    return Mission("implicit", root.name, "", "active", "")
