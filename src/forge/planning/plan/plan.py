"""A plan: YAML front matter and a body of tagged sections, read as people write it and never
rewritten.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property

from msgspec import Struct, field

from forge.planning.numbers import FIRST_WAVE
from forge.planning.plan import front_matter, must_haves, scope
from forge.planning.plan.checks import Check, checks_in
from forge.planning.plan.steps import (
    REFERENCE,
    Option,
    Step,
    findings_on,
    findings_outside,
    steps_in,
)
from forge.text import tags
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml.parse import Value

__all__ = ["Option", "Plan", "Step", "load"]

_HEADING = re.compile(r"^#[ \t]+(\S[^\r\n]*)", re.M)
_LABEL = re.compile(r"(?:quick |sub-?)?(?:plan|task)\b[ \t]*[\w.-]*[ \t]*[:—–-][ \t]*", re.I)
_MARKER = re.compile(r"(?:<{7}|={7}|>{7})(?: |$)")  # of an unresolved merge


class Plan(Struct, frozen=True, dict=True):
    """A plan file as it was read; what it says is computed once per object.

    `id` comes from its place among the other plans (`planning.names.plan_files`).
    """

    id: str
    source: Source
    front: Value
    front_closed: bool
    body_start: int
    steps: list[Step]
    findings: list[Finding] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The file, relative to the repository's root."""
        return self.source.path

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file's bytes, in hex."""
        return hashlib.sha256(self.source.data).hexdigest()

    @cached_property
    def must_haves(self) -> list[must_haves.MustHave]:
        """What has to be true when the plan is done."""
        return must_haves.declared(self.front)

    @cached_property
    def title(self) -> str:
        """The `title`, else the first line of the objective, else the first heading of the text,
        else the plan's id.
        """
        title = self.front.get("title")
        if title is not None and isinstance(title.data, str) and title.data.strip():
            return " ".join(title.data.split())
        lines = [line.strip() for line in self.section("objective").splitlines() if line.strip()]
        lines = [line for line in lines if not _MARKER.match(line)]
        if lines:
            return lines[0]
        heading = _HEADING.search(self.source.text, self.body_start)
        return _LABEL.sub("", heading[1]).strip() or self.id if heading else self.id

    def first_tests(self, step: Step) -> list[Check]:
        """Return the checks to run before the work of a TDD step: its own, or those of
        `<verification>` if the plan has one step.
        """
        if not step.tdd:
            return []
        return step.checks or (self.verification if len(self.steps) == 1 else [])

    def step_called(self, name: str) -> Step | None:
        """Return the step with a name: its number, its id `NN-MM/2`, or the id of its task."""
        return next(
            (
                step
                for step in self.steps
                if name in (str(step.number), step.id, step.attributes.get("id"))
            ),
            None,
        )

    def section(self, name: str) -> str:
        """Return the text of a body section, empty if the plan has none."""
        tag = tags.section(self.source.text, name, self.body_start)
        return tag.text(self.source.text).strip() if tag else ""

    def texts(self, key: str) -> list[str]:
        """Return a front matter list as text."""
        value = self.front.get(key)
        return value.texts() if value else []

    @property
    def wave(self) -> float:
        """The declared wave; a plan without one is in the first."""
        value = self.front.get("wave")
        data = value.data if value else None
        return (
            float(data)
            if isinstance(data, (int, float)) and not isinstance(data, bool)
            else FIRST_WAVE
        )

    @cached_property
    def verification(self) -> list[Check]:
        """The commands of `<verification>`; prose there repeats steps and must-haves."""
        return checks_in(self.section("verification"), prose=False)

    @cached_property
    def references(self) -> list[str]:
        """The `@path` references of the plan's context sections."""
        return self.references_of("context") + self.references_of("execution_context")

    def references_of(self, section: str) -> list[str]:
        """Return the `@path` references of a section."""
        return REFERENCE.findall(self.section(section))

    @cached_property
    def write_scope(self) -> scope.WriteScope:
        """The paths that the plan may write: `files_modified`, the steps' `<files>` and the
        artifact paths together.
        """
        artifacts = [item.statement for item in self.must_haves if item.kind == "artifact"]
        declared = [*self.texts("files_modified"), *self.texts("files_deleted"), *artifacts]
        paths = [path for text in declared for path in scope.paths_in(text)]
        return scope.WriteScope.of([*paths, *(path for step in self.steps for path in step.files)])

    @cached_property
    def announced_deletes(self) -> list[str]:
        """The paths that the plan deletes: `files_deleted`, and entries of file lists with a note
        that they are deleted.
        """
        listed = self.texts("files_modified") + [step.parts.get("files", "") for step in self.steps]
        noted = [path for text in listed for path in scope.deletes_in(text)]
        return noted + [
            path for text in self.texts("files_deleted") for path in scope.paths_in(text)
        ]

    @cached_property
    def blocking(self) -> list[Finding]:
        """The findings that refuse a run."""
        return [finding for finding in self.findings if finding.blocks]


def load(source: Source, plan_id: str) -> Plan:
    """Read a plan. Never raises: everything wrong with it is in its findings."""
    front = front_matter.read(source)
    steps = steps_in(source, plan_id)
    findings = [
        *_unreadable(source),
        *front.findings,
        *findings_on(source, steps),
        *scope.outside(source, front.values),
        *findings_outside(source, steps),
    ]
    return Plan(plan_id, source, front.values, front.closed, front.body_start, steps, findings)


def _unreadable(source: Source) -> list[Finding]:
    if not source.problem:
        return []
    place = Span(source.problem_offset, source.problem_offset + 1)
    message, hint = f"the file {source.problem}", "save the plan as UTF-8 text"
    return [source.finding("unreadable", "error", place, message, hint, blocks=True)]
