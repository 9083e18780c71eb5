"""Missions: what somebody wants. A repository without one has a single implicit mission."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from forge.planning.spots import Spot
from forge.text import yaml
from forge.text.finding import Finding
from forge.text.source import Source, Span

FOLDER = ".planning/missions"
_PURPOSE = re.compile(r"^##\s+(?:What This Is|Core Value|Overview|Goal)\s*\n+(.+?)(?:\n\s*\n|\Z)", re.M | re.S | re.I)


class Mission(Struct, frozen=True):
    """A mission as its file says it; an implicit one is read from PROJECT.md and ROADMAP.md."""

    id: str
    title: str
    goal: str
    status: str
    path: str
    phases: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    status_spot: Spot | None = None

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "id": self.id, "title": self.title, "goal": self.goal, "status": self.status, "path": self.path,
            "phases": list(self.phases),
        }  # fmt: skip


def load_all(root: Path) -> list[Mission]:
    """Return the missions of a work tree, in order of their files; the implicit one where there is none."""
    folder = root / FOLDER
    found = [load(root, f"{FOLDER}/{path.name}") for path in sorted(folder.glob("*.yaml"))] if folder.is_dir() else []
    return found or [implicit(root)]


def load(root: Path, path: str) -> Mission:
    """Read one mission; what is wrong with it is in its findings."""
    name = Path(path).stem
    try:
        source = Source.read(root, path)
    except OSError as error:
        said, hint = f"the file cannot be read: {error.strerror}", "make it a readable file"
        finding = Finding("unreadable", "error", path, 1, 1, 1, 1, said, hint, blocks=True)
        return Mission(name, name, "", "draft", path, findings=(finding,))
    try:
        top = yaml.parse(source.text)
    except yaml.YamlProblem as problem:
        at = Span(problem.offset, problem.offset + 1)
        finding = source.finding("mission-yaml", "error", at, f"the mission is no YAML: {problem.message}", "mend this line")
        return Mission(name, name, "", "draft", path, findings=(finding,))
    texts = {key: value.raw for key, value in top.items() if not isinstance(value.data, (dict, list))}
    phases, status = top.get("phases"), top.get("status")
    return Mission(
        texts.get("id", name), texts.get("title", name), texts.get("goal", ""), texts.get("status", "draft"), path,
        tuple(phases.texts()) if phases else (), status_spot=Spot.of(source, status.span, status.raw) if status else None,
    )  # fmt: skip


def implicit(root: Path) -> Mission:
    """Return the mission of a work tree without mission files, as PROJECT.md or ROADMAP.md tells it."""
    for name in ("PROJECT.md", "ROADMAP.md"):
        path = root / ".planning" / name
        if path.is_file():
            try:
                text = Source.read(root, f".planning/{name}").text
            except OSError:
                continue
            heading = re.search(r"^#[ \t]+(.+)$", text, re.M)
            title = re.sub(r"^(?:project|roadmap)\s*:\s*", "", heading[1].strip(), flags=re.I) if heading else root.name
            value = _PURPOSE.search(text)
            return Mission("implicit", title, " ".join(value[1].split()) if value else "", "active", f".planning/{name}")
    return Mission("implicit", root.name, "", "active", "")
