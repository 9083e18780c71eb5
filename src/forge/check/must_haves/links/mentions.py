"""Key links of files whose imports forge does not follow: references by path, name or type."""

from __future__ import annotations

import posixpath
import re
from typing import Literal

from forge.check.must_haves import imports
from forge.check.must_haves.code.file import Code
from forge.check.must_haves.links.connection import Goal, linked
from forge.check.must_haves.links.references import comment, mention
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Evidence

_SERVED = frozenset((".html", ".htm", ".hbs", ".j2", ".jinja2", ".jinja", ".ejs"))
_DOCUMENTS = frozenset((".md", ".mdx", ".rst", ".adoc", ".tex", ".css", ".scss", ".sass", ".less"))
_SCRIPTS = frozenset(".sh .bash .zsh .bats .fish .bat .ps1 .cmake .mk .lua .dart .proto".split())
_C_SOURCES = frozenset((".c", ".cc", ".cpp", ".cxx", ".m", ".mm"))
_C_HEADERS = (".h", ".hpp", ".hh", ".hxx")
_C_FILES = _C_SOURCES | frozenset(_C_HEADERS)
_C_INCLUDE = re.compile(r'^[ \t]*#[ \t]*(?:include|import)[ \t]*"', re.M)
_NAMES_FILES = _SERVED | _DOCUMENTS | _SCRIPTS | _C_FILES
_ONE_TYPE_PER_FILE = frozenset(
    ".java .kt .cs .swift .scala .php .groovy .vb .rb .xaml .axaml .razor".split()
)


def referred(code: Code, goal: Goal) -> Outcome:
    """Return the outcome for a file without imports that forge follows: it refers to the target by
    path or name, or uses the one type in it.
    """
    reference = mentioned(code, goal) or _type_used(code, goal)
    if reference:
        return reference
    return not_mentioned(code, goal, "fail" if _links_only_by_name(code, goal) else "unproven")


def mentioned(code: Code, goal: Goal) -> Outcome | None:
    """Return the outcome for a reference to the target outside comments, None without one."""
    for target in _nameable(code, goal):
        reference = mention(code, target, goal.files.tree)
        if reference:
            text = f"names {shown(reference.text)} on line {reference.line}"
            return linked(code, goal, text, reference.line, "reference (text)")
    return None


def not_mentioned(code: Code, goal: Goal, otherwise: Literal["fail", "unproven"]) -> Outcome:
    """Return the outcome for a source that does not mention the target: a fail if only a comment
    does, else `otherwise`.
    """
    for target in _nameable(code, goal) if code.code != code.text else ():
        in_comment = comment(code, target, goal.files.tree)
        if in_comment:
            where = f"only in a comment, on line {in_comment.line}"
            reason = f"`{code.path}` names {shown(in_comment.text)} {where}; a comment is no proof"
            return Outcome("fail", reason, (Evidence(code.path, in_comment.line, "comment"),))
    hint = ": a pattern would decide" if otherwise == "unproven" else ""
    reason = f"nothing in `{code.path}` outside comments names {shown(goal.text)}{hint}"
    return Outcome(otherwise, reason)


def _links_only_by_name(code: Code, goal: Goal) -> bool:
    """Return whether a file can link to the targets only by naming them.

    A C file can get them through a header, a page through a route of the server.
    """
    suffix = _suffix(code.path)
    if suffix in _C_FILES and _C_INCLUDE.search(code.code):
        return False
    by_route = suffix in _SERVED and any(
        imports.family(target) not in (None, "javascript") for target in goal.files.targets
    )
    return suffix in _NAMES_FILES and not by_route


def _nameable(code: Code, goal: Goal) -> list[str]:
    """Return the paths by which a text can name the goal: the folder, or its files and the headers
    of C sources.
    """
    targets = list(goal.end.paths) if goal.end.kind == "folder" else goal.targets
    return [*targets, *_headers(code, targets, goal)]


def _headers(code: Code, targets: list[str], goal: Goal) -> list[str]:
    if _suffix(code.path) not in _C_FILES:
        return []
    stems = [posixpath.splitext(path)[0] for path in targets if _suffix(path) in _C_SOURCES]
    paths = (stem + suffix for stem in stems for suffix in _C_HEADERS)
    return [path for path in paths if goal.files.at(path)]


def _type_used(code: Code, goal: Goal) -> Outcome | None:
    """Return the outcome for the use of a type that is named after its file, in languages with one
    type per file.
    """
    if _suffix(code.path) not in _ONE_TYPE_PER_FILE:
        return None
    for target in goal.targets:
        stem, suffix = posixpath.splitext(posixpath.basename(target))
        name = stem.partition(".")[0]
        if suffix == ".rb":
            name = "".join(part.capitalize() for part in name.split("_"))
        if suffix.lower() not in _ONE_TYPE_PER_FILE or not name[:1].isupper():
            continue
        use = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code.bare)
        if use:
            line = code.line(use.start())
            return linked(code, goal, f"uses `{name}` on line {line}", line, "text")
    return None


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1].lower()
