"""A plan: YAML front matter and a body of tagged sections, read as people write it, never
rewritten.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property

from msgspec import Struct, field

from forge.planning.plan import must_haves, scope
from forge.planning.plan.checks import Check, checks_in
from forge.planning.plan.stage import EDITING, FIRST_WAVE, STAGES, Stage, stage_of
from forge.text import tags
from forge.text.finding import Finding
from forge.text.source import Source, Span
from forge.text.yaml import repair
from forge.text.yaml.parse import Value

_FRONT = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?(?:\n|\Z)", re.M | re.S)
_REFERENCE = re.compile(r"^[ \t]*(?:[-*][ \t]+)?@([^\s@]\S*)", re.M)
_CHILDREN = (
    "name",
    "files",
    "read_first",
    "action",
    "verify",
    "acceptance_criteria",
    "done",
    "behavior",
    "precondition",
    "what-built",
    "how-to-verify",
    "decision",
    "context",
    "options",
    "instructions",
    "resume-signal",
    "implementation",
)
_EMPTY = Value({}, "", Span(0, 0), {})
_OPENING = re.compile(r"---[ \t]*\r?\n")
_BODY = re.compile(r"^[<#]", re.M)
_FRONT_BELOW = re.compile(r"^---[ \t]*\r?\n(?=(?:phase|plan|type|wave):)", re.M)
_HEADING = re.compile(r"^#[ \t]+(\S[^\r\n]*)", re.M)
_LABEL = re.compile(r"(?:quick |sub-?)?(?:plan|task)\b[ \t]*[\w.-]*[ \t]*[:—–-][ \t]*", re.I)
_MARKER = re.compile(r"(?:<{7}|={7}|>{7})(?: |$)")  # of an unsettled merge
_FURTHEST = 10_000  # characters in which front matter that is not at the top is looked for
LISTED = frozenset({"contains", "not_contains", "exports", "forbidden"})
_HINTS = {
    "repeated": "keep one of the two, or begin a new item with `- ` before it",
    "conflict": "keep one side, and delete the lines with the markers",
}


class Option(Struct, frozen=True):
    """One way out of a decision: the id to answer with, and what it means."""

    id: str
    text: str


class Step(Struct, frozen=True, dict=True):
    """One `<task>`: `number` counts from 1, `id` is `NN-MM/1`; `text` is all that stands between
    its tags.
    """

    id: str
    number: int
    stage: Stage
    attributes: dict[str, str]
    parts: dict[str, str]
    text: str
    span: Span
    verify_span: Span | None

    @property
    def name(self) -> str:
        """The step's name in one line, with no control characters."""
        words = (
            self.parts.get("name")
            or self.parts.get("decision")
            or self.parts.get("what-built")
            or ""
        )
        return (
            " ".join("".join(c if c.isprintable() else " " for c in words).split())
            or f"step {self.number}"
        )

    @property
    def edits(self) -> bool:
        """Whether the step is meant to change files, and so gets a checkpoint."""
        return self.stage in EDITING

    @cached_property
    def checks(self) -> list[Check]:
        """What its `<verify>` asks for, in order."""
        return checks_in(self.parts.get("verify", ""))

    @property
    def calls_runner(self) -> bool:
        """Whether a runner does the step's work. A checkpoint is a person's, whatever it says."""
        if self.edits:
            return True
        has_command = any(check.kind == "command" for check in self.checks)
        return (
            self.stage != "checkpoint"
            and bool(self.parts.get("action", "").strip())
            and not has_command
        )

    @property
    def files(self) -> list[str]:
        """The paths that `<files>` names."""
        return scope.paths_in(self.parts.get("files", ""))

    @property
    def references(self) -> list[str]:
        """The files to read first, as named by `read_first` and by `@path` in the step."""
        return scope.paths_in(self.parts.get("read_first", "")) + _REFERENCE.findall(
            self.parts.get("context", "")
        )

    @cached_property
    def options(self) -> list[Option]:
        """The ways out of a decision checkpoint."""
        text = self.parts.get("options", "")
        found = tags.children(text, Span(0, len(text)), ("option",))
        return [
            Option(tag.attributes.get("id") or f"option-{number}", _flat(tag.text(text)))
            for number, tag in enumerate(found, 1)
        ]

    @property
    def tdd(self) -> bool:
        """Whether its tests have to fail before its work and to pass behind it."""
        return self.edits and self.attributes.get("tdd", "").strip().lower() == "true"

    @property
    def asks(self) -> str:
        """The kind of answer that a checkpoint step waits for."""
        kind = self.attributes.get("type", "").partition(":")[2]
        return {"decision": "decision", "human-action": "human_action"}.get(kind, "human_verify")


class Plan(Struct, frozen=True, dict=True):
    """A plan file as it was read. `id` comes from its place among the other plans
    (`planning.catalog`).
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

    @property
    def title(self) -> str:
        """Its `title`, else the first line of the objective, else the first heading of the text,
        else the plan's id.
        """
        said = self.front.get("title")
        if said is not None and isinstance(said.data, str) and said.data.strip():
            return " ".join(said.data.split())
        lines = [line.strip() for line in self.section("objective").splitlines() if line.strip()]
        lines = [line for line in lines if not _MARKER.match(line)]
        if lines:
            return lines[0]
        heading = _HEADING.search(self.source.text, self.body_start)
        return _LABEL.sub("", heading[1]).strip() or self.id if heading else self.id

    def first_tests(self, step: Step) -> list[Check]:
        """Return what is run before the work of a TDD step: its own checks, else `<verification>`
        of a plan of one step.
        """
        if not step.tdd:
            return []
        return step.checks or (self.verification if len(self.steps) == 1 else [])

    def step_called(self, name: str) -> Step | None:
        """Return the step that a name means: its number, its id `NN-MM/2`, or the id that its task
        gives it.
        """
        return next(
            (
                step
                for step in self.steps
                if name in (str(step.number), step.id, step.attributes.get("id"))
            ),
            None,
        )

    def section(self, name: str) -> str:
        """Return the text of a body section, empty where there is none."""
        tag = tags.section(self.source.text, name, self.body_start)
        return tag.text(self.source.text).strip() if tag else ""

    def texts(self, key: str) -> list[str]:
        """Return a front matter list as text."""
        value = self.front.get(key)
        return value.texts() if value else []

    @property
    def wave(self) -> float:
        """The wave that it declares; a plan that declares none is of the first."""
        value = self.front.get("wave")
        data = value.data if value else None
        return (
            float(data)
            if isinstance(data, (int, float)) and not isinstance(data, bool)
            else FIRST_WAVE
        )

    @cached_property
    def verification(self) -> list[Check]:
        """The commands of `<verification>`; prose there repeats what steps and must-haves say."""
        return checks_in(self.section("verification"), prose=False)

    @cached_property
    def references(self) -> list[str]:
        """The `@path` references of the plan's context sections."""
        return _REFERENCE.findall(
            self.section("context") + "\n" + self.section("execution_context")
        )

    @cached_property
    def write_scope(self) -> scope.WriteScope:
        """What the plan may write: `files_modified`, the steps' `<files>` and the artifact paths
        together.
        """
        artifacts = [item.statement for item in self.must_haves if item.kind == "artifact"]
        declared = [*self.texts("files_modified"), *self.texts("files_deleted"), *artifacts]
        paths = [path for text in declared for path in scope.paths_in(text)]
        return scope.WriteScope.of([*paths, *(path for step in self.steps for path in step.files)])

    @cached_property
    def announced_deletes(self) -> list[str]:
        """The paths that the plan says go away: `files_deleted`, and entries of file lists
        annotated with so much.
        """
        listed = self.texts("files_modified") + [step.parts.get("files", "") for step in self.steps]
        noted = [path for text in listed for path in scope.deletes_in(text)]
        return noted + [
            path for text in self.texts("files_deleted") for path in scope.paths_in(text)
        ]

    @property
    def blocking(self) -> list[Finding]:
        """The findings that refuse a run."""
        return [finding for finding in self.findings if finding.blocks]


def _flat(text: str) -> str:
    """Return the text of an option in one line, without the tags of its parts."""
    return " ".join(re.sub(r"</?(?:name|pros|cons|description|label)>", " ", text).split())


def load(source: Source, plan_id: str) -> Plan:
    """Read a plan. Never raises for what a file says: everything wrong with it is in `findings`."""
    findings: list[Finding] = []
    if source.problem:
        place = Span(source.problem_offset, source.problem_offset + 1)
        findings.append(
            source.finding(
                "unreadable",
                "error",
                place,
                f"the file {source.problem}",
                "save the plan as UTF-8 text",
                blocks=True,
            )
        )
    front, closed, body_start = _front_matter(source, findings)
    steps = _steps(source, plan_id, findings)
    findings += scope.outside(source, front)
    findings += _steps_outside(source, steps)
    return Plan(plan_id, source, front, closed, body_start, steps, findings)


def front_matter(source: Source) -> tuple[Span | None, int]:
    """Return where a plan's front matter stands, without its `---` lines, and where the body
    begins; None where it has none.

    Front matter that is never closed ends where the body's first tag or heading begins, and its
    body begins at 0.
    """
    found = _FRONT.match(source.text) or _front_below(source.text)
    if found is not None:
        return Span(*found.span("yaml")), found.end()
    opening = _OPENING.match(source.text)
    if opening is None:
        return None, 0
    body = _BODY.search(source.text, opening.end())
    return Span(opening.end(), body.start() if body else len(source.text)), 0


def _front_below(text: str) -> re.Match[str] | None:
    """Return the front matter that has other text before it: a `---` line with a plan's first key
    right below it.
    """
    found = _FRONT_BELOW.search(text, 0, _FURTHEST)
    return _FRONT.match(text, found.start()) if found else None


def _front_matter(source: Source, findings: list[Finding]) -> tuple[Value, bool, int]:
    place, body_start = front_matter(source)
    closed = place is not None and body_start > 0
    findings += _front_place(source, place, closed)
    if place is None:
        return _EMPTY, False, 0
    reading = repair.read(source, place, LISTED)
    fixable = closed and all(each.safe for each in reading.mends)
    findings += [
        _mend_finding(source, each, fixable)
        for each in reading.mends
        if closed or each.kind != "unread"
    ]
    if reading.value is None:
        return _EMPTY, closed, body_start
    if not isinstance(reading.value.data, dict):
        findings.append(
            source.finding(
                "front-matter-shape",
                "error",
                reading.value.span,
                "the front matter is no mapping of keys",
                "write `key: value` lines",
            )
        )
        return _EMPTY, closed, body_start
    return reading.value, closed, body_start


def _front_place(source: Source, place: Span | None, closed: bool) -> list[Finding]:
    if place is None:
        return [
            source.finding(
                "front-matter-missing",
                "warning",
                Span(0, 0),
                "the plan has no closed front matter",
                "begin the file with `---`, the keys, and `---`",
            )
        ]
    if not closed:
        return [
            source.finding(
                "front-matter-unclosed",
                "error",
                Span(0, 3),
                "the front matter is never closed",
                "put a line `---` behind its last key",
                blocks=True,
            )
        ]
    if _OPENING.match(source.text):
        return []
    before = Span(0, len(source.text[: place.start].rstrip("- \t\r\n")) or 1)
    return [
        source.finding(
            "front-matter-missing",
            "warning",
            before,
            "text stands before the front matter",
            "begin the file with the `---` of its front matter: other tools read it only there",
        )
    ]


def _mend_finding(source: Source, each: repair.Mend, fixable: bool) -> Finding:
    """Return the finding of a broken line; `fixable` says that `--fix` would make the whole front
    matter parse.
    """
    said = f"the front matter is no YAML: {each.message}"
    hint = (
        f"it should read `{each.reads}`"
        if each.reads
        else _HINTS.get(each.kind, "mend this line: it is not read")
    )
    if fixable:
        hint += "; `forge validate --fix` writes it so"
    return source.finding("front-matter-yaml", "error", each.span, said, hint)


def _steps(source: Source, plan_id: str, findings: list[Finding]) -> list[Step]:
    steps = [
        _step(source, plan_id, number, tag) for number, tag in enumerate(tags.tasks(source.text), 1)
    ]
    if not steps and tags.section(source.text, "feature"):
        steps = [_feature_step(source, plan_id)]
    if not steps and not source.problem:
        findings.append(
            source.finding(
                "no-steps",
                "error",
                Span(0, 0),
                "the plan has no steps",
                "write each step as a <task> whose tags begin and end a line",
                blocks=True,
            )
        )
    seen: set[str] = set()
    for step in steps:
        declared = step.attributes.get("id")
        if declared in seen:
            findings.append(
                source.finding(
                    "duplicate-step-id",
                    "error",
                    step.span,
                    f"a second task has the id `{declared}`",
                    "give each task an id of its own, or none",
                    blocks=True,
                )
            )
        seen.update([declared] if declared else [])
        wanted = step.attributes.get("stage")
        if wanted is not None and wanted not in STAGES:
            findings.append(
                source.finding(
                    "unknown-stage",
                    "warning",
                    Span(step.span.start, step.span.start + 5),
                    f"there is no stage `{wanted}`",
                    f"use one of {', '.join(STAGES)}",
                )
            )
    return steps


def _step(source: Source, plan_id: str, number: int, tag: tags.Tag) -> Step:
    parts: dict[str, str] = {}
    verify_span = None
    for child in tags.children(source.text, tag.inner, _CHILDREN):
        text = child.text(source.text).strip()
        parts[child.name] = f"{parts[child.name]}\n{text}" if child.name in parts else text
        if child.name == "verify" and verify_span is None:
            verify_span = child.inner
    stage = stage_of(tag.attributes, parts.get("name", ""), parts.get("files", ""))
    return Step(
        f"{plan_id}/{number}",
        number,
        stage,
        tag.attributes,
        parts,
        tag.text(source.text),
        tag.span,
        verify_span,
    )


def _feature_step(source: Source, plan_id: str) -> Step:
    """Return the one step of a TDD plan that uses `<feature>` in place of tasks."""
    tag = tags.section(source.text, "feature")
    assert tag is not None
    parts = {
        child.name: child.text(source.text).strip()
        for child in tags.children(source.text, tag.inner, _CHILDREN)
    }
    return Step(
        f"{plan_id}/1", 1, "edit", {"tdd": "true"}, parts, tag.text(source.text), tag.span, None
    )


def _steps_outside(source: Source, steps: list[Step]) -> list[Finding]:
    return [
        source.finding(
            "path-outside",
            "error",
            step.span,
            f"`{path}` in <files> leaves the repository",
            "name paths relative to the repository's root",
            blocks=True,
        )
        for step in steps
        for path in step.files
        if scope.leaves(path)
    ]
