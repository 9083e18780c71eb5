"""Judges a key link: whether the file that `from` names contains the connection to `to`."""

from __future__ import annotations

import posixpath
from difflib import get_close_matches

from msgspec import Struct

from forge.check.must_haves.code.file import Code, as_lines, read
from forge.check.must_haves.code.lexicons import lexicon_of
from forge.check.must_haves.links import patterns
from forge.check.must_haves.links.ends import End, by_type_name, end_of
from forge.check.must_haves.links.reach import goal_files, reach
from forge.check.must_haves.outcome import Outcome, shown
from forge.check.must_haves.verdict import Verdict, answer
from forge.errors import GitFailed
from forge.git.objects.tree import Tree
from forge.planning.plan.must_haves import MustHave

LIMIT = 16 << 20
_KEYS = ("from", "to", "via", "pattern")
_ALIASES = {"regex": "pattern", "regexp": "pattern", "source": "from", "target": "to"}
_CLOSE = 0.75
_GENERATED_SUFFIXES = frozenset(
    (".json", ".xml", ".yaml", ".yml", ".env", ".ini", ".properties", ".plist", ".tex")
)
_GENERATED_FOLDERS = frozenset(
    "dist build out target coverage node_modules generated gen logs tmp".split()
)
_MOST_BYTES = 64 << 20
_MOST_TARGETS = 5


class _Link(Struct, frozen=True):
    """A link as declared; `pattern` is None if none is given."""

    start: str
    goal: str
    pattern: str | None


def judge(item: MustHave, tree: Tree, limit: int = LIMIT) -> Verdict:
    """Return the verdict on a key link in a tree. Files larger than `limit` bytes are not read.
    Never raises.

    With `pattern`, a file that `from` names must match it outside comments. Without, an import
    there must lead to `to`; in a language whose imports forge does not follow, a reference counts,
    and its evidence says `text`. A `to` that is a path must exist. A link that cannot be decided is
    `unproven`, with the reason.
    """
    link = _declared(item)
    try:
        outcome = Outcome("unproven", link) if isinstance(link, str) else _decide(link, tree, limit)
    except GitFailed as error:
        outcome = Outcome("unproven", f"the files of the tree cannot be listed: {error.message}")
    return answer(item, outcome.verdict, outcome.reason, outcome.evidence)


def _declared(item: MustHave) -> _Link | str:
    """Return the link, or in words why it cannot be decided."""
    if not isinstance(item.value.data, dict):
        return "the link is not written as `from`, `to` and `pattern`, so it cannot be checked"
    for key in item.value.data:
        meant = _meant(key)
        if meant:
            return f"the key {shown(key)} is unknown: did you mean `{meant}`?"
    for key in ("from", "to", "pattern"):
        value = item.value.get(key)
        if value is not None and isinstance(value.data, (dict, list)):
            return f"`{key}` is not one text"
    start, goal = (item.raw("from") or "").strip(), (item.raw("to") or "").strip()
    if not start or not goal:
        return f"the link has no `{'to' if start else 'from'}`"
    pattern = item.raw("pattern")
    return _Link(start, goal, None if pattern is None else as_lines(pattern))


def _meant(key: str) -> str | None:
    """Return the known key that an unknown one resembles."""
    if key in _KEYS:
        return None
    word = key.strip().lower()
    return _ALIASES.get(word) or next(iter(get_close_matches(word, _KEYS, 1, _CLOSE)), None)


def _decide(link: _Link, tree: Tree, limit: int) -> Outcome:
    problem = patterns.problem(link.pattern) if link.pattern is not None else None
    if problem:
        return Outcome("unproven", problem)
    start = end_of(link.start, tree)
    if start.kind == "words":
        start = by_type_name(start.text, tree, limit) or start
    if start.kind != "files":
        return _no_source(start)
    goal = end_of(link.goal, tree, start.paths[0])
    if link.pattern is None and goal.kind in ("absent", "alike"):
        return _no_goal(goal)
    outcome = _in_any_file(start, goal, link.pattern, tree, limit)
    if outcome.verdict == "pass" and goal.kind == "absent":
        outcome = _matched_without_goal(outcome, goal)
    return _with_notes(outcome, start, goal)


def _matched_without_goal(outcome: Outcome, goal: End) -> Outcome:
    """Return the outcome if the pattern matches but `to` does not exist: a fail for source code,
    undecided for a file that a build may generate.
    """
    reason = f"{outcome.reason}, but {_no_goal(goal).reason}"
    folder, name = posixpath.split(goal.text)
    is_source = lexicon_of(name) is not None
    generated = (
        posixpath.splitext(name)[1].lower() in _GENERATED_SUFFIXES
        or _GENERATED_FOLDERS & set(folder.split("/"))
        or set("*?{") & set(goal.text)
    )
    if is_source and not generated:
        return Outcome("fail", reason, outcome.evidence)
    return Outcome("unproven", f"{reason}: a build or a run may create it", outcome.evidence)


def _no_source(start: End) -> Outcome:
    """Return the outcome for a `from` that does not name a file to read."""
    name, note = shown(start.text), f" ({start.note})" if start.note else ""
    match start.kind:
        case "absent":
            return Outcome("fail", f"{name} is not there{note}")
        case "outside":
            return Outcome("fail", f"{name} leads out of the repository")
        case "folder":
            reason = f"{name} is a folder: name the file that contains the link"
        case "broken":
            reason = f"{name} cannot be read: it is not a regular file, or not in this repository"
        case "several":
            reason = f"{len(start.paths)} files are called {name}: give the folder as well"
        case "alike":
            reason = f"{name} is not there; is `{start.paths[0]}` meant?"
        case _:
            reason = f"{name} names no file of the tree, so there is no source to search"
    return Outcome("unproven", reason)


def _no_goal(goal: End) -> Outcome:
    """Return the outcome for a `to` that is the path of a missing file."""
    hint = f" ({goal.note})" if goal.note else ""
    if goal.kind == "alike":
        hint = f"; is `{goal.paths[0]}` meant?"
    return Outcome("fail", f"{shown(goal.text)}, to which the link leads, is not there{hint}")


def _in_any_file(start: End, goal: End, pattern: str | None, tree: Tree, limit: int) -> Outcome:
    """Search each file that `from` names; any of them may contain the link."""
    files = goal_files(goal, tree, limit)
    outcomes: list[Outcome] = []
    bytes_left = _MOST_BYTES
    for path in start.paths:
        code = read(tree, path, limit)
        if isinstance(code, str):
            outcomes.append(Outcome("unproven", code))
            continue
        outcome = reach(code, goal, files) if pattern is None else patterns.match(pattern, code)
        if outcome.verdict == "pass":
            return outcome
        outcomes.append(outcome)
        bytes_left -= len(code.text)
        if bytes_left < 0 and path != start.paths[-1]:
            outcomes.append(Outcome("unproven", f"{shown(start.text)} matches more than is read"))
            break
    return _worst(outcomes, start, _only_in_goal(pattern, goal, tree, limit))


def _worst(outcomes: list[Outcome], start: End, remark: str) -> Outcome:
    """Return one outcome for files without the link: undecided if one of them is."""
    first = next((outcome for outcome in outcomes if outcome.verdict == "unproven"), outcomes[0])
    reason = first.reason + remark
    if len(outcomes) > 1:
        name = shown(start.text)
        reason = (
            f"none of the {len(outcomes)} files that {name} matches contains the link: {reason}"
        )
    return Outcome("unproven" if start.guessed else first.verdict, reason, first.evidence)


def _only_in_goal(pattern: str | None, goal: End, tree: Tree, limit: int) -> str:
    """Return a remark if the pattern matches in `to` alone."""
    if pattern is None or goal.kind != "files":
        return ""
    for path in goal.paths[:_MOST_TARGETS]:
        code = read(tree, path, limit)
        outcome = patterns.match(pattern, code) if isinstance(code, Code) else None
        if outcome and outcome.verdict == "pass":
            line = outcome.evidence[0].line
            return f"; only `{path}` does, on line {line}, and the link must be in `from`"
    return ""


def _with_notes(outcome: Outcome, start: End, goal: End) -> Outcome:
    """Add how `from` and `to` were read, if not literally."""
    notes = ""
    if start.rest:
        notes += f"; the whole file was searched, not {shown(start.rest)} alone"
    for key, end in (("from", start), ("to", goal)):
        if end.note and end.kind != "absent":
            notes += f"; `{key}` {end.note}"
    return Outcome(outcome.verdict, outcome.reason + notes, outcome.evidence)
