"""Key links without a pattern: whether the imports of a source, or a reference in it, lead to what
`to` names.
"""

from __future__ import annotations

import posixpath
import re

from forge.check.must_haves import imports
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.declared import declared
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.links.connection import MOST_TARGETS, Goal, linked, passed
from forge.check.must_haves.links.ends import End
from forge.check.must_haves.links.mentions import mentioned, not_mentioned, referred
from forge.check.must_haves.links.words import look_for
from forge.check.must_haves.outcome import Outcome, shown
from forge.git.objects.tree import Tree


def goal_files(goal: End, tree: Tree, limit: int) -> Files:
    """Return the files of a tree whose targets are the files that a `to` names, or those in the
    folder that it names.
    """
    paths = goal.paths if goal.kind in ("files", "several") else ()
    if goal.kind == "folder":
        paths = tuple(path for path in tree.files() if path.startswith(f"{goal.paths[0]}/"))
    files = Files(tree, limit)
    files.targets = frozenset(real for path in paths if (real := files.at(path)))
    return files


def reach(code: Code, goal: End, files: Files) -> Outcome:
    """Return whether a source links to what `to` names; `files` come from `goal_files`."""
    if goal.kind in ("words", "outside"):
        return _words(code, goal)
    if goal.kind == "broken":
        return Outcome("unproven", f"the entry at {shown(goal.text)} cannot be read")
    if files.targets == {code.path}:
        reason = "`from` and `to` are the same file, and there is no pattern to search for in it"
        return Outcome("unproven", reason)
    wanted = Goal(goal, files)
    link = imports.find(code, files)
    if link is not None:
        through = f" through `{'`, `'.join(link.through)}`" if link.through else ""
        text = f"imports `{link.target}` on line {link.line}{through}"
        return linked(code, wanted, text, link.line, "import")
    if imports.family(code.path):
        return _not_imported(code, wanted)
    return referred(code, wanted)


def _words(code: Code, goal: End) -> Outcome:
    words = look_for(goal.text, code)
    if words is None:
        reason = f"{shown(goal.text)} is not a file of the tree, and was not found in `{code.path}`"
        return Outcome("unproven", f"{reason}: a pattern would decide")
    return passed(code, f"has {shown(goal.text)} on line {words.line}", words.line, words.how)


def _not_imported(code: Code, goal: Goal) -> Outcome:
    """Return the outcome for a source in a language whose imports are followed, and of which none
    leads to the target.
    """
    if imports.statements(code) is None:
        reason = (
            f"the imports of `{code.path}` cannot be read: it does not parse, or there is no"
            " grammar for it here"
        )
        return Outcome("unproven", reason)
    language = imports.family(code.path)
    if language == "go" and (use := _same_package(code, goal.files)):
        name, target, line = use
        text = f"uses `{name}` of `{target}` on line {line}"
        return linked(code, goal, text, line, "use in the same package")
    mention = mentioned(code, goal)
    if not any(imports.family(target) == language for target in goal.files.targets):
        return mention or not_mentioned(code, goal, "unproven")
    reason = f"no import in `{code.path}` leads to {shown(goal.text)}"
    if mention:
        reason += (
            f"; its name on line {mention.evidence[0].line} is no proof: a pattern would decide"
        )
        return Outcome("unproven", reason, mention.evidence)
    return Outcome("fail", reason + _opposite_direction(code, goal.files))


def _opposite_direction(code: Code, files: Files) -> str:
    """Return a remark if a target imports the source instead."""
    for target in sorted(files.targets)[:3]:
        other = files.code(target)
        backwards = Files(files.tree, files.limit, frozenset([code.path]))
        link = imports.find(other, backwards) if other else None
        if link:
            return f"; it is `{target}` that imports `{code.path}`, on line {link.line}"
    return ""


def _same_package(code: Code, files: Files) -> tuple[str, str, int] | None:
    """Return name, file and line of the first use of a name that a target in the same Go package
    declares.
    """
    folder, own = posixpath.dirname(code.path), declared(code)
    for target in sorted(files.targets)[:MOST_TARGETS]:
        in_package = posixpath.dirname(target) == folder and target.endswith(".go")
        other = files.code(target) if in_package else None
        names = declared(other) - own if other else set()
        for word in re.finditer(r"[^\W\d]\w*", code.bare) if names else ():
            if word[0] in names:
                return word[0], target, code.line(word.start())
    return None
