"""files-undeclared and files-untouched: `files_modified` against the files that the steps name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.places import Finder, part
from forge.planning.plan.plan import Plan
from forge.planning.plan.scope import WriteScope, leaves, paths_in
from forge.planning.plan.stage import names_a_path
from forge.text.finding import Finding

UNDECLARED = Rule(
    "files-undeclared", "warning", False, "`files_modified` has every file that the steps name"
)
UNTOUCHED = Rule("files-untouched", "note", False, "some step names each file of `files_modified`")
_DEEPEST = 40


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each file that only the steps or only the front matter name; nothing
    where one side is silent.
    """
    value = plan.front.get("files_modified")
    if value is None or not value.elements():
        return
    texts = plan.texts("files_modified") + plan.texts("files_deleted")
    declared = WriteScope.of(path for text in texts for path in paths_in(text))
    yield from _undeclared(plan, declared)
    editing = [step for step in plan.steps if step.edits]
    if not editing or any(not step.files for step in editing):
        return
    touched = WriteScope.of(path for step in plan.steps for path in step.files)
    if any("*" in path for path in touched.paths):
        return
    named = _Named(touched.paths)
    for element in value.elements():
        for path in paths_in(element.raw) if not isinstance(element.data, (dict, list)) else ():
            if (
                not leaves(path)
                and "*" not in path
                and not touched.covers(path)
                and not named.touches(path)
            ):
                yield UNTOUCHED.at(
                    plan.source,
                    element.span,
                    f"no step names {shown(path)}",
                    "name it in the `<files>` of the step that writes it, or take it out",
                )


class _Named:
    """The folders that paths lie in and the ends of the paths: a file list may name either in place
    of a path.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.near: set[str] = set()
        for path in paths:
            parts = path.strip("/").split("/")[:_DEEPEST]
            self.near.update("/".join(parts[:end]) for end in range(1, len(parts)))
            self.near.update("/".join(parts[start:]) for start in range(len(parts)))

    def touches(self, path: str) -> bool:
        """Say whether a path is a folder of one of them, or ends like one of them."""
        parts = path.strip("/").split("/")[:_DEEPEST]
        return any("/".join(parts[start:]) in self.near for start in range(len(parts)))


def _undeclared(plan: Plan, declared: WriteScope) -> Iterator[Finding]:
    seen: set[str] = set()
    named = _Named(declared.paths)
    for step in plan.steps:
        if not step.edits or not step.files:
            continue
        finder = Finder(plan.source, part(plan.source, step, "files"))
        for path in step.files:
            place = finder.find(path)
            fresh = (
                path not in seen
                and names_a_path(path)
                and not leaves(path)
                and " " not in path
                and "{" not in path
            )
            seen.add(path)
            if fresh and not declared.covers(path.rstrip("/")) and not named.touches(path):
                yield UNDECLARED.at(
                    plan.source,
                    place,
                    f"step {step.number} names {shown(path)}, `files_modified` does not",
                    "add it to `files_modified`, so that the plans of its wave know",
                )
