"""The steps of a plan: its `<task>` tags, or the `<feature>` of a TDD plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from forge.planning.plan import scope
from forge.planning.plan.checks import Check, checks_in
from forge.planning.plan.stage import EDITING, STAGES, Stage, stage_of
from forge.text import tags
from forge.text.finding import Finding
from forge.text.source import Source, Span

REFERENCE = re.compile(r"^[ \t]*(?:[-*][ \t]+)?@([^\s@]\S*)", re.M)
_PARTS = (
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
_ANSWERS = {"decision": "decision", "human-action": "human_action"}


class Option(Struct, frozen=True):
    """One option of a decision: the id to answer with, and its text."""

    id: str
    text: str


class Step(Struct, frozen=True, dict=True):
    """One `<task>`: `number` counts from 1, `id` is `NN-MM/1`, `text` is everything between its
    tags.
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
        """The step's name in one line, without control characters."""
        parts = (self.parts.get(key) for key in ("name", "decision", "what-built"))
        words = next((text for text in parts if text), "")
        printable = "".join(char if char.isprintable() else " " for char in words)
        return " ".join(printable.split()) or f"step {self.number}"

    @property
    def edits(self) -> bool:
        """Whether the step changes files and so gets a checkpoint."""
        return self.stage in EDITING

    @cached_property
    def checks(self) -> list[Check]:
        """The checks of its `<verify>`, in order."""
        return checks_in(self.parts.get("verify", ""))

    @property
    def calls_runner(self) -> bool:
        """Whether a runner does the step's work; a checkpoint is always the user's."""
        if self.edits:
            return True
        has_command = any(check.kind == "command" for check in self.checks)
        return (
            self.stage != "checkpoint"
            and bool(self.parts.get("action", "").strip())
            and not has_command
        )

    @cached_property
    def files(self) -> list[str]:
        """The paths in `<files>`."""
        return scope.paths_in(self.parts.get("files", ""))

    @cached_property
    def references(self) -> list[str]:
        """The files to read first, from `read_first` and from `@path` in the step."""
        return self.read_first + REFERENCE.findall(self.parts.get("context", ""))

    @property
    def read_first(self) -> list[str]:
        """The entries of `<read_first>`."""
        return scope.paths_in(self.parts.get("read_first", ""))

    @cached_property
    def options(self) -> list[Option]:
        """The options of a decision checkpoint."""
        text = self.parts.get("options", "")
        options = tags.children(text, Span(0, len(text)), ("option",))
        return [
            Option(tag.attributes.get("id") or f"option-{number}", _one_line(tag.text(text)))
            for number, tag in enumerate(options, 1)
        ]

    @property
    def tdd(self) -> bool:
        """Whether its tests have to fail before its work and to pass after it."""
        return self.edits and self.attributes.get("tdd", "").strip().lower() == "true"

    @property
    def asks(self) -> str:
        """The kind of answer that a checkpoint step waits for."""
        return _ANSWERS.get(self.attributes.get("type", "").partition(":")[2], "human_verify")


def _one_line(text: str) -> str:
    """Return the text of an option in one line, without the tags of its parts."""
    return " ".join(re.sub(r"</?(?:name|pros|cons|description|label)>", " ", text).split())


def steps_in(source: Source, plan_id: str) -> list[Step]:
    """Return the steps of a plan in order."""
    steps = [
        _step(source, plan_id, number, tag) for number, tag in enumerate(tags.tasks(source.text), 1)
    ]
    feature = None if steps else tags.section(source.text, "feature")
    return [_feature_step(source, plan_id, feature)] if feature else steps


def _step(source: Source, plan_id: str, number: int, tag: tags.Tag) -> Step:
    parts: dict[str, str] = {}
    verify_span = None
    for child in tags.children(source.text, tag.inner, _PARTS):
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


def _feature_step(source: Source, plan_id: str, tag: tags.Tag) -> Step:
    """Return the only step of a TDD plan that has a `<feature>` in place of tasks."""
    parts = {
        child.name: child.text(source.text).strip()
        for child in tags.children(source.text, tag.inner, _PARTS)
    }
    return Step(
        f"{plan_id}/1", 1, "edit", {"tdd": "true"}, parts, tag.text(source.text), tag.span, None
    )


def findings_on(source: Source, steps: list[Step]) -> Iterator[Finding]:
    """Yield everything that is wrong with the steps of a plan, paths outside of the repository
    excepted.
    """
    if not steps and not source.problem:
        yield source.finding(
            "no-steps",
            "error",
            Span(0, 0),
            "the plan has no steps",
            "write each step as a <task> whose tags begin and end a line",
            blocks=True,
        )
    seen: set[str] = set()
    for step in steps:
        declared = step.attributes.get("id")
        if declared in seen:
            yield source.finding(
                "duplicate-step-id",
                "error",
                step.span,
                f"a second task has the id `{declared}`",
                "give each task an id of its own, or none",
                blocks=True,
            )
        seen.update([declared] if declared else [])
        wanted = step.attributes.get("stage")
        if wanted is not None and wanted not in STAGES:
            yield source.finding(
                "unknown-stage",
                "warning",
                Span(step.span.start, step.span.start + 5),
                f"there is no stage `{wanted}`",
                f"use one of {', '.join(STAGES)}",
            )


def findings_outside(source: Source, steps: list[Step]) -> Iterator[Finding]:
    """Yield a finding for each path of a step that leaves the repository."""
    for step in steps:
        for path in step.files:
            if scope.leaves(path):
                yield source.finding(
                    "path-outside",
                    "error",
                    step.span,
                    f"`{path}` in <files> leaves the repository",
                    "name paths relative to the repository's root",
                    blocks=True,
                )
