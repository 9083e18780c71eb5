"""Key links without a pattern: whether the imports of a source, or a reference in it, lead to what
`to` names.
"""

from __future__ import annotations

import posixpath
import re
from typing import Literal

from forge.check.must_haves import imports
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.imports.declared import declared
from forge.check.must_haves.imports.model import Files
from forge.check.must_haves.links.ends import End
from forge.check.must_haves.links.references import comment, mention
from forge.check.must_haves.links.words import look_for, missing
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Evidence
from forge.git.objects.tree import Tree

_MOST_TARGETS = 200
_SERVED = frozenset((".html", ".htm", ".hbs", ".j2", ".jinja2", ".jinja", ".ejs"))
_DOCUMENTS = frozenset((".md", ".mdx", ".rst", ".adoc", ".tex", ".css", ".scss", ".sass", ".less"))
_SCRIPTS = frozenset(
    (
        ".sh",
        ".bash",
        ".zsh",
        ".bats",
        ".fish",
        ".bat",
        ".ps1",
        ".cmake",
        ".mk",
        ".lua",
        ".dart",
        ".proto",
    )
)
_C_SOURCES = frozenset((".c", ".cc", ".cpp", ".cxx", ".m", ".mm"))
_C_HEADERS = (".h", ".hpp", ".hh", ".hxx")
_C_INCLUDE = re.compile(r'^[ \t]*#[ \t]*(?:include|import)[ \t]*"', re.M)
_NAMES_FILES = _SERVED | _DOCUMENTS | _SCRIPTS | _C_SOURCES | frozenset(_C_HEADERS)
_ONE_TYPE_A_FILE = frozenset(
    (
        ".java",
        ".kt",
        ".cs",
        ".swift",
        ".scala",
        ".php",
        ".groovy",
        ".vb",
        ".rb",
        ".xaml",
        ".axaml",
        ".razor",
    )
)


def goal_files(goal: End, tree: Tree, limit: int) -> Files:
    """Return the files of a tree with those as targets that a `to` names, or that lie in the folder
    it names.
    """
    paths = goal.paths if goal.kind in ("files", "several") else ()
    if goal.kind == "folder":
        paths = tuple(path for path in tree.files() if path.startswith(f"{goal.paths[0]}/"))
    files = Files(tree, limit)
    files.targets = frozenset(real for path in paths if (real := files.at(path)))
    return files


def reach(code: Code, goal: End, files: Files) -> Outcome:
    """Return whether a source links to what `to` names; `files` are those of `goal_files`."""
    if goal.kind in ("words", "outside"):
        return _words(code, goal)
    if goal.kind == "broken":
        return Outcome("unproven", f"what stands at {shown(goal.text)} cannot be read")
    if files.targets == {code.path}:
        return Outcome(
            "unproven",
            "`from` and `to` are the same file, and there is no pattern to look for in it",
        )
    link = imports.find(code, files)
    if link is not None:
        through = f" by way of `{'`, `'.join(link.through)}`" if link.through else ""
        return _linked(
            code, goal, f"imports `{link.target}` on line {link.line}{through}", link.line, "import"
        )
    if imports.family(code.path):
        return _not_imported(code, goal, files)
    return _referred(code, goal, files)


def _words(code: Code, goal: End) -> Outcome:
    found = look_for(goal.text, code)
    if found is None:
        reason = f"{shown(goal.text)} is no file of the tree, and was not found in `{code.path}`"
        return Outcome("unproven", f"{reason}: a pattern would decide")
    return _found(code, f"has {shown(goal.text)} on line {found.line}", found.line, found.how)


def _found(code: Code, what: str, line: int, how: str) -> Outcome:
    return Outcome("pass", f"`{code.path}` {what}", (Evidence(code.path, line, how),))


def _linked(code: Code, goal: End, what: str, line: int, how: str) -> Outcome:
    """Return a link to a file; each symbol that `to` names behind the path has to stand in the
    source as well.
    """
    found = _found(code, what, line, how)
    lacking = missing(goal.rest, code)
    if not lacking:
        return found
    return Outcome(
        "unproven", f"{found.reason}, but `{lacking[0]}` is not found there", found.evidence
    )


def _not_imported(code: Code, goal: End, files: Files) -> Outcome:
    """Answer for a language whose imports are followed, where none leads to the target."""
    if imports.statements(code) is None:
        reason = (
            f"the imports of `{code.path}` cannot be read: it does not parse, or there is no"
            " grammar for it here"
        )
        return Outcome("unproven", reason)
    own = imports.family(code.path)
    if own == "go" and (used := _same_package(code, files)):
        name, target, line = used
        return _linked(
            code,
            goal,
            f"uses `{name}` of `{target}` on line {line}",
            line,
            "use in the same package",
        )
    named = _mentioned(code, goal, files)
    if not any(imports.family(target) == own for target in files.targets):
        return named or _unnamed(code, goal, files, "unproven")
    if named:
        place = f"its name stands on line {named.evidence[0].line}, which is no proof"
        reason = (
            f"no import in `{code.path}` leads to {shown(goal.text)}; {place}: a pattern would"
            " decide"
        )
        return Outcome("unproven", reason, named.evidence)
    return Outcome(
        "fail", f"no import in `{code.path}` leads to {shown(goal.text)}{_other_way(code, files)}"
    )


def _unnamed(
    code: Code, goal: End, files: Files, otherwise: Literal["fail", "unproven"]
) -> Outcome:
    """Answer where nothing names the target: a mention in a comment is a fail, else `otherwise`."""
    for target in _spelled_targets(code, goal, files):
        if code.code != code.text and (found := comment(code, target, files.tree)):
            reason = (
                f"`{code.path}` names {shown(found.text)} only in a comment, on line {found.line}"
            )
            return Outcome(
                "fail",
                f"{reason}; a comment is no proof",
                (Evidence(code.path, found.line, "comment"),),
            )
    hint = ": a pattern would decide" if otherwise == "unproven" else ""
    return Outcome(
        otherwise, f"nothing in `{code.path}` outside comments names {shown(goal.text)}{hint}"
    )


def _other_way(code: Code, files: Files) -> str:
    """Say so where the import runs the other way round."""
    for target in sorted(files.targets)[:3]:
        other = files.code(target)
        back = (
            imports.find(other, Files(files.tree, files.limit, frozenset([code.path])))
            if other
            else None
        )
        if back:
            return f"; it is `{target}` that imports `{code.path}`, on line {back.line}"
    return ""


def _same_package(code: Code, files: Files) -> tuple[str, str, int] | None:
    """Return name, file and line of the first use of what a target in the same Go package
    declares.
    """
    folder, here = posixpath.dirname(code.path), declared(code)
    for target in sorted(files.targets)[:_MOST_TARGETS]:
        other = (
            files.code(target)
            if posixpath.dirname(target) == folder and target.endswith(".go")
            else None
        )
        names = declared(other) - here if other else set()
        for word in re.finditer(r"[^\W\d]\w*", code.bare) if names else ():
            if word[0] in names:
                return word[0], target, code.line(word.start())
    return None


def _referred(code: Code, goal: End, files: Files) -> Outcome:
    """Answer for a file of another kind: a reference by path or name, or to the one type that a
    file holds.
    """
    found = _mentioned(code, goal, files) or _type_used(code, goal, files)
    return found or _unnamed(
        code, goal, files, "fail" if _names_what_it_uses(code, files.targets) else "unproven"
    )


def _names_what_it_uses(code: Code, targets: frozenset[str]) -> bool:
    """Say whether a file can link to the targets only by naming them; a header may include them for
    a source of C.
    """
    suffix = posixpath.splitext(code.path)[1].lower()
    if suffix in _C_SOURCES | frozenset(_C_HEADERS) and _C_INCLUDE.search(code.code):
        return False
    by_route = suffix in _SERVED and any(
        imports.family(target) not in (None, "javascript") for target in targets
    )
    return suffix in _NAMES_FILES and not by_route


def _spelled_targets(code: Code, goal: End, files: Files) -> list[str]:
    """Return the paths by which a text can name the goal: the folder, or its files and the headers
    of C sources.
    """
    targets = list(goal.paths) if goal.kind == "folder" else sorted(files.targets)[:_MOST_TARGETS]
    return [*targets, *_headers(code, targets, files)]


def _headers(code: Code, targets: list[str], files: Files) -> list[str]:
    if posixpath.splitext(code.path)[1].lower() not in _C_SOURCES | frozenset(_C_HEADERS):
        return []
    stems = [
        stem for stem, suffix in map(posixpath.splitext, targets) if suffix.lower() in _C_SOURCES
    ]
    return [stem + suffix for stem in stems for suffix in _C_HEADERS if files.at(stem + suffix)]


def _mentioned(code: Code, goal: End, files: Files) -> Outcome | None:
    for target in _spelled_targets(code, goal, files):
        found = mention(code, target, files.tree)
        if found:
            what = f"names {shown(found.text)} on line {found.line}"
            return _linked(code, goal, what, found.line, "reference (text)")
    return None


def _type_used(code: Code, goal: End, files: Files) -> Outcome | None:
    """Return the use of a type that is called like its file, in languages where that is the
    rule.
    """
    if posixpath.splitext(code.path)[1].lower() not in _ONE_TYPE_A_FILE:
        return None
    for target in sorted(files.targets)[:_MOST_TARGETS]:
        stem, suffix = posixpath.splitext(posixpath.basename(target))
        name = stem.partition(".")[0]
        name = "".join(part.capitalize() for part in name.split("_")) if suffix == ".rb" else name
        known = suffix.lower() in _ONE_TYPE_A_FILE and name[:1].isupper()
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code.bare) if known else None
        if found:
            line = code.line(found.start())
            return _linked(code, goal, f"uses `{name}` on line {line}", line, "text")
    return None
