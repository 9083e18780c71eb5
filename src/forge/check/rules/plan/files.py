"""files-undeclared and files-untouched: `files_modified` against the files that the steps name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.places import Finder, part
from forge.planning.plan.plan import Plan
from forge.planning.plan.scope import WriteScope, leaves, paths_in
from forge.planning.plan.stage import names_a_path
from forge.text.finding import Finding
from forge.text.yaml.parse import Value

UNDECLARED = Rule(
    "files-undeclared", "warning", False, "`files_modified` contains every file that the steps name"
)
UNTOUCHED = Rule("files-untouched", "note", False, "some step names each file of `files_modified`")
_DEEPEST = 40


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each file that only the steps or only the front matter name.

    Nothing is compared if either lists no files.
    """
    value = plan.front.get("files_modified")
    if value is None or not value.elements():
        return
    yield from _undeclared(plan)
    editing = [step for step in plan.steps if step.edits]
    if editing and all(step.files for step in editing):
        yield from _untouched(plan, value)


def _undeclared(plan: Plan) -> Iterator[Finding]:
    texts = plan.texts("files_modified") + plan.texts("files_deleted")
    declared = WriteScope.of(path for text in texts for path in paths_in(text))
    folders_and_ends = _FoldersAndEnds(declared.paths)
    seen: set[str] = set()
    for step in plan.steps:
        if not step.edits or not step.files:
            continue
        finder = Finder(plan.source, part(plan.source, step, "files"))
        for path in step.files:
            span = finder.find(path)
            new = path not in seen and _is_path(path)
            seen.add(path)
            if new and not declared.covers(path.rstrip("/")) and not folders_and_ends.match(path):
                yield UNDECLARED.at(
                    plan.source,
                    span,
                    f"step {step.number} names {shown(path)}, `files_modified` does not",
                    "add it to `files_modified`, so that other plans of the wave avoid it",
                )


def _is_path(text: str) -> bool:
    return names_a_path(text) and not leaves(text) and " " not in text and "{" not in text


def _untouched(plan: Plan, declared: Value) -> Iterator[Finding]:
    touched = WriteScope.of(path for step in plan.steps for path in step.files)
    if any("*" in path for path in touched.paths):
        return
    folders_and_ends = _FoldersAndEnds(touched.paths)
    for element in declared.elements():
        if isinstance(element.data, (dict, list)):
            continue
        for path in paths_in(element.raw):
            if leaves(path) or "*" in path or touched.covers(path) or folders_and_ends.match(path):
                continue
            yield UNTOUCHED.at(
                plan.source,
                element.span,
                f"no step names {shown(path)}",
                "name it in the `<files>` of the step that writes it, or remove it",
            )


class _FoldersAndEnds:
    """The folders of paths and the ends of the paths: a file list may name either instead."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.names: set[str] = set()
        for path in paths:
            parts = path.strip("/").split("/")[:_DEEPEST]
            self.names.update("/".join(parts[:end]) for end in range(1, len(parts)))
            self.names.update("/".join(parts[start:]) for start in range(len(parts)))

    def match(self, path: str) -> bool:
        """Return whether a path is a folder of one of them, or has the same end as one."""
        parts = path.strip("/").split("/")[:_DEEPEST]
        return any("/".join(parts[start:]) in self.names for start in range(len(parts)))
